"""Applies a transition to a task and its results, and makes its ledger line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.domain import kept_text
from runway_desktop.domain.advance import (
    Accepted,
    Adopted,
    Answered,
    CancelAsked,
    Deleted,
    EvidenceGathered,
    LetGo,
    NoAnswer,
    NotFound,
    NotSent,
    Refused,
    Sending,
    Transition,
    Withdrawn,
    advance,
    outputs_of,
)
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Evidence, Hold, HoldCode, Output, Task
from runway_desktop.values import replace

__all__ = ["advance", "held_by", "hold_detail", "ledger_line", "results_of"]


def held_by(code: HoldCode, error: RunwayDesktopError) -> Hold:
    """The hold of a task after an error before its sending. An error without a code keeps its text and advice."""
    cause = error.reason
    return Hold(code, cause=replace(cause, words=cause.words and error.text), small_print=error.detail)


def hold_detail(hold: Hold) -> dict[str, Any]:
    """The part of a hold that a ledger line keeps."""
    reason = kept_text.kept(hold.cause.words) if hold.cause is not None else hold.client
    known = {"hold": hold.code.value, "file": hold.file, "reason": reason}
    return {name: value for name, value in known.items() if value}


def results_of(after: Task, transition: Transition, now: float, makes: Media) -> tuple[Output, ...]:
    """The results in an answer; none for other transitions. `makes`: the media of the task's endpoint."""
    return outputs_of(after, transition.answer, now, makes) if isinstance(transition, Answered) else ()


def ledger_line(
    before: Task, after: Task, transition: Transition, now: float, detail: Mapping[str, Any]
) -> LedgerEntry | None:
    """The ledger line of a transition; None if only the progress changed."""
    kind, said = _line(before, after, transition)
    if not kind and not detail:
        return None
    return LedgerEntry(task_id=after.id, at=now, kind=kind or "noted", detail={**said, **detail})


_KINDS: dict[type, str] = {
    Sending: "sent",
    NoAnswer: "no answer",
    EvidenceGathered: "evidence",
    LetGo: "let go",
    Withdrawn: "dropped",
    CancelAsked: "cancel asked",
    Deleted: "deleted at Runway",
    Adopted: "adopted",
}


def _line(before: Task, after: Task, transition: Transition) -> tuple[str, dict[str, Any]]:
    match transition:
        case Sending(evidence, _) | NoAnswer(evidence) | EvidenceGathered(evidence):
            return _KINDS[type(transition)], _evidence(evidence)
        case Accepted(remote_id, estimated):
            return "accepted", {"remote_id": remote_id, "estimated_credits": estimated}
        case NotSent(hold):
            return "not sent", hold_detail(hold)
        case Refused(message, refusals):
            return "refused", {
                "message": kept_text.kept(message),
                "fields": [list(refusal.path) for refusal in refusals],
            }
        case LetGo() | Withdrawn() | CancelAsked() | Deleted() | Adopted():
            return _KINDS[type(transition)], {}
        case NotFound():
            return ("not seen by this key" if after.is_hidden else "not found"), {}
        case Answered(answer, _):
            if after.state is before.state and after.remote_status == before.remote_status:
                is_paid = after.state.is_final and after.cost_credits != before.cost_credits
                return ("cost", {"cost_credits": after.cost_credits}) if is_paid else ("", {})
            said: dict[str, Any] = {"state": after.state.value, "status": answer.status}
            if after.cost_credits is not None:
                said["cost_credits"] = after.cost_credits
            if after.run is not None and after.run.failures:
                said["nodes"] = [failure.name or failure.node for failure in after.run.failures]
            if after.failure is not None:
                said |= {"code": after.failure.code, "words": kept_text.kept(after.failure.words)}
            return "state", said


def _evidence(evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        return {}
    cause = evidence.cause
    known = {
        "cause": cause.code.value if cause is not None else None,
        "reason": kept_text.kept(cause.words) if cause is not None else None,
        "balance_before": evidence.balance_before,
        "balance_after": evidence.balance_after,
        "daily_before": evidence.daily_before,
        "daily_after": evidence.daily_after,
        "accepted_between": evidence.accepted_between,
        "doubtful": evidence.doubtful or None,
    }
    return {name: value for name, value in known.items() if value not in (None, "")}
