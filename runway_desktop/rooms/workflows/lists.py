"""The lists of the Workflows page: workflows, and runs of one. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from runway_desktop.ui.building import menu_point, viewport_of
from runway_desktop.ui.labels import SECOND_INKS
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate, rounded, square_in
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme

from .model import LINE, Lines, RunLine, WorkflowLine

THUMB = QSize(5 * GRID + 4, 3 * GRID + 4)
MOST_THUMBS = 4
_ROOMY = 62 * GRID
"""Width from which all thumbnails of a run are shown."""
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class LinesView(QListView):
    moved = Signal()
    """Another line is current."""
    opened = Signal()
    """The current line, by Return, Space or a double click."""
    menu_wanted = Signal(QPoint)

    def __init__(self, lines: Lines, delegate: ItemDelegate, theme: Theme, spoken: str, parent: QWidget) -> None:
        super().__init__(parent)
        viewport_of(self)
        self.setModel(lines)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setAccessibleName(spoken)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit())
        self.doubleClicked.connect(lambda _: self.opened.emit())
        FollowsTheme(theme, self, self.scheduleDelayedItemsLayout)

    @property
    def line(self) -> WorkflowLine | RunLine | None:
        return self.currentIndex().data(LINE)

    def show_current(self, wanted: str | None) -> None:
        lines = self.model()
        at = lines.position_of(wanted) if isinstance(lines, Lines) else -1
        if at != self.currentIndex().row():
            self.setCurrentIndex(lines.index(at, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.line is not None:
            self.menu_wanted.emit(menu_point(self, event))


class WorkflowDelegate(ItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        small = QFontMetrics(self._theme.small_font()).height()
        return QSize(0, QFontMetrics(option.font).height() + small + 2 * GRID + 2)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: WorkflowLine = index.data(LINE)
        box = option.rect.adjusted(GRID, 1, -GRID, -1)
        selected = self.ground(painter, option, box, 4)
        room = box.adjusted(GRID, GRID - 2, -GRID, -GRID + 2)
        if line.is_running:
            mark = QRect(room.right() - 2 * GRID, room.top(), 2 * GRID, 2 * GRID)
            self.icon(painter, self.placed(mark), "mdi6.progress-clock", Role.ACCENT)
            room.setRight(mark.left() - GRID // 2)
        half = QFontMetrics(option.font).height() + 2
        first = QRect(room.left(), room.top(), room.width(), half)
        rest = room.adjusted(0, half, 0, 0)
        self.text(painter, self.placed(first), line.workflow.name, option.font, Role.TEXT)
        ink = Role.TEXT if selected else Role.MUTED
        self.text(painter, self.placed(rest), line.detail, self._theme.small_font(), ink)


class RunDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._posters = posters

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, max(THUMB.height(), QFontMetrics(option.font).height()) + 2 * GRID)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        run: RunLine = index.data(LINE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, self._theme.color(Role.SELECTED if chosen else Role.HOVER))
        painter.setPen(QPen(self._theme.color(Role.BORDER)))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        room, wide = option.rect.adjusted(GRID, 0, -GRID, 0), QFontMetrics(option.font)
        ink = Role.TEXT if chosen else Role.MUTED
        number = QRect(room.left(), room.top(), wide.horizontalAdvance("0000"), room.height())
        self.text(painter, self.placed(number), str(run.number), option.font, ink)
        at = number.right() + GRID
        most = MOST_THUMBS if room.width() >= _ROOMY else 1
        for output in [one for one in run.row.outputs if one.poster or one.media.kind.is_picture][:most]:
            box = QRect(at, room.center().y() - THUMB.height() // 2, THUMB.width(), THUMB.height())
            self._thumb(painter, self.placed(box), output.poster or output.path)
            at += THUMB.width() + 4
        at = number.right() + GRID + most * (THUMB.width() + 4) + GRID // 2
        time = QRect(room.right() - wide.horizontalAdvance("00 Mmm 0"), room.top(), 0, room.height())
        time.setRight(room.right())
        self.text(painter, self.placed(time), run.at, option.font, ink, RIGHT)
        cost = QRect(time.left() - wide.horizontalAdvance("~00,000"), room.top(), 0, room.height())
        cost.setRight(time.left() - GRID)
        self.text(painter, self.placed(cost), run.cost, option.font, ink, RIGHT)
        sign = square_in(QRect(at, room.top(), 2 * GRID, room.height()), 2 * GRID)
        self.icon(painter, self.placed(sign), run.said.icon, SECOND_INKS[run.said.tone])
        said = QRect(sign.right() + GRID, room.top(), 0, room.height())
        said.setRight(cost.left() - GRID)
        self.text(painter, self.placed(said), run.said.spoken, self._theme.small_font(), SECOND_INKS[run.said.tone])

    def _thumb(self, painter: QPainter, box: QRect, path: str) -> None:
        painter.save()
        painter.setClipPath(rounded(box, 3))
        painter.fillRect(box, self._theme.color(Role.MEDIA))
        self._posters.paint(painter, box, path, covers=True)
        painter.restore()
