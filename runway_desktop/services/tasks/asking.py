"""One question about one task, and what a 404 to it means: that depends on the key that asked.

Raises NotThere where Runway surely has the task no longer, NotSeen where this key cannot tell or has to ask once more,
other ApiErrors as they come, StoreError. Loop's thread.
"""

from __future__ import annotations

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import GONE_AFTER
from runway_desktop.domain.errors import NotSeen, NotThere
from runway_desktop.domain.task import State, Task
from runway_desktop.domain.transitions import Answer, NotFound
from runway_desktop.services.ports import Runway

from .ledger import Ledger

ASK_ONCE_MORE = GONE_AFTER + 1.0
"""Seconds after a first 404. Timers are known to fire a little early, and one question too early is one in vain."""
ASK_UNSEEN_AGAIN = 900.0
"""Seconds until a task is asked for again that the key in use cannot see. Another key is a reason to ask at once."""
CANNOT_SEE = "This key can't see this task."
OTHER_KEY = "It was probably made with another key. Switch to that key first."
NOT_SURE = "Runway did not find this task."
ONCE_MORE = "Try again in a minute, to be sure."


async def ask_for(task: Task, runway: Runway, ledger: Ledger) -> tuple[Task, Answer]:
    """The task after the answer, and the answer."""
    if task.remote_id is None:
        raise NotThere("This task never reached Runway.")
    key = runway.key
    try:
        answer = await runway.task(task.remote_id)
    except NotThere as error:
        raise meaning_of(await ledger.move(task.id, NotFound(key)), key, error) from error
    return await ledger.answer(task.id, answer, key), answer


def meaning_of(task: Task, key: Fingerprint, error: NotThere) -> NotThere | NotSeen:
    """What a 404 to this key means for a task, as it stands after it."""
    if task.deleted_remotely or (task.state.is_final and task.state is not State.SUCCEEDED):
        return error
    if key != task.key:
        return NotSeen(CANNOT_SEE, advice=OTHER_KEY, detail=error.detail)
    return NotSeen(NOT_SURE, advice=ONCE_MORE, detail=error.detail, retry_after=ASK_ONCE_MORE)


def quiet_after(task: Task) -> float | None:
    """Seconds for which the last 404 keeps a task at Runway from being asked for, whoever looks at it; None without
    one."""
    if task.is_hidden:
        return ASK_UNSEEN_AGAIN
    return ASK_ONCE_MORE if task.not_found_at is not None else None
