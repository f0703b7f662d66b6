"""Texts of an import's preview, one line each: results of a folder, or task ids with Runway's answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.task import State, Task
from runway_desktop.services.exchange.folder_import import TakenBack
from runway_desktop.services.exchange.id_search import Doubt, DoubtCode, IdEntry, IdStanding
from runway_desktop.services.exchange.standing import Candidate, ImportStatus
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.values import Struct

from .states import Tone
from .units import day_and_time, number

RESULT_TITLES = (Text("File"), Text("Status"), Text("Prompt"), Text("Model"), Text("Project"), Text("Sent"))
_RESULT_WORDS = {
    ImportStatus.NEW: (Text("New", context="import"), Tone.GOOD),
    ImportStatus.MISSING_HERE: (Text("In the list, file missing"), Tone.GOOD),
    ImportStatus.REMOVED: (Text("Removed from the list"), Tone.PLAIN),
    ImportStatus.KNOWN: (Text("Already in the list"), Tone.PLAIN),
    ImportStatus.DOUBLE: (Text("Duplicate"), Tone.PLAIN),
}
ID_TITLES = (
    Text("Task ID"),
    Text("Status"),
    Text("Prompt"),
    Text("Model"),
    Text("Time"),
    Text("File"),
    # Translators: number of a line in a file.
    Text("Line"),
)
_ID_WORDS = {
    IdStanding.NEW: (Text("New", context="import"), Tone.GOOD),
    IdStanding.KNOWN: (Text("Already in the list"), Tone.PLAIN),
    IdStanding.REMOVED: (Text("Removed before"), Tone.PLAIN),
    IdStanding.MISSED: (Text("Not found before"), Tone.WARN),
    IdStanding.ELSE: (Text("Not a task"), Tone.WARN),
    IdStanding.NO_ID: (Text("No task ID"), Tone.WARN),
}


_DOUBTS: Mapping[DoubtCode, Text] = {
    DoubtCode.VERSION: Text("It is a version {version} UUID; Runway's task IDs are version 4."),
    DoubtCode.LINK: Text("It is part of a link."),
    DoubtCode.LABEL: Text("It is labeled as another ID: {label}."),
    DoubtCode.FILE_NAME: Text("It is a file name."),
    DoubtCode.PATH: Text("It is part of a path."),
}


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
    said = ngettext("Import undone: {n} task removed.", "Import undone: {n} tasks removed.", undone.tasks)
    more = in_turn(
        _("The files stay in “{folder}”.", folder=folder.name),
        ngettext(
            "{n} result was removed from a task that was in the list before.",
            "{n} results were removed from tasks that were in the list before.",
            undone.results,
        )
        if undone.results
        else "",
        ngettext(
            "{n} result stays, because it was saved again since.",
            "{n} results stay, because they were saved again since.",
            undone.kept,
        )
        if undone.kept
        else "",
    )
    return said, str(more)


def result_line(folder: Path, one: Candidate) -> PreviewLine:
    found, told = one.found, one.found.told
    standing, tone = _RESULT_WORDS[one.standing]
    said, remark = [str(standing)], ""
    if one.differs:
        said.append(_("different content"))
        tone, remark = Tone.WARN, _("This file differs from the one in the list, which stays as it is.")
    if one.changed and one.standing.is_worth_taking:
        said.append(_("changed since"))
        tone, remark = Tone.WARN, _("Its size has changed since it was saved. It is imported as it is now.")
    sent = told.times.get("sent") or told.times.get("made") or found.modified
    return PreviewLine(
        [
            found.path.relative_to(folder).as_posix(),
            " · ".join(said),
            told.title or " ".join(told.request.prompt.split()),
            model_label(told.request.model),
            told.project,
            day_and_time(sent),
        ],
        is_ticked=one.standing.is_worth_taking,
        fixed="" if one.standing.is_worth_taking else str(_RESULT_WORDS[one.standing][0]),
        remark=remark,
        tone=tone,
    )


def is_answered(task: Task) -> bool:
    return task.state.is_final or (task.asked_at is not None and task.not_found_at is None)


def outcome_words(task: Task) -> tuple[str, Tone]:
    """Runway's answer about an adopted task."""
    match task.state:
        case State.GONE:
            return _("Deleted, or another key's"), Tone.WARN
        case State.SUCCEEDED:
            return _("Found, succeeded"), Tone.GOOD
        case State.FAILED:
            return _("Found, failed"), Tone.PLAIN
        case State.CANCELLED:
            return _("Found, canceled"), Tone.PLAIN
        case _ if task.is_hidden:
            return _("From another key"), Tone.WARN
        case _ if task.not_found_at is not None:
            return _("Not found yet, checking again"), Tone.BUSY
        case _ if is_answered(task):
            return _("Found, still running"), Tone.GOOD
        case _:
            return _("Checking"), Tone.BUSY


def doubt_words(doubt: Doubt | None) -> str:
    """Why an id is probably or certainly no task id; empty if there is no doubt."""
    return str(_DOUBTS[doubt.code].with_(version=doubt.of, label=doubt.of)) if doubt is not None else ""


def id_line(entry: IdEntry) -> PreviewLine:
    found, known = entry.found, entry.found.known
    standing, tone = _ID_WORDS[entry.standing]
    fixed, doubt = "", doubt_words(found.doubt)
    if entry.standing is IdStanding.KNOWN:
        fixed = _("It's already in the list.")
    elif entry.standing is IdStanding.NO_ID:
        fixed = doubt
    return PreviewLine(
        [
            found.remote_id,
            str(standing),
            known.prompt or doubt,
            model_label(known.model),
            known.time,
            known.file,
            number(found.line),
        ],
        is_ticked=entry.standing.is_worth_asking,
        fixed=fixed,
        remark=doubt,
        tone=tone,
    )
