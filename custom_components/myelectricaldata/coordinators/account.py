"""The account at the gateway: its budget, its reachability, and the small file that survives a restart."""

import random
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER, STORAGE_VERSION, TICK
from ..energy.calendar import PARIS
from ..gateway.budget import CallBudget
from ..gateway.errors import GatewayError, GatewayUnavailable, QuotaError
from ..gateway.models import Dialect
from ..issues import IssueKind, async_clear_issue, async_raise_issue
from ..plan import Schedule
from ..schedule_format import decode_schedule, encode_schedule
from .snapshot import AccountSnapshot

SAVE_DELAY = 10.0
DOWN_FOR = timedelta(days=3)
MINUTES_OF_FIRST_TRY = 120


class AccountCoordinator(DataUpdateCoordinator[AccountSnapshot]):
    """Counts calls and remembers schedules; asks the gateway nothing."""

    config_entry: ConfigEntry[Any]

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """`budget` is there once `async_load` has run."""
        super().__init__(hass, LOGGER, config_entry=entry, name=f"{DOMAIN} account", update_interval=TICK)
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}", private=True, atomic_writes=True
        )
        self.budget = CallBudget()
        self._minute = draw_minute()
        self._schedules: dict[str, Schedule] = {}
        self._last_success: datetime | None = None
        self._down_since: datetime | None = None
        self._reachable: bool | None = None
        self._unsaved = False
        self.dialect: Dialect | None = None
        """Which gateway answered last: what it can serve of yesterday decides what is asked."""
        self.auth_failed = False
        """The secret was refused: nothing is asked until the user has given another, which reloads the entry."""

    async def async_load(self) -> None:
        """Read the file; one that is not as it should be costs at most a few calls, so it starts afresh."""
        try:
            data = await self._store.async_load()
        except (HomeAssistantError, NotImplementedError, KeyError, TypeError) as err:
            LOGGER.warning("The call budget of the account could not be read and starts afresh: %s", err)
            data = None
        if not isinstance(data, dict):
            return
        self.budget = CallBudget.from_dict(data.get("budget"))
        if isinstance(minute := data.get("minute"), int) and 0 <= minute < MINUTES_OF_FIRST_TRY:
            self._minute = minute
        schedules = data.get("schedules")
        if isinstance(schedules, dict):
            self._schedules = {pdl: decode_schedule(value, self._minute) for pdl, value in schedules.items()}
        self.dialect = next((each for each in Dialect if each == data.get("dialect")), None)
        self._last_success = _instant(data.get("last_success"))
        self._down_since = _instant(data.get("down_since"))

    def schedule(self, pdl: str) -> Schedule:
        """The schedule of one usage point; each of an account has its own minute."""
        if pdl not in self._schedules:
            minute = (self._minute + 7 * len(self._schedules)) % MINUTES_OF_FIRST_TRY
            self._schedules[pdl] = Schedule(minute=minute)
        return self._schedules[pdl]

    def forget(self, pdls: set[str]) -> None:
        """Drop the schedules of usage points other than these, also from the file: one that returns starts afresh."""
        self._schedules = {pdl: schedule for pdl, schedule in self._schedules.items() if pdl in pdls}
        self._unsaved = True

    @override
    async def _async_update_data(self) -> AccountSnapshot:
        return self._snapshot()

    @callback
    def note_success(self, dialect: Dialect | None) -> None:
        """The gateway has answered, in a dialect that is known once it has served readings."""
        if self._reachable is False:
            LOGGER.info("The MyElectricalData gateway answers again")
        self._reachable, self._down_since, self._last_success = True, None, dt_util.utcnow()
        self.dialect = dialect
        async_clear_issue(self.hass, self.config_entry.entry_id, IssueKind.GATEWAY_DOWN)
        async_clear_issue(self.hass, self.config_entry.entry_id, IssueKind.QUOTA_REACHED)
        self._changed()

    @callback
    def note_failure(self, err: GatewayError) -> None:
        """A call failed; only some failures are the gateway's."""
        entry_id, now = self.config_entry.entry_id, dt_util.utcnow()
        if isinstance(err, GatewayUnavailable):
            if self._reachable is not False:
                LOGGER.warning("The MyElectricalData gateway does not answer (%s); trying again later", err)
            self._reachable = False
            self._down_since = self._down_since or now
            if now - self._down_since >= DOWN_FOR:
                days = str((now - self._down_since).days)
                async_raise_issue(self.hass, entry_id, IssueKind.GATEWAY_DOWN, placeholders={"days": days})
        elif isinstance(err, QuotaError):
            if err.code is None:
                # Our own budget ran out before theirs did: history waits until tomorrow, nobody has to act.
                return
            reset = (err.retry_after or self.budget.resets_at(now)).astimezone(PARIS)
            placeholders = {"reset": f"{reset:%d/%m/%Y %H:%M}"}
            async_raise_issue(self.hass, entry_id, IssueKind.QUOTA_REACHED, placeholders=placeholders)
        else:
            # Whatever it said, it answered.
            self._reachable, self._down_since = True, None
        self._changed()

    @callback
    def _changed(self) -> None:
        self.async_set_updated_data(self._snapshot())
        self._unsaved = True
        self._store.async_delay_save(self._encoded, SAVE_DELAY)

    @override
    async def async_shutdown(self) -> None:
        """Write down what is waiting to be."""
        await super().async_shutdown()
        if self._unsaved:
            await self._store.async_save(self._encoded())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _snapshot(self) -> AccountSnapshot:
        now = dt_util.utcnow()
        return AccountSnapshot(
            calls_today=self.budget.spent(now),
            calls_left=self.budget.left(now),
            last_success=self._last_success,
            reachable=self._reachable,
        )

    def _encoded(self) -> dict[str, Any]:
        self._unsaved = False
        return {
            "minute": self._minute,
            "budget": self.budget.as_dict(),
            "schedules": {pdl: encode_schedule(schedule) for pdl, schedule in self._schedules.items()},
            "dialect": self.dialect,
            "last_success": self._last_success and self._last_success.isoformat(),
            "down_since": self._down_since and self._down_since.isoformat(),
        }


def draw_minute() -> int:
    """How long after 06:30 a new installation asks for the first time."""
    return random.randrange(MINUTES_OF_FIRST_TRY)  # noqa: S311  spreads installations, guards nothing


def _instant(value: object) -> datetime | None:
    return dt_util.parse_datetime(value) if isinstance(value, str) else None
