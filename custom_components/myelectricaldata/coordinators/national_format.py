"""How the national signals and what was asked are kept: plain JSON, and little of it, as cards wear out.

Types of days are strings of letters, one for each season; the hours of an EcoWatt day are one string of digits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from ..energy.calendar import ONE_DAY, days_between
from ..energy.ecowatt import EcowattSignal
from ..energy.tempo import BLUE, COLOURS, RED, WHITE, TempoChance, TempoSignal, season_start
from .national_plan import MINUTES, Asked, Route

TEMPO_LETTERS: Final[Mapping[str, str]] = {BLUE: "B", WHITE: "W", RED: "R"}
ZEN_FLEX_LETTERS: Final[Mapping[str, str]] = {"ECO": "E", "SOBRIETE": "S", "BONUS": "B"}
_NO_DAYS: Final[Mapping[date, str]] = MappingProxyType({})
_UNKNOWN: Final = "-"
_HOURS: Final = 24
_LEVELS: Final = "0123"
_LONGEST_SEASON: Final = 366
_YEARS: Final = range(1900, 2200)
"""Outside, a day is a mistake, and arithmetic on it may overflow."""


class NationalFormatError(ValueError):
    """What is kept is not what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalState:
    """Everything national that is kept, but for the catalogue itself."""

    tempo: TempoSignal = field(default_factory=TempoSignal)
    tempo_since: date | None = None
    """From when on Tempo days are known, as far as the gateway has them; None before the whole history came."""
    tempo_came: Mapping[date, int] = field(default_factory=dict)
    """At what minute of the day the colour of the next one came, on the last days."""
    zen_flex: Mapping[date, str] = _NO_DAYS
    ecowatt: Mapping[date, EcowattSignal] = field(default_factory=dict)
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
    tempo = state.tempo
    return {
        "tempo": _encode_days(tempo.colours, TEMPO_LETTERS),
        "tempo_provisional": sorted(day.isoformat() for day in tempo.provisional),
        "tempo_since": state.tempo_since and state.tempo_since.isoformat(),
        "tempo_came": {day.isoformat(): minute for day, minute in state.tempo_came.items()},
        "tempo_chances": {
            day.isoformat(): [*(chance.chances[colour] for colour in COLOURS), chance.confidence]
            for day, chance in tempo.chances.items()
        },
        "tempo_chances_at": _encode_instant(tempo.chances_at),
        "zen_flex": _encode_days(state.zen_flex, ZEN_FLEX_LETTERS),
        "ecowatt": {day.isoformat(): _encode_signal(signal) for day, signal in state.ecowatt.items()},
        "asked": {route.value: _encode_asked(asked) for route, asked in state.asked.items()},
        "minutes": {route.value: minute for route, minute in state.minutes.items()},
        "providers": dict(state.providers),
        "nameless": sorted(state.nameless),
        "providers_at": _encode_instant(state.providers_at),
    }


def decode_national(data: object) -> NationalState:
    """What `encode_national` wrote, or wrote before there were signals; `NationalFormatError` for anything else."""
    content = _mapping(data)
    since = content.get("tempo_since")
    return NationalState(
        tempo=_decode_tempo(content),
        tempo_since=None if since is None else _decode_day(since),
        tempo_came={day: _whole(minute) for day, minute in _by_day(content, "tempo_came")},
        zen_flex=_decode_days(content.get("zen_flex"), ZEN_FLEX_LETTERS),
        ecowatt={day: _decode_signal(day, item) for day, item in _by_day(content, "ecowatt")},
        asked=_decode_all_asked(content),
        # A minute that no longer suits its route is drawn again.
        minutes={
            route: minute
            for name, minute in _mapping(content.get("minutes")).items()
            if isinstance(minute, int) and minute in MINUTES.get(route := Route(name), ())
        },
        providers={key: str(name) for key, name in _mapping(content.get("providers")).items()},
        nameless=frozenset(str(item) for item in _list(content.get("nameless", []))),
        providers_at=_decode_instant(content.get("providers_at")),
    )


def _decode_tempo(content: Mapping[str, object]) -> TempoSignal:
    colours = _decode_days(content.get("tempo"), TEMPO_LETTERS)
    provisional = frozenset(_decode_day(day) for day in _list(content.get("tempo_provisional", [])))
    if not provisional <= colours.keys():
        raise NationalFormatError("A provisional day without a colour")
    return TempoSignal(
        colours=colours,
        provisional=provisional,
        chances={day: _decode_chance(day, _list(item)) for day, item in _by_day(content, "tempo_chances")},
        chances_at=_decode_instant(content.get("tempo_chances_at")),
    )


def _decode_chance(day: date, item: list[object]) -> TempoChance:
    *shares, confidence = item
    chances = {colour: _number(share) for colour, share in zip(COLOURS, shares, strict=True)}
    return TempoChance(day=day, chances=chances, confidence=None if confidence is None else str(confidence))


def _encode_days(days: Mapping[date, str], letters: Mapping[str, str]) -> dict[str, str]:
    """One string for each season, from its first day on to the last one that is known."""
    last: dict[date, date] = {}
    for day in sorted(days):
        last[season_start(day)] = day
    return {
        first.isoformat(): "".join(
            letters[days[day]] if day in days else _UNKNOWN for day in days_between(first, until)
        )
        for first, until in last.items()
    }


def _decode_days(data: object, letters: Mapping[str, str]) -> dict[date, str]:
    """Strings of letters by their first day; before there were signals it was one word for each day."""
    words = {letter: word for word, letter in letters.items()} | {word: word for word in letters}
    days: dict[date, str] = {}
    for text, written in _mapping(data).items():
        day, kept = _decode_day(text), str(written)
        if len(kept) > _LONGEST_SEASON:
            raise NationalFormatError("Longer than a season")
        for piece in [kept] if kept in letters else kept:
            if piece != _UNKNOWN:
                if piece not in words:
                    raise NationalFormatError("Not a type of day")
                days[day] = words[piece]
            day += ONE_DAY
    return days


def _encode_signal(signal: EcowattSignal) -> list[object]:
    hours = "".join(_UNKNOWN if level is None else str(level) for level in signal.hours)
    return [signal.level, hours, signal.message, _encode_instant(signal.generated_at)]


def _decode_signal(day: date, item: object) -> EcowattSignal:
    level, hours, message, generated_at = _list(item)
    if not isinstance(hours, str) or len(hours) != _HOURS or not set(hours) <= {*_LEVELS, _UNKNOWN}:
        raise NationalFormatError("Not the hours of a day")
    return EcowattSignal(
        day=day,
        level=None if level is None else _level(level),
        message=None if message is None else str(message),
        hours=tuple(None if letter == _UNKNOWN else int(letter) for letter in hours),
        generated_at=_decode_instant(generated_at),
    )


def _encode_asked(asked: Asked) -> dict[str, object]:
    return {
        "at": _encode_instant(asked.at),
        "failures": asked.failures,
        "retry_at": _encode_instant(asked.retry_at),
    }


def _decode_all_asked(content: Mapping[str, object]) -> dict[Route, Asked]:
    asked = {Route(name): _decode_asked(_mapping(item)) for name, item in _mapping(content.get("asked")).items()}
    if "tempo_since" not in content:
        # Before there were signals, three years were asked for and not ten.
        asked.pop(Route.TEMPO, None)
    return asked


def _decode_asked(item: Mapping[str, object]) -> Asked:
    return Asked(
        at=_decode_instant(item.get("at")),
        failures=_whole(item.get("failures", 0)),
        retry_at=_decode_instant(item.get("retry_at")),
    )


def _encode_instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _decode_instant(value: object) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None or found.year not in _YEARS:
        raise NationalFormatError("An instant without its zone, or of no time at all")
    return found


def _decode_day(text: object) -> date:
    day = date.fromisoformat(str(text))
    if day.year not in _YEARS:
        raise NationalFormatError("Not a day of our times")
    return day


def _by_day(content: Mapping[str, object], key: str) -> Iterator[tuple[date, object]]:
    """Items by their day; none in a file of before there were signals."""
    return ((_decode_day(day), item) for day, item in _mapping(content.get(key, {})).items())


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise NationalFormatError("Expected an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise NationalFormatError("Expected a list")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise NationalFormatError("Expected a whole number")
    return value


def _level(value: object) -> int:
    level = _whole(value)
    if str(level) not in _LEVELS:
        raise NationalFormatError("Not a level")
    return level


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise NationalFormatError("Expected a number")
    return float(value)
