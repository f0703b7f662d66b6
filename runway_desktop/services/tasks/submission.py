"""Turns a prepared request into queued tasks; the whole intent is on disk before anything is sent.

`Submission` accepts only a `Prepared`, which only `usecases.sending` can make: it was validated and priced, and the
person has confirmed what needs it. Nothing here calls Runway. Inputs are stored by path and size; their bytes are read
just before sending. Raises `NotPossible` if a task's state does not allow the action, StoreError on disk errors. Loop's
thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from runway_desktop.catalog import Catalog, Finding, with_assets
from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.inputs import with_moved_files
from runway_desktop.domain.library import Filter, GroupBy, Listing
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import (
    ITS_TURN,
    Batch,
    BatchId,
    Hold,
    HoldCode,
    Input,
    MemberId,
    Request,
    Source,
    State,
    StepId,
    Task,
    TaskId,
    new_batch_id,
    new_task_id,
)
from runway_desktop.services.disk.disk_words import file_hash
from runway_desktop.services.ports import Clock, Store
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field, replace

from .adoption import Adoption
from .ledger import Ledger, NoSuchTask
from .queue_acts import QueueActs
from .uploads import inputs_of

AT_ONCE = 60
"""Tasks per transaction when there are thousands: a few milliseconds of the loop."""


class Ask(Enum):
    """What a person has to confirm before tasks are sent. `usecases.sending.questions` has the words."""

    ABOVE_LIMIT = "above the limit"
    """They cost more than the person's limit for sending without a question."""
    PRICE_UNKNOWN = "price unknown"
    OVER_CAP = "over a cap"
    """A cap keeps at least one of them in the queue for now."""
    LOW_BALANCE = "low balance"
    """The balance does not suffice for all of them: the rest waits for credits."""
    REPEAT = "repeat"
    """The same was sent a moment ago."""
    OTHER_KEY = "other key"
    """At least one of them was queued with another key than the one in use."""
    MAY_BE_PAID_TWICE = "may be paid twice"
    """Runway may have one of them already: its sending got no answer, or it comes from a backup."""


class NewTask(Struct, frozen=True, kw_only=True):
    """A task to be made. `id` is fixed here, so it can be recorded before the task is stored."""

    request: Request
    id: TaskId = field(default_factory=new_task_id)
    project: str = ""
    shot: str = ""
    title: str = ""
    parent_id: TaskId | None = None
    batch_id: BatchId | None = None
    cast: tuple[MemberId, ...] = ()
    step: StepId | None = None
    made_of: Source | None = None
    again_of: Task | None = None
    """The task that this repeats: its files are compared with their hashes of then."""
    files: Mapping[str, str] = MappingProxyType({})
    """Current hashes of its files by path, for a client's request."""


class NewTasks(Struct, frozen=True, kw_only=True):
    """Tasks to be stored in order at the end of the lane. Several, or named ones, form a batch unless they already have
    one or are repeats. `steps`: tasks per transaction; empty: all in one. `hold`: why they wait."""

    tasks: tuple[NewTask, ...]
    batch_name: str = ""
    steps: tuple[int, ...] = ()
    hold: Hold = ITS_TURN


class SendAgain(Struct, frozen=True):
    """Dismisses an uncertain task and makes a new one of the same request."""

    old: Task
    new: NewTask


class Edit(Struct, frozen=True):
    """A new request for a queued task; `cast`: members that join its cast."""

    task: Task
    request: Request
    cast: tuple[MemberId, ...] = ()


class Release(Struct, frozen=True):
    """Held tasks to be sent, including those that wait for the person: next, or at their positions."""

    tasks: tuple[Task, ...]
    is_next: bool = True


Intent = NewTasks | SendAgain | Edit | Release


class TaskSource(Enum):
    """Where tasks come from. The last sending is remembered per door, to find repeats."""

    COMPOSER = "composer"
    SHEET = "sheet"
    AGAIN = "again"
    """The same request again, of an ended or uncertain task."""
    RELEASE = "release"
    SCRIPT = "script"
    STEPS = "steps"


class Origin(Struct, frozen=True):
    """Source of an intent. `what` is equal for two presses that ask for the same; None: compare the requests."""

    door: TaskSource
    what: object = None


class Stamp:
    """Capability of the one place that validates, prices and confirms: a `Prepared` needs it."""


class Payer(Struct, frozen=True):
    """The key in use, for display: its profile and its last characters."""

    profile: str = ""
    ending: str = ""


UNKNOWN_PAYER = Payer()


@dataclass(slots=True, eq=False, repr=False)
class Prepared:
    """A validated and priced intent, with the confirmations it needs. For one use.

    `findings`: problems of each request, in order. `held_back`: the cap or balance that keeps `kept` tasks in the
    queue. `unpaid`: those of them for whose likely prices the balance does not suffice, which are stored with a hold.
    `key`: the key in use when it was made, at `made_at` of the monotonic clock."""

    stamp: Stamp
    intent: Intent
    findings: tuple[tuple[Finding, ...], ...]
    sum: PriceSum
    asks: frozenset[Ask]
    _: KW_ONLY
    held_back: HeldBack | None
    kept: int = 0
    unpaid: frozenset[TaskId] = frozenset()
    key: Fingerprint
    payer: Payer = UNKNOWN_PAYER
    made_at: float
    origin: Origin
    is_used: bool = False

    @property
    def is_valid(self) -> bool:
        return not any(self.findings)

    @property
    def is_repeat(self) -> bool:
        """The same was sent a moment ago."""
        return Ask.REPEAT in self.asks

    @property
    def first(self) -> TaskId | None:
        """The first of the tasks that it makes; None if it makes none."""
        return self.intent.tasks[0].id if isinstance(self.intent, NewTasks) else None

    def use(self) -> None:
        """Raises NotPossible the second time."""
        if self.is_used:
            raise NotPossible(Text("This was sent already."))
        self.is_used = True


@dataclass(eq=False, repr=False)
class Submission:
    """`executor` reads file sizes off the loop."""

    _ledger: Ledger
    _store: Store
    _queue_acts: QueueActs
    _adoption: Adoption
    _catalog: Catalog
    _clock: Clock
    _executor: Executor | None = None

    def __post_init__(self) -> None:
        self._stamp = Stamp()
        self._is_taken = False
        self._last_position = 0.0

    def take_stamp(self) -> Stamp:
        """Call once, from `usecases.sending` only: RuntimeError after that."""
        if self._is_taken:
            raise RuntimeError("Only one place prepares what is sent")
        self._is_taken = True
        return self._stamp

    async def carry_out(
        self, prepared: Prepared, moved: Callable[[], Mapping[str, str]] = dict
    ) -> AsyncGenerator[tuple[TaskId, ...], None]:
        """Stores what was prepared; yields the ids of its tasks, transaction by transaction. `moved`: old to new URIs
        of files that moved since the first transaction."""
        if prepared.stamp is not self._stamp or not prepared.is_valid:
            raise RuntimeError("Nothing is sent that was not prepared here")
        prepared.use()
        match prepared.intent:
            case NewTasks() as new:
                async for ids in self._add(new, moved, prepared):
                    yield ids
            case SendAgain(old, new):
                # Dismiss first: after a crash in between, a lost row costs a click, but two rows could be paid for
                # twice.
                await self._adoption.let_go(old.id)
                async for ids in self._add(NewTasks(tasks=(new,)), moved, prepared):
                    yield ids
            case Edit(task, request, cast):
                hashes = await self._taken_as_they_are(task)
                await self._edit(task.id, request, hashes, prepared.unpaid, cast)
                yield (task.id,)
            case Release(tasks, is_next):
                await self._queue_acts.release(tasks, is_next=is_next, key=prepared.key, unpaid=prepared.unpaid)
                yield tuple(task.id for task in tasks)

    async def give_files(
        self, task_id: TaskId, uris: Mapping[tuple[str | int, ...], str], hashes: Mapping[str, str]
    ) -> None:
        """Replaces file URIs of a queued task's inputs. Nothing else of the request changes, so no confirmation is
        needed. The task waits for its turn again, unless it waits for the person. `hashes` by path. NotPossible once
        its sending has begun."""
        task = await self._task(task_id)
        known = {found.field_path for found in inputs_of(task, self._catalog)}
        values = with_assets(
            task.request.values, {field_path: uri for field_path, uri in uris.items() if field_path in known}
        )
        await self._edit(task_id, replace(task.request, values=values), hashes)

    async def _taken_as_they_are(self, task: Task) -> Mapping[str, str]:
        """Hashes of the files of a task that is held since a file was changed: who edits it knows that."""
        if task.hold.code is not HoldCode.FILE_CHANGED:
            return {}
        paths = sorted({inp.path for inp in await self._store.inputs(task.id) if inp.path})
        return await asyncio.get_running_loop().run_in_executor(self._executor, _hashes, paths)

    async def _edit(
        self,
        task_id: TaskId,
        request: Request,
        hashes: Mapping[str, str],
        unpaid: Collection[TaskId] = (),
        cast: Sequence[MemberId] = (),
    ) -> None:
        """`hashes` by path replace the known ones, which stay otherwise: a client's file is compared with its hash."""

        def edit(task: Task) -> Task:
            if task.state is not State.QUEUED:
                raise NotPossible(
                    Text("This task is already being sent."), advice=Text("To send another, edit a copy of it.")
                )
            stays = task.waits_for_person or task.hold.code is HoldCode.WHEN_CREDITS
            hold = Hold(HoldCode.CREDITS) if task.id in unpaid else task.hold if stays else ITS_TURN
            return replace(task, request=request, hold=hold, cast=tuple(dict.fromkeys((*task.cast, *cast))))

        old = await self._task(task_id)
        kept = {inp.path: inp.sha256 for inp in await self._store.inputs(task_id) if inp.path}
        known = {(task_id, path): digest for path, digest in (kept | dict(hashes)).items()}
        inputs = await self._inputs([replace(old, request=request)], known)
        await self._ledger.change(task_id, edit, "edited", inputs=inputs)

    async def _add(
        self, new: NewTasks, moved: Callable[[], Mapping[str, str]], prepared: Prepared
    ) -> AsyncGenerator[tuple[TaskId, ...], None]:
        # One creation time for all, so that they are listed together in their order.
        now = self._clock.now()
        made_at = await self._made_at(new, now)
        batch = self._batch(new, now)
        positions = self._positions(len(new.tasks))
        start = 0
        for step in new.steps or (len(new.tasks),):
            some, some_positions = new.tasks[start : start + step], positions[start : start + step]
            tasks = [
                Task(
                    id=one.id,
                    request=replace(one.request, values=with_moved_files(one.request.values, moved())),
                    created_at=made_at,
                    project=one.project,
                    shot=one.shot,
                    title=one.title,
                    parent_id=one.parent_id,
                    batch_id=one.batch_id if batch is None else batch.id,
                    cast=one.cast,
                    step=one.step,
                    made_of=one.made_of,
                    position=position,
                    key=prepared.key,
                    hold=Hold(HoldCode.CREDITS) if one.id in prepared.unpaid else new.hold,
                )
                for one, position in zip(some, some_positions, strict=True)
            ]
            inputs = await self._inputs(tasks, await self._as_they_were(some))
            await self._ledger.add(tasks, inputs, batch if start == 0 else None)
            start += step
            yield tuple(task.id for task in tasks)

    async def _made_at(self, new: NewTasks, now: float) -> float:
        """Rows of a sheet whose earlier rows were sent today get those rows' time, so that all are listed in the
        sheet's order."""
        batches = {task.batch_id for task in new.tasks if task.again_of is None and task.batch_id is not None}
        if len(batches) != 1:
            return now
        today = local_time(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
        of_sheet = Listing(filter=Filter(batches=frozenset(batches), since=today), descending=False, group=GroupBy.NONE)
        _, rows = await self._store.beginning(of_sheet, 1, 1)
        return min(now, rows[0].task.created_at) if rows else now

    async def _as_they_were(self, new: Sequence[NewTask]) -> dict[tuple[TaskId, str], str]:
        """Hashes of a repeated request's files at its first sending, to tell a moved file from another of the same
        name."""
        known = {(one.id, path): digest for one in new for path, digest in one.files.items()}
        return known | {
            (one.id, inp.path): inp.sha256
            for one in new
            if one.again_of is not None
            for inp in await self._store.inputs(one.again_of.id)
            if inp.path
        }

    async def _task(self, task_id: TaskId) -> Task:
        found = await self._ledger.task(task_id)
        if found is None:
            raise NoSuchTask(task_id)
        return found

    def _batch(self, new: NewTasks, now: float) -> Batch | None:
        has_one = any(task.batch_id or task.again_of for task in new.tasks)
        if has_one or (len(new.tasks) == 1 and not new.batch_name):
            return None
        return Batch(id=BatchId(new_batch_id()), name=new.batch_name, created_at=now)

    def _positions(self, count: int) -> list[float]:
        """Positions at the end of the lane."""
        last = max((task.position for task in self._ledger.all_queued()), default=0.0)
        first = max(self._last_position, last) + 1.0
        self._last_position = first + count - 1
        return [first + position for position in range(count)]

    async def _inputs(self, tasks: Sequence[Task], hashes: Mapping[tuple[TaskId, str], str]) -> list[Input]:
        """`hashes`: known ones by task and path."""
        found = [inp for task in tasks for inp in inputs_of(task, self._catalog)]
        paths = {inp.path for inp in found if inp.path}
        if not paths:
            return found
        sizes = await asyncio.get_running_loop().run_in_executor(self._executor, _sizes, sorted(paths))
        return [
            replace(inp, size=sizes.get(inp.path, 0), sha256=hashes.get((inp.task_id, inp.path), "")) for inp in found
        ]


def _hashes(paths: Sequence[str]) -> dict[str, str]:
    """Hashes of readable files."""
    found = {}
    for path in paths:
        with suppress(DiskError):
            found[path] = file_hash(Path(path))
    return found


def _sizes(paths: Sequence[str]) -> dict[str, int]:
    """Sizes in bytes of readable files. An unreadable file is reported when its task is sent."""
    sizes = {}
    for path in paths:
        with suppress(OSError):
            sizes[path] = Path(path).stat().st_size
    return sizes
