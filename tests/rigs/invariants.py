"""What holds for every task, whatever happens to it: the one place where it stands in words, and how each is checked.

The state machines of `tests/unit/domain/test_task_machine.py` (the transition function) and of
`tests/rigs/lane_walk.py` (lane, dispatch, poller, restarts) do anything in any order and call `watch` after each step.

1. A task is sent at most once, unless a person released it, or surely nothing reached Runway.
2. An id once known is never lost, nor exchanged for another.
3. Only the server's word ends a task that is at Runway, or a person who deletes or dismisses it.
4. A paid result keeps its last good state: what succeeded stays succeeded.
5. What waits for the person, and not only for its key, is never sent by itself.
6. No more of a model are sent and at Runway at once than its limit, nor is more spent than a cap allows.
7. What the person made of a task (title, rating, tags, request) no transition touches.
8. Nothing waits for ever: once Runway answers, all is sent that the person wants sent, and all is followed to its end.
9. Only a key that the person agreed to pays for a task.
10. Undo lets no task leave: what `may_go` after an undo could go before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.task import HoldCode, State, Task, TaskId

AT_RUNWAY = frozenset({State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER})


def watch(
    before: Mapping[TaskId, Task],
    after: Mapping[TaskId, Task],
    *,
    released: Collection[TaskId] = (),
    ended_by_server: Collection[TaskId] = (),
    ended_by_person: Collection[TaskId] = (),
    edited: Collection[TaskId] = (),
    judged: Collection[TaskId] = (),
) -> None:
    """Compares two looks at all tasks, one step apart. `edited`: those of another request since; `judged`: those that
    the person judged since."""
    assert set(before) <= set(after), "a task is lost"
    for task_id, then in before.items():
        now = after[task_id]
        _watch_one(then, now, released, ended_by_server, ended_by_person)
        kept = (then.title, then.rating, then.tags)
        assert (now.title, now.rating, now.tags) == kept or task_id in judged, "7: changed by what happened"
        assert then.request == now.request or task_id in edited, "7: changed by what happened"


def may_go(tasks: Iterable[Task], key: Fingerprint, over: Collection[TaskId] = ()) -> set[TaskId]:
    """Tasks that neither the person, nor an approval, nor their key keeps here. One that is being sent counts: it may
    come back to the queue. `over`: also kept, by a cap; for an undo that changes which cap counts."""
    return {
        task.id
        for task in tasks
        if task.state in (State.QUEUED, State.SENDING)
        # What waits for its key is sent once that key is back.
        if not task.waits_for_person or task.hold.code is HoldCode.OTHER_KEY
        if task.removed_at is None and task.is_for(key) and task.id not in over
    }


def nothing_waits(tasks: Iterable[Task]) -> None:
    """Of tasks that had all the time that they need."""
    for task in tasks:
        is_queued = task.state is State.QUEUED and not task.waits_for_person and task.removed_at is None
        assert not is_queued, f"8: still queued: {task}"
        assert task.state is not State.SENDING, f"8: still being sent: {task}"
        assert task.state not in AT_RUNWAY or task.is_hidden, f"8: not followed: {task}"


def _watch_one(
    then: Task, now: Task, released: Collection[TaskId], by_server: Collection[TaskId], by_person: Collection[TaskId]
) -> None:
    if then.remote_id is not None:
        assert now.remote_id == then.remote_id, "2: an id is lost"
        assert now.state not in (State.QUEUED, State.SENDING), "1: sent again"
    if then.state is State.UNCERTAIN:
        assert now.state not in (State.QUEUED, State.SENDING), "1: sent again though it may have been made"
    if then.state in AT_RUNWAY and now.state.is_final:
        assert then.id in by_server or then.id in by_person, "3: ended without the server's word"
    if then.state is State.SUCCEEDED:
        assert now.state is State.SUCCEEDED, "4: a result is lost"
    # What waits for its key is sent when that key is back, as rule 9 says.
    waits = then.waits_for_person and then.hold.code is not HoldCode.OTHER_KEY
    if then.state is State.QUEUED and waits and then.id not in released:
        assert now.state is State.QUEUED or now.state is State.CANCELLED, "5: sent without the person"
