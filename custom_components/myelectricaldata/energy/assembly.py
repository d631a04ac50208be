"""From the gateway's labelled samples to load curves by Paris civil day.

The gateway receives samples stamped at the end of their interval in local time and subtracts the interval without
looking at the zone. On ordinary days the label is then the local start. On the two clock-change days it is not:

- spring: the sample that really starts at 01:30 is labelled 02:30, a time that does not exist;
- autumn: the labels run 01:30, 02:00, 01:30, 02:00, 02:30, for samples that start at 01:30, 02:00, 02:30, 02:00, 02:30.

The rule (reference/domain.md 1.4): count positions where the day is whole; otherwise give the interval back to the
label, localise the *end*, and subtract the interval in real time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import gcd

from .calendar import minutes_in_day
from .readings import DayCurve

INTERVALS = frozenset({5, 10, 15, 30, 60})

# Wall minutes that do not exist in spring and run twice in autumn.
_CHANGE_START, _CHANGE_END = 120, 180

type _Key = tuple[int, int]
"""Label, in wall minutes of its day, and length of the interval in minutes."""
type _Reading = tuple[_Key, int | None]


@dataclass(frozen=True, slots=True)
class CurveSample:
    """One sample of a load curve as the gateway labels it."""

    label: datetime
    """Naive Paris wall time: the start of the interval, by the gateway's naive shift."""
    minutes: int
    """Length of the interval."""
    watts: int | None
    """Mean power over the interval; None when the gateway says null."""


class LabelledCurve:
    """The samples of a body by the day of their label, held as plain numbers: a quarter of a year has thousands.

    Samples off the grid of their interval, of an unknown interval or of negative power are dropped.
    """

    def __init__(self, samples: Iterable[CurveSample]) -> None:
        """Takes each sample once, so that `samples` may make them one by one."""
        self._by_day: dict[date, list[tuple[int, int, int | None]]] = {}
        for sample in samples:
            if _makes_sense(sample):
                label = sample.label
                self._by_day.setdefault(label.date(), []).append((_wall_minute(label), sample.minutes, sample.watts))

    @property
    def end_stamped(self) -> bool:
        """Whether it carries raw Enedis stamps: from one interval after midnight to a later day's midnight.

        What the gateway serves starts at 00:00 and never reaches the midnight after its last day (domain.md 1.2).
        """
        if len(self._by_day) < 2:
            return False
        first, minutes, _ = min(self._by_day[min(self._by_day)], key=_wall)
        last, _, _ = max(self._by_day[max(self._by_day)], key=_wall)
        return first == minutes and last == 0

    def days(self, wanted: Callable[[date], bool]) -> dict[date, DayCurve]:
        """The load curve of every day of which something came and that is wanted, oldest day first.

        Neither the order of the days, nor that of the samples of a day, nor repetitions matter, except that on the
        autumn day the two runs of a label are told apart by which came first. Of two different values for one slot the
        last wins; a null never beats a value.
        """
        return {
            day: _assemble_day(day, [((wall, minutes), watts) for wall, minutes, watts in self._by_day[day]])
            for day in sorted(self._by_day)
            if wanted(day)
        }


def looks_end_stamped(samples: Iterable[CurveSample]) -> bool:
    """Whether a body carries raw Enedis stamps: see `LabelledCurve.end_stamped`."""
    return LabelledCurve(samples).end_stamped


def assemble_days(samples: Iterable[CurveSample]) -> dict[date, DayCurve]:
    """The load curve of every day: see `LabelledCurve.days`.

    A body that `looks_end_stamped` gives no day at all: half an hour of everything would go to the wrong place.
    """
    curve = LabelledCurve(samples)
    return {} if curve.end_stamped else curve.days(lambda _day: True)


def _makes_sense(sample: CurveSample) -> bool:
    label = sample.label
    return (
        sample.minutes in INTERVALS
        and not (label.second or label.microsecond)
        and label.minute % sample.minutes == 0
        and (sample.watts is None or sample.watts >= 0)
    )


def _wall(sample: tuple[int, int, int | None]) -> int:
    return sample[0]


def _wall_minute(label: datetime) -> int:
    return label.hour * 60 + label.minute


def _assemble_day(day: date, readings: list[_Reading]) -> DayCurve:
    length = minutes_in_day(day)
    if length > 1440:
        placed = _place_autumn(readings)
    elif length < 1440:
        placed = _place_spring(_latest(readings), length)
    else:
        placed = _latest(readings)
    return _lay(placed, length)


def _latest(readings: Iterable[_Reading]) -> dict[_Key, int | None]:
    """The last value of each label; a null never beats a value."""
    latest: dict[_Key, int | None] = {}
    for key, watts in readings:
        if watts is not None or key not in latest:
            latest[key] = watts
    return latest


def _lay(placed: Mapping[_Key, int | None], length: int) -> DayCurve:
    """Real start minute and interval → slots of the finest common length; a finer reading beats a coarser one."""
    slot = gcd(*{minutes for _, minutes in placed})
    watts: list[int | None] = [None] * (length // slot)
    for (start, minutes), value in sorted(placed.items(), key=lambda item: -item[0][1]):
        if value is not None:
            first = start // slot
            watts[first : first + minutes // slot] = [value] * (minutes // slot)
    return DayCurve(slot, tuple(watts))


def _place_spring(latest: Mapping[_Key, int | None], length: int) -> dict[_Key, int | None]:
    """Real start minutes on the 23-hour day."""
    lengths = {minutes for _, minutes in latest}
    if len(lengths) == 1 and len(latest) * (minutes := lengths.pop()) == length:
        return {(position * minutes, minutes): latest[key] for position, key in enumerate(sorted(latest))}
    moved: list[_Reading] = []
    # A label that cannot be (its end falls in the hour that does not exist) must not beat one that can.
    for (label, minutes), watts in sorted(latest.items(), key=lambda item: not _in_change(_end(item[0]))):
        late = label + minutes >= _CHANGE_END
        moved.append(((label - 60 if late else label, minutes), watts))
    return _latest(moved)


def _place_autumn(readings: list[_Reading]) -> dict[_Key, int | None]:
    """Real start minutes on the 25-hour day."""
    seen = Counter(key for key, _ in readings)
    if _repeats_by_start(seen):
        return _place_by_start(readings)
    folds = _Folds(readings, seen)
    placed: list[_Reading] = []
    for (label, minutes), values in folds.pairs.items():
        placed += (((label, minutes), values[0]), ((label + 60, minutes), values[1]))
    for (label, minutes), watts in _latest(reading for reading in readings if not _in_change(_end(reading[0]))).items():
        placed.append(((label + 60 if label + minutes >= _CHANGE_END else label, minutes), watts))
    return _latest(placed)


def _end(key: _Key) -> int:
    return key[0] + key[1]


def _in_change(minute: int) -> bool:
    return _CHANGE_START <= minute < _CHANGE_END


def _repeats_by_start(seen: Mapping[_Key, int]) -> bool:
    """Whether a whole autumn day repeats 02:00 to 03:00 by *start*: a source that shifted with the zone in mind."""
    lengths = {minutes for _, minutes in seen}
    if len(lengths) > 1:
        return False
    minutes = lengths.pop()
    once = min(seen.values())
    expected = {(label, minutes): 2 * once if _in_change(label) else once for label in range(0, 1440, minutes)}
    return seen == expected


def _place_by_start(readings: list[_Reading]) -> dict[_Key, int | None]:
    runs: dict[_Key, list[int | None]] = {}
    placed: list[_Reading] = []
    for key, watts in readings:
        label, minutes = key
        if _in_change(label):
            runs.setdefault(key, []).append(watts)
        else:
            placed.append(((label if label < _CHANGE_START else label + 60, minutes), watts))
    for (label, minutes), values in runs.items():
        first, second = _two_runs(values)
        placed += (((label, minutes), first), ((label + 60, minutes), second))
    return _latest(placed)


class _Folds:
    """The two values of each label of an autumn day whose end is ambiguous: before and after the clock went back."""

    def __init__(self, readings: Iterable[_Reading], seen: Mapping[_Key, int]) -> None:
        # Every label came at least this often: so many times was the body returned.
        bodies = min((count for key, count in seen.items() if not _in_change(_end(key))), default=1)
        runs: dict[_Key, list[tuple[int | None, bool]]] = {}
        previous = -1
        went_back = False
        for key, watts in readings:
            if _in_change(_end(key)):
                went_back = went_back or key[0] < previous or (key[0] == previous and seen[key] > bodies)
                previous = key[0]
                runs.setdefault(key, []).append((watts, went_back))
            elif key[0] < _CHANGE_START:
                previous, went_back = -1, False
        self.pairs = {key: self._pair(run, bodies) for key, run in runs.items()}

    @staticmethod
    def _pair(run: list[tuple[int | None, bool]], bodies: int) -> tuple[int | None, int | None]:
        if len(run) > bodies:
            return _two_runs([watts for watts, _ in run])
        # Half is lost (gateway 1.22 keeps one of two equal labels). Only the order of arrival can say which half.
        known = [(watts, late) for watts, late in run if watts is not None]
        watts, late = known[-1] if known else run[-1]
        return (None, watts) if late else (watts, None)


def _two_runs(values: Sequence[int | None]) -> tuple[int | None, int | None]:
    """First and second run of a label, in order of arrival, from one or several copies of the body."""
    if len(values) % 2 == 0:
        return _last_known(values[::2]), _last_known(values[1::2])
    # One copy came through a cache that keeps a single value of the two: the other copy shows both.
    known = [value for value in values if value is not None]
    last = _last_known(known)
    return _last_known([value for value in known if value != last] or known[:-1]), last


def _last_known(values: Sequence[int | None]) -> int | None:
    return next((value for value in reversed(values) if value is not None), None)
