"""Take out of a structure whatever tells who the user is, and keep it useful.

A key-based redaction would miss the number of a usage point inside a statistic's id or an error message, so every
string and every key is looked at. The same usage point is `usage_point_1` wherever it occurs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

REDACTED: Final = "**REDACTED**"

type Plain = str | int | float | bool | list[Plain] | dict[str, Plain] | None

# Ids carry the number between underscores, which \b takes for part of the word.
_USAGE_POINT: Final = re.compile(r"(?<!\d)\d{14}(?!\d)")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class Anonymiser:
    """Knows the words to hide, and what to write instead."""

    def __init__(self, usage_points: Mapping[str, str], secrets: Iterable[str]) -> None:
        """`usage_points` gives the name of each number; `secrets` are words that vanish altogether."""
        self._aliases: dict[str, str] = dict.fromkeys(filter(None, secrets), REDACTED)
        for place, (pdl, name) in enumerate(usage_points.items(), 1):
            self._aliases[pdl] = f"usage_point_{place}"
            if name:
                self._aliases.setdefault(name, f"usage_point_{place}")
        # The longest first: a name may contain another one.
        words = sorted(self._aliases, key=len, reverse=True)
        self._known = re.compile("|".join(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])" for word in words) or r"(?!)")

    def alias(self, pdl: str) -> str:
        """What a usage point is called in the result."""
        return self._aliases.get(pdl, REDACTED)

    def text(self, text: str) -> str:
        """A string without anything personal."""
        known = self._known.sub(lambda found: self._aliases[found[0]], text)
        return _EMAIL.sub(REDACTED, _USAGE_POINT.sub(REDACTED, known))

    def plain(self, value: object) -> Plain:
        """Plain JSON of any value of ours, every key and string of it anonymised."""
        match value:
            case Enum():
                plain = self.plain(value.value)
            case None | bool() | int() | float():
                plain = value
            case str():
                plain = self.text(value)
            case Mapping():
                plain = {self._key(str(key)): self.plain(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                plain = [self.plain(item) for item in value]
            case _ if is_dataclass(value):
                plain = {field.name: self.plain(getattr(value, field.name)) for field in fields(value)}
            case _:
                plain = self.text(_written(value))
        return plain

    def _key(self, key: str) -> str:
        """Keys are our own words, but for numbers of usage points; a meter named "contract" must not rename one."""
        return _USAGE_POINT.sub(lambda found: self.alias(found[0]), key)


def _written(value: object) -> str:
    match value:
        case date() | datetime():
            return value.isoformat()
        case Decimal() | timedelta():
            return str(value)
        case BaseException():
            return f"{type(value).__name__}: {value}"
        case _:
            return type(value).__name__
