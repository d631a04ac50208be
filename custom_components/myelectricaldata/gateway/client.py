"""The gateway's endpoints as typed methods. Source of every rule: gateway.md."""

from collections.abc import Callable
from datetime import date
from typing import Final

from ..energy.calendar import ONE_DAY, paris_date
from . import account, catalogue, metering, signals
from .answers import Answer
from .caller import Charge, GatewayCaller
from .errors import AuthenticationError, RequestRejected
from .metering import Quantity, Question, Readings
from .models import (
    Account,
    Address,
    Contract,
    Contribution,
    ContributionReceipt,
    DailyEnergy,
    Dialect,
    Direction,
    EcowattDay,
    GridSeries,
    LoadCurve,
    MaximumPower,
    Offer,
    OfferContribution,
    Provider,
    TempoDay,
    TempoForecast,
    UsagePoint,
    UsageStatistics,
    ZenFlexDay,
)
from .transport import BATCH_TIMEOUT, READ_TIMEOUT

DETAIL_DAYS: Final = 7
"""The longest load curve that a non-batch route serves, in days."""


class GatewayClient(GatewayCaller):
    """One account at one gateway. One call at a time; every method raises nothing but `GatewayError`.

    Days are Paris civil days, `first` and `last` both included; what the gateway adds to them is left out. `background`
    calls leave the budget's reserve alone. Where the route has a cache it is used, unless `use_cache` is False.
    """

    dialect: Dialect | None = None
    """Shape of the last metering body; None before the first. Tells 1.22 from 2.x."""

    async def async_account(self, *, patient: bool = True) -> Account:
        """Who the secret belongs to: the free check of credentials. Tried once only unless `patient`."""
        return await self._ask("accounts/me", read=lambda answer: account.read_account(answer.data), patient=patient)

    async def async_usage_statistics(self) -> UsageStatistics:
        """The gateway's own counters of the UTC day. Free."""
        return await self._ask("accounts/usage-stats", read=lambda answer: account.read_usage_statistics(answer.data))

    async def async_usage_points(self) -> tuple[UsagePoint, ...]:
        """Every usage point of the account, inactive ones included. Free."""
        return await self._ask("pdl", read=lambda answer: account.read_usage_points(answer.data))

    async def async_contract(self, pdl: str, *, background: bool = False, use_cache: bool = True) -> Contract:
        """The contract; also the one place where an expired consent always shows (gateway.md 5.4)."""
        return await self._ask(
            f"enedis/contract/{_checked(pdl)}",
            {"use_cache": _boolean(use_cache)},
            charge=_charge(use_cache=use_cache),
            background=background,
            read=lambda answer: account.read_contract(answer.data, pdl, self._now()),
        )

    async def async_address(self, pdl: str, *, background: bool = False, use_cache: bool = True) -> Address:
        """Where the meter is."""
        return await self._ask(
            f"enedis/address/{_checked(pdl)}",
            {"use_cache": _boolean(use_cache)},
            charge=_charge(use_cache=use_cache),
            background=background,
            read=lambda answer: account.read_address(answer.data, pdl, self._now()),
        )

    async def async_daily(
        self,
        pdl: str,
        direction: Direction,
        first: date,
        last: date,
        *,
        background: bool = False,
        use_cache: bool = True,
    ) -> DailyEnergy:
        """Daily indexes in Wh. Enedis documents at most 365 days a call; 1.22 never serves yesterday's consumption."""
        path = f"enedis/{direction.value}/daily/{_checked(pdl)}"
        question = self._question(pdl, direction, Quantity.DAILY, first, last)
        if question.last < question.first:
            return DailyEnergy(days={})
        return await self._meter(
            path,
            question,
            charge=_charge(use_cache=use_cache),
            background=background,
            read=lambda readings: DailyEnergy(days=metering.daily_energy(readings, question)),
        )

    async def async_load_curve(
        self,
        pdl: str,
        direction: Direction,
        first: date,
        last: date,
        *,
        background: bool = False,
        use_cache: bool = True,
    ) -> LoadCurve:
        """Load curves through the batch route: up to 729 days in one call, split by the gateway."""
        return await self._curve(
            f"enedis/{direction.value}/detail/batch/{_checked(pdl)}",
            self._question(pdl, direction, Quantity.CURVE, first, last),
            charge=_charge(use_cache=use_cache),
            background=background,
            batch=True,
        )

    async def async_load_curve_detail(
        self,
        pdl: str,
        direction: Direction,
        first: date,
        last: date,
        *,
        background: bool = False,
        use_cache: bool = True,
    ) -> LoadCurve:
        """Load curves of at most 7 days through the plain route, which tells more errors apart than the batch."""
        if (last - first).days >= DETAIL_DAYS:
            raise RequestRejected(f"A load curve is asked for at most {DETAIL_DAYS} days", code="ADAM-DC-0015")
        return await self._curve(
            f"enedis/{direction.value}/detail/{_checked(pdl)}",
            self._question(pdl, direction, Quantity.CURVE, first, last),
            charge=_charge(use_cache=use_cache),
            background=background,
            batch=False,
        )

    async def async_maximum_power(
        self, pdl: str, first: date, last: date, *, background: bool = False, use_cache: bool = True
    ) -> MaximumPower:
        """The highest apparent power of each day, in VA; of consumption only."""
        path = f"enedis/power/{_checked(pdl)}"
        question = self._question(pdl, Direction.CONSUMPTION, Quantity.POWER, first, last)
        if question.last < question.first:
            return MaximumPower(days={})
        return await self._meter(
            path,
            question,
            charge=_charge(use_cache=use_cache),
            background=background,
            read=lambda readings: MaximumPower(days=metering.maximum_power(readings, question)),
        )

    async def async_tempo_days(self, first: date, last: date) -> tuple[TempoDay, ...]:
        """Published colours, oldest first. Free. The gateway leaves its first day out, so one more is asked."""
        return await self._ask(
            "tempo/days",
            {"start_date": (first - ONE_DAY).isoformat(), "end_date": last.isoformat()},
            read=lambda answer: signals.read_tempo_days(answer.data, first, last),
        )

    async def async_tempo_forecast(self) -> TempoForecast:
        """The gateway's own guess of the coming days; a published colour always wins over it. Free."""
        return await self._ask("tempo/forecast", read=lambda answer: signals.read_tempo_forecast(answer.data))

    async def async_ecowatt(self, first: date, last: date, *, background: bool = False) -> tuple[EcowattDay, ...]:
        """EcoWatt signals, at most 363 days. Costs one uncached call. Asked a day wider: signals carry UTC dates."""
        return await self._ask(
            "ecowatt/history",
            {"start_date": (first - ONE_DAY).isoformat(), "end_date": (last + ONE_DAY).isoformat()},
            charge=Charge.UNCACHED,
            background=background,
            read=lambda answer: signals.read_ecowatt(answer.data, first, last),
        )

    async def async_zen_flex_days(self, first: date, last: date) -> tuple[ZenFlexDay, ...]:
        """Zen Flex days of gateway 2.x; 1.22 answers `RequestRejected` with code 404. Free."""
        return await self._ask(
            "zen-flex/days",
            {"start": first.isoformat(), "end": last.isoformat()},
            read=lambda answer: signals.read_zen_flex_days(answer.data, first, last),
        )

    async def async_providers(self) -> tuple[Provider, ...]:
        """Suppliers of the catalogue. Free."""
        return await self._ask("energy/providers", read=lambda answer: catalogue.read_providers(answer.data))

    async def async_offers(self, provider_id: str | None = None, *, include_history: bool = False) -> tuple[Offer, ...]:
        """Offers of one supplier or of all. Free."""
        params = {"include_history": _boolean(include_history)}
        if provider_id is not None:
            params["provider_id"] = provider_id
        return await self._ask("energy/offers", params, read=lambda answer: catalogue.read_offers(answer.data))

    async def async_contributions(self) -> tuple[Contribution, ...]:
        """The account's own contributions to the catalogue. Free."""
        return await self._ask("energy/contributions", read=lambda answer: catalogue.read_contributions(answer.data))

    async def async_contribute(self, contribution: OfferContribution) -> ContributionReceipt:
        """Propose an offer to the catalogue, for review by people. Free, and sent once: it cannot be taken back.

        RequestRejected with the gateway's words where it refuses. After a `GatewayUnavailable` nobody knows whether it
        arrived: `async_contributions` tells.
        """
        body = catalogue.contribution_body(contribution)
        try:
            return await self._tell("energy/contribute", body, read=lambda answer: catalogue.read_receipt(answer.data))
        except AuthenticationError as error:
            if error.code != "403":
                raise
            # The secret is good: this account (the demonstration's) may only read.
            raise RequestRejected(error.message, code="403") from error

    async def async_france_consumption(
        self, first: date | None = None, last: date | None = None, *, kind: str | None = None
    ) -> tuple[GridSeries, ...]:
        """Consumption of France in MW; without days, the gateway's window of a day around now. Free."""
        return await self._ask(
            "consumption-france",
            _window(first, last) | ({} if kind is None else {"type": kind}),
            read=lambda answer: signals.read_france_consumption(answer.data, first, last),
        )

    async def async_generation_forecast(
        self,
        first: date | None = None,
        last: date | None = None,
        *,
        production_type: str | None = None,
        forecast_type: str | None = None,
    ) -> tuple[GridSeries, ...]:
        """Solar and wind generation in MW; the gateway's WIND grows at each refresh, do not show it. Free."""
        params = _window(first, last)
        if production_type is not None:
            params["production_type"] = production_type
        if forecast_type is not None:
            params["forecast_type"] = forecast_type
        return await self._ask(
            "generation-forecast",
            params,
            read=lambda answer: signals.read_generation_forecast(answer.data, first, last),
        )

    async def _curve(
        self, path: str, question: Question, *, charge: Charge, background: bool, batch: bool
    ) -> LoadCurve:
        if question.last < question.first:
            return LoadCurve(days={})
        return await self._meter(
            path,
            question,
            charge=charge,
            background=background,
            batch=batch,
            read=lambda readings: LoadCurve(days=metering.load_curve(readings, question), partial=readings.partial),
        )

    async def _meter[T](
        self,
        path: str,
        question: Question,
        *,
        charge: Charge,
        background: bool,
        read: Callable[[Readings], T],
        batch: bool = False,
    ) -> T:
        """Ask a metering route and remember which gateway answers like that."""

        def read_both(answer: Answer) -> tuple[Readings, T]:
            readings = metering.read_metering(answer, question)
            return readings, read(readings)

        readings, result = await self._ask(
            path,
            {
                "start": question.first.isoformat(),
                "end": (question.last + ONE_DAY).isoformat(),
                "use_cache": _boolean(charge is Charge.CACHED),
            },
            charge=charge,
            background=background,
            read_timeout=BATCH_TIMEOUT if batch else READ_TIMEOUT,
            read=read_both,
        )
        self._note_dialect(readings, batch=batch)
        return result

    def _question(self, pdl: str, direction: Direction, quantity: Quantity, first: date, last: date) -> Question:
        """`end` is exclusive nearly everywhere and never later than today (gateway.md 5.1, 5.3)."""
        now = self._now()
        yesterday = paris_date(now) - ONE_DAY
        return Question(
            pdl=pdl, direction=direction, quantity=quantity, first=first, last=min(last, yesterday), now=now
        )

    def _note_dialect(self, readings: Readings, *, batch: bool) -> None:
        """A 2.x may serve v5 bodies, with a `Deprecation` header or on the batch routes: it stays a 2.x."""
        if readings.deprecated_shape:
            self.dialect = Dialect.DATA_CONNECT_2026
        elif not batch or self.dialect is None or readings.dialect is Dialect.DATA_CONNECT_2026:
            self.dialect = readings.dialect


def _charge(*, use_cache: bool) -> Charge:
    return Charge.CACHED if use_cache else Charge.UNCACHED


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _checked(pdl: str) -> str:
    """A usage point's number is part of an address: nothing else may pass for it."""
    if len(pdl) != 14 or not pdl.isascii() or not pdl.isdigit():
        raise RequestRejected("A usage point has 14 digits")
    return pdl


def _window(first: date | None, last: date | None) -> dict[str, str]:
    """Dates are UTC midnights to the gateway: a day wider on the side where Paris comes first."""
    window: dict[str, str] = {}
    if first is not None:
        window["start_date"] = (first - ONE_DAY).isoformat()
    if last is not None:
        window["end_date"] = (last + ONE_DAY).isoformat()
    return window
