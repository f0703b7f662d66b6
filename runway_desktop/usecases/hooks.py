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
import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from runway_desktop.desktop import own_program
from runway_desktop.domain import events
from runway_desktop.domain.caps import LaneCode, Way
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.hooks import LONGEST_RUN, Happening, Hook, HookFailed, check_address
from runway_desktop.domain.library import Filter, GroupBy, Listing, Page, Row
from runway_desktop.domain.moments import written
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
        self._found: deque[Found | HookFailed] = deque()
        self._work: asyncio.Task[None] | None = None
        # Not of daemons: at its end, the process waits for what is under way.
        self._threads = threads or ThreadPoolExecutor(1, "hook")
        self.amount = 0
        """Events that the thread has to run."""
        self._ends_at = math.inf
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
        return hook if hook.list == self.engine.settings.identity else Hook()

    async def set(self, words: Sequence[str], happenings: frozenset[Happening]) -> None:
        await self.engine.copies.until_checked()
        hook = Hook(list=self.engine.settings.identity, words=tuple(words), happenings=happenings)
        if hook.address:
            check_address(hook.address)
        elif words:
            stored = (await in_worker(None, own_program.found_program, words[0]), *words[1:])
            hook = Hook(list=hook.list, words=stored, happenings=happenings)
        self.engine.settings.hook = as_json(hook) if words else {}
        self._told.clear()
        await self.engine.clients.record(YOU, "hook", hook.name, ", ".join(sorted(happenings)))

    async def test(self) -> None:
        listing = Listing(filter=Filter(page=Page.SAVED), group=GroupBy.NONE)
        rows = (await self.engine.library.beginning(listing, 1, 1))[1]
        event = await self._event(self.engine.clock.now(), Happening.SAVED, next(iter(rows), None), is_test=True)
        await in_worker(None, self._deliver, self.hook, event)

    async def settle(self) -> None:
        self._stop()
        self._ends_at = self.engine.clock.monotonic() + LONGEST_RUN
        await self._wake()
        self._threads.shutdown(wait=False)

    # Events.

    def _heard(self, event: events.Event) -> None:
        if not self.engine.settings.hook:
            return
        match event:
            case events.TasksAdded(tasks):
                for task in tasks:
                    self._take(task, None)
            case events.TaskChanged(task, before):
                self._take(task, before)
            case events.OutputChanged(output):
                age = self.engine.clock.now() - (output.saved_at or 0.0)
                if output.state is not OutputState.SAVED or abs(age) < _FRESH:
                    self._was_busy = True
                    if output.state not in (OutputState.WAITING, OutputState.DOWNLOADING):
                        self._add(None, output.task_id)
            case events.LaneChanged():
                self._lane_changed = True
                self._wake()
            case events.DownloadsCounted(0, 0):
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
            self._found.append(HookFailed(Text("Too many events at once: some were not run.")))
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
                said = Text("What runs when something happens was set in another list. Set it again.")
                await self._tell(HookFailed(said))
            while self._found or self._finds_more():
                found = self._found.popleft()
                await (self._tell(found) if isinstance(found, HookFailed) else self._begin(*found))

    def _finds_more(self) -> bool:
        """Adds what can be seen only once all else is told."""
        engine = self.engine
        if self._lane_changed:
            self._lane_changed = False
            self._look_at_lane()
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

    async def _event(self, at: float, happening: Happening, row: Row | None, *, is_test: bool = False) -> bytes:
        """As JSON: what happened, a text in the person's language, and the members of a task as programs read them."""
        event: dict[str, Any] = {"event": happening, "time": written(at), "text": _("The queue is empty.")}
        if is_test:
            event |= {"is_test": True, "text": _("This is a test.")}
        if row is not None:
            engine, task = self.engine, row.task
            asked = (await engine.clients.of([task.id])).get(task.id)
            kept = engine.lane.keeps(task) if task.state is State.QUEUED and engine.is_made("lane") else None
            price = engine.pricing.price(task.request)
            credits = price.credits if price is not None else None
            event["text"] = f"{describe(row, Around(kept=kept)).headline} · {name_of(task)}"
            with english():
                event |= as_json(self._answer(row, asked=asked, price=credits, kept=kept))
        return WHOLE_KEY.sub("key_…", json.dumps(event)).encode()

    # Running.

    async def _begin(self, at: float, happening: Happening | None, task_id: TaskId | None) -> None:
        """Gives it to the thread, unless it was not chosen, or was told before."""
        row = next(iter(await self.engine.library.rows([task_id])), None) if task_id is not None else None
        if happening is None and row is not None and (end := end_of(row)) is not None:
            happening = _ENDS.get(end, Happening.FAILED)
            saved_at = max((output.saved_at or 0.0 for output in row.outputs), default=0.0)
            token = happening, saved_at if end is End.SAVED else row.task.sent_at or 0.0
            if self._done.get(row.task.id) == token:
                return
            self._done[row.task.id] = token
        hook = self.hook
        if happening not in hook.happenings or (task_id is not None and row is None):
            return
        content, loop = await self._event(at, happening, row), asyncio.get_running_loop()

        def run() -> None:
            error = None
            with survived("running an event"):
                try:
                    self._deliver(hook, content)
                except HookFailed as failed:
                    error = failed
                    log.warning("An event was not run: %s %s", error, error.detail[:LONGEST_DETAIL])
            # Unless the program has ended.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._ended, error)

        self.amount += 1
        self._threads.submit(run)

    def _deliver(self, hook: Hook, content: bytes) -> None:
        """On a thread."""
        seconds = min(LONGEST_RUN, self._ends_at - self.engine.clock.monotonic())
        if seconds < 1:
            raise HookFailed(Text("The program has ended before all events were run."))
        if hook.address:
            self._post(hook.address, content, seconds)
        elif hook.words:
            own_program.run(hook.words, content, seconds)

    def _ended(self, error: HookFailed | None) -> None:
        self.amount -= 1
        if error is not None:
            self._found.append(error)
            self._wake()
        elif not self.amount:
            self._told.clear()

    async def _tell(self, error: HookFailed) -> None:
        # The same for each failure of one kind, whatever its numbers.
        kind = error.said.source if isinstance(error.said, Text) else error.said
        if kind not in self._told:
            self._told.add(kind)
            detail = error.detail[:LONGEST_DETAIL]
            self.engine.bus.tell(events.Notice(error.text, detail, is_problem=True, section="hook"))
            await self.engine.clients.record(self.hook.name, "event", "", error.in_words())


def _waits(task: Task) -> bool:
    """For the person, who did not hold it."""
    is_held = task.state is State.QUEUED and task.waits_for_person and task.removed_at is None
    return is_held and task.hold.code is not HoldCode.WAITS_FOR_PERSON


def _goes_on(task: Task) -> bool:
    return task.state.is_live or task.state is State.SENDING or (task.is_free and task.removed_at is None)
