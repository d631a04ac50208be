"""The truth: households whose every slot is known, and what Enedis and the gateway make of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from . import load
from .climate import chance
from .clock import ONE_DAY, PARIS, day_minutes, midnight, paris_instant, slot_count

CONSUMPTION, PRODUCTION = "consumption", "production"
DEMO_PDLS = ("04004253849200", "04004253849201", "04004253849202")

type Consent = Literal["valid", "expired", "moved"]
type Outage = Literal["enedis_quota", "enedis_500", "html_502"]
type OffpeakShape = Literal["ranges", "default", "weekdays", "list", "objects", "hc", "null"]
type Oddity = Literal[
    "power_kva", "daily_p1d", "pt1h", "numbers", "two_quantities", "no_interval", "one_contract", "extra_keys"
]
type Feed = Literal["daily", "curve", "power"]

_RANGE = re.compile(r"(\d{1,2})[Hh:](\d{2})\s*-\s*(\d{1,2})[Hh:](\d{2})")


@dataclass(slots=True, kw_only=True)
class Household:
    """One usage point: what its meter measured, and how its data reach (or miss) the gateway.

    Energy is in whole Wh by slot, so that the mean power of a slot (Wh * 60 / minutes) is a whole number of watts
    (even for PT30M, a multiple of 6 for PT10M: domain.md 1.3) and the daily index equals the curve to the Wh.
    All fields may be changed while the simulator runs; the next request sees the change.
    """

    pdl: str
    name: str | None = None
    seed: int = 1
    minutes: int = 30
    consumption: bool = True
    production: bool = False
    panel_watts: int = 6000
    subscribed_kva: int = 6
    offpeak: str | None = "HC (22H30-6H30)"
    offpeak_shape: OffpeakShape = "ranges"
    comptage: bool = True
    """2.x: whether the contract carries `comptage` (else null, as while the gateway is not subscribed to it)."""
    pricing_option: str | None = None
    activation: date = date(2021, 3, 15)
    tariff_changed: date | None = None
    """When the distribution tariff (its hours, its power) last changed; only 1.22 tells it."""
    production_activation: date | None = None
    """When injection started, where it is later than the consumption's activation."""
    has_curve: bool = True
    curve_since: date | None = None
    """First day of which the customer lets Enedis record the curve."""
    interval_changes: Mapping[date, int] = field(default_factory=dict)
    """New slot length from a day on (`minutes` holds before the first)."""
    consent: Consent = "valid"
    outage: Outage | None = None
    gateway_quota_exhausted: bool = False
    active: bool = True
    demo: bool = False
    linked_production: str | None = None
    """PDL of the production usage point that the account linked to this one."""
    holes: set[date] = field(default_factory=set)
    """Days of which nothing ever comes."""
    daily_missing: set[date] = field(default_factory=set)
    """Days without a daily index; the curve comes."""
    curve_missing: set[date] = field(default_factory=set)
    """Days without a curve; the daily index comes."""
    curve_holes: dict[date, set[int]] = field(default_factory=dict)
    """Slots (by true position) that are absent from the curve."""
    curve_nulls: dict[date, set[int]] = field(default_factory=dict)
    """Slots that come as `null`."""
    curve_zeros: set[date] = field(default_factory=set)
    """Days whose curve comes as zeros only, beside a daily index that is not (user-needs.md, pain 6)."""
    daily_nulls: set[date] = field(default_factory=set)
    publish_at: time = time(8, 0)
    """Paris wall clock at which J-1 is there, on every feed that has no time of its own below."""
    feed_publish_at: dict[Feed, time] = field(default_factory=dict)
    late: dict[date, int] = field(default_factory=dict)
    """Days of delay of a day, on every feed."""
    curve_delay_days: int = 0
    display_order: int | None = None
    oddities: set[Oddity] = field(default_factory=set)
    """Shapes that 2.x is known to allow but does not usually send: see `bodies.data_connect_2026`."""
    _truth: dict[tuple[str, date], tuple[int, ...]] = field(default_factory=dict, repr=False)

    # ---- the truth -------------------------------------------------------------------------------------------------

    def minutes_on(self, day: date) -> int:
        """Slot length of the meter on a day."""
        current = self.minutes
        for since in sorted(self.interval_changes):
            if day >= since:
                current = self.interval_changes[since]
        return current

    def slot_wh(self, direction: str, day: date) -> tuple[int, ...]:
        """Wh of each slot of a Paris civil day, by true position (slot k starts k * minutes after midnight)."""
        truth = self._truth.get((str(direction), day))
        if truth is None:
            self._generate(day)
            truth = self._truth[str(direction), day]
        return truth

    def daily_wh(self, direction: str, day: date) -> int:
        """Energy of the day in Wh: what the meter's index moved by."""
        return sum(self.slot_wh(direction, day))

    def hourly_wh(self, direction: str, day: date) -> tuple[int, ...]:
        """Wh of the 23, 24 or 25 UTC hours of the Paris civil day."""
        slots = self.slot_wh(direction, day)
        each = 60 // self.minutes_on(day)
        return tuple(sum(slots[start : start + each]) for start in range(0, len(slots), each))

    def slot_watts(self, direction: str, day: date) -> tuple[int, ...]:
        """Mean power of each slot, in W."""
        factor = 60 // self.minutes_on(day)
        return tuple(energy * factor for energy in self.slot_wh(direction, day))

    def peak(self, day: date) -> tuple[int, datetime]:
        """Highest apparent power drawn (VA) and the naive Paris wall clock at which it was reached."""
        watts = self.slot_watts(CONSUMPTION, day)
        top = max(range(len(watts)), key=watts.__getitem__)
        ordinal, minutes = day.toordinal(), self.minutes_on(day)
        volt_amperes = int(watts[top] * (1.04 + 0.3 * chance(self.seed, ordinal, 11)))
        seconds = top * minutes * 60 + int(chance(self.seed, ordinal, 12) * minutes * 60)
        instant = midnight(day) + timedelta(seconds=seconds)
        return max(watts[top], min(volt_amperes, self.subscribed_kva * 1080)), instant.astimezone(PARIS).replace(
            tzinfo=None
        )

    def revise(
        self, direction: str, day: date, factor: float | None = None, slots: Mapping[int, int] | None = None
    ) -> None:
        """Change the truth of a day from now on: every slot times `factor`, then the slots given, in Wh by position."""
        revised = [round(energy * factor) if factor is not None else energy for energy in self.slot_wh(direction, day)]
        for index, energy in (slots or {}).items():
            revised[index] = energy
        self._truth[str(direction), day] = tuple(revised)

    def measures(self, direction: str) -> bool:
        """Whether the meter has this direction."""
        return self.production if direction == PRODUCTION else self.consumption

    def _generate(self, day: date) -> None:
        minutes = self.minutes_on(day)
        limit = self.subscribed_kva * 985 * minutes // 60
        drawn = (
            load.consumed(self.seed, day, minutes, self.subscribed_kva, self.offpeak_ranges())
            if self.consumption
            else [0.0] * slot_count(day, minutes)
        )
        given = load.panels(self.seed, day, minutes, self.panel_watts) if self.production else [0.0] * len(drawn)
        hours = minutes / 60
        net = [(watts - light) * hours for watts, light in zip(drawn, given, strict=True)]
        drawn_wh = tuple(min(limit, round(energy)) if energy > 0 else 0 for energy in net)
        given_wh = tuple(round(-energy) if energy < 0 else 0 for energy in net)
        self._truth.setdefault((CONSUMPTION, day), drawn_wh)
        self._truth.setdefault((PRODUCTION, day), given_wh)

    # ---- what is known of it elsewhere -----------------------------------------------------------------------------

    def offpeak_ranges(self) -> tuple[tuple[int, int], ...]:
        """Off-peak windows in minutes since midnight, as the contract writes them."""
        found = _RANGE.findall(self.offpeak or "")
        return tuple((int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in found)

    def activated(self, direction: str) -> date:
        """First day that Enedis can serve in this direction."""
        if direction == PRODUCTION and self.production_activation is not None:
            return max(self.activation, self.production_activation)
        return self.activation

    def published(self, feed: Feed, day: date, now: datetime) -> bool:
        """Whether Enedis has the day at an instant."""
        delay = self.late.get(day, 0) + (self.curve_delay_days if feed == "curve" else 0)
        at = self.feed_publish_at.get(feed, self.publish_at)
        return now.astimezone(UTC) >= paris_instant(day + (1 + delay) * ONE_DAY, at)

    def has_daily(self, day: date) -> bool:
        """Whether the daily index (or the peak) of the day ever comes."""
        return day not in self.holes and day not in self.daily_missing

    def has_day_curve(self, day: date) -> bool:
        """Whether anything of the day's curve ever comes."""
        recorded = self.has_curve and (self.curve_since is None or day >= self.curve_since)
        return recorded and day not in self.holes and day not in self.curve_missing

    @property
    def uuid(self) -> UUID:
        """The gateway's own identifier of the usage point."""
        return uuid5(NAMESPACE_OID, self.pdl)

    @property
    def known_to_enedis(self) -> bool:
        """Whether the contract could be read when the usage point was added."""
        return self.consent == "valid" and self.outage is None


def demo_households(seed: int = 0) -> list[Household]:
    """The set that `scripts/demo` shows."""
    return [
        Household(
            pdl="22516914714271",
            name="Maison",
            seed=seed + 11,
            production=True,
            production_activation=date(2022, 6, 1),
            subscribed_kva=9,
            offpeak="HC (1H30-7H00;12H30-15H00)",
        ),
        Household(pdl="22516914714270", name="Appartement", seed=seed + 23),
    ]


def zoo(today: date, seed: int = 0) -> list[Household]:
    """One household for each behaviour that a client must cope with (samples/README.md, and a few more)."""
    hole_day, half_day = today - 11 * ONE_DAY, today - 4 * ONE_DAY
    slots = day_minutes(half_day) // 30
    return [
        Household(pdl="22516914714270", name="Maison", seed=seed + 1),
        Household(
            pdl="22516914714271", name="Maison solaire", seed=seed + 2, production=True, subscribed_kva=9,
            offpeak="HC (1H30-7H00;12H30-15H00)", comptage=False, production_activation=date(2024, 7, 31),
        ),
        Household(pdl="22516914714272", name="Pas 10 min", seed=seed + 3, minutes=10, offpeak_shape="default"),
        Household(pdl="22516914714283", name="Pas 15 min", seed=seed + 4, minutes=15, offpeak_shape="weekdays"),
        Household(pdl="22516914714273", name="Pas 60 min", seed=seed + 5, minutes=60, offpeak_shape="list"),
        Household(pdl="22516914714274", name="Consentement expiré", seed=seed + 6, consent="expired"),
        Household(pdl="22516914714275", name="Déménagé", seed=seed + 7, consent="moved"),
        Household(pdl="22516914714276", name="Activé récemment", seed=seed + 8, activation=today - 60 * ONE_DAY),
        Household(pdl="22516914714277", name="Sans courbe de charge", seed=seed + 9, has_curve=False),
        Household(pdl="22516914714278", name="Quota Enedis", seed=seed + 10, outage="enedis_quota"),
        Household(pdl="22516914714279", name="Panne Enedis", seed=seed + 11, outage="enedis_500"),
        Household(
            pdl="22516914714280", name="Trous", seed=seed + 12, holes={hole_day}, daily_missing={today - 8 * ONE_DAY},
            curve_missing={today - 9 * ONE_DAY}, curve_holes={half_day: set(range(20, 26))},
            curve_nulls={today - 5 * ONE_DAY: {slots - 1}}, curve_zeros={today - 13 * ONE_DAY},
        ),
        Household(
            pdl="22516914714281", name="Production seule", seed=seed + 13, consumption=False, production=True,
            subscribed_kva=9,
        ),
        Household(pdl="22516914714282", name="502 HTML", seed=seed + 14, outage="html_502"),
        Household(pdl="22516914714284", name=None, seed=seed + 15, offpeak=None, offpeak_shape="null", subscribed_kva=3),
        Household(pdl="22516914714285", name="Inactif", seed=seed + 16, active=False),
        Household(
            pdl="22516914714286", name="Courbe récente", seed=seed + 17, curve_since=today - 40 * ONE_DAY,
            curve_delay_days=1, late={today - ONE_DAY: 1}, interval_changes={today - 20 * ONE_DAY: 15},
        ),
        Household(pdl="22516914714290", name="Quota passerelle", seed=seed + 18, gateway_quota_exhausted=True),
    ]  # fmt: skip


def demo_account_households() -> list[Household]:
    """The public demo account of the gateway (gateway.md 5.6): other shapes, decimals, fixed offsets."""
    names = ("Résidence principale", "Maison avec panneaux solaires", "Résidence secondaire")
    return [
        Household(
            pdl=pdl, name=name, seed=90 + index, demo=True, production=index == 1, subscribed_kva=(6, 9, 3)[index],
            offpeak="HC (22h00-06h00)", offpeak_shape="weekdays", activation=date(2023, 11, 22),
        )
        for index, (pdl, name) in enumerate(zip(DEMO_PDLS, names, strict=True))
    ]  # fmt: skip
