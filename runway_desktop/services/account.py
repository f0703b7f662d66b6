"""The API key, its organization, and the state of the connection to Runway.

One place turns the outcomes that poller and lane report into a link state (connected, offline, key refused, trouble)
and plans the next try while offline. After a key was refused, only this object tries it again, seldom or on request; no
other service calls the API and nothing is sent until a try succeeds. The secret is held by the client, the keychain, or
this object for the session; it is in no event, log or repr. Loop's thread only. `test_key` and `forget_key` raise; all
other errors become `key`, `connection` and events. A programming mistake while asking is reported and counts as no
answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING

from runway_desktop.domain.account import Connectivity, Fingerprint, KeySource, KeyStatus, Link, Organization, TimeSpan
from runway_desktop.domain.errors import (
    ApiError,
    KeyRefused,
    NotReached,
    RunwayDesktopError,
    SecretStoreError,
    SecretTrouble,
)
from runway_desktop.domain.events import ConnectionChanged, Event, KeyChanged, OrganizationChanged, TaskChanged
from runway_desktop.domain.task import State
from runway_desktop.services.clock import delay
from runway_desktop.texts import Text, in_turn
from runway_desktop.values import replace

from .bus import Bus
from .clock import Alarm, Moments
from .supervised import keep_going, shielded, survived

if TYPE_CHECKING:
    import random

    from .ports import Clock, ClosableRunway, Runway, SecretStore

log = logging.getLogger(__name__)

REFRESH_SOON = 5.0
"""Seconds after a task was sent or ended. Several requests within that time become one call."""
REFRESH_SELDOM = 900.0
REFRESH_LEAST_GAP = 30.0
OFFLINE_GAP = 5.0
"""Longest pause in seconds between two tries while offline, so also the longest delay after an outage ends."""
REFUSED_FIRST = 15.0
"""Seconds before a refused key is tried again; doubles up to `REFUSED_SELDOM`."""
REFUSED_SELDOM = 300.0
"""Longest pause in seconds between two such tries."""
KEYCHAIN_PATIENCE = 1.0
"""Seconds before the window says that the keychain has not answered yet."""


@dataclass(eq=False, repr=False)
class Account:
    """`given_secret` is a key from outside (the environment, the demo). It takes precedence over the keychain and is
    never stored."""

    _runway: Runway
    _make_runway: Callable[[str], ClosableRunway]
    _secrets: SecretStore
    _bus: Bus
    _clock: Clock
    _rng: random.Random
    _profile: str = "default"
    given_secret: InitVar[str | None] = None
    _given_source: KeySource = KeySource.ENVIRONMENT

    def __post_init__(self, given_secret: str | None) -> None:
        self._given = given_secret.strip() if given_secret else None
        self._alarm = Alarm(self._clock)
        self._asking: asyncio.Task[Organization | None] | None = None
        self._wanted_at: float | None = None
        self._asked_at: float | None = None
        self._failures = 0
        self._refusals = 0
        self._is_spent = False
        """Something was charged, or given back, since the balance was told."""
        self._try_at = 0.0
        self.keys_used = 0
        """Counts the keys used so far. Readings made with different keys cannot be compared."""
        self._key_came = asyncio.Event()
        self.moments = Moments(self._clock)
        """Time line of balance readings, and of the sendings that fall into them."""
        self.key = KeyStatus()
        self.organization: Organization | None = None
        self.connection = Connectivity()
        self._bus.listen(self._hear)

    @property
    def can_ask(self) -> bool:
        """There is a key, and Runway has not refused it."""
        return self.key.source is not KeySource.NONE and self.connection.link not in (Link.NO_KEY, Link.KEY_REFUSED)

    @property
    def is_offline(self) -> bool:
        return self.connection.link is Link.OFFLINE

    async def start(self) -> None:
        """Finds the key: the given one, else the keychain's, else none. Can take as long as a person takes to unlock
        the keychain or to type a key."""
        if self._given:
            self._accept(self._given, KeyStatus(source=self._given_source, ending=self._given[-4:]))
            return
        keys_used = self.keys_used
        try:
            name, secret = await self._look_up()
        except SecretStoreError as error:
            if self.keys_used == keys_used:
                is_absent = error.kind is SecretTrouble.ABSENT
                self._accept(None, KeyStatus(problem=error.text, no_keychain=is_absent))
            return
        if self.keys_used != keys_used:
            # A key that was typed while the keychain was locked takes precedence.
            return
        if secret:
            self._accept(secret, KeyStatus(source=KeySource.KEYCHAIN, store_name=name, ending=secret[-4:]))
        else:
            self._accept(None, KeyStatus(store_name=name))

    async def test_key(self, secret: str) -> Organization:
        """Reads the balance with this key; stores nothing. Raises ApiError: KeyRefused when Runway does not accept the
        key."""
        client = self._make_runway(secret.strip())
        try:
            return replace(await client.organization(), asked_at=self._clock.now())
        finally:
            await client.aclose()

    async def use_key(self, secret: str, *, remember: bool) -> KeyStatus:
        """Uses this key from now on. `remember` also stores it in the keychain; if that fails, the key is kept for this
        session and `KeyStatus.problem` says why."""
        secret = secret.strip()
        status = KeyStatus(source=KeySource.MEMORY, ending=secret[-4:])
        # Before the keychain call, which can wait for a person.
        self._accept(secret, status)
        keys_used = self.keys_used
        if remember:
            try:
                name = await self._secrets.name()
                await self._secrets.set(self._profile, secret)
                status = replace(status, source=KeySource.KEYCHAIN, store_name=name)
            except SecretStoreError as error:
                status = replace(
                    status,
                    problem=in_turn(error.said, Text("The key is kept for this session only.")),
                    no_keychain=error.kind is SecretTrouble.ABSENT,
                )
            if self.keys_used == keys_used:
                self._set_key(status)
        return status

    async def forget_key(self) -> None:
        """Removes the key from memory and keychain. Raises SecretStoreError when the keychain cannot remove it; memory
        has no key then either."""
        name = self.key.store_name
        self._accept(None, KeyStatus(store_name=name))
        try:
            await self._secrets.delete(self._profile)
        except SecretStoreError as error:
            self._set_key(KeyStatus(store_name=name, problem=error.text))
            raise

    async def refresh(self) -> Organization | None:
        """Reads balance and limits now; concurrent callers share one call. None on failure; `connection` says why."""
        return await self.try_now() if self.can_ask else None

    async def try_now(self) -> Organization | None:
        """Like `refresh`, on the person's request: also tries a key that was refused before."""
        if self.key.source is KeySource.NONE:
            return None
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await shielded(self._asking)

    def want_refresh(self, within: float = REFRESH_SOON) -> None:
        """Something changed the balance: `run` reads it `within` seconds. Requests until then are merged into one."""
        due = self._clock.monotonic() + within
        if self._wanted_at is None or due < self._wanted_at:
            self._wanted_at = due
            self._alarm.ring()

    async def run(self) -> None:
        """Reads the balance seldom, after sendings and ends, and while offline if no other service tries. Runs until
        canceled."""
        try:
            await keep_going("watching the balance", self._turn, self._clock)
        finally:
            if self._asking is not None:
                self._asking.cancel()
                await asyncio.gather(self._asking, return_exceptions=True)

    async def _turn(self) -> None:
        await self._alarm.wait(self._pause())
        if self.is_offline:
            if self.seconds_to_try() <= -1.0 and self.claim_try():
                await self.refresh()
        elif self.connection.link is Link.KEY_REFUSED:
            if self.seconds_to_try() <= 0.0:
                self._plan_refused_try()
                await self.try_now()
        elif self.can_ask and self._clock.monotonic() >= self._due():
            await self.refresh()

    def claim_try(self) -> bool:
        """While offline, grants one caller at a time the next try to reach Runway (True) and plans the one after it."""
        if not self.is_offline:
            return True
        if self.seconds_to_try() > 0:
            return False
        self._plan_offline_try(self.connection, self._failures + 1)
        return True

    def note_success(self, key: Fingerprint | None = None) -> None:
        """Runway answered, with any status. `key`, where known, is the key that the call was made with."""
        if self.key.source is KeySource.NONE or key not in (None, self.key.fingerprint):
            return
        self._failures = self._refusals = 0
        self._set_connection(Connectivity(link=Link.CONNECTED, last_answer_at=self._clock.now()))

    def note_failure(self, error: RunwayDesktopError, key: Fingerprint | None = None) -> None:
        """A call failed. Changes the link only, never a task. `key`, where known, is the key that the call was made
        with; a failure of a key that is no longer in use is ignored."""
        if self.connection.link in (Link.NO_KEY, Link.KEY_REFUSED) or key not in (None, self.key.fingerprint):
            return
        self._failures += 1
        known = replace(self.connection, message=error.text, next_try_at=None)
        match error:
            case KeyRefused():
                self._set_connection(replace(known, link=Link.KEY_REFUSED))
                self._plan_refused_try()
            case NotReached():
                self._plan_offline_try(replace(known, link=Link.OFFLINE), self._failures)
            case _:
                self._set_connection(replace(known, link=Link.TROUBLED))

    async def _look_up(self) -> tuple[str, str | None]:
        async def look() -> tuple[str, str | None]:
            name = await self._secrets.name()
            return name, await self._secrets.get(self._profile)

        looking = asyncio.create_task(look())
        patience = asyncio.create_task(self._clock.sleep(KEYCHAIN_PATIENCE))
        typed = asyncio.create_task(self._key_came.wait())
        try:
            await asyncio.wait((looking, typed, patience), return_when=asyncio.FIRST_COMPLETED)
            if not (looking.done() or typed.done()):
                waiting = Text("Waiting for your keychain. It may ask you to unlock it.")
                self._set_key(KeyStatus(problem=waiting, is_awaited=True))
                await asyncio.wait((looking, typed), return_when=asyncio.FIRST_COMPLETED)
            return await looking if looking.done() else ("", None)
        finally:
            for waiter in (looking, patience, typed):
                waiter.cancel()
            await asyncio.gather(looking, patience, typed, return_exceptions=True)

    def _accept(self, secret: str | None, status: KeyStatus) -> None:
        self._runway.use_secret(secret)
        self.keys_used += 1
        self._key_came.set()
        self._failures = self._refusals = 0
        self._set_key(status)
        self._set_organization(None)
        if secret is None:
            self._set_connection(Connectivity(link=Link.NO_KEY, message=Text("There is no API key yet.")))
        else:
            self._set_connection(Connectivity(link=Link.IDLE))
            self._asked_at = None
            self.want_refresh(within=0.0)

    async def _ask(self) -> Organization | None:
        found = None
        with survived("asking for the balance") as attempt:
            found = await self._read()
        if attempt.failed:
            # Retry soon: callers got no result.
            self.want_refresh()
        return found

    async def _read(self) -> Organization | None:
        keys_used = self.keys_used
        # Time of the request, not of the answer: a task sent in between may be missing in these counts.
        asked_at = self._clock.now()
        begin = self.moments.now()
        self._asked_at = self._clock.monotonic()
        # What changes the balance from now on may be missing in the answer, and is asked about once more.
        self._wanted_at = None
        try:
            found = await self._runway.organization()
        except ApiError as error:
            if self.keys_used == keys_used:
                self.note_failure(error)
                self.want_refresh()
            return None
        if self.keys_used != keys_used:
            # The key changed meanwhile: this balance is another key's.
            return None
        self.note_success()
        self._set_organization(replace(found, asked_at=asked_at, span=TimeSpan(begin, self.moments.now())))
        return self.organization

    def _pause(self) -> float | None:
        if self.is_offline:
            return max(0.5, self.seconds_to_try() + 1.0)
        if self.connection.link is Link.KEY_REFUSED:
            return max(0.0, self.seconds_to_try())
        if not self.can_ask:
            return None
        return max(0.0, self._due() - self._clock.monotonic())

    def _due(self) -> float:
        """Monotonic time of the next scheduled read."""
        if self._asked_at is None:
            return self._wanted_at if self._wanted_at is not None else self._clock.monotonic()
        seldom = self._asked_at + REFRESH_SELDOM
        if self._wanted_at is None:
            return seldom
        return min(seldom, max(self._wanted_at, self._asked_at + REFRESH_LEAST_GAP))

    def seconds_to_try(self) -> float:
        return self._try_at - self._clock.monotonic()

    def _plan_offline_try(self, connection: Connectivity, failures: int) -> None:
        self._plan_try(connection, delay(failures, self._rng, longest=OFFLINE_GAP))

    def _plan_refused_try(self) -> None:
        self._refusals += 1
        self._plan_try(self.connection, delay(self._refusals, self._rng, first=REFUSED_FIRST, longest=REFUSED_SELDOM))

    def _plan_try(self, connection: Connectivity, seconds: float) -> None:
        """Waiting uses the monotonic clock; the wall time is for display."""
        self._try_at = self._clock.monotonic() + seconds
        self._set_connection(replace(connection, next_try_at=self._clock.now() + seconds))

    def _set_key(self, status: KeyStatus) -> None:
        status = replace(status, fingerprint=self._runway.key)
        if status != self.key:
            self.key = status
            self._bus.tell(KeyChanged(status))

    def _set_connection(self, connection: Connectivity) -> None:
        before, self.connection = self.connection, connection
        if replace(before, last_answer_at=None) != replace(connection, last_answer_at=None):
            self._alarm.ring()
            self._bus.tell(ConnectionChanged(connection))

    def _set_organization(self, organization: Organization | None) -> None:
        before, self.organization = self.organization, organization
        # The same balance is another one if something was charged since, which the last one did not include.
        # What moved during the reading may follow in the next.
        was_spent, self._is_spent = self._is_spent, self._is_spent and self._wanted_at is not None
        if was_spent or _apart_from_time(before) != _apart_from_time(organization):
            self._bus.tell(OrganizationChanged(organization))

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged):
            before, now = event.before.state, event.task.state
            # Also an uncertain task, which may turn out to be charged; not one that was never sent.
            if before is not State.QUEUED and (now.is_live, now.is_final) != (before.is_live, before.is_final):
                self._is_spent = True
                self.want_refresh()


def _apart_from_time(organization: Organization | None) -> Organization | None:
    return replace(organization, asked_at=0.0, span=None) if organization is not None else None
