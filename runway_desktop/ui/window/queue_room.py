"""Groups and queue: menu of group headers, painted buttons in headers and rows, *Hold all*, and today's budget. GUI
thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint

from runway_desktop.domain.library import Filter, GroupBy
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import passing_menu
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.room import BatchMenu, Opens
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.queued import HOLD, HOLD_OR_RELEASE, RELEASE
from runway_desktop.usecases.commands.tasks import given_by
from runway_desktop.usecases.lane_lines import OVER_CAP
from runway_desktop.viewmodels.budget import BudgetModel
from runway_desktop.viewmodels.models import Models

from .budget_pane import BudgetPane
from .task_menu import TaskMenu
from .workspace import Workspace


class QueueRoom(QObject):
    def __init__(self, models: Models, work: Workspace, menu: TaskMenu, open_room: Opens, theme: Theme) -> None:
        super().__init__(work)
        self._theme = theme
        self._m = models
        self._work = work
        self._menu = menu
        self._open_room = open_room
        self._budget: BudgetModel | None = None
        models.filter.changed.connect(self._show_budget)
        self._show_budget()

    def _show_budget(self) -> None:
        """Shows today's budget with the queue; creates it on first use."""
        is_queue = self._m.filter.is_queue
        if is_queue and self._budget is None:
            self._budget = budget = BudgetModel(self._m.bridge, self._m.rows.lane, self)
            pane = BudgetPane(budget, self._theme, self._work.budget_room)
            pane.raise_wanted.connect(self._m.task_commands.raise_cap)
            pane.hold_wanted.connect(partial(self._menu.take_for, HOLD))
            pane.caps_wanted.connect(partial(self._open_room, "preferences", "Money"))
            self._work.budget_room.layout().addWidget(pane)
        if self._budget is not None:
            self._budget.set_open(is_queue)
        self._work.budget_room.setVisible(is_queue)

    def hold_all(self) -> None:
        self.hold_or_release([row.task.id for row in self._m.task_commands.queued()])

    def hold_or_release(self, task_ids: list[TaskId]) -> None:
        """Holds these tasks; releases them if all are held."""
        wanted = set(task_ids)
        rows = [row for row in self._m.task_commands.queued() if row.task.id in wanted]
        command = given_by(HOLD_OR_RELEASE, rows)
        self._menu.take_for(command, [row.task.id for row in command.meant(rows) or rows])

    def press(self, key: str, at: QPoint) -> None:
        rows = self._m.rows
        if key != OVER_CAP:
            self.hold_or_release(rows.group_ids(key))
            return
        menu = passing_menu(self._work)
        for kept in rows.lane.raisable(rows.group_ids(key)):
            menu.addAction(rows.lane.raise_words(kept), partial(self._m.task_commands.raise_cap, kept))
        menu.addAction(_("Change caps…"), partial(self._open_room, "preferences", "Money"))
        menu.popup(at)

    def popup(self, key: str, at: QPoint) -> None:
        """Opens the menu of a group header."""
        rows, menu = self._m.rows, passing_menu(self._work)
        ids = rows.group_ids(key)
        menu.addAction(ngettext("Select", "Select all {n}", len(ids)), partial(self._select, key, ids))
        inside = set(ids)
        queued = [row for row in self._m.task_commands.queued() if row.task.id in inside]
        for command in (HOLD, RELEASE):
            if queued and not command.reason(queued):
                own = [row.task.id for row in queued]
                text = self._m.task_commands.text(command, queued)
                menu.addAction(text, partial(self._menu.take_for, command, own))
        menu.addSeparator()
        folded = key in rows.collapsed()
        menu.addAction(_("Expand") if folded else _("Collapse"), partial(rows.toggle_group, key))
        menu.addAction(_("Collapse all"), partial(rows.fold_all, True))
        menu.addAction(_("Expand all"), partial(rows.fold_all, False))
        page = self._page_of(key)
        if page is not None:
            menu.addSeparator()
            menu.addAction(_("Rename…"), partial(self._rename, key, page))
        if page is not None and page.batches:
            menu.addAction(_("Batch…"), partial(self._open_room, "sheet", BatchMenu(BatchId(key), at)))
        menu.popup(at)

    def _page_of(self, key: str) -> Filter | None:
        """The page with the same tasks as a group of the list, if it has a name that can be changed."""
        group = self._m.rows.listing.group if key else GroupBy.NONE
        if group is GroupBy.BATCH:
            return Filter(batches=frozenset({BatchId(key)}))
        return Filter(projects=frozenset({key})) if group is GroupBy.PROJECT else None

    def _rename(self, key: str, page: Filter) -> None:
        title = self._m.rows.group_words(self._m.rows.group_row(key)).title
        ask_text(
            self._work.window(), _("Rename"), _("New name"), title, lambda _: "", partial(self._m.pages.rename, page)
        )

    def _select(self, key: str, task_ids: list[TaskId]) -> None:
        if key in self._m.rows.collapsed():
            self._m.rows.toggle_group(key)
        self._work.view.select(task_ids)
        self._work.views.setFocus()
