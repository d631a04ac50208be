"""The tariff options of the market as ready-made instances of the rules. Source: reference/domain.md 3.2.

Only options that follow the contract's off-peak hours take them; the hours of the others belong to the offer.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .offpeak import OffpeakSchedule, Season, Window
from .tariff import EVERY_DAY, PEAK, WEEKEND, Holidays, Option, Rule, Signal

NIGHT: Final = (Window(22 * 60, 6 * 60),)
"""Tempo's off-peak hours, the same for everybody."""
NIGHT_AND_WEEKEND: Final = (Window(23 * 60, 6 * 60),)
ZEN_FLEX_OFFPEAK: Final = (Window(13 * 60, 18 * 60), Window(20 * 60, 8 * 60))
SEASONAL_WINTER: Final = (Window(0, 7 * 60), Window(13 * 60, 16 * 60))
SEASONAL_SUMMER: Final = (Window(11 * 60, 17 * 60),)
EJP_PEAK: Final = (Window(7 * 60, 1 * 60),)
TEMPO_COLORS: Final = ("BLUE", "WHITE", "RED")


class OptionCode(StrEnum):
    """The offer types of the gateway's catalogue whose billing rule is known, and rules of the user's own."""

    BASE = "BASE"
    BASE_WEEKEND = "BASE_WEEKEND"
    HC_HP = "HC_HP"
    WEEKEND = "WEEKEND"
    HC_WEEKEND = "HC_WEEKEND"
    HC_NUIT_WEEKEND = "HC_NUIT_WEEKEND"
    SEASONAL = "SEASONAL"
    TEMPO = "TEMPO"
    EJP = "EJP"
    ZEN_FLEX = "ZEN_FLEX"
    CUSTOM = "CUSTOM"


CONTRACT_HOURS: Final = frozenset({OptionCode.HC_HP, OptionCode.WEEKEND, OptionCode.HC_WEEKEND})
"""Options that follow the off-peak hours of the contract."""
PEAK_DAYS: Final = frozenset({OptionCode.EJP, OptionCode.SEASONAL})
"""Options with peak days that no public calendar has: the user says which."""


def build_option(
    code: OptionCode,
    *,
    offpeak: OffpeakSchedule | None = None,
    own_hours: Mapping[int, tuple[Window, ...]] | None = None,
    peak_signal: Signal | None = None,
    peak_dates: Iterable[date] = (),
    peak_days: bool = True,
) -> Option:
    """The rules of an option, `CUSTOM` excepted (ValueError: they are the user's).

    `offpeak`: the contract's hours, for the options of `CONTRACT_HOURS`; None or flat: never off-peak.
    `own_hours`: the off-peak hours that the offer itself names, by weekday (Monday is 0); they win over any others.
    `peak_signal`: `TEMPO_RED` or `LISTED` (with `peak_dates`) for the options of `PEAK_DAYS`; None: unknown days.
    `peak_days`: whether a seasonal offer has peak days at all.
    """
    builder = _BUILDERS.get(code)
    if builder is None:
        raise ValueError(f"No ready-made rules for {code}")
    hours = _Hours(offpeak or OffpeakSchedule(), own_hours)
    rules = builder(hours)
    listed = frozenset(peak_dates)
    match code:
        case OptionCode.TEMPO:
            return Option(code=code, rules=rules, signal=Signal.TEMPO, day_starts=6 * 60)
        case OptionCode.ZEN_FLEX:
            return Option(code=code, rules=rules, signal=Signal.ZEN_FLEX)
        case OptionCode.EJP:
            # Without a signal no day has a type: the hours of a possible peak are unknown, never normal.
            return Option(code=code, rules=rules, signal=peak_signal, day_starts=7 * 60, listed=listed)
        case OptionCode.SEASONAL if peak_days:
            peak = Rule(period="peak_day", day_types=frozenset({PEAK}))
            return Option(code=code, rules=(peak, *rules), signal=peak_signal, listed=listed)
        case _:
            return Option(code=code, rules=rules)


class _Hours:
    """Off-peak hours of an option: the contract's by season, or the offer's own by day of the week."""

    def __init__(self, offpeak: OffpeakSchedule, own: Mapping[int, tuple[Window, ...]] | None) -> None:
        self._offpeak = offpeak
        self._own = own

    @property
    def are_own(self) -> bool:
        """Whether the offer names its hours itself."""
        return self._own is not None

    def rules(self, period: str, *, days: frozenset[int] = EVERY_DAY) -> tuple[Rule, ...]:
        """Off-peak on some days of the week, by the contract's hours unless the offer has its own."""
        if self._own is not None:
            return self.default(period, (), days=days)
        return tuple(
            Rule(period=period, windows=version.windows, season=version.season, weekdays=days)
            for version in self._offpeak.versions
            if version.windows
        )

    def default(
        self,
        period: str,
        windows: tuple[Window, ...],
        *,
        days: frozenset[int] = EVERY_DAY,
        season: Season = Season.ALL,
        day_types: frozenset[str] = frozenset(),
    ) -> tuple[Rule, ...]:
        """Off-peak by the hours of this kind of offer, unless the offer has its own."""
        by_hours: dict[tuple[Window, ...], set[int]] = {}
        for day in sorted(days):
            hours = windows if self._own is None else self._own.get(day, ())
            if hours:
                by_hours.setdefault(hours, set()).add(day)
        return tuple(
            Rule(period=period, windows=hours, season=season, weekdays=frozenset(same), day_types=day_types)
            for hours, same in by_hours.items()
        )


def _base(_hours: _Hours) -> tuple[Rule, ...]:
    return (Rule(period="base"),)


def _base_weekend(_hours: _Hours) -> tuple[Rule, ...]:
    return (Rule(period="we", weekdays=WEEKEND), Rule(period="base"))


def _hc_hp(hours: _Hours) -> tuple[Rule, ...]:
    return (*hours.rules("hc"), Rule(period="hp"))


def _hc_hp_weekend(hours: _Hours) -> tuple[Rule, ...]:
    return (
        *hours.rules("we_hc", days=WEEKEND),
        Rule(period="we_hp", weekdays=WEEKEND),
        *hours.rules("hc"),
        Rule(period="hp"),
    )


def _night_and_weekend(hours: _Hours) -> tuple[Rule, ...]:
    return (
        Rule(period="hc", weekdays=WEEKEND, holidays=Holidays.INCLUDED),
        *hours.default("hc", NIGHT_AND_WEEKEND),
        Rule(period="hp"),
    )


def _seasonal(hours: _Hours) -> tuple[Rule, ...]:
    return (
        *hours.default("winter_hc", SEASONAL_WINTER, season=Season.WINTER),
        Rule(period="winter_hp", season=Season.WINTER),
        *(() if hours.are_own else (Rule(period="summer_hc", weekdays=WEEKEND, season=Season.SUMMER),)),
        *hours.default("summer_hc", SEASONAL_SUMMER, season=Season.SUMMER),
        Rule(period="summer_hp"),
    )


def _tempo(hours: _Hours) -> tuple[Rule, ...]:
    return tuple(
        rule
        for color in TEMPO_COLORS
        for rule in (
            *hours.default(f"{color.lower()}_hc", NIGHT, day_types=frozenset({color})),
            Rule(period=f"{color.lower()}_hp", day_types=frozenset({color})),
        )
    )


def _ejp(_hours: _Hours) -> tuple[Rule, ...]:
    return (
        Rule(period="ejp_peak", windows=EJP_PEAK, day_types=frozenset({PEAK})),
        Rule(period="ejp_normal"),
    )


def _zen_flex(hours: _Hours) -> tuple[Rule, ...]:
    # A bonus day is billed as Éco: its rebate is not modelled (reference/domain.md 3.2).
    economy, sobriety = frozenset({"ECO", "BONUS"}), frozenset({"SOBRIETE"})
    return (
        *hours.default("eco_hc", ZEN_FLEX_OFFPEAK, day_types=economy),
        Rule(period="eco_hp", day_types=economy),
        *hours.default("sobriety_hc", ZEN_FLEX_OFFPEAK, day_types=sobriety),
        Rule(period="sobriety_hp", day_types=sobriety),
    )


_BUILDERS: Final[Mapping[OptionCode, Callable[[_Hours], tuple[Rule, ...]]]] = MappingProxyType(
    {
        OptionCode.BASE: _base,
        OptionCode.BASE_WEEKEND: _base_weekend,
        OptionCode.HC_HP: _hc_hp,
        OptionCode.WEEKEND: _hc_hp_weekend,
        OptionCode.HC_WEEKEND: _hc_hp_weekend,
        OptionCode.HC_NUIT_WEEKEND: _night_and_weekend,
        OptionCode.SEASONAL: _seasonal,
        OptionCode.TEMPO: _tempo,
        OptionCode.EJP: _ejp,
        OptionCode.ZEN_FLEX: _zen_flex,
    }
)

PRICE_FIELDS: Final[Mapping[OptionCode, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        OptionCode.BASE: {"base": ("base_price",)},
        OptionCode.BASE_WEEKEND: {"base": ("base_price",), "we": ("base_price_weekend", "base_price")},
        OptionCode.HC_HP: {"hc": ("hc_price",), "hp": ("hp_price",)},
        OptionCode.WEEKEND: {
            "hc": ("hc_price",),
            "hp": ("hp_price",),
            "we_hc": ("hc_price_weekend", "hc_price"),
            "we_hp": ("hp_price_weekend", "hp_price"),
        },
        OptionCode.HC_WEEKEND: {
            "hc": ("hc_price",),
            "hp": ("hp_price",),
            "we_hc": ("hc_price_weekend", "hc_price"),
            "we_hp": ("hp_price_weekend", "hp_price"),
        },
        OptionCode.HC_NUIT_WEEKEND: {"hc": ("hc_price",), "hp": ("hp_price",)},
        OptionCode.SEASONAL: {
            "winter_hc": ("hc_price_winter",),
            "winter_hp": ("hp_price_winter",),
            "summer_hc": ("hc_price_summer",),
            "summer_hp": ("hp_price_summer",),
            "peak_day": ("peak_day_price",),
        },
        OptionCode.TEMPO: {
            f"{color}_{hours}": (f"tempo_{color}_{hours}",)
            for color in ("blue", "white", "red")
            for hours in ("hc", "hp")
        },
        OptionCode.EJP: {"ejp_normal": ("ejp_normal",), "ejp_peak": ("ejp_peak",)},
    }
)
"""Fields of the catalogue that hold the price of each period, the first that is there; Zen Flex needs more thought."""

KNOWN_PERIODS: Final = tuple(
    dict.fromkeys(
        (
            *(period for code, fields in PRICE_FIELDS.items() for period in fields),
            "eco_hc",
            "eco_hp",
            "sobriety_hc",
            "sobriety_hp",
        )
    )
)
"""Every period of the ready-made options, for whatever names them."""
