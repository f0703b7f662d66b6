"""List of requests, grouped by program: check box, picture, text, price.

Space or a click on the box checks a row, Ctrl+A all of them. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.labels import SECOND_INKS
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate, rounded, square_in
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.requests import RequestRow
from runway_desktop.usecases.words.states import Tone

from .model import ROW, RequestRows

_PICTURE = QSize(8 * GRID, 4 * GRID + GRID // 2)
_CHECK = Qt.ItemDataRole.CheckStateRole


class _RowDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._posters = posters
        self.checks = True
        """False for answered requests, which cannot be answered again."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: RequestRow = index.data(ROW)
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
        row: RequestRow = index.data(ROW)
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
            self._check(painter, option, index)
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

    def _header(self, painter: QPainter, option: QStyleOptionViewItem, row: RequestRow) -> None:
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

    def _check(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        is_on = index.data(_CHECK) is Qt.CheckState.Checked
        box = square_in(self.box(option), 2 * GRID)
        painter.setPen(self._theme.color(Role.ACCENT if is_on else Role.OUTLINE))
        painter.setBrush(self._theme.color(Role.ACCENT if is_on else Role.FIELD))
        painter.drawRoundedRect(box, 4, 4)
        if is_on:
            self._theme.icon("mdi6.check", Role.ON_ACCENT).paint(painter, box)

    def _picture(self, painter: QPainter, rect: QRect, row: RequestRow) -> None:
        painter.save()
        here = self.placed(rect)
        painter.setClipPath(rounded(here, 4))
        painter.fillRect(here, self._theme.color(Role.MEDIA))
        if not (row.picture and self._posters.paint(painter, here, row.picture)):
            self.icon(painter, self.placed(square_in(rect, 2 * GRID)), row.icon, Role.FAINT)
        painter.restore()


class RequestList(QListView):
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
