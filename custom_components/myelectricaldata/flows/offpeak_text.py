"""Off-peak hours as a person writes and reads them.

Written: `22:30-06:30, 12:00-14:00`. Read: "from 22:30 to 06:30 the next day and from 12:00 to 14:00 (10 h a day)".
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ..energy.offpeak import (
    MINUTES_IN_DAY,
    OffpeakSchedule,
    Season,
    SeasonWindows,
    Window,
    WindowEmptyError,
    WindowError,
    WindowFormatError,
    WindowTimeError,
    overlapping,
    parse_offpeak_texts,
    parse_window,
    total_minutes,
)
from ..texts import Texts

EXAMPLE: Final = "22:30-06:30, 12:00-14:00"
EXAMPLE_PERIOD: Final = "22:30-06:30"

USUAL_MINUTES: Final = 480
"""What Enedis grants. Other totals exist (Enedis' own example is 23h00-7h30), so they are remarked, not refused."""

_LONGEST_CONTRACT: Final = 200
_SEPARATOR: Final = re.compile(r"[,;+\n]|\bet\b|\band\b", re.IGNORECASE)
_ERROR_KEYS: Final[Mapping[type[WindowError], str]] = MappingProxyType(
    {WindowFormatError: "syntax", WindowTimeError: "time", WindowEmptyError: "empty_window"}
)


class OffpeakTextError(ValueError):
    """What a person wrote cannot be off-peak hours."""

    def __init__(self, key: str, *, piece: str = "", other: str = "") -> None:
        """`key` is that of the form's error; `piece` and `other` are the culprits."""
        super().__init__(key)
        self.key = key
        self.placeholders = {"piece": piece, "other": other, "example": EXAMPLE_PERIOD}


def parse_windows(text: str) -> tuple[Window, ...]:
    """What a person wrote, sorted by start. Raises OffpeakTextError that says what is wrong and where."""
    windows = sorted(_parse_piece(piece.strip()) for piece in _SEPARATOR.split(text) if piece.strip())
    if not windows:
        raise OffpeakTextError("nothing")
    if (clash := overlapping(windows)) is not None:
        raise OffpeakTextError("overlap", piece=str(clash[0]), other=str(clash[1]))
    return tuple(windows)


def _parse_piece(piece: str) -> Window:
    try:
        return parse_window(piece)
    except WindowError as err:
        raise OffpeakTextError(_ERROR_KEYS[type(err)], piece=piece) from err


def schedule_of(windows: Mapping[Season, tuple[Window, ...]]) -> OffpeakSchedule:
    """A schedule from the windows of each season that was asked for."""
    return OffpeakSchedule(tuple(SeasonWindows(season, each) for season, each in windows.items()))


def contract_schedule(texts: tuple[str, ...]) -> OffpeakSchedule:
    """What the contract says of off-peak hours; flat when it says nothing or nothing that is fully understood."""
    windows = parse_offpeak_texts(texts)
    return schedule_of({Season.ALL: windows}) if windows else OffpeakSchedule()


def contract_in_short(texts: tuple[str, ...]) -> str:
    """The contract's own words, for a person to read beside the form; empty when it has none."""
    words = " ".join("; ".join(texts).split())
    return words if len(words) <= _LONGEST_CONTRACT else f"{words[: _LONGEST_CONTRACT - 1]}…"


def written(schedule: OffpeakSchedule, season: Season) -> str:
    """The windows of a season as a person would write them; empty when it has none of its own."""
    return ", ".join(str(each) for version in schedule.versions if version.season is season for each in version.windows)


def in_plain_words(schedule: OffpeakSchedule, texts: Texts) -> str:
    """The schedule in sentences, one a season."""
    sentences = [
        texts(
            f"schedule_{version.season}",
            windows=windows_in_words(version.windows, texts),
            total=duration(total_minutes(version.windows)),
        )
        for version in schedule.versions
        if version.windows
    ]
    return "\n\n".join(sentences) or texts("schedule_none")


def windows_in_words(windows: Iterable[Window], texts: Texts) -> str:
    """`from 13:00 to 18:00 and from 20:00 to 08:00 the next day`."""
    return f" {texts('schedule_and')} ".join(_window_in_words(window, texts) for window in windows)


def remark(schedule: OffpeakSchedule, texts: Texts) -> str:
    """What a careful reader would say of the schedule before it is saved; empty for a flat one."""
    if schedule.is_flat:
        return ""
    usual = all(total_minutes(version.windows) == USUAL_MINUTES for version in schedule.versions)
    return texts("remark_fine" if usual else "remark_eight_hours")


def duration(minutes: int) -> str:
    """8 h, 8 h 30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def _window_in_words(window: Window, texts: Texts) -> str:
    if window.minutes == MINUTES_IN_DAY:
        return texts("schedule_whole_day")
    start, end = str(window).split("-")
    return texts("schedule_window_overnight" if window.end < window.start else "schedule_window", start=start, end=end)
