"""Drags of list rows inside the window: accepted drop targets, the effect of a drop, and positions in the queue.

Drops run the same commands as keys, with undo. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.texts import ngettext
from runway_desktop.ui.sharing.drag import lift_rows
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.drag_payload import Does, DropEffect, payload_of, taken_by
from runway_desktop.usecases.commands.ending import REMOVE
from runway_desktop.usecases.commands.queued import PUT_BEFORE
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.listing.columns import poster_of
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.queue import lifted_words, moving_words
from runway_desktop.viewmodels.models import Models

from .pages_pane import Taking
from .task_menu import TaskMenu
from .workspace import Workspace


class Lifting(QObject):
    """`shown` returns the path of the result in the preview."""

    def __init__(
        self, models: Models, work: Workspace, menu: TaskMenu, shown: Callable[[], Path | None], theme: Theme
    ) -> None:
        super().__init__(work)
        self._m = models
        self._work = work
        self._menu = menu
        self._shown = shown
        self._theme = theme
        self._rows: list[Row] = []
        self.refusal = ""
        """Why the dragged rows cannot become an input; empty if they can."""
        work.pages.rows_dropped.connect(self._drop)
        work.pages.rows_over.connect(self._hold_over)
        work.view.lane.shown.connect(self._show_position)
        work.view.lane.taken.connect(lambda ids, before: menu.take_for(PUT_BEFORE, ids, Given(before=before)))

    def lift(self, task_ids: Sequence[TaskId]) -> None:
        """Runs a drag. Call from a mouse event; returns after the drop."""
        rows = [row for task_id in task_ids if (row := self._m.rows.row_of(task_id)) is not None]
        if not rows:
            return
        self._rows = rows
        payload = payload_of(rows, self._shown())
        self.refusal = payload.refusal
        removing = "" if REMOVE.reason(rows) else REMOVE.text(rows)
        work = self._work
        work.pages.light(lambda entry: Taking.YES if self._taken(entry).does is not None else Taking.NO, removing)
        work.view.lift([row.task.id for row in rows if not PUT_BEFORE.reason([row])])
        work.composer.set_dropping(not self.refusal)
        self._m.activity.set_gesture(*moving_words(len(rows)))
        try:
            lift_rows(work.view, self._theme, payload, self._label(), poster_of(rows[0]), len(rows))
        finally:
            self._m.activity.set_gesture("")
            work.pages.light(None)
            work.view.lift([])
            work.composer.set_dropping(False)
            self._m.rows.show_move(None)
            self._rows = []

    def _label(self) -> str:
        position = self._m.rows.position(self._rows[0].task.id) if len(self._rows) == 1 else None
        if position is not None:
            return self._m.rows.row_words(position).title
        return ngettext("{n} task", "{n} tasks", len(self._rows))

    def _taken(self, entry: PaneEntry) -> DropEffect:
        return taken_by(entry, self._rows)

    def _hold_over(self, entry: PaneEntry | None) -> None:
        reason = self._taken(entry).reason if entry is not None and self._rows and not entry.heading else ""
        if reason:
            QToolTip.showText(QCursor.pos(), tip(reason), self._work.pages)
        else:
            QToolTip.hideText()

    def _drop(self, entry: PaneEntry | None) -> None:
        """Drops on an entry of the left pane; None removes the rows."""
        ids = [row.task.id for row in self._rows]
        if entry is None:
            self._menu.take_for(REMOVE, ids)
            return
        taken, judging = self._taken(entry), self._m.task_commands.judging
        match taken.does:
            case Does.PROJECT:
                judging.set_project(ids, taken.value)
            case Does.TAG:
                judging.tag(ids, taken.value)
            case Does.PICK:
                judging.pick(ids, Pick.PICK)
            case Does.COMMAND if taken.command is not None:
                self._menu.take_for(taken.command, ids)
            case _:
                self._m.task_commands.tell(taken.reason)

    def _show_position(self, lifted: Sequence[TaskId], before: TaskId | None) -> None:
        outlook = self._m.task_commands.outlook_if_moved(lifted, before)
        self._m.rows.show_move(outlook)
        positions = [outlook.order[one] for one in lifted if one in outlook.order]
        starts = [(span.low, span.high) for one in lifted if (span := outlook.starts.get(one)) is not None]
        self._work.view.say_position(lifted_words(positions, starts))
