"""Strip of a task's outputs, if there are several. Left and Right select; the current one is highlighted. GUI thread
only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.media.picture import read_thumbnail
from runway_desktop.ui.media.stage import RADIUS, fitted
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.tasks import Showing

_THUMBNAIL = Qt.ItemDataRole.UserRole
_SIDE = 256


class _ThumbnailDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, strip: OutputStrip) -> None:
        super().__init__(strip)
        self._theme = theme
        self._strip = strip

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._strip.cell()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        area = QRectF(option.rect).adjusted(2, 2, -2, -2)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = rounded(area, RADIUS)
        painter.fillPath(shape, self._theme.color(Role.MEDIA))
        image = index.data(_THUMBNAIL)
        if isinstance(image, QImage) and not image.isNull():
            painter.setClipPath(shape)
            painter.drawImage(fitted(image.size(), area), image)
            painter.setClipping(False)
        else:
            media = self._strip.media_at(index.row())
            icon = self._theme.icon(media.kind.icon, Role.FAINT)
            icon.paint(painter, square_in(area, area.height() * 0.45))
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(self._theme.color(Role.MUTED), 1))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.restore()


class OutputStrip(QListWidget):
    chosen = Signal(int)
    drag_wanted = Signal(int)
    """Row of the output to drag out."""

    def __init__(self, theme: Theme, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._workers = workers
        self._items: tuple[Showing, ...] = ()
        self._posters: list[Path | None] = []
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setUniformItemSizes(True)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setSpacing(0)
        self.setItemDelegate(_ThumbnailDelegate(theme, self))
        self.setFixedHeight(self.cell().height() + GRID)
        self.currentRowChanged.connect(self._row_changed)
        theme.changed.connect(viewport_of(self).update)

    def cell(self) -> QSize:
        """Size of a thumbnail with its margin; grows with the font."""
        height = max(6 * GRID, round(self.fontMetrics().height() * 3))
        return QSize(round(height * 1.45), height)

    def media_at(self, row: int) -> Media:
        return self._items[row].media if 0 <= row < len(self._items) else Media.OTHER

    def show_items(self, items: Sequence[Showing], current: int) -> None:
        """Updates in place; rebuilds only if the number changed. Does not emit `chosen`."""
        self.blockSignals(True)
        try:
            if len(items) != self.count():
                self.clear()
                self._posters = [None] * len(items)
                for _item in items:
                    self.addItem(QListWidgetItem())
            self._items = tuple(items)
            for row, item in enumerate(items):
                self._fill(row, item)
            self.setCurrentRow(current)
        finally:
            self.blockSignals(False)
        self.setAccessibleName(_("Outputs"))
        self.viewport().update()

    def thumbnail_at(self, row: int) -> QImage:
        image = self.item(row).data(_THUMBNAIL) if 0 <= row < self.count() else None
        return image if isinstance(image, QImage) else QImage()

    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        self.drag_wanted.emit(self.currentRow())

    def _fill(self, row: int, item: Showing) -> None:
        entry = self.item(row)
        name = item.title or _("Output {number} of {count}", number=row + 1, count=len(self._items))
        entry.setToolTip(tip(name))
        entry.setData(Qt.ItemDataRole.AccessibleTextRole, name)
        source = item.poster
        if source is None and item.media.kind.is_picture:
            source = item.path
        if source != self._posters[row]:
            self._posters[row] = source
            entry.setData(_THUMBNAIL, None)
            if source is not None:
                read, then = partial(read_thumbnail, source, _SIDE), partial(self._thumbnail_read, row, source)
                self._workers.run(read, then, at=source)

    def _thumbnail_read(self, row: int, source: Path, image: QImage) -> None:
        if row < len(self._posters) and self._posters[row] == source:
            self.item(row).setData(_THUMBNAIL, image)

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(row)
