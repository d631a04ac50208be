"""The action that ranks the offers of the market, and the user's own, by what a household would have paid."""

from datetime import date
from decimal import Decimal
from typing import Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from .action_targets import ATTR_USAGE_POINT, refused, target
from .const import DOMAIN
from .coordinators import UsagePointCoordinator
from .coordinators.best_offer import power_of
from .coordinators.national import async_get_national
from .custom_offers import CUSTOM_OFFER_SCHEMA, CustomOfferError, amount, custom_entry
from .energy.bill import PeriodShare
from .energy.calendar import paris_date
from .energy.compare import Assumption, Comparison, NotCompared, OfferResult, PriceMode
from .energy.entries import OfferReference, TariffEntry
from .energy.offers import Catalogue
from .energy.ranking import Period, Question, Ranking, newest_day, rank, span_of
from .gateway.models import Direction
from .period_names import period_name

ACTION_COMPARE_OFFERS: Final = "compare_offers"

ATTR_PERIOD: Final = "period"
ATTR_YEAR: Final = "year"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_PRICES: Final = "prices"
ATTR_PROVIDER: Final = "provider"
ATTR_POWER: Final = "power_kva"
ATTR_CUSTOM_OFFERS: Final = "custom_offers"
ATTR_LIMIT: Final = "limit"

COMPARE_OFFERS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_USAGE_POINT): cv.string,
        vol.Optional(ATTR_PERIOD, default=Period.ROLLING_YEAR): vol.Coerce(Period),
        vol.Optional(ATTR_YEAR): vol.All(vol.Coerce(int), vol.Range(min=2000, max=2100)),
        vol.Optional(ATTR_START): cv.date,
        vol.Optional(ATTR_END): cv.date,
        vol.Optional(ATTR_PRICES, default=PriceMode.TODAY): vol.Coerce(PriceMode),
        vol.Optional(ATTR_PROVIDER): cv.string,
        vol.Optional(ATTR_POWER): vol.All(amount, vol.Range(min=1, max=36)),
        vol.Optional(ATTR_CUSTOM_OFFERS): vol.All(cv.ensure_list, [CUSTOM_OFFER_SCHEMA]),
        vol.Optional(ATTR_LIMIT): vol.All(vol.Coerce(int), vol.Range(min=1)),
    }
)


@callback
def async_register_offer_action(hass: HomeAssistant) -> None:
    """It only answers: nothing is changed, and the gateway is not called."""
    hass.services.async_register(
        DOMAIN, ACTION_COMPARE_OFFERS, _async_compare_offers, COMPARE_OFFERS_SCHEMA, SupportsResponse.ONLY
    )


async def _async_compare_offers(call: ServiceCall) -> ServiceResponse:
    coordinator = target(call)
    if Direction.CONSUMPTION not in coordinator.directions:
        raise refused("no_consumption", name=coordinator.subentry.title)
    national = await async_get_national(call.hass)
    # From here to the executor nothing is awaited, so that what is compared belongs together.
    catalogue = national.catalogue
    today = paris_date(dt_util.utcnow())
    power = call.data.get(ATTR_POWER, power_of(coordinator, today))
    own = _own_offers(call, power, coordinator)
    if power is None and catalogue.offers:
        raise refused("unknown_power", name=coordinator.subentry.title)
    if not catalogue.offers and not own:
        raise refused("no_catalogue")
    first, last = _span(call, coordinator, today)
    question = Question(
        series=coordinator.series,
        calendars=national.calendars,
        catalogue=catalogue,
        tariff=coordinator.tariff,
        offpeak=coordinator.offpeak,
        power_kva=power,
        provider_id=_provider(call, catalogue),
        own_offers=own,
        prices=call.data[ATTR_PRICES],
        first=first,
        last=last,
        today=today,
    )
    entry = coordinator.tariffs.entry_in_force
    ranking = await call.hass.async_add_executor_job(rank, question)
    if not ranking.comparison.days_compared:
        raise refused("no_days", start=first.isoformat(), end=last.isoformat())
    words = _Words(call.hass.config.language, question, None if entry is None else entry.offer)
    return {
        "usage_point": coordinator.pdl,
        "name": coordinator.subentry.title,
        "prices": str(question.prices),
        "power_kva": _rounded(power, 1),
        "currency": "EUR",
        **_coverage(call.data[ATTR_PERIOD], ranking.comparison),
        "present": words.present(ranking),
        "present_reason": _present_reason(ranking),
        "offers": words.offers(ranking, call.data.get(ATTR_LIMIT)),
        "not_compared": [_not_compared(each) for each in ranking.comparison.not_compared],
    }


def _span(call: ServiceCall, coordinator: UsagePointCoordinator, today: date) -> tuple[date, date]:
    period: Period = call.data[ATTR_PERIOD]
    start, end, year = (call.data.get(key) for key in (ATTR_START, ATTR_END, ATTR_YEAR))
    if period is not Period.CUSTOM and (start or end):
        raise refused("days_without_custom_period")
    if year is not None and period not in (Period.CALENDAR_YEAR, Period.TEMPO_SEASON):
        raise refused("year_without_year_period")
    newest = newest_day(coordinator.series, today)
    if newest is None:
        raise refused("no_energy_yet", name=coordinator.subentry.title)
    if period is Period.CUSTOM:
        if start is None or end is None:
            raise refused("custom_period_without_days")
        first, last = start, end
    else:
        first, last = span_of(period, year, newest, today)
    if last < first:
        raise refused("end_before_start", start=first.isoformat(), end=last.isoformat())
    return first, last


def _provider(call: ServiceCall, catalogue: Catalogue) -> str | None:
    """The id of the supplier that a call names by its name or its id."""
    wanted = call.data.get(ATTR_PROVIDER)
    if wanted is None:
        return None
    names = catalogue.providers()
    for provider_id, name in names.items():
        if wanted.strip().casefold() in (name.casefold(), provider_id.casefold()):
            return provider_id
    raise refused("unknown_provider", provider=wanted, providers=", ".join(names.values()) or "–")


def _own_offers(
    call: ServiceCall, power: Decimal | None, coordinator: UsagePointCoordinator
) -> tuple[tuple[str, TariffEntry], ...]:
    offers: dict[str, TariffEntry] = {}
    for offer in call.data.get(ATTR_CUSTOM_OFFERS, ()):
        name = offer["name"]
        if name in offers:
            raise refused("custom_offer_twice", name=name)
        try:
            offers[name] = custom_entry(offer, power, coordinator.offpeak)
        except CustomOfferError as err:
            raise refused(err.key, **err.placeholders) from err
    return tuple(offers.items())


def _coverage(period: Period, comparison: Comparison) -> JsonObjectType:
    return {
        "period": str(period),
        "start": comparison.first.isoformat(),
        "end": comparison.last.isoformat(),
        "days_expected": comparison.days_expected,
        "days_compared": comparison.days_compared,
        "days_left_out": comparison.days_left_out,
        "days_estimated": comparison.estimated_days,
        "coverage": round(100 * comparison.days_compared / comparison.days_expected, 1),
    }


def _present_reason(ranking: Ranking) -> str | None:
    """Why there is no present tariff to compare with."""
    if ranking.present is not None:
        return None
    return "no_tariff" if ranking.present_reason is None else str(ranking.present_reason)


def _not_compared(excluded: NotCompared) -> JsonValueType:
    return {
        "name": excluded.label,
        "provider": excluded.provider or None,
        "option": None if excluded.code is None else str(excluded.code),
        "reason": str(excluded.reason),
    }


class _Words:
    """Results as plain JSON: exact until here, rounded here."""

    def __init__(self, language: str, question: Question, followed: OfferReference | None) -> None:
        self._language = language
        self._question = question
        self._followed = followed

    def present(self, ranking: Ranking) -> JsonValueType:
        """What the household pays."""
        if ranking.present is None:
            return None
        followed = self._followed
        return {
            "name": None if followed is None else followed.name,
            "provider": None if followed is None else followed.provider,
            **self._figures(ranking.present),
        }

    def offers(self, ranking: Ranking, limit: int | None) -> list[JsonValueType]:
        """The ranking, cheapest first."""
        results = ranking.comparison.results
        return [self._offer(place, result, ranking.present) for place, result in enumerate(results[:limit], 1)]

    def _offer(self, place: int, result: OfferResult, present: OfferResult | None) -> JsonValueType:
        candidate = result.candidate
        return {
            "rank": place,
            "name": candidate.label,
            "provider": candidate.provider or None,
            "is_present": self._is_present(result),
            **self._figures(result),
            "difference": None if present is None else _rounded(result.total - present.total, 2),
            "difference_per_year": None if present is None else _rounded(result.per_year - present.per_year, 2),
        }

    def _figures(self, result: OfferResult) -> JsonObjectType:
        candidate, today = result.candidate, self._question.today
        version = candidate.tariff.on(today)
        return {
            "option": str(candidate.code),
            "power_kva": None if version is None else _rounded(version.power_kva, 1),
            "total": _rounded(result.total, 2),
            "per_year": _rounded(result.per_year, 2),
            "energy": _rounded(result.energy, 2),
            "subscription": _rounded(result.subscription, 2),
            "periods": [self._share(period, share) for period, share in result.by_period.items()],
            "prices_valid_from": self._valid_from(result),
            "assumptions": [_assumption(each) for each in candidate.assumptions],
        }

    def _share(self, period: str, share: PeriodShare) -> JsonValueType:
        return {
            "period": period,
            "name": period_name(period, self._language),
            "kwh": round(share.wh / 1000, 3),
            "cost": _rounded(share.cost, 2),
        }

    def _valid_from(self, result: OfferResult) -> str | None:
        """Since when the offer has cost what it costs today; null for offers of the user's own."""
        key, today = result.candidate.key, self._question.today
        if key is not None:
            known = self._question.catalogue.offers[key].on(today)
            return None if known is None else known.valid_from.isoformat()
        if result.candidate.label:
            return None
        version = self._question.tariff.on(today)
        return None if version is None else version.valid_from.isoformat()

    def _is_present(self, result: OfferResult) -> bool:
        key, followed = result.candidate.key, self._followed
        return (
            key is not None
            and followed is not None
            and (key.provider_id, key.name, key.offer_type)
            == (followed.provider_id, followed.name, followed.offer_type)
        )


def _assumption(assumption: Assumption) -> JsonValueType:
    return {
        "kind": str(assumption.kind),
        "since": None if assumption.detail is None else assumption.detail.isoformat(),
    }


def _rounded(number: Decimal | None, digits: int) -> float | None:
    return None if number is None else float(round(number, digits))
