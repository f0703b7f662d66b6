"""Tasks in the lane for tests that are not about the way there: stored as `usecases.sending` does, without its checks
and questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import Request, Task, TaskId
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.services.tasks.submission import (
    Edit,
    Intent,
    NewTask,
    NewTasks,
    Origin,
    Prepared,
    Release,
    SendAgain,
    Submission,
    TaskSource,
)


class Parts(Protocol):
    """A rig, or an engine."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def submission(self) -> Submission: ...


async def carry_out(parts: Parts, intent: Intent) -> tuple[TaskId, ...]:
    stamp = parts.submission._stamp
    prepared = Prepared(
        stamp,
        intent,
        (),
        PriceSum(),
        frozenset(),
        held_back=None,
        key=NO_KEY,
        made_at=0.0,
        origin=Origin(TaskSource.SCRIPT),
    )
    return tuple([task_id async for ids in parts.submission.carry_out(prepared) for task_id in ids])


async def submit(
    parts: Parts,
    requests: Sequence[Request],
    *,
    batch_name: str = "",
    shots: Sequence[str] = (),
    ids: Sequence[TaskId] = (),
    into: Any = None,
    **more: Any,
) -> tuple[TaskId, ...]:
    tasks = []
    for at, wanted in enumerate(requests):
        own: dict[str, Any] = {"shot": shots[at]} if shots else {}
        if ids:
            own["id"] = ids[at]
        tasks.append(NewTask(request=wanted, batch_id=into, **own, **more))
    return await carry_out(parts, NewTasks(tasks=tuple(tasks), batch_name=batch_name))


async def again(parts: Parts, task_id: TaskId) -> TaskId:
    """The same request once more; an uncertain one is dismissed for it."""
    old = await _task(parts, task_id)
    new = NewTask(
        request=old.request,
        project=old.project,
        shot=old.shot,
        title=old.title,
        parent_id=old.id,
        batch_id=old.batch_id,
        again_of=old,
    )
    [made] = await carry_out(parts, NewTasks(tasks=(new,)) if old.state.is_final else SendAgain(old, new))
    return made


async def edit(parts: Parts, task_id: TaskId, request: Request) -> None:
    await carry_out(parts, Edit(await _task(parts, task_id), request))


async def release(parts: Parts, *task_ids: TaskId) -> None:
    await carry_out(parts, Release(tuple([await _task(parts, task_id) for task_id in task_ids])))


async def _task(parts: Parts, task_id: TaskId) -> Task:
    task = await parts.ledger.task(task_id)
    assert task is not None
    return task
