"""Center of the Requests page: waiting or answered requests, and below them the record of the day. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QSplitter, QStackedLayout, QStyleOptionViewItem, QTableView, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, choices, hbox, make_plain, push_button, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import SECOND_INKS, words
from runway_desktop.ui.painting import Index, ItemDelegate
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.ui.window.workspace import pane_of
from runway_desktop.usecases.commands.approval import OF_PAGE
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.requests import NOTHING_SENT, RECORD_TITLES
from runway_desktop.viewmodels.system import documents

from .list_view import RequestList
from .model import TONE, RequestsModel

_MARGIN = GRID + GRID // 2
_ANSWER = 3
"""Column of the answer."""
_WIDTHS = {0: 7 * GRID, 1: 13 * GRID, len(RECORD_TITLES) - 1: 8 * GRID}
"""Widths of the columns that do not stretch."""


class RequestsCenter(QWidget):
    command_wanted = Signal(object)
    """TaskCommand for the checked requests, else for the current one."""
    choice_moved = Signal()

    def __init__(self, model: RequestsModel, theme: Theme, posters: PosterCache, keys: Keys) -> None:
        super().__init__()
        self._model = model
        self._theme = theme
        self._build(posters)
        self._tabs[False].setChecked(True)
        self.view.moved.connect(self._looked_at)
        model.rows.checks_moved.connect(self.choice_moved)
        model.changed.connect(self._show)
        keys.bind(self, Scope.REQUESTS, (OF_PAGE, lambda: self))
        FollowsTheme(theme, self, self._restyle)

    def chosen_ids(self) -> list[TaskId]:
        """Ids of the checked requests, else of the current one, if it can be shown."""
        current = self._model.current
        return self._model.rows.checked or ([current.task.id] if current is not None else [])

    def show_answered(self) -> None:
        self._tabs[True].click()

    def give(self, command: TaskCommand) -> None:
        self.command_wanted.emit(command)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Not a focus proxy, which would exclude the buttons above the list from the tab order."""
        self.view.setFocus(event.reason())

    def _build(self, posters: PosterCache) -> None:
        self._title = words(self, _("Requests"), wrap=False)
        tabs = ((False, _("Waiting")), (True, _("Answered")))
        self._tabs = choices(self, tabs, self._show_answered, pills=True)
        self._tabs[False].setAccessibleName(_("Waiting requests"))
        self._tabs[True].setAccessibleName(_("Answered requests"))
        self.pause = push_button(self, _("Pause all"), self._model.pause_all)
        pills = FlowLayout()
        for tab in self._tabs.values():
            pills.addWidget(tab)
        top = hbox(self._title, GRID, (pills, 1), self.pause, margins=(2 * GRID, GRID, _MARGIN, GRID))
        self.view = RequestList(self._model.rows, self._theme, posters, self)
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.view)
        self._empty = words(body, tone="muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._page = QWidget(body)
        vbox((STRETCH, 2), EmptyPicture(self._theme, "all done", self._page), self._empty, (STRETCH, 3), on=self._page)
        self._stack.addWidget(self._page)
        self._note = words(self, str(NOTHING_SENT), "muted")
        self._note.setContentsMargins(2 * GRID, GRID, _MARGIN, GRID)
        split = QSplitter(Qt.Orientation.Vertical, self, handleWidth=1, childrenCollapsible=False)
        for number, widget in enumerate((pane_of((body, 1), self._note), self._build_record())):
            split.addWidget(widget)
            split.setStretchFactor(number, 3 - number)
        vbox(top, (split, 1), on=self, spacing=0)

    def _build_record(self) -> QWidget:
        self._day_title = words(self, _("Asked today"), wrap=False)
        self._day = words(self, tone="muted", wrap=False)
        self.export_button = push_button(
            self, _("Export…"), self.export, kind="link", spoken=_("Export today's requests")
        )
        self.export_button.setStyleSheet(f"min-height: {TARGET - 6}px;")
        self.record = QTableView(self)
        self.record.setModel(self._model.record)
        self.record.setItemDelegate(_RecordDelegate(self._theme, self.record))
        make_plain(self.record, _("Requests of today"), several=False)
        header = self.record.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(len(RECORD_TITLES)):
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(column, mode.Interactive if column in _WIDTHS else mode.Stretch)
        top = hbox(
            self._day_title, self._day, STRETCH, self.export_button, margins=(2 * GRID, GRID // 2, _MARGIN, GRID // 2)
        )
        return pane_of(top, self.record, pane="raised")

    def _restyle(self) -> None:
        for label in (self._title, self._day_title):
            label.setFont(self._theme.strong_font())
        for label in (self._day, self._note):
            label.setFont(self._theme.small_font())
        self.record.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + GRID + 2)
        scale = self.fontMetrics().height() / 16
        for column, width in _WIDTHS.items():
            title = self.record.horizontalHeader().sectionSizeHint(column)
            self.record.setColumnWidth(column, max(title, round(width * scale)))

    def _show(self) -> None:
        waiting, answered = len(self._model.waiting), len(self._model.answered)
        self._tabs[False].setText(_("Waiting {n}", n=waiting) if waiting else _("Waiting"))
        self._tabs[True].setText(_("Answered {n}", n=answered) if answered else _("Answered"))
        paused = self._model.are_paused
        self.pause.setText(_("Resume") if paused else _("Pause all"))
        self.pause.setToolTip(
            tip(_("Programs may send requests again.") if paused else _("Programs cannot generate until you resume."))
        )
        shows_answered = self._model.shows_answered
        self._empty.setText(
            _("No requests answered in the last 7 days.") if shows_answered else _("No requests waiting.")
        )
        self._stack.setCurrentWidget(self.view if self._model.rows.rowCount() else self._page)
        self._note.setVisible(not shows_answered)
        self._day.setText(self._model.day)
        self.export_button.setEnabled(self._model.record.rowCount() > 0)

    def _show_answered(self, on: bool) -> None:
        self.view.set_checks(not on)
        self._model.rows.check(self._model.rows.ids, on=False)
        self._model.show_answered(on)

    def _looked_at(self, task_id: TaskId | None) -> None:
        self._model.look_at(task_id)
        self.choice_moved.emit()

    def export(self) -> None:
        start = Path(documents()) / "requests.csv"
        choose_target(
            self.window(), _("Export requests"), self._model.export, start, _("Tables {pattern}", pattern="(*.csv)")
        )


class _RecordDelegate(ItemDelegate):
    """Delegate of the record: the answer in its tone, the rest muted."""

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.ground(painter, option, option.rect, 0)
        role = Role.TEXT if index.column() == _ANSWER - 1 else Role.MUTED
        if index.column() == _ANSWER:
            role = SECOND_INKS[index.data(TONE)]
        align = index.data(Qt.ItemDataRole.TextAlignmentRole)
        room = option.rect.adjusted(GRID, 0, -GRID, 0)
        args = (align,) if align is not None else ()
        self.text(painter, room, index.data(), self._theme.small_font(), role, *args)
