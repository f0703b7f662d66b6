"""Entry point of the Requests page: waiting or answered requests, grouped by program, and below them the record of the
day.

Space or a click on the box checks a row, Ctrl+A all of them. GUI thread only.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QSplitter,
    QStackedLayout,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, choices, hbox, make_plain, push_button, vbox, viewport_of
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import SECOND_INKS, words
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate, rounded, square_in
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.ui.window.workspace import pane_of
from runway_desktop.usecases.commands.approval import APPROVE, OF_PAGE
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.words.approvals import NOTHING_SENT, RECORD_TITLES, ApprovalRow
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.system import documents

from .model import ROW, TONE, ApprovalsModel, RequestRows
from .side import ApprovalSide

_MARGIN = GRID + GRID // 2
_ANSWER = 3
"""Column of the answer."""
_WIDTHS = {0: 7 * GRID, 1: 13 * GRID, len(RECORD_TITLES) - 1: 8 * GRID}
"""Widths of the columns that do not stretch."""
_PICTURE = QSize(8 * GRID, 4 * GRID + GRID // 2)
_CHECK = Qt.ItemDataRole.CheckStateRole


def open_room(desk: Desk, _wish: object) -> None:
    window = desk.window
    model = window.findChild(ApprovalsModel) or ApprovalsModel(desk.cases, desk.models.bridge, desk.runner, window)
    center, side = window.findChild(ApprovalsPage), window.findChild(ApprovalSide)
    if center is None or side is None:
        center, side = _made(desk, model)
    model.set_open(True)
    center.view.begin()
    if window.workspace.columns.is_folded(2):
        # Unfolded, so that a request is seen in full before it is answered.
        window.workspace.fold(2)
    page = PageContent(center=center, side=side, chosen=center.chosen_ids, left=partial(model.set_open, False))
    window.pages.show("requests", page)


def _made(desk: Desk, model: ApprovalsModel) -> tuple[ApprovalsPage, ApprovalSide]:
    window = desk.window
    shared = (model, desk.theme, window.workspace.posters, desk.keys)
    center, side = ApprovalsPage(*shared), ApprovalSide(*shared)
    center.choice_moved.connect(window.pages.choice_moved)

    def give(command: TaskCommand) -> None:
        if command is APPROVE and not (model.is_whole or model.rows.checked):
            # Its inputs are not shown yet.
            return
        center.view.answered = frozenset(center.chosen_ids())
        window.task_menu.take(command)

    for part in (center, side):
        part.command_wanted.connect(give)
    return center, side


class ApprovalsPage(QWidget):
    command_wanted = Signal(object)
    """TaskCommand for the checked requests, else for the current one."""
    choice_moved = Signal()

    def __init__(self, model: ApprovalsModel, theme: Theme, posters: PosterCache, keys: Keys) -> None:
        super().__init__()
        self._model = model
        self._theme = theme
        self._build(posters)
        self._tabs[False].setChecked(True)
        self.view.moved.connect(self._looked_at)
        model.rows.checks_moved.connect(self.choice_moved)
        model.changed.connect(self._show)
        keys.bind(self, Scope.APPROVALS, (OF_PAGE, lambda: self))
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


class _RowDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._posters = posters
        self.checks = True
        """False for answered requests, which cannot be answered again."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: ApprovalRow = index.data(ROW)
        font, small = QFontMetrics(option.font).height(), QFontMetrics(self._theme.small_font()).height()
        if row.task_id is None:
            return QSize(80, font + 2 * GRID)
        return QSize(80, max(_PICTURE.height(), font + (2 if row.warning else 1) * (small + 3)) + 2 * GRID)

    def box(self, option: QStyleOptionViewItem) -> QRect:
        """Clickable area of a row's check box."""
        rect = option.rect
        area = QRect(rect.left() + GRID // 2, rect.top() + GRID, TARGET + GRID, _PICTURE.height())
        return QStyle.visualRect(option.direction, rect, area)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        if not self.checks or index.data(_CHECK) is None:
            return False
        match event:
            case QMouseEvent() if event.type() == QEvent.Type.MouseButtonRelease:
                hits = self.box(option).contains(event.position().toPoint())
            case QKeyEvent() if event.type() == QEvent.Type.KeyPress:
                hits = event.key() == Qt.Key.Key_Space
            case _:
                hits = False
        if hits:
            is_on = index.data(_CHECK) is Qt.CheckState.Checked
            return model.setData(index, Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked, _CHECK)
        return False

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ApprovalRow = index.data(ROW)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.task_id is None:
            self._header(painter, option, row)
            return
        selected = self.ground(painter, option, option.rect, 0)
        painter.setPen(self._theme.color(Role.BORDER))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        inner = option.rect.adjusted(GRID + GRID // 2, GRID, -GRID - GRID // 2, -GRID)
        left = inner.left()
        if self.checks:
            is_on = index.data(_CHECK) is Qt.CheckState.Checked
            self.check(painter, square_in(self.box(option), 2 * GRID), is_on=is_on)
            left += TARGET + GRID // 2
        self._picture(painter, QRect(left, inner.top(), _PICTURE.width(), _PICTURE.height()), row)
        words = inner.adjusted(left + _PICTURE.width() + GRID + GRID // 2 - inner.left(), 0, 0, 0)
        small = self._theme.small_font()
        first, second = QFontMetrics(option.font).height(), QFontMetrics(small).height()
        line = QRect(words.left(), words.top(), words.width(), first)
        tone = Role.TEXT if row.tone is Tone.PLAIN else SECOND_INKS[row.tone]
        wide = self.text(painter, self.placed(line), row.amount, option.font, tone, RIGHT)
        self.text(painter, self.placed(line.adjusted(0, 0, -wide - 2 * GRID, 0)), row.title, option.font, Role.TEXT)
        quiet = Role.TEXT if selected else Role.MUTED
        line = QRect(words.left(), line.bottom() + 4, words.width(), second)
        wide = self.text(painter, self.placed(line), row.aside, small, quiet, RIGHT)
        self.text(painter, self.placed(line.adjusted(0, 0, -wide - 2 * GRID, 0)), row.detail, small, quiet)
        if row.warning:
            line = QRect(words.left(), line.bottom() + 4, words.width(), second)
            role = Role.WARN if self.checks else Role.MUTED
            if self.checks:
                self.icon(
                    painter, self.placed(QRect(line.left(), line.top(), second, second)), "mdi6.content-copy", role
                )
                line.adjust(second + GRID // 2, 0, 0, 0)
            self.text(painter, self.placed(line), row.warning, small, role)
        if option.state & QStyle.StateFlag.State_HasFocus and option.widget is not None and option.widget.hasFocus():
            painter.setPen(self._theme.color(Role.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def _header(self, painter: QPainter, option: QStyleOptionViewItem, row: ApprovalRow) -> None:
        painter.fillRect(option.rect, self._theme.color(Role.RAISED))
        side = QFontMetrics(option.font).height()
        room = option.rect.adjusted(2 * GRID, 0, -GRID - GRID // 2, 0)
        self.icon(
            painter,
            self.placed(square_in(QRect(room.left(), room.top(), side, room.height()), side)),
            row.icon,
            Role.MUTED,
        )
        room.adjust(side + GRID, 0, 0, 0)
        small = self._theme.small_font()
        room.adjust(0, 0, -self.text(painter, self.placed(room), row.amount, small, Role.MUTED, RIGHT) - GRID, 0)
        room.adjust(
            self.text(painter, self.placed(room), row.title, self._theme.strong_font(), Role.TEXT) + GRID, 0, 0, 0
        )
        self.text(painter, self.placed(room), row.detail, small, Role.MUTED)

    def _picture(self, painter: QPainter, rect: QRect, row: ApprovalRow) -> None:
        painter.save()
        here = self.placed(rect)
        painter.setClipPath(rounded(here, 4))
        painter.fillRect(here, self._theme.color(Role.MEDIA))
        if not (row.picture and self._posters.paint(painter, here, row.picture)):
            self.icon(painter, self.placed(square_in(rect, 2 * GRID)), row.icon, Role.FAINT)
        painter.restore()


class RequestList(QListView):
    """Check box, picture, text and price of each request."""

    moved = Signal(object)
    """Id of the current request, or None."""

    def __init__(self, rows: RequestRows, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        viewport = viewport_of(self)
        self.rows = rows
        self._delegate = _RowDelegate(theme, posters, self)
        self.setModel(rows)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(_("Requests of other programs"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.answered: frozenset[TaskId] = frozenset()
        """Requests that the person answered last."""
        self._begins = True
        """No request was selected since the page, or its other tab, was opened."""
        self._looked_at: tuple[TaskId | None, int] = (None, 0)
        rows.modelAboutToBeReset.connect(self._note)
        rows.modelReset.connect(self._bring_back)
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit(self.current_id()))
        posters.ready.connect(viewport.update)
        FollowsTheme(theme, self, self.scheduleDelayedItemsLayout)

    def current_id(self) -> TaskId | None:
        row = self.currentIndex().data(ROW)
        return row.task_id if row is not None else None

    def begin(self) -> None:
        """Call when the page opens: selects the first request if there is no selection."""
        if self.current_id() is None:
            self._begins = True
            self._bring_back()

    def set_checks(self, on: bool) -> None:
        self._delegate.checks = on
        self._begins = True
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll) and self._delegate.checks:
            ids = self.rows.ids
            self.rows.check(ids, on=self.rows.checked != ids)
            return
        super().keyPressEvent(event)

    def _note(self) -> None:
        self._looked_at = (self.current_id(), self.currentIndex().row())

    def _bring_back(self) -> None:
        """Restores the current request after a reset. After an answer, selects the one that took its position. If the
        request vanished by itself, selects nothing, so that a key press cannot approve another one by accident."""
        looked_at, at = self._looked_at
        position = self.rows.position_of(looked_at) if looked_at is not None else -1
        ids = self.rows.ids
        if position < 0 and ids and (self._begins or looked_at in self.answered):
            positions = [self.rows.position_of(task_id) for task_id in ids]
            position = next((one for one in positions if one >= at), positions[-1])
        self.setCurrentIndex(self.rows.index(position) if position >= 0 else self.rows.index(-1))
        # The last one was answered: the next that comes is selected.
        self._begins = position < 0 and (self._begins or (not ids and looked_at in self.answered))
        if position < 0:
            self.moved.emit(None)
