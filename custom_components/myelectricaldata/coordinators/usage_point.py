"""One usage point: ticks, lets the synchroniser ask what is due, and hands out what the ledger then knows."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..const import CONF_PDL, DOMAIN, LOGGER, TICK
from ..energy.calendar import day_end
from ..energy.offers import PriceChange
from ..energy.offpeak import OffpeakSchedule
from ..energy.offpeak_hours import OffpeakHours
from ..energy.readings import DayRecord
from ..energy.series import DaySeries
from ..energy.summary import EnergySummary, summarise_energy, summarise_peaks
from ..feeds import Feed, feeds_of
from ..gateway.client import GatewayClient
from ..gateway.errors import AuthenticationError, GatewayError
from ..gateway.models import Direction
from ..issues import IssueKind, async_clear_issue, async_raise_issue
from ..ledger import Changes, Ledger
from ..notifications import async_notify_history_complete, async_notify_price_change
from ..plan import first_import_is_over, forced_calls, history_share
from ..recording import UsagePointRecording
from ..sync import Step, Synchroniser
from .account import AccountCoordinator
from .contract_watch import async_watch_contract
from .directions import async_follow_directions, directions_of
from .money import COST_ISSUES, MoneyDesk
from .outcome import CONSENT_ISSUES, consent_issue, curve_is_missing, translated
from .snapshot import NewData, UsagePointSnapshot
from .tariffs import UsagePointTariffs


class UsagePointCoordinator(DataUpdateCoordinator[UsagePointSnapshot]):
    """State of one usage point. A tick makes no call by itself; it wakes the worker, which asks what is due."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        subentry: ConfigSubentry,
        client: GatewayClient,
        account: AccountCoordinator,
    ) -> None:
        """The ledger is read with the first refresh."""
        self.pdl: str = subentry.data[CONF_PDL]
        super().__init__(hass, LOGGER, config_entry=entry, name=f"{DOMAIN} {subentry.title}", update_interval=TICK)
        self.subentry = subentry
        self.directions = directions_of(subentry.data)
        self.ledger = Ledger(hass, self.pdl)
        self.tariffs = UsagePointTariffs(hass, subentry.data, subentry.title)
        self.entries = self.tariffs.entries
        self._take_tariffs()
        self.sync = Synchroniser(
            client, self.ledger, account.schedule(self.pdl), directions=self.directions, now=dt_util.utcnow
        )
        self.recording = UsagePointRecording(hass, self.ledger, subentry.title, self.directions)
        self.money = MoneyDesk(hass, self.recording, self.tariffs)
        self._account = account
        self._client = client
        self._loaded = False
        self._stopped = False
        self._worker: asyncio.Task[None] | None = None
        self._questions: set[asyncio.Task[int]] = set()
        self._asking = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._new_data_listeners: set[Callable[[NewData], None]] = set()
        self._summaries: dict[Direction, tuple[Mapping[date, DayRecord], date, EnergySummary]] = {}
        self._tenths = 10
        self._midnight: CALLBACK_TYPE | None = None

    @property
    def offpeak(self) -> OffpeakSchedule:
        """The off-peak hours of today."""
        return self.tariffs.offpeak

    @property
    def offpeak_hours(self) -> OffpeakHours:
        """When it is off-peak: one computation for all entities."""
        return self.tariffs.offpeak_hours

    @property
    def series(self) -> tuple[DaySeries, ...]:
        """The energy of each day of consumption, as last built for the statistics."""
        return self.recording.series(Direction.CONSUMPTION)

    @override
    async def _async_update_data(self) -> UsagePointSnapshot:
        if not self._loaded:
            await self._async_load()
        self._wake()
        self._follow_midnight()
        return self._snapshot()

    @callback
    def _follow_midnight(self) -> None:
        """Yesterday is another day from midnight in Paris on, not from the next tick on."""
        if self._midnight is None:
            self._midnight = async_track_point_in_utc_time(
                self.hass, self._turn_day, day_end(self.sync.situation.today)
            )

    @callback
    def _turn_day(self, _now: datetime) -> None:
        self._midnight = None
        self._follow_midnight()
        self.async_set_updated_data(self._snapshot())
        # What a day, a week or a month cost is added up anew.
        self._wake()

    async def _async_load(self) -> None:
        try:
            set_aside = await self.ledger.async_load()
        except HomeAssistantError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="update_failed",
                translation_placeholders={"reason": str(err)},
            ) from err
        if set_aside is not None:
            self._raise(IssueKind.LEDGER_UNREADABLE, {"file": set_aside})
        self._loaded = True
        self._clear(IssueKind.STATISTICS_KEPT)
        self._tenths = int(10 * history_share(self.sync.situation))
        await self.tariffs.async_start(self._tariff_changed, self._price_changed)
        self._pass_tariffs_on()

    @callback
    def _take_tariffs(self) -> None:
        self.tariff, self.surplus, self.calendars = self.tariffs.tariff, self.tariffs.surplus, self.tariffs.calendars

    @callback
    def _pass_tariffs_on(self) -> None:
        self._take_tariffs()
        tariffs, has_costs = self.tariffs, bool(self.ledger.derived(Direction.CONSUMPTION).series)
        # Years of costs are not taken away because a file cannot be read, or was lost and is about to be filled again.
        is_known = tariffs.tariff_is_readable and (tariffs.sources_are_there or not has_costs)
        self.recording.set_tariffs(
            self.tariff if is_known else None, self.surplus if tariffs.surplus_is_readable else None, self.calendars
        )

    @callback
    def _tariff_changed(self) -> None:
        """A source has news: entities look again at once, statistics follow."""
        self._pass_tariffs_on()
        self.async_set_updated_data(self._snapshot())
        self._wake()

    @callback
    def _price_changed(self, change: PriceChange) -> None:
        self.hass.async_create_task(async_notify_price_change(self.hass, self.pdl, self.subentry.title, change))

    @callback
    def _wake(self) -> None:
        if not self._stopped and (self._worker is None or self._worker.done()):
            self._worker = self.config_entry.async_create_background_task(
                self.hass, self._async_work(), name=f"{DOMAIN} {self.subentry.title}", eager_start=False
            )

    async def _async_work(self) -> None:
        """Ask until nothing is due."""
        await self._async_write_statistics()
        while not self._account.auth_failed:
            async with self._asking:
                step = await self.sync.async_step()
                if step is None:
                    break
                await self._async_absorb(step)
                if step.call.feed is None and step.error is None and self.ledger.state.history:
                    # The weekly look at the contract, not the first one: set-up has just read the account.
                    await async_follow_directions(self.hass, self.config_entry, self.subentry, self._client)
            if step.pause:
                await asyncio.sleep(step.pause)
        await self._async_settle()

    async def async_ask_now(self) -> int:
        """Ask at once for what is not in yet. Returns the number of calls made; raises when one failed.

        Only of a usage point that is running: one whose file could not be read would write an empty one over it, and
        one that was unloaded has given its file to the next.
        """
        if not self._loaded or self._stopped:
            raise _not_running()
        question = self.config_entry.async_create_background_task(
            self.hass, self._async_ask_now(), name=f"{DOMAIN} {self.subentry.title} now"
        )
        self._questions.add(question)
        question.add_done_callback(self._questions.discard)
        await asyncio.wait([question])
        if question.cancelled():
            raise _not_running()
        return question.result()

    async def _async_ask_now(self) -> int:
        made = 0
        async with self._asking:
            for call in forced_calls(self.sync.situation):
                step = await self.sync.async_perform(call, forced=True)
                await self._async_absorb(step)
                if step.error is not None and (error := translated(step.error, self.subentry.title)) is not None:
                    raise error from step.error
                made += 1
        await self._async_settle()
        # What a refusal had stopped goes on now, not at the next tick.
        self._wake()
        return made

    async def _async_absorb(self, step: Step) -> None:
        """Take in what a call brought: tell the entities, the recorder, the user."""
        if step.error is None:
            self._account.note_success(self.sync.dialect)
            for kind in CONSENT_ISSUES:
                self._clear(kind)
        else:
            self._absorb_error(step.error)
        if step.contract_changed and (contract := self.ledger.contract) is not None:
            entry_id, today = self.config_entry.entry_id, self.sync.situation.today
            async_watch_contract(self.hass, entry_id, self.subentry, step.contract_before, contract, today=today)
        if step.changes.days and step.call.feed is not None and not step.call.background:
            # History is not news: an automation on new data must not run once for every chunk of three years.
            self._tell_new_data(step.call.feed, step.changes)
        if step.call.background:
            await self.ledger.async_save()
            self._log_progress()
        if not self.sync.fresh_call_is_due:
            await self._async_write_statistics()
        self.async_set_updated_data(self._snapshot())

    def _absorb_error(self, err: GatewayError) -> None:
        self._account.note_failure(err)
        if isinstance(err, AuthenticationError):
            self._account.auth_failed = True
            self.config_entry.async_start_reauth(self.hass)
        elif (kind := consent_issue(err)) is not None:
            self._raise(kind)

    async def _async_settle(self) -> None:
        """Nothing more is due: release what waited for the rest of the history, and look at the whole."""
        self._log_progress()
        await self._async_write_statistics()
        await self.money.async_look_for_best_offer(self)
        if curve_is_missing(self.sync.situation):
            self._raise(IssueKind.CURVE_NOT_ACTIVATED)
        else:
            self._clear(IssueKind.CURVE_NOT_ACTIVATED)
        self.async_set_updated_data(self._snapshot())

    async def _async_write_statistics(self) -> int:
        async with self._writing:
            written = await self.recording.async_write(self.sync.situation)
        await self.money.async_add_up(self.sync.situation.today)
        self._tell_what_is_doubtful()
        return written

    @callback
    def _tell_what_is_doubtful(self) -> None:
        """A cost that waits for longer than publication takes, and a price that may be wrong, are the user's to know of."""
        for kind in COST_ISSUES:
            placeholders = self.money.waits(kind)
            self._raise_or_clear(kind, placeholders)
        restless, withdrawn = self.tariffs.restless_entities, self.tariffs.withdrawn_offer
        self._raise_or_clear(IssueKind.PRICE_ENTITY_RESTLESS, {"entity": ", ".join(restless)} if restless else None)
        self._raise_or_clear(IssueKind.OFFER_WITHDRAWN, None if withdrawn is None else {"offer": withdrawn.name})

    @callback
    def _raise_or_clear(self, kind: IssueKind, placeholders: dict[str, str] | None) -> None:
        if placeholders is None:
            self._clear(kind)
        else:
            self._raise(kind, placeholders)

    async def async_rebuild_statistics(self) -> int:
        """Compare every row of the recorder with the ledger and correct those that differ; returns how many did."""
        async with self._asking:
            self.recording.expect_nothing()
            return await self._async_write_statistics()

    @callback
    def async_add_new_data_listener(self, listener: Callable[[NewData], None]) -> CALLBACK_TYPE:
        """Call `listener` whenever readings enter the ledger."""
        self._new_data_listeners.add(listener)
        return lambda: self._new_data_listeners.discard(listener)

    @callback
    def _tell_new_data(self, feed: Feed, changes: Changes) -> None:
        days = changes.days
        news = NewData(
            direction=feed.direction,
            kind=feed.kind,
            first_day=days[0],
            last_day=days[-1],
            days=len(days),
            revised=changes.revised,
        )
        for listener in tuple(self._new_data_listeners):
            listener(news)

    def _snapshot(self) -> UsagePointSnapshot:
        situation, ledger = self.sync.situation, self.ledger
        contract, today = ledger.contract, situation.today
        kva = None if contract is None else contract.subscribed_power_kva
        measured = Direction.CONSUMPTION in self.directions
        return UsagePointSnapshot(
            today=today,
            energy={direction: self._summary(direction, today) for direction in self.directions},
            peak=summarise_peaks(ledger.peaks, kva, today) if measured else None,
            contract=contract,
            history_share=history_share(situation),
            importing=not all(first_import_is_over(situation, feed) for feed in feeds_of(self.directions)),
            bill=self.money.bill,
            compensation=self.money.compensation,
            best_offer=self.money.best_offer,
        )

    def _summary(self, direction: Direction, today: date) -> EnergySummary:
        """Added up once for the same readings on the same day: a tick that brings nothing costs nothing."""
        days = self.ledger.days(direction)
        known = self._summaries.get(direction)
        if known is None or known[0] is not days or known[1] != today:
            known = self._summaries[direction] = days, today, summarise_energy(days, today)
        return known[2]

    def _log_progress(self) -> None:
        tenths = int(10 * history_share(self.sync.situation))
        if tenths > self._tenths:
            LOGGER.info("History of %s: %s %% complete", self.subentry.title, 10 * tenths)
            if tenths == 10:
                self.hass.async_create_task(async_notify_history_complete(self.hass, self.pdl, self.subentry.title))
        self._tenths = tenths

    def _raise(self, kind: IssueKind, placeholders: dict[str, str] | None = None) -> None:
        async_raise_issue(
            self.hass,
            self.config_entry.entry_id,
            kind,
            pdl=self.pdl,
            name=self.subentry.title,
            placeholders=placeholders,
        )

    def _clear(self, kind: IssueKind) -> None:
        async_clear_issue(self.hass, self.config_entry.entry_id, kind, pdl=self.pdl)

    @override
    async def async_shutdown(self) -> None:
        """Stop asking, and keep what was learnt."""
        await super().async_shutdown()
        if self._midnight is not None:
            self._midnight()
        self.tariffs.stop()
        self._stopped = True
        running = {task for task in (self._worker, *self._questions) if task is not None}
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        if self._loaded:
            await self.ledger.async_save()


def _not_running() -> HomeAssistantError:
    return HomeAssistantError(translation_domain=DOMAIN, translation_key="not_loaded")
