"""Payload of drags: one file for each task and a label, for drags out of the window; and the effect of dropping tasks
on an entry of the left pane. Pure.

The caller must check whether the files still exist.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum, auto
from pathlib import Path

from runway_desktop.catalog.labels import node_label
from runway_desktop.domain.library import Filter, Page, Row
from runway_desktop.domain.task import Output, State
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.values import Struct, replace

from . import queued, requests
from .task_command import TaskCommand


class DragPayload(Struct, frozen=True, kw_only=True):
    """The files of results dragged together."""

    paths: tuple[Path, ...] = ()
    poster: str = ""
    """Path of a picture of the first, small enough to decode at once; empty if there is none."""
    part: str = ""
    """Which of a task's several results a single one is: "2 of 4"."""
    missing: tuple[str, ...] = ()
    """Names of files that are not where they were saved."""
    unsaved: int = 0
    """Results that are not saved yet."""

    @property
    def label(self) -> str:
        """Text below the picture at the pointer."""
        if len(self.paths) == 1:
            what = [self.paths[0].name, self.part]
        else:
            what = [ngettext("{n} file", "{n} files", len(self.paths))]
        left = len(self.missing) + self.unsaved
        if left:
            what.append(ngettext("{n} missing", "{n} missing", left))
        return " · ".join(part for part in what if part)

    @property
    def refusal(self) -> str:
        """Why there is nothing to drag; empty if there is something."""
        if self.paths:
            return ""
        if len(self.missing) == 1 and not self.unsaved:
            return _("{file} is no longer where it was saved.", file=self.missing[0])
        if self.missing and not self.unsaved:
            return _("The files are no longer where they were saved.")
        if self.unsaved == 1 and not self.missing:
            return _("This result isn't saved yet, so there is no file to drag.")
        if self.unsaved:
            return _("None of these results is saved here, so there is no file to drag.")
        return _("There is no result yet, so there is no file to drag.")

    def without(self, gone: Collection[Path]) -> DragPayload:
        """The payload without files that do not exist."""
        if not gone:
            return self
        return replace(
            self,
            paths=tuple(path for path in self.paths if path not in gone),
            missing=(*self.missing, *(path.name for path in self.paths if path in gone)),
        )


def payload_of(rows: Sequence[Row], shown: Path | None = None) -> DragPayload:
    """One file for each task. Of several results: the one that is `shown`, else the first one here, whose poster is in
    the list."""
    chosen = [found for row in rows if (found := chosen_output(row, shown)) is not None]
    part = ""
    if len(chosen) == 1 and len(rows) == 1 and len(rows[0].outputs) > 1:
        named = node_label(rows[0].task.request.model, rows[0].task.node(chosen[0].index))
        part = named or _("{position} of {all}", position=chosen[0].index + 1, all=len(rows[0].outputs))
    empty = [row for row in rows if chosen_output(row, shown) is None]
    return DragPayload(
        paths=tuple(Path(output.path) for output in chosen),
        poster=_picture(chosen[0]) if chosen else "",
        part=part,
        unsaved=sum(row.task.state is State.SUCCEEDED for row in empty),
    )


def chosen_output(row: Row, shown: Path | None) -> Output | None:
    """The result that represents its task; None if none is here."""
    here = [output for output in row.outputs if output.is_here]
    on_stage = next((output for output in here if shown is not None and Path(output.path) == shown), None)
    return on_stage or next(iter(here), None)


def _picture(output: Output) -> str:
    return output.poster or (output.path if output.media.kind.is_picture else "")


class Does(Enum):
    PROJECT = auto()
    TAG = auto()
    PICK = auto()
    COMMAND = auto()


class DropEffect(Struct, frozen=True):
    """The effect of a drop. `value` is a project or a tag. Without `does` there is no effect, because of `reason`."""

    does: Does | None = None
    value: str = ""
    command: TaskCommand | None = None
    reason: str = ""


def taken_by(entry: PaneEntry, rows: Sequence[Row]) -> DropEffect:
    page = entry.filter
    if entry.search is not None:
        return DropEffect(reason=_("A saved search finds its tasks by itself."))
    if page is None or entry.heading:
        return DropEffect(reason=_("Tasks can't be dropped here."))
    if page.projects:
        return DropEffect(Does.PROJECT, next(iter(page.projects)))
    if page.tags:
        return DropEffect(Does.TAG, next(iter(page.tags)))
    if page.batches:
        return DropEffect(reason=_("A batch holds tasks that were made together. Use a project or a tag instead."))
    return _of_fixed(page, rows)


def _of_fixed(page: Filter, rows: Sequence[Row]) -> DropEffect:
    if page.page is Page.PICKS:
        return DropEffect(Does.PICK)
    if page.page is Page.WAITING_HERE:
        for command in (queued.RELEASE, requests.RETRY):
            if not command.reason(rows):
                return DropEffect(Does.COMMAND, command=command)
        return DropEffect(reason=_("None of these can be queued: they are neither held nor can be retried."))
    return DropEffect(reason=_("This page fills itself."))
