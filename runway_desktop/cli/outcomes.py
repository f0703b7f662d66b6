"""What a task's answer means for a script: its exit code, its progress, which results are not saved. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from runway_desktop.usecases.clients.refusals import THE_KEY, Code

from .printing import Answer

NOT_SENT = ("queued", "held", "waiting_for_approval", "sending")
AT_RUNWAY = ("pending", "throttled", "running", "other")
_OF_STATE = {"failed": Code.FAILED, "gone": Code.NOT_FOUND, "uncertain": Code.UNCERTAIN, "cancelled": Code.FAILED} | {
    state: Code.NOT_YET for state in NOT_SENT
}
NOT_ALLOWED = ("refused", "expired")
"""Outcomes of an agent's request that the user refused or did not answer."""
_WORST_FIRST = (Code.UNCERTAIN, Code.OVER_MAX, Code.REFUSED, Code.NOT_YET, Code.NOT_FOUND, Code.FAILED)
"""For several tasks, the code where a wrong reaction does most harm."""


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
    saving = any(file["state"] in ("waiting", "downloading") for file in task.get("files", ()))
    return f"{word}, its results are being saved" if saving else word


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


def all_need_key(tasks: Sequence[Answer]) -> bool:
    """Whether nothing will happen until the user fixes the key."""
    going = [task for task in tasks if task["state"] in (*NOT_SENT, *AT_RUNWAY)]
    return bool(going) and all(task.get("waits_for") == THE_KEY for task in going)
