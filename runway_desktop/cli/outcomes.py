"""What a task's answer means for a script: whether it is sent, its exit code, its progress, which results are not
saved."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Awaitable, Callable, Collection, Sequence

from runway_desktop.usecases.clients.refusals import THE_KEY, Code

from .printing import Answer

EACH_LOOK = 0.2
"""Seconds between two looks at a task that is about to be sent."""
SENT_WITHIN = 5.0
"""Seconds that a command without `--wait` gives the queue to send its task."""
SETTLED_WITHIN = 10.0
"""Seconds that a new engine needs to find its key, and to save results that the last one could not."""
HANDED_OVER_WITHIN = 420.0
"""Seconds for which a wait looks for the next engine: a paid request, up to `LONGEST_CREATE`, is finished before a
window gets the profile."""
UNSENT = ("queued", "sending")
OF_PERSON = ("held", "waiting_for_approval")
NOT_SENT = (*UNSENT, *OF_PERSON)
AT_RUNWAY = ("pending", "throttled", "running", "other")
_OF_STATE = {"failed": Code.FAILED, "gone": Code.NOT_FOUND, "uncertain": Code.UNCERTAIN, "cancelled": Code.FAILED} | {
    state: Code.NOT_YET for state in NOT_SENT
}
NOT_ALLOWED = ("refused", "expired")
"""Outcomes of an agent's request that the user refused or did not answer."""
_WORST_FIRST = (Code.UNCERTAIN, Code.OVER_MAX, Code.REFUSED, Code.NOT_YET, Code.NOT_FOUND, Code.FAILED)
"""For several tasks, the code where a wrong reaction does most harm."""


async def until_sent(
    look: Callable[[Sequence[str], float], Awaitable[Sequence[Answer]]],
    task: Answer,
    within: float,
    *,
    is_patient: bool,
) -> Answer:
    """The task once it is sent; or still queued, if time alone does not send it, after `within` seconds, or unless
    `is_patient` because anything keeps it. `look` takes ids and the seconds that it may wait."""
    end = time.monotonic() + within
    while task["state"] in UNSENT:
        is_kept = "waits_for" in task or (not is_patient and "waits_because" in task)
        if task["state"] == "queued" and (is_kept or time.monotonic() > end):
            break
        [task] = await look([task["id"]], EACH_LOOK)
    return task


def agreed_to(chosen: Namespace) -> float | None:
    """The credits that a create agreed to. What it books for an unknown price is meant only without a maximum."""
    most: float | None = getattr(chosen, "max_credits", None)
    return getattr(chosen, "price_up_to", None) if most is None else most


def has_files(task: Answer, *states: str) -> bool:
    return bool(unsaved_files([task], *states))


def unsaved_files(tasks: Sequence[Answer], *states: str) -> list[tuple[Answer, Answer]]:
    """Results in one of these states, which are not being saved: library not available, disk full, or no longer at
    Runway."""
    return [(task, file) for task in tasks for file in task.get("files", ()) if file["state"] in states]


def progress_of(task: Answer) -> str:
    word = str(task["state"])
    if "progress" in task:
        word = f"{word} {task['progress']:.0%}"
    if "waits_because" in task:
        return f"{word}: {task['waits_because']}"
    return f"{word}, its results are being saved" if has_files(task, "waiting", "downloading") else word


def exit_code(tasks: Sequence[Answer]) -> int:
    return worst({code.value for task in tasks if (code := _end_of(task)) is not None})


def worst(codes: Collection[int]) -> int:
    return next((code.value for code in _WORST_FIRST if code.value in codes), 0)


def _end_of(task: Answer) -> Code | None:
    if task.get("over_max_credits"):
        return Code.OVER_MAX
    if task.get("decision") in NOT_ALLOWED:
        return Code.REFUSED
    return _OF_STATE.get(task["state"])


def all_rest(tasks: Collection[Answer]) -> bool:
    """Whether time alone changes nothing: each that has not ended needs the key, a cap, the person, …"""
    going = [task for task in tasks if task["state"] in (*NOT_SENT, *AT_RUNWAY)]
    return bool(going) and all("waits_for" in task for task in going)


def wants_key(tasks: Collection[Answer]) -> bool:
    """The key of a new engine may be found in a moment."""
    return any(task.get("waits_for") == THE_KEY for task in tasks)
