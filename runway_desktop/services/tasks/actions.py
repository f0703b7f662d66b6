"""Actions of a person on existing tasks: cancel at Runway, delete from Runway, remove from the list.

The three are independent; `services.results.trash` deletes files. The window asks for confirmation; the guards against
losing a paid result are here. An API error on one task is reported, not raised. StoreError passes. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import Answer, CancelAsked, Deleted, ImpossibleMove, NotFound, Withdrawn
from runway_desktop.domain.errors import ApiError, Misrouted, NotReached, NotSeen, NotThere, RequestRefused, StoreError
from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.task import Hold, HoldCode, OutputState, RemoteId, State, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Runway, Store
from runway_desktop.values import Struct, field, replace

from .asking import CANCEL_PATIENCE, Asking, Reply, meaning_of
from .ledger import Ledger

log = logging.getLogger(__name__)

AT_ONCE = 4


class Done(Struct, frozen=True):
    """Report per task. `done`: canceled or deleted. `kept`: finished meanwhile, so the result is kept and saved.
    `without_result`: failed meanwhile, or gone. `failed`: reasons for the others."""

    done: list[TaskId] = field(default_factory=list)
    kept: list[TaskId] = field(default_factory=list)
    without_result: list[TaskId] = field(default_factory=list)
    failed: dict[TaskId, WhyNot | ApiError] = field(default_factory=dict)

    @property
    def not_found_yet(self) -> list[TaskId]:
        return [task_id for task_id, why in self.failed.items() if why is WhyNot.NOT_FOUND_YET]


class TaskActions:
    def __init__(
        self, ledger: Ledger, store: Store, runway: Runway, asking: Asking, account: Account, bus: Bus, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._runway = runway
        self._asking = asking
        self._account = account
        self._bus = bus
        self._clock = clock
        self._canceling: set[TaskId] = set()

    async def cancel(self, task_ids: Sequence[TaskId]) -> Done:
        """Cancels tasks. Held ones are never sent; one being sent is canceled as soon as it has its id.

        A DELETE on a task that has just finished deletes the paid result, and Runway answers 204 in both cases. So each
        task is polled first, and a finished one is kept. That answer is always fresh: if the last one is less than
        `LEAST_GAP` old, the rest of the gap is waited for. The task can still finish between answer and DELETE; the
        DELETE is sent in the same step that reads the answer, so this window is two network trips and cannot be closed.
        If the poller learns of the result in that window, the result counts and its download is tried.

        A 404 does not settle a cancel: a new task may not be known yet, or a gateway answered. Such tasks are polled
        every `LEAST_GAP` for `CANCEL_PATIENCE` seconds; after that, and after a restart, the poller finishes the cancel
        (`finish_cancel`)."""
        report = Done()

        async def one(task_id: TaskId) -> None:
            self._canceling.add(task_id)
            try:
                problem = await self._cancel(task_id)
            finally:
                self._canceling.discard(task_id)
            report.failed.pop(task_id, None)
            task = await self._ledger.task(task_id)
            if problem is not None:
                report.failed[task_id] = problem
            elif task is not None:
                ended = {State.CANCELLED: report.done, State.SUCCEEDED: report.kept}
                ended.get(task.state, report.without_result).append(task_id)

        await _each(task_ids, one)
        until = self._clock.monotonic() + CANCEL_PATIENCE
        while (left := report.not_found_yet) and self._clock.monotonic() < until:
            await _each(left, one)
        return report

    async def finish_cancel(self, task_id: TaskId, reply: Reply) -> None:
        """Sends a pending DELETE once `reply` shows that the task exists. Call it in the step that reads the answer.
        Raises nothing; after a failure the next answer triggers another try."""
        task = self._ledger.get_open(task_id)
        if task is None or not task.cancel_asked or task_id in self._canceling:
            return
        if isinstance(reply.said, Answer) and not reply.said.state.is_final:
            try:
                key, problem = await self._delete_live(task_id, reply.said, reply.key)
                if isinstance(problem, RequestRefused):
                    await self._not_canceled(task_id, problem, key)
            except StoreError as error:
                log.warning("What became of canceling %s could not be written: %s", task_id, error)

    async def delete_remotely(self, task_ids: Sequence[TaskId]) -> Done:
        """Deletes ended tasks and their results at Runway, for good. Skips tasks with a result that is not saved
        here."""
        report = Done()

        async def one(task_id: TaskId) -> None:
            if (problem := await self._delete(task_id)) is not None:
                report.failed[task_id] = problem
            else:
                report.done.append(task_id)

        await _each(task_ids, one)
        return report

    async def remove(self, task_ids: Sequence[TaskId]) -> None:
        """Removes tasks from the list. Live ones continue and are saved; a removed queued task is not sent."""
        now = self._clock.now()
        await self._ledger.change_many(
            task_ids, lambda task: replace(task, removed_at=task.removed_at or now), "removed"
        )

    async def restore(self, task_ids: Sequence[TaskId]) -> None:
        """Undoes `remove`. Held tasks then wait for the person: only `usecases.sending` may send."""
        await self._ledger.change_many(task_ids, _back, "restored")

    async def rename(self, task_id: TaskId, title: str) -> Task:
        """Sets the row's name; blank shows the prompt again."""
        words = " ".join(title.split())
        return await self._ledger.change(task_id, lambda task: replace(task, title=words), "renamed", title=words)

    async def _cancel(self, task_id: TaskId) -> WhyNot | ApiError | None:
        """Returns why it could not be canceled, or None. The outcome is in the ledger."""
        task = await self._ledger.task(task_id)
        if task is None or task.state.is_final:
            return None
        if task.state is State.QUEUED:
            try:
                await self._ledger.move(task_id, Withdrawn())
                return None
            except ImpossibleMove:
                task = await self._ledger.task(task_id)
        if task is not None and task.is_run and (task.state is State.SENDING or task.state.is_live):
            return WhyNot.RUN_IS_NOT_CANCELED
        if task is not None and task.state is State.SENDING:
            await self._ledger.move(task_id, CancelAsked())
            await self._sent(task_id)
            task = await self._ledger.task(task_id)
            if task is not None and task.state is State.UNCERTAIN:
                # The report says that it was not canceled. If its id is found later, its result is saved.
                await self._ledger.change(task_id, _not_asked, "not cancelled")
            return await self._cancel(task_id)
        if task is None or task.state.is_final:
            return None
        if task.state is State.UNCERTAIN or task.remote_id is None:
            return WhyNot.UNDECIDED
        return await self._cancel_live(task, task.remote_id)

    async def _cancel_live(self, task: Task, remote_id: RemoteId) -> WhyNot | ApiError | None:
        task = await self._ledger.move(task.id, CancelAsked())
        reply = await self._asking.ask(remote_id, task)
        key, problem = reply.key, None
        may_have_arrived = False
        if not isinstance(reply.said, Answer):
            problem = reply.said
        elif reply.said.state.is_final:
            await self._ledger.answer(task.id, reply.said, reply.key)
        else:
            key, problem = await self._delete_live(task.id, reply.said, reply.key)
            may_have_arrived = not isinstance(problem, NotReached | RequestRefused)
        match problem:
            case None:
                return None
            case NotThere():
                seen = meaning_of(await self._ledger.move(task.id, NotFound(key)), key, problem)
                if not isinstance(seen, NotSeen):
                    return None
                # With another key, polling again gives no more information.
                return WhyNot.NOT_FOUND_YET if seen.retry_after else await self._not_canceled(task.id, seen, key)
            case Misrouted():
                self._account.note_failure(problem, key)
                return WhyNot.NOT_FOUND_YET
            case _ if may_have_arrived:
                # `cancel_asked` stays: a later 404 then means our cancel, and a later answer triggers another DELETE.
                self._account.note_failure(problem, key)
                return problem
            case _:
                return await self._not_canceled(task.id, problem, key)

    async def _delete_live(
        self, task_id: TaskId, answer: Answer, asked_by: Fingerprint
    ) -> tuple[Fingerprint, ApiError | None]:
        """Returns the DELETE's key and error. Nothing is written or awaited between the answer and the DELETE: each
        delay could cost a result."""
        key = self._runway.key
        problem: ApiError | None = None
        try:
            await self._runway.delete(answer.remote_id)
        except ApiError as error:
            problem = error
        # Records whether the task was running, which decides what the cancel may cost.
        await self._ledger.answer(task_id, answer, asked_by)
        if problem is None:
            await self._ledger.move(task_id, Deleted())
        return key, problem

    async def _not_canceled(self, task_id: TaskId, error: ApiError, key: Fingerprint) -> ApiError:
        """No DELETE reached Runway, or Runway refused it, so a later 404 must not count as our cancel."""
        if not isinstance(error, NotSeen):
            self._account.note_failure(error, key)
        await self._ledger.change(task_id, _not_asked, "not cancelled", error=error.code.value, said=error.detail)
        return error

    async def _sent(self, task_id: TaskId) -> None:
        """Returns when the task is no longer being sent."""
        ended = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, TaskChanged) and event.task.id == task_id and event.task.state is not State.SENDING:
                ended.set()

        stop = self._bus.listen(hear)
        try:
            task = self._ledger.get_open(task_id)
            if task is not None and task.state is State.SENDING:
                await ended.wait()
        finally:
            stop()

    async def _delete(self, task_id: TaskId) -> WhyNot | ApiError | None:
        task = await self._ledger.task(task_id)
        if task is None or not task.state.is_final:
            return WhyNot.NOT_ENDED
        if task.remote_id is None:
            return WhyNot.NEVER_AT_RUNWAY
        if task.is_run:
            return WhyNot.RUN_IS_NOT_DELETED
        outputs = await self._store.outputs(task_id)
        if any(
            output.state in (OutputState.WAITING, OutputState.DOWNLOADING, OutputState.FAILED) for output in outputs
        ):
            return WhyNot.RESULT_NOT_SAVED
        key = self._runway.key
        try:
            await self._runway.delete(task.remote_id)
        except NotThere:
            if key != task.key:
                # A 404 to another key does not prove that the task is deleted.
                return WhyNot.OTHER_KEY
        except ApiError as error:
            self._account.note_failure(error, key)
            return error
        await self._ledger.move(task_id, Deleted())
        return None


def _not_asked(task: Task) -> Task:
    return replace(task, cancel_asked=False)


def _back(task: Task) -> Task:
    # What waits for its key leaves by itself once that key is back, and it may be.
    waits = task.state is not State.QUEUED or (task.waits_for_person and task.hold.code is not HoldCode.OTHER_KEY)
    return replace(task, removed_at=None, hold=task.hold if waits else Hold(HoldCode.WAITS_FOR_PERSON))


async def _each(task_ids: Sequence[TaskId], one: Callable[[TaskId], Awaitable[None]]) -> None:
    """Calls `one` for each distinct id, `AT_ONCE` at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def limited(task_id: TaskId) -> None:
        async with turns:
            await one(task_id)

    await asyncio.gather(*(limited(task_id) for task_id in dict.fromkeys(task_ids)))
