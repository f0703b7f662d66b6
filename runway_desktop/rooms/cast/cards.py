"""Cards of the Cast page: members by kind as a list that wraps, with a card for a new one at the end of each kind.
Files dropped on a card are added to its member. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from runway_desktop.domain.cast import MemberFile, MemberKind
from runway_desktop.texts import _
from runway_desktop.ui.building import menu_point, viewport_of
from runway_desktop.ui.lifted_rows import paths_in, take_copy
from runway_desktop.ui.painting import LEFT, Index, ItemDelegate, rounded, square_in
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.cast import KIND_ICONS

from .model import CARD, Card, Cards

PictureOf = Callable[[MemberFile], str]
"""Path of the picture for a file; empty while there is none."""
_LEAST_WIDE = 21 * GRID
_GAP = 2 * GRID
_MOSAICS = (
    (),
    ((0, 0, 6, 2),),
    ((0, 0, 3, 2), (3, 0, 3, 2)),
    ((0, 0, 4, 2), (4, 0, 2, 1), (4, 1, 2, 1)),
    ((0, 0, 3, 1), (3, 0, 3, 1), (0, 1, 3, 1), (3, 1, 3, 1)),
)
"""By the number of pictures on a card: left, top, width, height of each, in sixths and halves of the area."""
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CardsView(QListView):
    moved = Signal()
    """Another card is current."""
    opened = Signal(object)
    """A Card: Return was pressed, or the card for a new member clicked."""
    dropped = Signal(object, object)
    """A Card, and the paths dropped on it."""
    menu_wanted = Signal(QPoint)
    """The menu of the current member, at a global position."""
    remove_wanted = Signal()
    """Delete was pressed at a member."""

    def __init__(
        self, cards: Cards, theme: Theme, posters: PosterCache, picture_of: PictureOf, parent: QWidget
    ) -> None:
        super().__init__(parent)
        viewport = viewport_of(self)
        self._delegate = _CardDelegate(theme, posters, picture_of, self)
        self.setModel(cards)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(_("Cast"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit())
        self.clicked.connect(self._clicked)
        posters.ready.connect(viewport.update)
        FollowsTheme(theme, self, self.scheduleDelayedItemsLayout)

    @property
    def card(self) -> Card | None:
        return self.currentIndex().data(CARD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._delegate.width = self.viewport().width() - _GAP - 1
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        card = self.card
        if card is not None and event.key() in _OPENING and not event.modifiers():
            self.opened.emit(card)
        elif card is not None and card.member is not None and event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.card is not None and self.card.member is not None:
            self.menu_wanted.emit(menu_point(self, event))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        card = self._card_at(event)
        self._light(self.indexAt(event.position().toPoint()) if card is not None else QModelIndex())
        if card is not None:
            take_copy(event)
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(QModelIndex())

    def dropEvent(self, event: QDropEvent) -> None:
        card = self._card_at(event)
        self._light(QModelIndex())
        if card is not None:
            take_copy(event)
            self.dropped.emit(card, paths_in(event.mimeData()))

    def _card_at(self, event: QDropEvent) -> Card | None:
        card = self.indexAt(event.position().toPoint()).data(CARD)
        return card if card is not None and not card.is_heading and paths_in(event.mimeData()) else None

    def _light(self, index: QModelIndex) -> None:
        if index != self._delegate.lit:
            self._delegate.lit = index
            self.viewport().update()

    def _clicked(self, index: QModelIndex) -> None:
        card = index.data(CARD)
        if card.member is None and not card.is_heading:
            self.opened.emit(card)


class _CardDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, picture_of: PictureOf, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._posters = posters
        self._picture_of = picture_of
        self.width = _LEAST_WIDE
        """Of a line of cards."""
        self.lit = QModelIndex()
        """The card under dragged files."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        card: Card = index.data(CARD)
        font, small = QFontMetrics(option.font).height(), QFontMetrics(self._theme.small_font()).height()
        if card.is_heading:
            return QSize(self.width, font + 2 * GRID)
        width = self.width // max(1, self.width // (_LEAST_WIDE + _GAP))
        share = 0.68 if card.kind is MemberKind.CHARACTER else 0.45
        return QSize(width, round((width - _GAP) * share) + font + small + 3 * GRID + _GAP)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: Card = index.data(CARD)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if card.is_heading:
            room = option.rect.adjusted(_GAP, 0, -_GAP, 0)
            wide = self.text(painter, room, card.title, self._theme.strong_font(), Role.TEXT)
            rest = room.adjusted(wide + GRID, 0, 0, 0)
            self.text(painter, self.placed(rest), str(card.amount), self._theme.small_font(), Role.MUTED)
            return
        box = option.rect.adjusted(_GAP, 0, -1, -_GAP)
        has_focus = bool(option.state & QStyle.StateFlag.State_Selected)
        if card.member is None:
            self._paint_new(painter, box, card, is_lit=has_focus or index == self.lit)
        else:
            self._paint_member(painter, option, box, card, is_lit=has_focus or index == self.lit)

    def _paint_member(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, card: Card, *, is_lit: bool
    ) -> None:
        outline = rounded(box.adjusted(1, 1, -1, -1), 6)
        painter.fillPath(outline, self._theme.color(Role.SELECTED if is_lit else Role.RAISED))
        font, room = QFontMetrics(option.font).height(), box.adjusted(GRID + 4, 0, -GRID - 4, 0)
        detail, high = self._fitted(card.detail, room.width())
        pictures = box.adjusted(1, 1, -1, -(font + high + 3 * GRID))
        painter.setClipPath(outline)
        self._paint_pictures(painter, pictures, card)
        painter.setClipping(False)
        room.setTop(pictures.bottom() + GRID)
        title = QRect(room.topLeft(), QSize(room.width(), font))
        self.text(painter, title, card.title, self._theme.strong_font(), Role.TEXT)
        room.setTop(title.bottom() + 4)
        self._paint_detail(painter, room, detail, Role.TEXT if is_lit else Role.MUTED)
        painter.setPen(QPen(self._theme.color(Role.ACCENT if is_lit else Role.BORDER), 2 if is_lit else 1))
        painter.drawPath(outline)

    def _paint_pictures(self, painter: QPainter, area: QRect, card: Card) -> None:
        painter.fillRect(area, self._theme.color(Role.MEDIA))
        files = card.member.files[: len(_MOSAICS) - 1] if card.member is not None else ()
        if not files:
            self.icon(painter, square_in(area, 4 * GRID), KIND_ICONS[card.kind], Role.FAINT)
        for file, box in zip(files, _places(area, len(files)), strict=True):
            path = self._picture_of(file)
            if not (path and self._posters.paint(painter, box, path, covers=True)):
                self.icon(painter, square_in(box, 3 * GRID), file.media.kind.icon, Role.FAINT)

    def _paint_new(self, painter: QPainter, box: QRect, card: Card, *, is_lit: bool) -> None:
        pen = QPen(self._theme.color(Role.ACCENT if is_lit else Role.OUTLINE), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawPath(rounded(box.adjusted(1, 1, -1, -1), 6))
        detail, high = self._fitted(card.detail, box.width() - 2 * GRID)
        line = QFontMetrics(self._theme.small_font()).height() + 4
        room = QRect(box.left() + GRID, 0, box.width() - 2 * GRID, line)
        room.moveTop(box.center().y() - line - high // 2)
        for words, role in (("+", Role.MUTED), (card.title, Role.TEXT)):
            self.text(painter, room, words, self._theme.small_font(), role, Qt.AlignmentFlag.AlignCenter)
            room.translate(0, line)
        self._paint_detail(painter, room.adjusted(0, 0, 0, high), detail, Role.MUTED, Qt.AlignmentFlag.AlignHCenter)

    def _fitted(self, detail: str, width: int) -> tuple[str, int]:
        """A detail in a line, or in two if it is too long, and their height."""
        metrics = QFontMetrics(self._theme.small_font())
        if metrics.horizontalAdvance(detail) <= width:
            return detail, metrics.height()
        return detail.replace(" · ", "\n"), 2 * metrics.height()

    def _paint_detail(
        self, painter: QPainter, room: QRect, detail: str, role: Role, align: Qt.AlignmentFlag = LEFT
    ) -> None:
        painter.setFont(self._theme.small_font())
        painter.setPen(self._theme.color(role))
        side = align & Qt.AlignmentFlag.AlignHorizontal_Mask
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), detail)


def _places(area: QRect, amount: int) -> list[QRect]:
    """Boxes of pictures, with a pixel between them."""
    wide, high = (area.width() + 1) / 6, (area.height() + 1) / 2
    return [
        QRect(
            area.topLeft() + QPoint(round(x * wide), round(y * high)), QSize(round(w * wide) - 1, round(h * high) - 1)
        )
        for x, y, w, h in _MOSAICS[amount]
    ]
