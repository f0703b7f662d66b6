"""Texts of an import's preview, one line each: results of a folder, or task ids with Runway's answer. Pure."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import State, Task
from runway_desktop.services.exchange.folder_import import TakenBack
from runway_desktop.services.exchange.id_import import IdEntry, IdStanding
from runway_desktop.services.exchange.standing import Candidate, ImportStatus
from runway_desktop.values import Struct

from . import units
from .states import Tone

RESULT_TITLES = ("File", "What it is", "Prompt", "Model", "Project", "Sent")
_RESULT_WORDS = {
    ImportStatus.NEW: ("New", Tone.GOOD),
    ImportStatus.MISSING_HERE: ("Known, its file is missing here", Tone.GOOD),
    ImportStatus.REMOVED: ("Removed from the list", Tone.PLAIN),
    ImportStatus.KNOWN: ("Known already", Tone.PLAIN),
    ImportStatus.DOUBLE: ("A second copy", Tone.PLAIN),
}
ID_TITLES = ("Task id", "What it is", "Prompt", "Model", "Time", "File", "Line")
_ID_WORDS = {
    IdStanding.NEW: ("New", Tone.GOOD),
    IdStanding.KNOWN: ("Known here", Tone.PLAIN),
    IdStanding.REMOVED: ("Removed from the list before", Tone.PLAIN),
    IdStanding.MISSED: ("Not found before", Tone.WARN),
    IdStanding.ELSE: ("Something else", Tone.WARN),
    IdStanding.NO_ID: ("No task id", Tone.WARN),
}
NOT_THERE = "Not of this key, or deleted"


class PreviewLine(Struct):
    """`cells` match the titles. `fixed` says why it cannot be checked; empty if it can. `remark` is a tool tip for the
    second cell."""

    cells: list[str]
    is_ticked: bool = False
    fixed: str = ""
    remark: str = ""
    tone: Tone = Tone.PLAIN


def undone_words(undone: TakenBack, folder: Path) -> tuple[str, str]:
    """Message and detail: what an undone import removed, and what stays."""
    said = units.plural(
        undone.tasks, "Import undone: 1 task removed.", f"Import undone: {undone.tasks:,} tasks removed."
    )
    more = [f"The files stay in “{folder.name}”."]
    if undone.results:
        more.append(
            units.count(
                undone.results,
                "result was removed from a task that was in the list before.",
                "results were removed from tasks that were in the list before.",
            )
        )
    if undone.kept:
        more.append(
            units.count(
                undone.kept,
                "result stays, because it was saved again since.",
                "results stay, because they were saved again since.",
            )
        )
    return said, " ".join(more)


def result_line(folder: Path, one: Candidate) -> PreviewLine:
    found, told = one.found, one.found.told
    standing, tone = _RESULT_WORDS[one.standing]
    remark = ""
    if one.differs:
        standing, tone = f"{standing}, with other bytes", Tone.WARN
        remark = "This file is not the same as the one that the list has, which stays as it is."
    if one.changed and one.standing.is_worth_taking:
        standing, tone = f"{standing}, changed since", Tone.WARN
        remark = "Its size is not the one that was noted when it was saved. It is imported as it is now."
    sent = told.times.get("sent") or told.times.get("made") or found.modified
    return PreviewLine(
        [
            found.path.relative_to(folder).as_posix(),
            standing,
            told.title or " ".join(told.request.prompt.split()),
            told.request.model,
            told.project,
            f"{local_time(sent):%Y-%m-%d %H:%M}",
        ],
        is_ticked=one.standing.is_worth_taking,
        fixed="" if one.standing.is_worth_taking else f"{_RESULT_WORDS[one.standing][0]}.",
        remark=remark,
        tone=tone,
    )


def is_answered(task: Task) -> bool:
    return task.state.is_final or (task.asked_at is not None and task.not_found_at is None)


def outcome_words(task: Task) -> tuple[str, Tone]:
    """Runway's answer about an adopted task."""
    match task.state:
        case State.GONE:
            return NOT_THERE, Tone.WARN
        case State.SUCCEEDED:
            return "Found, succeeded", Tone.GOOD
        case State.FAILED:
            return "Found, failed", Tone.PLAIN
        case State.CANCELLED:
            return "Found, canceled", Tone.PLAIN
        case _ if task.is_hidden:
            return "From another key", Tone.WARN
        case _ if task.not_found_at is not None:
            return "Not found yet, checking again", Tone.BUSY
        case _ if is_answered(task):
            return "Found, still running", Tone.GOOD
        case _:
            return "Checking", Tone.BUSY


def id_line(entry: IdEntry) -> PreviewLine:
    found, known = entry.found, entry.found.known
    standing, tone = _ID_WORDS[entry.standing]
    fixed = ""
    if entry.standing is IdStanding.KNOWN:
        fixed = "It is in the list already."
    elif entry.standing is IdStanding.NO_ID:
        fixed = str(found.doubt)
    return PreviewLine(
        [
            found.remote_id,
            standing,
            known.prompt or str(found.doubt),
            known.model,
            known.time,
            known.file,
            f"{found.line:,}",
        ],
        is_ticked=entry.standing.is_worth_asking,
        fixed=fixed,
        remark=str(found.doubt),
        tone=tone,
    )
