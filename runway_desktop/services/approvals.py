"""Other programs of the same person (clients): their permissions, requests, expiry of requests, and the log of calls.

A permission is bound to the identity of the list in which it was given. A restored or copied list has another identity,
so there every client starts as read-only. Loop's thread only; raises StoreError.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence

from runway_desktop.domain.advance import ImpossibleMove, Withdrawn
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import ClientsChanged, EngineNotice, EngineNoticeCode, TaskChanged
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.permissions import (
    COMMAND_LINE,
    EXPIRES_AFTER,
    Client,
    ClientRequest,
    Permission,
    RecordLine,
    Suggestion,
    is_less,
    is_still_within,
    waiting,
    waits_for_approval,
)
from runway_desktop.domain.task import Hold, HoldCode, Task, TaskId
from runway_desktop.values import replace

from .bus import Bus
from .ports import Clock, Store
from .settings import Settings
from .supervised import keep_going
from .tasks.copy_check import CopyCheck
from .tasks.ledger import Ledger

log = logging.getLogger(__name__)

PAUSED = "clients.paused"
UNTOLD = "clients.untold"
"""What the next window tells once; see `keep_untold`."""
LOOK_EVERY = 600.0
"""Longest pause in seconds between two checks for expired requests."""
SEEN_EVERY = 60.0
"""Least seconds between two writes of a client's last-seen time."""
TELL_EVERY = 600.0
"""Least seconds between two notices of clients that may only read."""
REPEATS_WITHIN = 7 * 86_400.0
"""Seconds within which an identical earlier request is reported as a repeat."""
YOU = ""
"""Name of the person in the log of calls."""


class Clients:
    """`connected` counts each client's open connections; the socket server sets it."""

    def __init__(
        self, store: Store, ledger: Ledger, settings: Settings, bus: Bus, clock: Clock, copies: CopyCheck
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._settings = settings
        self._bus = bus
        self._clock = clock
        self._copies = copies
        self._known: dict[str, Client] = {}
        self._known_list: str | None = None
        self._loading, self._saving = asyncio.Lock(), asyncio.Lock()
        self._told: set[tuple[EngineNoticeCode, str]] = set()
        self._tells_from: dict[EngineNoticeCode, float] = {}
        self.connected: Mapping[str, int] = {}

    async def run(self) -> None:
        """Expires requests without an answer. Runs until canceled."""
        await keep_going("looking for requests that expire", self._turn, self._clock)

    # Permissions.

    async def all(self) -> list[Client]:
        """All clients, sorted by name."""
        return sorted((await self._clients()).values(), key=lambda client: client.name.casefold())

    @property
    def has_met_programs(self) -> bool:
        """Whether a client other than the command line is known, as far as the list was read."""
        return any(name != COMMAND_LINE for name in self._known)

    async def client(self, name: str) -> Client:
        return (await self._clients()).get(name) or Client(name=name)

    async def saw(self, name: str) -> None:
        """Updates the client's last-seen time."""
        client, now = await self.client(name), self._clock.now()
        if not 0 <= now - client.seen_at < SEEN_EVERY:
            await self._change(name, lambda client: replace(client, seen_at=now))

    async def permit(self, name: str, permission: Permission, credits: float = 0.0, *, by: str = YOU) -> None:
        """Sets the client's permission; `by` whom, for the log. If an allowance is withdrawn or lowered, tasks queued
        within it are held for approval."""
        waiting = [task.id for task in await self._waiting_of(name)]
        may_exceed = is_less(await self.client(name), permission, credits)
        if may_exceed:
            # Also before the write: if the program is killed in between, no such task is sent at the next start.
            await self._hold_back(name)
        await self._change(name, lambda client: replace(client, permission=permission, credits=credits))
        await self.record(by, "permission", name, f"{permission.value} {credits:g}")
        if permission is Permission.REVOKED:
            await self.refuse(waiting)
        if may_exceed:
            await self._hold_back(name)

    async def take_void(self) -> Sequence[str]:
        """Names of the clients whose permission was given in a list that this one replaced or is a copy of, so that
        they may only read. Each is named once: call it when a person can see it."""
        await self._clients()
        return await self._store.take_void_permissions(self._settings.identity)

    async def allow_folders(self, name: str, folders: Sequence[str]) -> None:
        """Sets the only folders whose files the client may name, with links resolved."""
        await self._change(name, lambda client: replace(client, folders=tuple(dict.fromkeys(folders))))
        await self.record(YOU, "folders", name, ", ".join(folders))

    async def allow_cast(self, name: str, *, allowed: bool) -> None:
        """Sets whether the client's prompts may name members of the cast."""
        await self._change(name, lambda client: replace(client, may_use_cast=allowed))
        await self.record(YOU, "cast", name, "allowed" if allowed else "")

    @property
    def are_paused(self) -> bool:
        return bool(self._settings.get(PAUSED, False))

    async def pause_all(self, *, paused: bool) -> None:
        """Pauses or resumes all clients. While paused, clients cannot make tasks, and tasks queued within an allowance
        are held for approval."""
        self._settings.set(PAUSED, paused)
        if paused:
            await self._hold_back(None)
        await self._written()
        await self.record(YOU, "pause" if paused else "resume", "")

    async def look_again(self, name: str) -> None:
        """Called after a client's request was stored: applies a pause, or a withdrawn or lowered allowance, that came
        meanwhile."""
        reserved, client = await self.reserved_today(name), await self.client(name)
        if not is_still_within(client, is_paused=self.are_paused, reserved=reserved):
            await self._hold_back(name)

    async def reserved_today(self, client: str) -> float:
        """Credits of the tasks sent for a client today, by this machine's clock."""
        midnight = local_time(self._clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._store.reserved_since(client, midnight.timestamp())

    # Requests.

    async def note(self, asked: ClientRequest) -> ClientRequest:
        """Stores a request. If one with the same client and request id exists, returns that instead."""
        return await self._store.note_client_request(asked)

    async def known(self, client: str, request_id: str) -> ClientRequest | None:
        return await self._store.client_request(client, request_id)

    async def latest(self, client: str, digest: str) -> ClientRequest | None:
        return next(iter(await self._store.latest_client_requests(client, digest, 1)), None)

    async def earlier(self, asked: ClientRequest) -> ClientRequest | None:
        """An earlier identical request of the same client within `REPEATS_WITHIN`, for another task."""
        latest = await self._store.latest_client_requests(asked.client, asked.digest, 20)
        return next(
            (one for one in latest if one.task_id != asked.task_id and 0 <= asked.at - one.at < REPEATS_WITHIN), None
        )

    async def of(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, ClientRequest]:
        """The requests behind those of these tasks that a client asked for."""
        return await self._store.client_requests(task_ids) if task_ids else {}

    async def note_release(self, task_ids: Sequence[TaskId]) -> None:
        """The person decided that these are sent, also where an allowance had covered them before: taken away later, it
        does not hold them again."""
        for asked in (await self.of(task_ids)).values():
            if asked.is_within:
                await self.note(replace(asked, is_within=False))

    def waiting(self) -> list[Task]:
        """Tasks held for approval, oldest request first."""
        return waiting(self._ledger.all_queued())

    async def refuse(self, task_ids: Sequence[TaskId], reason: str = "", *, is_expired: bool = False) -> list[TaskId]:
        """Drops tasks held for approval. `reason` is shown to the client. Returns the ids that were dropped."""
        waiting = {task.id for task in self._ledger.all_queued() if waits_for_approval(task)}
        ids = [task_id for task_id in dict.fromkeys(task_ids) if task_id in waiting]
        await self._store.note_refusal(ids, reason.strip(), is_expired, False)
        refused = []
        for task_id in ids:
            task = self._ledger.get_open(task_id)
            if task is None or not waits_for_approval(task):
                # Approved meanwhile.
                continue
            try:
                code = HoldCode.EXPIRED if is_expired else HoldCode.REFUSED
                await self._ledger.move(task_id, Withdrawn(replace(task.hold, code=code)))
                refused.append(task_id)
            except ImpossibleMove:
                log.info("Task %s was sent before it was refused", task_id)
        return refused

    async def withdraw(self, task_ids: Sequence[TaskId]) -> None:
        """Records that the client itself cancels its requests for these tasks."""
        await self._store.note_refusal(task_ids, "", False, True)

    async def suggest(self, client: str, task_ids: Sequence[TaskId], reason: str) -> None:
        """Shows the person that the client suggests these tasks, and why in its words."""
        await self._store.suggest(task_ids, Suggestion(client=client, reason=reason, at=self._clock.now()))
        await self.record(client, "suggest", ", ".join(filter(None, (f"{len(task_ids)}", reason))))
        for task_id in task_ids:
            if (task := await self._ledger.task(task_id)) is not None:
                self._bus.tell(TaskChanged(task, task))
        self._tell(EngineNoticeCode.CLIENT_SUGGESTS, client)

    # Log of calls.

    async def record(self, client: str, call: str, about: str, answer: str = "") -> None:
        now = self._clock.now()
        await self._store.record_call(RecordLine(at=now, client=client, call=call, about=about, answer=answer))
        self.changed()

    def changed(self) -> None:
        """Tells views of clients and requests to reload."""
        self._bus.tell(ClientsChanged())

    async def recorded(self, since: float, limit: int) -> Sequence[RecordLine]:
        """Calls since then, latest first."""
        return await self._store.client_record(since, limit)

    def tell_read_only(self, client: str) -> None:
        """Notifies the person that a client with read permission wants to make something."""
        self._tell(EngineNoticeCode.CLIENT_READS_ONLY, client)

    async def keep_untold(self, *, refused: int = 0, granted: float = 0.0) -> None:
        """Keeps for the next window that requests were refused while none was open, or that commands were allowed to
        spend without a person at a terminal. An open window tells it at once."""
        before = self._settings.get(UNTOLD) or (0, 0.0)
        self._settings.set(UNTOLD, (before[0] + refused, granted or before[1]))
        await self._written()

    def take_untold(self) -> tuple[int, float]:
        refused, granted = self._settings.get(UNTOLD) or (0, 0.0)
        self._settings.set(UNTOLD, None)
        return refused, granted

    # Internals.

    async def _written(self) -> None:
        try:
            await self._settings.flush()
        except StoreError as error:
            log.warning("What was set of programs is not on the disk yet: %s", error)

    def _tell(self, code: EngineNoticeCode, client: str) -> None:
        """Once per run for a client. Of several at once only the first is told: a program may invent many names."""
        now = self._clock.monotonic()
        if (code, client) not in self._told and now >= self._tells_from.get(code, -math.inf):
            self._told.add((code, client))
            self._tells_from[code] = now + TELL_EVERY
            self._bus.tell(EngineNotice(code, (client,)))

    async def _clients(self) -> dict[str, Client]:
        # The copy check decides which identity this list has.
        await self._copies.until_checked()
        async with self._loading:
            if self._known_list != (identity := self._settings.identity):
                self._known = {client.name: client for client in await self._store.clients(identity)}
                self._known_list = identity
                if self.has_met_programs:
                    self.changed()
            return self._known

    async def _change(self, name: str, edit: Callable[[Client], Client]) -> None:
        """Serialized: each write includes the ones before it."""
        known = await self._clients()
        async with self._saving:
            client = edit(known.get(name) or Client(name=name))
            await self._store.save_client(client, self._settings.identity)
            known[name] = client
        self.changed()

    async def _waiting_of(self, name: str) -> list[Task]:
        waiting = self.waiting()
        asked = await self.of([task.id for task in waiting])
        return [task for task in waiting if (one := asked.get(task.id)) is not None and one.client == name]

    async def _hold_back(self, name: str | None) -> None:
        """Holds for approval what was queued within an allowance, of one client or (None) of all. A task being sent is
        held if Runway turns it away."""
        queued = [task.id for task in self._ledger.open() if task.state.is_local and not task.waits_for_person]
        asked = {
            task_id: one
            for task_id, one in (await self.of(queued)).items()
            if one.is_within and name in (None, one.client)
        }

        def edit(task: Task) -> Task:
            is_free = task.state.is_local and not task.waits_for_person
            return replace(task, hold=Hold(HoldCode.APPROVAL, client=asked[task.id].client)) if is_free else task

        await self._ledger.change_many(tuple(asked), edit, "held")

    async def _turn(self) -> None:
        await self._clients()
        now = self._clock.now()
        queued = self._ledger.all_queued()
        ends = {task.id: task.created_at + EXPIRES_AFTER for task in queued if waits_for_approval(task)}
        if due := [task_id for task_id, end in ends.items() if end <= now]:
            # Tasks held back from an allowance were no request to the person, so they do not expire.
            asked = await self.of(due)
            await self.refuse([i for i in due if i not in asked or not asked[i].is_within], is_expired=True)
        soonest = min((end - now for end in ends.values() if end > now), default=LOOK_EVERY)
        await self._clock.sleep(max(1.0, min(soonest, LOOK_EVERY)))
