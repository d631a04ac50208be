"""The READMEs as data: their headings, tables and examples, so that tests can hold them against the code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
FILES = {"en": "README.md", "fr": "README.fr.md"}

type Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with the heading under which it is."""

    section: int
    """Place of its heading, counted from 0: the same in both languages."""
    head: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Readme:
    """One of the two pages."""

    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def levels(self) -> list[int]:
        """The depth of each heading, in order."""
        return [len(line.split()[0]) for line in self._prose() if re.match(r"#+ ", line)]

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """`(language, code)` of each block of code."""
        return re.findall(r"```(\w+)\n(.*?)```", self.text, re.DOTALL)

    @property
    def links(self) -> list[str]:
        """Where links and pictures point to."""
        return re.findall(r"\]\(([^)\s]+)\)", self.text)

    @property
    def tables(self) -> list[Table]:
        found: list[Table] = []
        rows: list[Row] = []
        section = -1
        for line in [*self._prose(), ""]:
            if line.startswith("|"):
                rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
            elif rows:
                found.append(Table(section, rows[0], tuple(rows[2:])))
                rows = []
            section += bool(re.match(r"#+ ", line))
        return found

    def yaml_with(self, key: str) -> list[dict[str, Any]]:
        """The blocks of YAML that have a certain key at the top."""
        found = (yaml.safe_load(code) for name, code in self.blocks if name == "yaml" and "{%" not in code)
        return [block for block in found if key in block]

    def _prose(self) -> Iterator[str]:
        return iter(re.sub(r"```.*?```", "", self.text, flags=re.DOTALL).splitlines())


@lru_cache
def readme(language: str) -> Readme:
    return Readme(language, (ROOT / FILES[language]).read_text())


def keys(cell: str) -> list[str]:
    """What a cell has in code letters."""
    return re.findall(r"`([^`]+)`", cell)


def rows_with(language: str, *columns: str) -> Iterator[dict[str, str]]:
    """The rows of the tables that have some columns, by the English names of the columns."""
    for ours, english in zip(readme(language).tables, readme("en").tables, strict=True):
        if set(columns) <= set(english.head):
            yield from (dict(zip(english.head, row, strict=True)) | {"name": row[0]} for row in ours.rows)
