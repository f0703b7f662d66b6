"""Results of a sheet as a grid of posters with states. Return or a double click shows the task in the list. GUI thread
only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyleOptionViewItem, QTableView, QWidget

from runway_desktop.rooms.sheet.model.grid import CLIP_ROLE, POSTER_ROLE, TASK_ROLE, WORDS_ROLE, GridModel
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, Dialog, hbox, push_button, vbox, viewport_of
from runway_desktop.ui.labels import SECOND_INKS, words
from runway_desktop.ui.painting import Index, ItemDelegate
from runway_desktop.ui.tasks.posters import HoverScrub, PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.states import StateWords

CELL = QSize(24 * GRID, 18 * GRID)
POSTER = QSize(22 * GRID, 13 * GRID)


class _PosterDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._posters = posters
        self.scrub = HoverScrub(theme, posters, self)
        self.scrubbed = QModelIndex()
        """Cell under the pointer."""

    @staticmethod
    def poster_box(cell: QRect, direction: Qt.LayoutDirection) -> QRect:
        box = QRect(cell.left() + GRID, cell.top() + GRID, POSTER.width(), POSTER.height())
        return QStyle.visualRect(direction, cell, box)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect = self._theme, option.rect
        said: StateWords | None = index.data(WORDS_ROLE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color(Role.SELECTED))
        if said is not None:
            frame = self.poster_box(rect, option.direction)
            painter.fillRect(frame, theme.color(Role.MEDIA))
            if index != self.scrubbed or not self.scrub.paint(painter, frame):
                self._posters.paint(painter, frame, index.data(POSTER_ROLE) or "")
            line = QRect(frame.left(), frame.bottom() + 2, frame.width(), rect.bottom() - frame.bottom() - 2)
            self.text(painter, line, said.headline, theme.small_font(), SECOND_INKS[said.tone])
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color(Role.ACCENT), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))


class GridWindow(Dialog):
    task_wanted = Signal(object)

    def __init__(self, model: GridModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(_("Grid of {sheet}", sheet=model.title), parent)
        self._theme = theme
        self._table = QTableView(self, showGrid=False, cornerButtonEnabled=False)
        self._table.setAccessibleName(_("Results"))
        self._table.setModel(model)
        model.setParent(self)
        self._delegate = _PosterDelegate(theme, posters, self._table)
        self._table.setItemDelegate(self._delegate)
        self._delegate.scrub.moved_on.connect(self._table.viewport().update)
        self._table.setMouseTracking(True)
        viewport_of(self._table).installEventFilter(self)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        across, down = self._table.horizontalHeader(), self._table.verticalHeader()
        for header in (across, down):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        across.setDefaultSectionSize(CELL.width())
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setVisible(model.columnCount() > 1)
        down.setDefaultSectionSize(CELL.height())
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        down.setFixedWidth(26 * GRID)
        down.setTextElideMode(Qt.TextElideMode.ElideRight)
        posters.ready.connect(self._table.viewport().update)
        close = push_button(self, _("Close"), self.accept)
        title = words(self, model.title, wrap=False, font=theme.strong_font())
        vbox(title, (self._table, 1), hbox(STRETCH, close), on=self, margins=2 * GRID)
        self._table.activated.connect(self._show_task)
        FollowsTheme(theme, self, self._restyle)
        if model.rowCount():
            self._table.setCurrentIndex(model.index(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        scrub = self._delegate.scrub
        if event.type() == QEvent.Type.Leave:
            scrub.leave()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            point = event.position().toPoint()
            self._delegate.scrubbed = index = self._table.indexAt(point)
            box = self._delegate.poster_box(self._table.visualRect(index), self._table.layoutDirection())
            scrub.over(index.data(CLIP_ROLE), point, box)
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        return QSize(130 * GRID, 80 * GRID)

    def _restyle(self) -> None:
        for header in (self._table.horizontalHeader(), self._table.verticalHeader()):
            header.setFont(self._theme.small_font())
        self._table.viewport().update()

    def _show_task(self, index: QModelIndex) -> None:
        task_id = index.data(TASK_ROLE)
        if task_id is not None:
            self.task_wanted.emit([task_id])
