"""Runs what the person wants to be run when something happens: a program of theirs, or a POST to an address.

At most once for each event: it is kept in memory alone. One at a time, in order, on a thread of its own, so that no
sending and no saving is delayed. What fails is not repeated; a kind of failure is told and recorded once, until an
event gets through again.

A hook is bound to the identity of the list in which it was set, as permissions of programs are: a copied or restored
list has none. What is left when the program closes runs after the profile was released: the process waits for it,
`LONGEST_RUN` seconds in all. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from runway_desktop.desktop import own_program
from runway_desktop.domain.caps import LaneCode, Way
from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import (
    DownloadsCounted,
    Event,
    LaneChanged,
    Notice,
    OutputChanged,
    TaskChanged,
    TasksAdded,
)
from runway_desktop.domain.hooks import LONGEST_RUN, Happening, Hook, HookFailed, check_address
from runway_desktop.domain.library import Filter, GroupBy, Listing, Page, Row
from runway_desktop.domain.secrecy import WHOLE_KEY
from runway_desktop.domain.task import HoldCode, OutputState, State, Task, TaskId
from runway_desktop.services.approvals import YOU
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import survived
from runway_desktop.texts import Text, _, english
from runway_desktop.usecases.words.announcements import End, end_of, name_of
from runway_desktop.usecases.words.states import Around, describe
from runway_desktop.values import Struct, as_json

log = logging.getLogger(__name__)

MOST_WAITING = 1_000
"""Events that wait to be run; further ones are dropped."""
LONGEST_DETAIL = 300
"""Characters shown of what a program said."""
_FRESH = 60.0
"""Seconds. A result that was saved longer ago is no news: its file was moved or found again."""
_NEEDS = (Way.KEY, Way.CREDITS, Way.RAISE)
_ENDS = {End.SAVED: Happening.SAVED, End.UNCERTAIN: Happening.NEEDS_ME}
"""All others are failures."""
Found = tuple[float, Happening | None, TaskId | None]
"""When it happened, what (None: something of the task ended), and to which task."""


class Hooks:
    """Implements the port `Hooks`. `post` sends an event to an address; blocking, raises HookFailed. `answer` is
    `task_answer`, which comes with all that programs may ask and so with the first event. Listens from the
    beginning."""

    def __init__(
        self,
        engine: Engine,
        post: Callable[[str, bytes, float], None],
        answer: Callable[..., Struct],
        threads: Executor | None = None,
    ) -> None:
        self.engine, self._post, self._answer = engine, post, answer
        self._found: deque[Found] = deque()
        self._failed: deque[HookFailed] = deque()
        self._work: asyncio.Task[None] | None = None
        # Not of daemons: at its end, the process waits for what is under way.
        self._threads = threads or ThreadPoolExecutor(1, "hook")
        self.amount = 0
        """Events that the thread has to run."""
        self._ends_at: float | None = None
        self._told: set[str] = set()
        """Kinds of failures that were told."""
        self._done: dict[TaskId, tuple[Happening, float]] = {}
        """How each task ended, as it was told, and when its last result was saved or, without one, it was sent."""
        self._was_busy = self._lane_changed = False
        self._needed: Way | None = None
        self._stop = engine.bus.listen(self._heard)

    @property
    def hook(self) -> Hook:
        hook = Hook.read(self.engine.settings.hook)
        return hook if hook.list == self._list() else Hook()

    async def set(self, words: Sequence[str], happenings: frozenset[Happening]) -> None:
        await self.engine.copies.until_checked()
        hook = Hook(words=tuple(words))
        if hook.address:
            check_address(hook.address)
        elif words:
            hook = Hook(words=(await in_worker(None, own_program.found_program, words[0]), *words[1:]))
        stored = {"list": self._list(), "words": list(hook.words), "happenings": sorted(happenings)}
        self.engine.settings.hook = stored if words else {}
        self._told.clear()
        await self.engine.clients.record(YOU, "hook", hook.name, ", ".join(sorted(happenings)))

    async def test(self) -> None:
        listing = Listing(filter=Filter(page=Page.SAVED), group=GroupBy.NONE)
        rows = (await self.engine.library.beginning(listing, 1, 1))[1]
        event = await self._event(self.engine.clock.now(), Happening.SAVED, next(iter(rows), None))
        await in_worker(None, self._deliver, self.hook, _encoded({**event, "is_test": True}), LONGEST_RUN)

    async def settle(self) -> None:
        self._stop()
        self._ends_at = self.engine.clock.monotonic() + LONGEST_RUN
        await self._wake()
        self._threads.shutdown(wait=False)

    # Events.

    def _heard(self, event: Event) -> None:
        if not self.engine.settings.hook:
            return
        match event:
            case TasksAdded(tasks):
                for task in tasks:
                    self._take(task, None)
            case TaskChanged(task, before):
                self._take(task, before)
            case OutputChanged(output):
                is_saved = output.state is OutputState.SAVED
                is_news = not is_saved or abs(self.engine.clock.now() - (output.saved_at or 0.0)) < _FRESH
                self._was_busy |= is_news
                if is_news and output.state not in (OutputState.WAITING, OutputState.DOWNLOADING):
                    self._add(None, output.task_id)
            case LaneChanged():
                self._lane_changed = True
                self._wake()
            case DownloadsCounted(0, 0):
                self._wake()

    def _take(self, task: Task, before: Task | None) -> None:
        self._was_busy |= _goes_on(task) or (before is not None and _goes_on(before))
        if _waits(task):
            if before is None or not _waits(before):
                self._add(Happening.NEEDS_ME, task.id)
        elif before is not None and before.state is not task.state:
            self._add(None, task.id)

    def _add(self, happening: Happening | None, task_id: TaskId | None = None) -> None:
        if len(self._found) + self.amount < MOST_WAITING:
            self._found.append((self.engine.clock.now(), happening, task_id))
        else:
            self._failed.append(HookFailed(Text("Too many events at once: some were not run.")))
        self._wake()

    def _wake(self) -> asyncio.Task[None]:
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._run(), name="run what happens")
        return self._work

    async def _run(self) -> None:
        if not self.engine.settings.hook:
            return
        with survived("running what the person wants to be run"), suppress(StoreError):
            await self.engine.copies.until_checked()
            if not self.hook.words:
                self.engine.settings.hook = {}
                self._found.clear()
                await self._tell(
                    HookFailed(Text("What runs when something happens was set in another list. Set it again."))
                )
            while self._found or self._failed or self._finds_more():
                while self._failed:
                    await self._tell(self._failed.popleft())
                if self._found:
                    content = await self._content(*self._found.popleft())
                    if content is not None:
                        self._begin(content)

    def _finds_more(self) -> bool:
        """Adds what can be seen only once all else is told."""
        engine = self.engine
        if self._lane_changed and engine.is_made("lane"):
            self._look_at_lane()
        self._lane_changed = False
        if self._was_busy and not self._found and engine.is_made("downloads") and engine.downloads.is_idle:
            self._was_busy = any(map(_goes_on, engine.ledger.open()))
            if not self._was_busy:
                self._add(Happening.QUEUE_EMPTY)
        return bool(self._found)

    def _look_at_lane(self) -> None:
        """Whether a cap, the balance or the key keeps tasks; told again once they had not."""
        engine = self.engine
        free = (task.id for task in engine.ledger.queued() if task.is_free)
        task_id = next(iter(engine.lane.outlook().over), None) or next(free, None)
        task = engine.ledger.get_open(task_id) if task_id is not None else None
        kept = engine.lane.keeps(task) if task is not None else None
        lane = kept.lane if kept is not None else None
        needed = lane.way if lane and (lane.way in _NEEDS or lane.code is LaneCode.NO_ANSWERS) else None
        if needed is not None and needed is not self._needed:
            self._add(Happening.NEEDS_ME, task_id)
        self._needed = needed

    async def _content(self, at: float, happening: Happening | None, task_id: TaskId | None) -> bytes | None:
        """None for an event that was not chosen, or was told before."""
        row = next(iter(await self.engine.library.rows([task_id])), None) if task_id is not None else None
        if happening is None and row is not None and (end := end_of(row)) is not None:
            happening = _ENDS.get(end, Happening.FAILED)
            saved_at = max((output.saved_at or 0.0 for output in row.outputs), default=0.0)
            token = happening, saved_at if end is End.SAVED else row.task.sent_at or 0.0
            if self._done.get(row.task.id) == token:
                return None
            self._done[row.task.id] = token
        if happening not in self.hook.happenings or (task_id is not None and row is None):
            return None
        return _encoded(await self._event(at, happening, row))

    async def _event(self, at: float, happening: Happening, row: Row | None) -> dict[str, Any]:
        """As JSON: what happened, a text in the person's language, and the members of a task as programs read them."""
        moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event: dict[str, Any] = {"event": happening, "time": moment, "text": _("The queue is empty.")}
        if row is None:
            return event if happening is Happening.QUEUE_EMPTY else {**event, "text": _("This is a test.")}
        engine, task = self.engine, row.task
        asked = (await engine.clients.of([task.id])).get(task.id)
        kept = engine.lane.keeps(task) if task.state is State.QUEUED and engine.is_made("lane") else None
        price = engine.pricing.price(task.request)
        event["text"] = f"{describe(row, Around(kept=kept)).headline} · {name_of(task)}"
        credits = price.credits if price is not None else None
        with english():
            return event | as_json(self._answer(row, asked=asked, price=credits, kept=kept))

    # Running.

    def _begin(self, content: bytes) -> None:
        loop = asyncio.get_running_loop()

        def run(hook: Hook) -> None:
            error = None
            with survived("running an event"):
                try:
                    left = LONGEST_RUN if self._ends_at is None else self._ends_at - self.engine.clock.monotonic()
                    self._deliver(hook, content, min(LONGEST_RUN, left))
                except HookFailed as failed:
                    error = failed
                    log.warning("An event was not run: %s %s", error, error.detail)
            # Unless the program has ended.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._ended, error)

        self.amount += 1
        self._threads.submit(run, self.hook)

    def _deliver(self, hook: Hook, content: bytes, seconds: float) -> None:
        """On a thread."""
        if seconds < 1:
            raise HookFailed(Text("The program has ended before all events were run."))
        if hook.address:
            self._post(hook.address, content, seconds)
        elif hook.words:
            own_program.run(hook.words, content, seconds)

    def _ended(self, error: HookFailed | None) -> None:
        self.amount -= 1
        if error is not None:
            self._failed.append(error)
            self._wake()
        elif not self.amount:
            self._told.clear()

    async def _tell(self, error: HookFailed) -> None:
        if error.kind not in self._told:
            self._told.add(error.kind)
            detail = error.detail[:LONGEST_DETAIL]
            self.engine.bus.tell(Notice(error.text, detail, is_problem=True, section="hook"))
            await self.engine.clients.record(self.hook.name, "event", "", error.in_words())

    def _list(self) -> str:
        return str((self.engine.settings.get(IDENTITY) or {}).get("id", ""))


def _waits(task: Task) -> bool:
    """For the person, who did not hold it."""
    is_held = task.state is State.QUEUED and task.waits_for_person and task.removed_at is None
    return is_held and task.hold.code is not HoldCode.WAITS_FOR_PERSON


def _goes_on(task: Task) -> bool:
    return task.state.is_live or task.state is State.SENDING or (task.is_free and task.removed_at is None)


def _encoded(event: Mapping[str, Any]) -> bytes:
    return WHOLE_KEY.sub("key_…", json.dumps(event)).encode()
