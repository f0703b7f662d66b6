"""Item model and delegate of the palette: headings and offers. GUI thread only."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem

from runway_desktop.texts import enumerated
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import QUIET_INKS
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.palette.palette import Arranged, Heading, Match, Offer, OfferGroup
from runway_desktop.usecases.words.plain import tip

LINE = Qt.ItemDataRole.UserRole
_ICON = 16
_LEFT = 8 * GRID
"""Left edge of the text; icons and pictures are before it."""
_PICTURE = QSize(40, 22)


class Lines(QAbstractListModel):
    """Item model of headings and offers. `title` is the heading of the selection; `heard` are the commands whose keys
    work where the palette was opened, so their keys are shown."""

    def __init__(self, keys: Keys, heard: Container[Command[Any]], parent: QObject) -> None:
        super().__init__(parent)
        self._keys = keys
        self._heard = heard
        self._lines: list[OfferGroup | Match] = []
        self.title = ""

    def show_all(self, arranged: Arranged) -> None:
        self.beginResetModel()
        self._lines = []
        for group in arranged.groups:
            self._lines += [group, *group.shown]
        self.endResetModel()

    def line(self, row: int) -> OfferGroup | Match | None:
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def offer(self, row: int) -> Offer | None:
        found = self.line(row)
        return found.offer if isinstance(found, Match) else None

    def row_of(self, offer_id: str) -> int:
        """Row of an offer; −1 if it is not listed."""
        rows = (row for row in range(len(self._lines)) if (one := self.offer(row)) is not None and one.id == offer_id)
        return next(rows, -1)

    def next_offer(self, row: int, step: int) -> int:
        """Next row that can be selected, with wraparound; −1 if there is none."""
        amount = len(self._lines)
        for far in range(1, amount + 1):
            at = (row + step * far) % amount
            if self.offer(at) is not None:
                return at
        return -1

    def next_section(self, row: int, step: int) -> int:
        """First offer of the next section, with wraparound; −1 if there is none."""
        firsts = [at + 1 for at, line in enumerate(self._lines) if isinstance(line, OfferGroup)]
        own = max((position for position, at in enumerate(firsts) if at <= row), default=-1)
        return firsts[(own + step) % len(firsts)] if firsts else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        enabled = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return enabled if self.offer(index.row()) is not None else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.line(index.row())
        if role == LINE:
            return line
        if isinstance(line, OfferGroup):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.title if line.section is Heading.SELECTION else str(line.section.value)
        elif line is not None:
            if role == Qt.ItemDataRole.DisplayRole:
                return line.offer.text
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return self.spoken(line.offer)
            if role == Qt.ItemDataRole.ToolTipRole:
                return tip(line.offer.reason)
        return None

    def spoken(self, offer: Offer) -> str:
        key = self._keys.spoken(offer.keyed) if offer.keyed is not None and offer.keyed in self._heard else ""
        return enumerated((offer.in_words, key))

    def key_words(self, offer: Offer) -> str:
        return self._keys.cap(offer.keyed) if offer.keyed is not None and offer.keyed in self._heard else ""


class LineDelegate(ItemDelegate):
    def __init__(self, theme: Theme, posters: PosterCache, lines: Lines, parent: QObject) -> None:
        super().__init__(theme, parent)
        self._posters = posters
        self._lines = lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = option.fontMetrics.height()
        is_heading = isinstance(index.data(LINE), OfferGroup)
        return QSize(10 * GRID, height + (GRID + 2 if is_heading else 2 * GRID - 2))

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE)
        rect = option.rect.adjusted(GRID, 0, -GRID, 0)
        if isinstance(line, OfferGroup):
            inner = rect.adjusted(GRID, 0, -GRID, -2)
            self.heading(painter, self.placed(inner), str(index.data()))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            self.text(painter, self.placed(inner), line.count_words, self._theme.small_font(), Role.FAINT, right)
        elif isinstance(line, Match):
            self._paint_offer(painter, option, rect, line)

    def _paint_offer(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, found: Match) -> None:
        offer, theme = found.offer, self._theme
        selected = self.ground(painter, option, rect, 5)
        if selected:
            painter.setPen(QPen(theme.color(Role.ACCENT), 2))
            edge = self.placed(QRect(rect.left() + 1, rect.top() + 5, 1, rect.height() - 9))
            painter.drawLine(edge.topLeft(), edge.bottomLeft())
        self._paint_sign(painter, rect, offer)
        small = theme.tabular(theme.small_font())
        right = rect.adjusted(0, 0, -GRID, 0)
        if key := self._lines.key_words(offer):
            right.setRight(self._paint_key(painter, right, key, small, selected=selected) - GRID)
        if offer.aside:
            role = QUIET_INKS[offer.tone]
            right.setRight(
                right.right() - self.text(painter, self.placed(right), offer.aside, small, role, RIGHT) - 2 * GRID
            )
        room = QRect(rect.left() + _LEFT, rect.top(), right.right() - rect.left() - _LEFT, rect.height())
        used = self._paint_text(painter, room, found, option.font, Role.MUTED if offer.reason else Role.TEXT)
        beside = room.adjusted(used + GRID + GRID // 2, 0, 0, 0)
        # Muted rather than faint: faint has too little contrast on a selected or hovered row.
        self.text(painter, self.placed(beside), offer.reason or offer.detail, theme.small_font(), Role.MUTED)

    def _paint_sign(self, painter: QPainter, rect: QRect, offer: Offer) -> None:
        if offer.picture:
            box = QRect(0, 0, _PICTURE.width(), _PICTURE.height())
            box.moveCenter(QRect(rect.left() + GRID, rect.top(), _LEFT - 2 * GRID, rect.height()).center())
            if self._posters.paint(painter, self.placed(box), offer.picture):
                return
        area = QRect(0, 0, _ICON, _ICON)
        area.moveCenter(QRect(rect.left() + GRID, rect.top(), _LEFT - 2 * GRID, rect.height()).center())
        if offer.icon:
            self.icon(painter, self.placed(area), offer.icon, Role.FAINT if offer.reason else Role.MUTED)

    def _paint_text(self, painter: QPainter, room: QRect, found: Match, font: QFont, role: Role) -> int:
        """Paints the text with the matched letters emphasized. Returns its width."""
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        left = room.left()
        for text, is_typed in _pieces(found):
            used = strong if is_typed else font
            here = QRect(left, room.top(), room.right() - left, room.height())
            if QFontMetrics(used).horizontalAdvance(text) > here.width():
                left += self.text(painter, self.placed(here), text, used, Role.ACCENT if is_typed else role)
                break
            self.text(painter, self.placed(here), text, used, Role.ACCENT if is_typed else role)
            left += QFontMetrics(used).horizontalAdvance(text)
        return left - room.left()

    def _paint_key(self, painter: QPainter, room: QRect, key: str, font: QFont, *, selected: bool) -> int:
        """Paints a key cap at the right. Returns its left edge."""
        metrics = QFontMetrics(font)
        box = QRect(0, 0, metrics.horizontalAdvance(key) + GRID + 2, metrics.height() + 3)
        box.moveCenter(room.center())
        box.moveRight(room.right())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._theme.color(Role.OUTLINE if selected else Role.BORDER))
        painter.drawRoundedRect(self.placed(box), 4, 4)
        self.text(painter, self.placed(box), key, font, Role.MUTED, Qt.AlignmentFlag.AlignCenter)
        return box.left()


def _pieces(found: Match) -> list[tuple[str, bool]]:
    text, at, pieces = found.offer.text, 0, []
    for start, end in found.letters:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]
