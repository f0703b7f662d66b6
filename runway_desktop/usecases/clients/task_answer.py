"""A task as clients read it: Runway's members under their names, and what this program knows: saved files, price, what
to do next. Pure.

External text (prompts, names, Runway's messages) is in separate fields, never inside sentences of this program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runway_desktop.catalog.labels import node_label
from runway_desktop.domain.advance import POLL_GAP
from runway_desktop.domain.caps import Cap, Kept, LaneCode, Way
from runway_desktop.domain.library import Row
from runway_desktop.domain.moments import written
from runway_desktop.domain.permissions import ClientRequest, Decision, decision
from runway_desktop.domain.task import LIVE, HoldCode, Output, OutputState, Pick, State, Task
from runway_desktop.texts import english
from runway_desktop.usecases.words.failures import failure_words, saving_words
from runway_desktop.usecases.words.holds import kept_words
from runway_desktop.values import replace

from .refusals import THE_KEY
from .verbs import FileAnswer, NodeAnswer, RoutingAnswer, TaskAnswer

ASK_AGAIN = f"Ask again in {POLL_GAP:g} seconds."
APPROVED_FIRST = "{person} first. Wait for it, or go on; do not make it again."
RELEASED_FIRST = "The balance does not cover it. {person} once there are credits; do not make it again."
DO_NOT_REPEAT = "It got no answer: Runway may have made and charged it. Do not send it again. {person}."
SETTLED = "It got no answer. The person dismissed it, or sent it again as another task."
REFUSED = "The person refused it. Nothing was sent or paid. Do not ask for the same again."
NOT_ANSWERED = (
    "The person did not answer within a day. Nothing was sent or paid. To ask once more, give a new request_id."
)
WITHDRAWN = "It was canceled as this program asked. Nothing was sent or paid."
WAS_EDITED = "The person changed the request before approving it: prompt and model here are what was sent."
KEY_FIRST = "The person sees to the key first. Then it is sent; do not make it again."
REMOVED = "The person removed it from the list before it was sent. Nothing was paid."
_RUNS = "a window or a `wait` that may spend runs"
_QUEUED = {
    Way.TURN: ("It is sent in its turn.", f"It is sent when {_RUNS}."),
    Way.RETRY: ("It is tried again by itself.", f"It is tried again when {_RUNS}."),
    Way.RESUME: ("It is sent when the person resumes sending.",) * 2,
    Way.CREDITS: ("It is sent when the balance covers it.", f"It is sent when the balance covers it and {_RUNS}."),
    Way.RAISE: ("It is sent when {cap}.", f"It is sent when {{cap}}, and {_RUNS}."),
}
"""What happens to a queued task: in a window, and without one."""
_CAPS = {
    Cap.DAY: "the day's cap allows it: after midnight, or once the person raises it",
    Cap.MONTH: "the month's cap allows it: next month, or once the person raises it",
}
_WAITS_FOR = {Way.RESUME: "the person", Way.PERSON: "the person", Way.RAISE: "a cap"}
_OF_FILES = (HoldCode.FILE_MISSING, HoldCode.FILE_UNREADABLE, HoldCode.FILE_EMPTY)
_NEXT = {Decision.REFUSED: REFUSED, Decision.EXPIRED: NOT_ANSWERED, Decision.WITHDRAWN: WITHDRAWN}
_STATUS = {State.QUEUED: "PENDING", State.SENDING: "PENDING", State.OTHER: "RUNNING"}
"""The closest of Runway's statuses, for clients that know only those; `state` is exact."""


def task_answer(
    row: Row,
    *,
    asked: ClientRequest | None = None,
    price: float | None = None,
    links: Sequence[Output] = (),
    note: str = "",
    kept: Kept | None = None,
    why: str = "",
    has_window: bool = False,
) -> TaskAnswer:
    """`asked` is the client request that it comes from. `links` are results with working links, included only on
    request. `note`: what could not be read now. `kept`: what keeps a queued task; `why` it needs an
    approval. `has_window`: the engine is a window's."""
    task = row.task
    is_queued = task.state is State.QUEUED and task.removed_at is None
    found: dict[str, Any] = {"state": task.state.value, "status": _STATUS.get(task.state, task.state.value.upper())}
    found |= _ending(row, has_window=has_window)
    if task.state is State.QUEUED and not is_queued:
        found |= {"state": State.CANCELLED.value, "status": "CANCELLED", "next": REMOVED}
        kept = None
    elif is_queued:
        kept = kept or Kept(hold=task.hold)
        found |= {"state": "queued", "next": _queued(kept, has_window=has_window)}
        if waits_for := _waits_for(kept):
            found |= {"waits_for": waits_for, "window": has_window}
        if because := why_waiting(kept, why):
            since = written(kept.since) if kept.since is not None else None
            found |= {"waits_because": because, "waits_since": since, "file": task.hold.file or None}
    if asked is not None:
        found |= _decided(asked, task)
    if found.get("waits_for") == THE_KEY:
        found |= _of_person("sees to the key", KEY_FIRST, has_window=has_window)
    if is_queued and task.waits_for_person:
        is_asked_for, is_unpaid = (task.hold.code is code for code in (HoldCode.APPROVAL, HoldCode.CREDITS))
        found["state"] = "waiting_for_approval" if is_asked_for else "held"
        does = "approves it" if is_asked_for else "releases it"
        found |= _of_person(does, RELEASED_FIRST if is_unpaid else APPROVED_FIRST, has_window=has_window)
    if task.pick is not Pick.NONE:
        at = written(task.picked_at) if task.picked_at is not None else None
        found |= {"pick": task.pick.value, "picked_by": task.picked_by or "the person", "picked_at": at}
    if task.routing is not None:
        of = task.routing
        found["routing"] = RoutingAnswer(
            model=of.model,
            provider=of.provider or None,
            price_ceiling=of.price_ceiling,
            skipped=list(of.skipped) or None,
        )
    if note:
        found["note"] = note
    return TaskAnswer(
        id=task.id, runway_id=task.remote_id, created_at=written(task.remote_created_at or task.created_at),
        endpoint=task.request.endpoint, model=task.request.model, prompt=task.request.prompt,
        credits=task.credits if task.credits is not None else price,
        progress=task.progress if task.state is State.RUNNING else None,
        url=links[0].url if links else None, output=[output.url for output in links] or None,
        files=[_file(output, task) for output in row.outputs] or None, node_failures=_nodes(task), **found,
    )  # fmt: skip


def _decided(asked: ClientRequest, task: Task) -> dict[str, Any]:
    """The user's decision about the request."""
    what = decision(asked, task)
    found = {"asked_by": asked.client, "decision": what.value, "request_id": asked.shown_id or None}
    if what in _NEXT:
        found["next"] = _NEXT[what]
    if what is Decision.REFUSED:
        found["refused_because"] = asked.reason or None
    if what is Decision.EDITED:
        found["note"] = WAS_EDITED
    return found


def _of_person(does: str, next_: str, *, has_window: bool) -> dict[str, Any]:
    """What the person has to do, and where."""
    person = (
        f"The person {does} in Runway Desktop's window" if has_window else f"The person opens Runway Desktop and {does}"
    )
    return {"next": next_.format(person=person), "window": has_window}


def _queued(kept: Kept, *, has_window: bool) -> str:
    is_locked = kept.lane is not None and kept.lane.code is LaneCode.LOCKED
    shown, hidden = _QUEUED.get(Way.TURN if is_locked else kept.way, ("", ""))
    held, cap = kept.held, "the person raises the cap"
    if held is not None and (held.price or 0.0) <= held.limit.limit:
        cap = _CAPS.get(held.limit.cap, cap)
    return f"Queued. {shown if has_window else hidden}".strip().format(cap=cap)


def _waits_for(kept: Kept) -> str:
    """What has to happen first that nothing here does by itself; empty if time is enough."""
    code, lane = kept.hold.code, kept.lane
    if lane is not None and lane.way is Way.KEY and (not code.waits_for_person or code is HoldCode.OTHER_KEY):
        return THE_KEY
    if code is HoldCode.CREDITS or (kept.held is not None and kept.held.limit.cap is Cap.BALANCE):
        return "credits"
    if lane is not None and lane.code is LaneCode.DAY_USED_UP and not kept.is_by_hold:
        return "a new day"
    return "its file" if code in _OF_FILES else _WAITS_FOR.get(kept.way, "")


def why_waiting(kept: Kept, why: str = "") -> str:
    """Why a queued task waits, without external text such as names. `why` it needs an approval."""
    if kept.lane is not None and kept.lane.code is LaneCode.LOCKED and not kept.hold.code.waits_for_person:
        return "The program that runs the queue may not spend, or was not asked to send, so nothing is sent."
    hold, lane = kept.hold, kept.lane
    match hold.code:
        case HoldCode.APPROVAL:
            return f"It waits for the person's approval. {why}".strip()
        case HoldCode.FILE_UNREADABLE:
            hold = replace(hold, cause=None, file="")
        case _:
            hold = replace(hold, file="")
    if lane is not None and lane.held is not None:
        lane = replace(lane, held=replace(lane.held, limit=replace(lane.held.limit, project="its project")))
    with english():
        return kept_words(replace(kept, hold=hold, lane=lane))


def is_settled(row: Row, *, saved: bool) -> bool:
    """Whether waiting has an end: the task has ended, and with `saved` its results are saved or lost."""
    task = row.task
    if task.state is State.QUEUED:
        # A task removed from the list is not sent.
        return task.removed_at is not None
    if task.state is State.SENDING or task.state in LIVE:
        return False
    underway = (OutputState.WAITING, OutputState.DOWNLOADING)
    return not (saved and task.has_results and any(output.state in underway for output in row.outputs))


def _ending(row: Row, *, has_window: bool) -> dict[str, Any]:
    task = row.task
    match task.state:
        case State.SUCCEEDED | State.CANCELLED:
            return {}
        case State.FAILED:
            return _failure(task)
        case State.GONE:
            return {
                "error": SETTLED if task.let_go else "Runway does not know this task any more, or another key made it."
            }
        case State.UNCERTAIN:
            return _of_person("decides what became of it", DO_NOT_REPEAT, has_window=has_window)
        case _:
            return {"next": ASK_AGAIN}


def _failure(task: Task) -> dict[str, Any]:
    failure = task.failure
    if failure is None:
        return {"error": "It failed at Runway."}
    words = str(failure.words) if failure.words else None
    return {"error": failure_words(failure), "failure": words, "failure_code": failure.code or None}


def _nodes(task: Task) -> list[NodeAnswer] | None:
    failures = task.run.failures if task.run is not None else ()
    return [
        NodeAnswer(
            node=one.node, name=one.name or node_label(task.request.model, one.node) or None,
            failure=one.message or None, failure_code=one.code or None,
        )
        for one in failures
    ] or None  # fmt: skip


def _file(output: Output, task: Task) -> FileAnswer:
    node = task.node(output.index)
    return FileAnswer(
        media=output.media.value, state=output.state.value, path=output.path if output.is_kept else None,
        size=output.size if output.is_kept else None, problem=saving_words(output) if output.problem else None,
        poster=output.poster or None, is_missing=output.is_missing or None, width=output.width or None,
        height=output.height if output.width else None, duration=output.duration or None,
        node=node or None, node_name=node_label(task.request.model, node) or None,
    )  # fmt: skip
