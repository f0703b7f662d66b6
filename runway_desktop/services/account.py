"""The key, the organization behind it, and how the program stands with Runway.

One place decides from what poller and lane report whether Runway is reached, refuses the key, or has trouble, and when
the next try is due while offline. A key that was refused is tried by this object alone, seldom, or when the person
asks: until Runway takes it nobody else asks, and nothing is sent. The secret lives in the client, in the keychain, or
in this object for the session; in no event, log or repr. Loop's thread only. `test_key` and `forget_key` raise;
everything else turns errors into `key`, `connection` and events. A mistake of the program while asking is reported and
counts as no answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from runway_desktop.domain.account import Connection, Fingerprint, KeyPlace, KeyStatus, Link, Organization, Span
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
from runway_desktop.values import replace

from .bus import Bus
from .clock import Alarm, Moments
from .supervised import keep_going, shielded, survived

if TYPE_CHECKING:
    import random

    from .ports import Clock, ClosableRunway, Runway, SecretStore

log = logging.getLogger(__name__)

REFRESH_SOON = 5.0
"""Seconds after a sending or an end: several of them are one question."""
REFRESH_SELDOM = 900.0
REFRESH_LEAST_GAP = 30.0
OFFLINE_GAP = 5.0
"""Seconds between two tries while offline, at the most: so late is the first question after an outage."""
REFUSED_FIRST = 15.0
"""Seconds until a key that was refused is tried again, growing twofold up to ..."""
REFUSED_SELDOM = 300.0
"""... so many."""
KEYCHAIN_PATIENCE = 1.0
"""Seconds after which the window says that the keychain keeps us waiting."""


class Account:
    """`given_secret` is a key from outside (the environment, the demo), which wins over the keychain and is never
    stored."""

    def __init__(
        self,
        runway: Runway,
        make_runway: Callable[[str], ClosableRunway],
        secrets: SecretStore,
        bus: Bus,
        clock: Clock,
        rng: random.Random,
        *,
        profile: str = "default",
        given_secret: str | None = None,
        given_place: KeyPlace = KeyPlace.ENVIRONMENT,
    ) -> None:
        self._runway = runway
        self._make_runway = make_runway
        self._secrets = secrets
        self._bus = bus
        self._clock = clock
        self._rng = rng
        self._profile = profile
        self._given = given_secret.strip() if given_secret else None
        self._given_place = given_place
        self._alarm = Alarm(clock)
        self._asking: asyncio.Task[Organization | None] | None = None
        self._wanted_at: float | None = None
        self._asked_at: float | None = None
        self._failures = 0
        self._refusals = 0
        self._try_at = 0.0
        self._keys_used = 0
        self._key_came = asyncio.Event()
        self.moments = Moments(clock)
        """In which the spans of readings are told, and the sendings that they may hold."""
        self.key = KeyStatus()
        self.organization: Organization | None = None
        self.connection = Connection()
        bus.listen(self._hear)

    @property
    def can_ask(self) -> bool:
        """There is a key, and Runway has not refused it."""
        return self.key.place is not KeyPlace.NONE and self.connection.link not in (Link.NO_KEY, Link.KEY_REFUSED)

    @property
    def is_offline(self) -> bool:
        return self.connection.link is Link.OFFLINE

    @property
    def keys_used(self) -> int:
        """Another number with each key that comes into use: readings of two keys cannot be compared."""
        return self._keys_used

    async def start(self) -> None:
        """Finds the key: the given one, else the keychain's, else none. May take as long as a person takes to unlock
        it, or to type a key meanwhile."""
        if self._given:
            self._accept(self._given, KeyStatus(place=self._given_place, ending=self._given[-4:]))
            return
        keys_used = self._keys_used
        try:
            name, secret = await self._look_up()
        except SecretStoreError as error:
            if self._keys_used == keys_used:
                is_absent = error.kind is SecretTrouble.ABSENT
                self._accept(None, KeyStatus(problem=error.in_words(), no_keychain=is_absent))
            return
        if self._keys_used != keys_used:
            # A key was typed while the keychain waited for its person: that one counts.
            return
        if secret:
            self._accept(secret, KeyStatus(place=KeyPlace.KEYCHAIN, store_name=name, ending=secret[-4:]))
        else:
            self._accept(None, KeyStatus(store_name=name))

    async def test_key(self, secret: str) -> Organization:
        """Asks for the balance with this key and keeps nothing. Raises ApiError: KeyRefused when Runway does not take
        it."""
        client = self._make_runway(secret.strip())
        try:
            return replace(await client.organization(), asked_at=self._clock.now())
        finally:
            await client.aclose()

    async def use_key(self, secret: str, *, remember: bool) -> KeyStatus:
        """Uses this key from now on. With `remember` it goes into the keychain; if that fails it is kept for this
        session and `KeyStatus.problem` says why."""
        secret = secret.strip()
        status = KeyStatus(place=KeyPlace.MEMORY, ending=secret[-4:])
        # At once, so that a keychain that waits for a person does not hold up the work.
        self._accept(secret, status)
        keys_used = self._keys_used
        if remember:
            try:
                name = await self._secrets.name()
                await self._secrets.set(self._profile, secret)
                status = replace(status, place=KeyPlace.KEYCHAIN, store_name=name)
            except SecretStoreError as error:
                said = f"{error.in_words()} The key is kept for this session only."
                status = replace(status, problem=said, no_keychain=error.kind is SecretTrouble.ABSENT)
            if self._keys_used == keys_used:
                self._set_key(status)
        return status

    async def forget_key(self) -> None:
        """Removes the key from memory and keychain. SecretStoreError when the keychain keeps it; then memory has
        forgotten it."""
        name = self.key.store_name
        self._accept(None, KeyStatus(store_name=name))
        try:
            await self._secrets.delete(self._profile)
        except SecretStoreError as error:
            self._set_key(KeyStatus(store_name=name, problem=error.in_words()))
            raise

    async def refresh(self) -> Organization | None:
        """Asks for balance and limits now, together with whoever else is asking. None when that failed; `connection`
        says why."""
        return await self.try_now() if self.can_ask else None

    async def try_now(self) -> Organization | None:
        """The same because the person asks: also with a key that was refused, which may be good again by now."""
        if self.key.place is KeyPlace.NONE:
            return None
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await shielded(self._asking)

    def want_refresh(self, within: float = REFRESH_SOON) -> None:
        """Something changed the balance: `run` asks in `within` seconds, for all who wanted it meanwhile."""
        due = self._clock.monotonic() + within
        if self._wanted_at is None or due < self._wanted_at:
            self._wanted_at = due
            self._alarm.ring()

    async def run(self) -> None:
        """Asks seldom, after sendings and ends, and while offline for as long as nobody else tries. Runs until
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
            self._wanted_at = None
            await self.refresh()

    def claim_try(self) -> bool:
        """While offline, one caller at a time may try whether Runway is back; True makes it this one, and the next is
        due later."""
        if not self.is_offline:
            return True
        if self.seconds_to_try() > 0:
            return False
        self._plan_offline_try(self.connection, self._failures + 1)
        return True

    def note_success(self, key: Fingerprint | None = None) -> None:
        """Runway answered, whatever it said; to that key, where the caller knows it."""
        if self.key.place is KeyPlace.NONE or key not in (None, self.key.fingerprint):
            return
        self._failures = self._refusals = 0
        self._set_connection(Connection(link=Link.CONNECTED, last_answer_at=self._clock.now()))

    def note_failure(self, error: RunwayDesktopError, key: Fingerprint | None = None) -> None:
        """A call failed. Only the link changes: no task does. `key` is the one that it was made with, where the caller
        knows it: what is said of one that is not in use any more says nothing of the one that is."""
        if self.connection.link in (Link.NO_KEY, Link.KEY_REFUSED) or key not in (None, self.key.fingerprint):
            return
        self._failures += 1
        known = replace(self.connection, message=error.in_words(), next_try_at=None)
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
                waiting = "Waiting for your keychain. It may ask you to unlock it."
                self._set_key(KeyStatus(problem=waiting, is_awaited=True))
                await asyncio.wait((looking, typed), return_when=asyncio.FIRST_COMPLETED)
            return await looking if looking.done() else ("", None)
        finally:
            for waiter in (looking, patience, typed):
                waiter.cancel()
            await asyncio.gather(looking, patience, typed, return_exceptions=True)

    def _accept(self, secret: str | None, status: KeyStatus) -> None:
        self._runway.use_secret(secret)
        self._keys_used += 1
        self._key_came.set()
        self._failures = self._refusals = 0
        self._set_key(status)
        self._set_organization(None)
        if secret is None:
            self._set_connection(Connection(link=Link.NO_KEY, message="There is no key yet."))
        else:
            self._set_connection(Connection(link=Link.IDLE))
            self._asked_at = None
            self.want_refresh(within=0.0)

    async def _ask(self) -> Organization | None:
        found = None
        with survived("asking for the balance") as attempt:
            found = await self._read()
        if attempt.failed:
            # Whoever wants to know it gets another answer than none before long.
            self.want_refresh()
        return found

    async def _read(self) -> Organization | None:
        keys_used = self._keys_used
        # The moment of the asking, not of the answer: what is sent in between is not surely in these counts.
        asked_at = self._clock.now()
        begin = self.moments.now()
        self._asked_at = self._clock.monotonic()
        try:
            found = await self._runway.organization()
        except ApiError as error:
            if self._keys_used == keys_used:
                self.note_failure(error)
            return None
        if self._keys_used != keys_used:
            # Another key came in meanwhile: this is somebody else's balance.
            return None
        self.note_success()
        self._set_organization(replace(found, asked_at=asked_at, span=Span(begin, self.moments.now())))
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
        """When, on the monotonic clock, the next question is due."""
        if self._asked_at is None:
            return self._wanted_at if self._wanted_at is not None else self._clock.monotonic()
        seldom = self._asked_at + REFRESH_SELDOM
        if self._wanted_at is None:
            return seldom
        return min(seldom, max(self._wanted_at, self._asked_at + REFRESH_LEAST_GAP))

    def seconds_to_try(self) -> float:
        return self._try_at - self._clock.monotonic()

    def _plan_offline_try(self, connection: Connection, failures: int) -> None:
        self._plan_try(connection, delay(failures, self._rng, longest=OFFLINE_GAP))

    def _plan_refused_try(self) -> None:
        self._refusals += 1
        self._plan_try(self.connection, delay(self._refusals, self._rng, first=REFUSED_FIRST, longest=REFUSED_SELDOM))

    def _plan_try(self, connection: Connection, seconds: float) -> None:
        """Waiting goes by the monotonic clock; the wall time is for the person's eyes."""
        self._try_at = self._clock.monotonic() + seconds
        self._set_connection(replace(connection, next_try_at=self._clock.now() + seconds))

    def _set_key(self, status: KeyStatus) -> None:
        status = replace(status, fingerprint=self._runway.key)
        if status != self.key:
            self.key = status
            self._bus.tell(KeyChanged(status))

    def _set_connection(self, connection: Connection) -> None:
        before, self.connection = self.connection, connection
        if replace(before, last_answer_at=None) != replace(connection, last_answer_at=None):
            self._alarm.ring()
            self._bus.tell(ConnectionChanged(connection))

    def _set_organization(self, organization: Organization | None) -> None:
        before, self.organization = self.organization, organization
        if _apart_from_time(before) != _apart_from_time(organization):
            self._bus.tell(OrganizationChanged(organization))

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged):
            sent = event.before.state is State.SENDING and event.task.state.is_live
            ended = event.before.state.is_live and event.task.state.is_final
            if sent or ended:
                self.want_refresh()


def _apart_from_time(organization: Organization | None) -> Organization | None:
    return replace(organization, asked_at=0.0, span=None) if organization is not None else None
