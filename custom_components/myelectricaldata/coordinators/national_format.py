"""How the national calendars and what was asked are kept: plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from .national_plan import MINUTES, TEMPO_WORDS, ZEN_FLEX_WORDS, Asked, Route

_NOTHING: Mapping[date, str] = MappingProxyType({})


class NationalFormatError(ValueError):
    """What is kept is not what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalState:
    """Everything national that is kept, but for the catalogue itself."""

    tempo: Mapping[date, str] = _NOTHING
    zen_flex: Mapping[date, str] = _NOTHING
    asked: Mapping[Route, Asked] = field(default_factory=dict)
    minutes: Mapping[Route, int] = field(default_factory=dict)
    """The minute of the day of each route, drawn once."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """Suppliers by id."""
    nameless: frozenset[str] = frozenset()
    """Ids of suppliers that offers have and the list of suppliers had not."""
    providers_at: datetime | None = None


def encode_national(state: NationalState) -> dict[str, object]:
    """Plain JSON types."""
    return {
        "tempo": _encode_days(state.tempo),
        "zen_flex": _encode_days(state.zen_flex),
        "asked": {route.value: _encode_asked(asked) for route, asked in state.asked.items()},
        "minutes": {route.value: minute for route, minute in state.minutes.items()},
        "providers": dict(state.providers),
        "nameless": sorted(state.nameless),
        "providers_at": state.providers_at and state.providers_at.isoformat(),
    }


def decode_national(data: object) -> NationalState:
    """What `encode_national` wrote; `NationalFormatError` for anything else."""
    content = _mapping(data)
    nameless = content.get("nameless", [])
    if not isinstance(nameless, list):
        raise NationalFormatError("Expected a list")
    return NationalState(
        tempo=_decode_days(content.get("tempo"), TEMPO_WORDS),
        zen_flex=_decode_days(content.get("zen_flex"), ZEN_FLEX_WORDS),
        asked={Route(name): _decode_asked(_mapping(item)) for name, item in _mapping(content.get("asked")).items()},
        # A minute that no longer suits its route is drawn again.
        minutes={
            Route(name): minute
            for name, minute in _mapping(content.get("minutes")).items()
            if isinstance(minute, int) and minute in MINUTES[Route(name)]
        },
        providers={key: str(name) for key, name in _mapping(content.get("providers")).items()},
        nameless=frozenset(str(item) for item in nameless),
        providers_at=_instant(content.get("providers_at")),
    )


def _encode_days(days: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): days[day] for day in sorted(days)}


def _decode_days(data: object, words: frozenset[str]) -> dict[date, str]:
    days = {date.fromisoformat(day): str(word) for day, word in _mapping(data).items()}
    if not words.issuperset(days.values()):
        raise NationalFormatError("Not a type of day")
    return days


def _encode_asked(asked: Asked) -> dict[str, object]:
    return {
        "at": asked.at and asked.at.isoformat(),
        "failures": asked.failures,
        "retry_at": asked.retry_at and asked.retry_at.isoformat(),
    }


def _decode_asked(item: Mapping[str, object]) -> Asked:
    failures = item.get("failures", 0)
    if not isinstance(failures, int) or failures < 0:
        raise NationalFormatError("Not a number of failures")
    return Asked(at=_instant(item.get("at")), failures=failures, retry_at=_instant(item.get("retry_at")))


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise NationalFormatError("An instant without its zone")
    return found


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise NationalFormatError("Expected an object")
    return value
