"""What the recorder stores of a series: its unit, its columns, and when two rows are the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from homeassistant.const import UnitOfApparentPower, UnitOfEnergy
from homeassistant.util.unit_conversion import ApparentPowerConverter, EnergyConverter

from .energy.series import HourRow, SeriesDay

type Values = tuple[float | None, ...]
type Rows = dict[float, Values]
"""By start of the hour, in seconds of the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKind:
    """What a series measures and how exact it is."""

    unit: str
    unit_class: str | None
    adds_up: bool
    """Whether rows have a state and a running sum; otherwise they have a mean, a minimum and a maximum."""
    amounts_per_unit: int
    """Amounts of the series in one unit: 1,000 Wh in a kWh."""
    tolerance: float
    """In units: rows that differ by less are the same row. Half of the smallest amount."""

    @property
    def columns(self) -> tuple[Literal["mean", "min", "max", "state", "sum"], ...]:
        """The columns of a row, in the order of its values."""
        return ("state", "sum") if self.adds_up else ("mean", "min", "max")

    def values(self, row: HourRow, base: float) -> Values:
        """The columns of an hour, or of one that is to be neutralised when nothing is known of it."""
        if not self.adds_up:
            return (None if row.amount is None else float(row.amount) / self.amounts_per_unit,) * 3
        state = float(row.amount or 0) / self.amounts_per_unit
        return state, round(base + float(row.total) / self.amounts_per_unit, 9)

    def same(self, one: Values, other: Values | None) -> bool:
        """Whether two rows are the same as far as the series is exact."""
        return other is not None and all(
            mine is theirs if mine is None or theirs is None else abs(mine - theirs) < self.tolerance
            for mine, theirs in zip(one, other, strict=True)
        )

    def differing(self, days: Iterable[SeriesDay], base: float, stored: Rows) -> Rows:
        """The rows of some days that are not stored as they should be; the sums of the days continue from `base`."""
        differing: Rows = {}
        for row in (row for entry in days for row in entry.rows()):
            start = row.start.timestamp()
            if row.amount is None and start not in stored:
                continue
            values = self.values(row, base)
            if not self.same(values, stored.get(start)):
                differing[start] = values
        return differing


ENERGY: Final = SeriesKind(
    unit=UnitOfEnergy.KILO_WATT_HOUR,
    unit_class=EnergyConverter.UNIT_CLASS,
    adds_up=True,
    amounts_per_unit=1000,
    tolerance=0.0005,
)
PEAK_POWER: Final = SeriesKind(
    unit=UnitOfApparentPower.VOLT_AMPERE,
    unit_class=ApparentPowerConverter.UNIT_CLASS,
    adds_up=False,
    amounts_per_unit=1,
    tolerance=0.5,
)
# Prices have five decimals in EUR/kWh, so that the smallest amount is 1e-8 EUR: a Wh at 0.00001 EUR/kWh. Sums come from
# exact totals and never drift; as floats they are off by 5e-10 (nine decimals are kept) and, at 100,000 EUR, 2e-11.
MONEY: Final = SeriesKind(unit="EUR", unit_class=None, adds_up=True, amounts_per_unit=1, tolerance=5e-9)
