"""The strip of the cut: ruler with notes, shots as cards as long as they play, their takes below, one lane of sound.

It is painted, so that its cost depends on what is seen; for a screen reader each card is an item of its model. Time
runs from left to right in every language. GUI thread only.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QListView

from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.media.kinds.sound import paint_bars
from runway_desktop.ui.painting import draw_line, rounded
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.take_painter import TakePainter
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.columns import poster_of
from runway_desktop.values import Struct
from runway_desktop.viewmodels.model import AnyIndex, Soon

from .model import Card, CutModel

SIDE = 2 * GRID
RULER, CARD, TAKE, LANE = 44, 88, 28, 48
"""Heights."""
DROP = 108
"""Width of the place for drops."""
_THUMB = QSize(40, 22)
_HANDLE, _LEAST_TEXT, _LEAST_LETTERS = 9, 40, 5
_TICKS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between two labels of the ruler."""
_EXAMPLES = ("010", "020", "030", "040")
"""In place of shots."""
_LABEL = 90
"""Least pixels between them."""
_LOOK_MS = 300
_NEAREST = 96.0
"""Pixels of a second, at the closest zoom."""


class Hit(Enum):
    """What is at a point."""

    RULER = auto()
    NOTE = auto()
    CARD = auto()
    IN = auto()
    OUT = auto()
    FIX = auto()
    TAKE = auto()
    LANE = auto()


_SHAPES = {
    **dict.fromkeys((Hit.IN, Hit.OUT), Qt.CursorShape.SizeHorCursor),
    **dict.fromkeys((Hit.FIX, Hit.TAKE, Hit.NOTE), Qt.CursorShape.PointingHandCursor),
}


class At(Struct, frozen=True):
    """`card` or note by number; `take` of the card."""

    hit: Hit
    card: int = -1
    take: int = -1


class CutStrip(QListView):
    opened = Signal()
    """The current take, or what mends a gap: after Return, a double click, or a press on its fix."""
    scrubbing = Signal(bool)
    sought = Signal(float)
    glanced = Signal(object)
    """An image of the frame at which a trim would be."""
    files_wanted = Signal()
    gesture = Signal(str, str)
    """What a drag does, and what ends it; empty after it."""
    seen = Signal(object)
    """Rows of the takes in sight."""

    def __init__(self, model: CutModel, theme: Theme, posters: PosterCache) -> None:
        super().__init__()
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._cut, self._theme, self._posters = model, theme, posters
        self._takes = TakePainter(theme, posters)
        self._letters = self._takes.letters
        self._zoom = 1.0
        self._pressed: tuple[At, QPoint] | None = None
        self._is_moving = False
        self._held = 0.0
        """Scale while an end is dragged: with a fitting one the end would leave the pointer."""
        self._pointer = QPoint()
        self._playhead = 0
        self.peaks: tuple[float, ...] = ()
        """Of the lane's sound."""
        self._spoken = QStringListModel(self)
        """The cards in the order of the cut, as a screen reader hears them."""
        self.setModel(self._spoken)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("Cut"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        viewport_of(self).setMouseTracking(True)
        self.setAcceptDrops(False)
        self._look = Soon(self, _LOOK_MS, self._tell_seen)
        model.changed.connect(self._renew)
        model.moved.connect(self._follow)
        posters.ready.connect(lambda _path: self.viewport().update())
        posters.strips.grown.connect(lambda _path: (self._show_glance(), self.viewport().update()))
        FollowsTheme(theme, self, self.updateGeometries)

    # Geometry. Time and pixels.

    @property
    def scale(self) -> float:
        """Pixels of a second."""
        room = max(1, self.viewport().width() - 2 * SIDE - DROP - GRID)
        return self._held or min(_NEAREST, room / max(1.0, self._cut.length)) * self._zoom

    def zoom(self, by: int) -> None:
        """1 comes closer, −1 goes away, 0 fits."""
        self._zoom = 1.0 if by == 0 else min(64.0, max(1.0, self._zoom * 2.0**by))
        self.updateGeometries()
        self._follow(self._cut.position)

    def left_of(self, seconds: float) -> float:
        return SIDE + seconds * self.scale - self.horizontalOffset()

    def time(self, x: float) -> float:
        return min(max((x - SIDE + self.horizontalOffset()) / self.scale, 0.0), self._cut.length)

    @property
    def lines(self) -> int:
        """Takes below a card for which there is room."""
        return max(0, min(4, (self.viewport().height() - RULER - CARD - LANE - 3 * GRID) // TAKE))

    def rect_of(self, card: Card) -> QRect:
        left = round(self.left_of(card.at))
        return QRect(left, RULER, max(3, round(self.left_of(card.at + card.length)) - left - 1), CARD)

    def take_rect(self, card: Card, line: int) -> QRect:
        beside = self.rect_of(card)
        return QRect(beside.left(), beside.bottom() + GRID + line * TAKE, beside.width(), TAKE)

    @property
    def lane(self) -> QRect:
        left = round(self.left_of(0))
        top = RULER + CARD + GRID + self.lines * TAKE + GRID // 2
        return QRect(left, top, max(3, round(self.left_of(self._cut.length)) - left), LANE)

    @property
    def drop_rect(self) -> QRect:
        left = self.left_of(self._cut.length) + GRID if self._cut.cards else SIDE + len(_EXAMPLES) * (DROP + GRID)
        return QRect(round(left), RULER, DROP, CARD)

    def note_rect(self, at: float) -> QRect:
        return QRect(round(self.left_of(at)) - 1, 2, 18, 18)

    def shown_takes(self, card: Card) -> range:
        """Takes with a line: as many as have room, with the one that plays."""
        amount, lines = len(card.takes), self.lines
        if not lines:
            return range(0)
        first = 0 if amount <= lines else max(0, min((card.now or 0) - lines // 2, amount - lines + 1))
        return range(first, min(amount, first + (lines if amount <= lines else max(1, lines - 1))))

    def at(self, point: QPoint) -> At | None:
        cut = self._cut
        for number in reversed(range(len(cut.notes))):
            if self.note_rect(cut.notes[number].at).contains(point):
                return At(Hit.NOTE, number)
        if point.y() < RULER:
            return At(Hit.RULER)
        if self.lane.contains(point) and cut.sound is not None:
            return At(Hit.LANE)
        number = bisect_right([card.at for card in cut.cards], self.time(point.x())) - 1
        if not 0 <= number < len(cut.cards):
            return None
        card = cut.cards[number]
        rect = self.rect_of(card)
        if rect.contains(point):
            if number == cut.at:
                if point.x() < rect.left() + _HANDLE:
                    return At(Hit.IN, number)
                if point.x() > rect.right() - _HANDLE:
                    return At(Hit.OUT, number)
            return At(Hit.FIX if card.fix and point.y() > rect.bottom() - 3 * GRID else Hit.CARD, number)
        for line, take in enumerate(self.shown_takes(card)):
            if self.take_rect(card, line).contains(point):
                return At(Hit.TAKE, number, take)
        return None

    # What Qt asks of an item view.

    def visualRect(self, index: AnyIndex) -> QRect:
        return self.rect_of(self._cut.cards[index.row()]) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        found = self.at(point)
        return self.model().index(found.card, 0) if found is not None and found.hit is Hit.CARD else QModelIndex()

    def scrollTo(self, index: AnyIndex, hint: QAbstractItemView.ScrollHint = ...) -> None:  # type: ignore[assignment]
        if index.isValid():
            card = self._cut.cards[index.row()]
            self._show_time(card.at, card.at + card.length)

    def horizontalOffset(self) -> int:
        return self.horizontalScrollBar().value()

    def updateGeometries(self) -> None:
        bar, room = self.horizontalScrollBar(), self.viewport().width()
        whole = round(self._cut.length * self.scale) + 2 * SIDE + DROP + GRID
        bar.setPageStep(room)
        bar.setRange(0, max(0, whole - room))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometries()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        cut, modifiers = self._cut, event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        takes = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(cut.cards) - 1}
        match Qt.Key(event.key()):
            case Qt.Key.Key_Escape if self._is_moving or cut.preview is not None:
                self._put_back()
            case Qt.Key.Key_Escape if cut.trying is not None:
                cut.go_back()
            case _ if modifiers:
                super().keyPressEvent(event)
            case key if key in steps:
                cut.go(cut.at + steps[key])
            case key if key in ends:
                cut.go(ends[key])
            case key if key in takes:
                cut.try_next(takes[key])
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit()
            case _:
                super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def event(self, event: QEvent) -> bool:
        # Otherwise Escape leaves the view.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_mine = self._is_moving or self._cut.preview is not None or self._cut.trying is not None
            if event.key() == Qt.Key.Key_Escape and is_mine:
                event.accept()
                return True
        return super().event(event)

    # Pointer.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        found, cut = self.at(point), self._cut
        if found is None or event.button() is not Qt.MouseButton.LeftButton:
            if event.button() is Qt.MouseButton.LeftButton and self.drop_rect.contains(point):
                self.files_wanted.emit()
            if found is not None and found.hit is Hit.CARD and found.card != cut.at:
                cut.go(found.card)
            return
        self._pressed = (found, point)
        match found.hit:
            case Hit.RULER | Hit.LANE | Hit.CARD:
                if found.hit is not Hit.CARD:
                    self.scrubbing.emit(True)
                self.sought.emit(self.time(point.x()))
            case Hit.IN | Hit.OUT:
                self._held = self.scale
            case Hit.NOTE:
                self.sought.emit(cut.notes[found.card].at)
            case Hit.TAKE:
                cut.go(found.card)
                cut.try_take(found.take)
            case Hit.FIX:
                cut.go(found.card)
                self.opened.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = point = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            under = self.at(point)
            shape = _SHAPES.get(under.hit if under is not None else Hit.CARD, Qt.CursorShape.ArrowCursor)
            viewport_of(self).setCursor(shape)
            return
        found, start = self._pressed
        is_far = (point - start).manhattanLength() >= QApplication.startDragDistance()
        cut = self._cut
        match found.hit:
            case Hit.RULER | Hit.LANE:
                self.sought.emit(self.time(point.x()))
            case Hit.IN | Hit.OUT:
                by = (point.x() - start.x()) / self.scale
                cut.preview_trim(*((by, 0.0) if found.hit is Hit.IN else (0.0, by)))
                card = cut.cards[cut.at]
                self.gesture.emit(_("Trimming {shot}", shot=card.name), _("Esc puts it back"))
                self._show_glance()
            case Hit.CARD if is_far or self._is_moving:
                self._is_moving = True
                name = cut.cards[found.card].name
                self.gesture.emit(_("Moving shot {shot}", shot=name), _("Esc puts it back"))
                self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        found, is_moving = self._pressed[0], self._is_moving
        self._pressed, self._is_moving = None, False
        if found.hit in (Hit.RULER, Hit.LANE):
            self.scrubbing.emit(False)
        elif found.hit in (Hit.IN, Hit.OUT):
            self._cut.keep_trim()
        elif is_moving:
            self._cut.move(found.card, self._place())
        self._put_back()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.at(event.position().toPoint())
        if found is not None and found.hit in (Hit.CARD, Hit.TAKE):
            self.opened.emit()

    def _put_back(self) -> None:
        self._pressed, self._is_moving, self._held = None, False, 0.0
        self._cut.drop_trim()
        self.gesture.emit("", "")
        self.updateGeometries()

    def _place(self) -> int:
        """Number of the card before which the moved one would stand."""
        now = self.time(self._pointer.x())
        return next(
            (at for at, card in enumerate(self._cut.cards) if now < card.at + card.length / 2), len(self._cut.cards)
        )

    def _show_glance(self) -> None:
        found = self._cut.preview_frame
        if found is not None and self._pressed is not None:
            path, poster, seconds = found
            self._posters.strips.want((path, poster))
            if (image := self._posters.strips.near(path, seconds)) is not None:
                self.glanced.emit(image)

    # What moved.

    def _renew(self) -> None:
        spoken = list(map(self._cut.spoken, self._cut.cards))
        if spoken != self._spoken.stringList():
            self._spoken.setStringList(spoken)
        index = self._spoken.index(self._cut.at, 0) if spoken else QModelIndex()
        if index != self.currentIndex():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.updateGeometries()
        self._look.begin()

    def _follow(self, seconds: float) -> None:
        before = self._playhead
        self._show_time(seconds, seconds)
        self._playhead = round(self.left_of(seconds))
        for x in (before, self._playhead):
            self.viewport().update(x - GRID, 0, 2 * GRID, self.viewport().height())

    def _show_time(self, begin: float, end: float) -> None:
        bar, room = self.horizontalScrollBar(), self.viewport().width()
        left, right = self.left_of(begin), self.left_of(end)
        if bar.maximum() and (left < SIDE or right > room - SIDE):
            bar.setValue(round(bar.value() + left - room / 4))

    def _tell_seen(self) -> None:
        room = self.viewport().rect()
        cards = [card for card in self._cut.cards if self.rect_of(card).intersects(room)]
        self.seen.emit([row for card in cards for row in card.takes])
        if clips := [card.clip for card in cards if card.is_file and card.duration]:
            self._posters.strips.want(*clips)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, cut, theme = QPainter(self.viewport()), self._cut, self._theme
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._letters.use(self.font())
        self._ruler(painter)
        dirty = QRect(event.rect().left() - GRID, RULER, event.rect().width() + 2 * GRID, CARD)
        for number, card in enumerate(cut.cards):
            if self.rect_of(card).intersects(dirty):
                self._card(painter, number, card)
                self._lines_below(painter, number, card)
        if not cut.cards:
            for number, name in enumerate(_EXAMPLES):
                self._dashed(painter, QRect(SIDE + number * (DROP + GRID), RULER, DROP, CARD), name)
        self._dashed(painter, self.drop_rect, "+\n" + _("Drop clips\nor sound"))
        self._sound(painter)
        for number, note in enumerate(cut.notes):
            self._flag(painter, self.note_rect(note.at), str(number + 1))
        if self._is_moving and self._pressed is not None:
            self._moving(painter, cut.cards[self._pressed[0].card])
        if not cut.cards:
            return
        x = self._playhead = round(self.left_of(cut.position))
        painter.fillRect(QRectF(x - 1, RULER - 10, 2, self.lane.bottom() - RULER + 10), theme.color(Role.TEXT))
        knob = QPolygonF([QPointF(x + dx, RULER - 20 + dy) for dx, dy in ((-5, 0), (5, 0), (5, 7), (0, 12), (-5, 7))])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(Role.TEXT))
        painter.drawPolygon(knob)

    def _ruler(self, painter: QPainter) -> None:
        step = next((one for one in _TICKS if one * self.scale >= _LABEL), _TICKS[-1])
        small, color = self._theme.tabular(self._theme.small_font()), self._theme.color(Role.MUTED)
        parts = 5 if step % 5 == 0 else 4
        first = int(self.time(0) // step)
        for number in range(first * parts, int(self._cut.length * parts // step) + 1):
            x, (seconds, part) = round(self.left_of(number * step / parts)), divmod(number, parts)
            if x > self.viewport().width():
                break
            height, role = (6, Role.BORDER) if part else (14, Role.OUTLINE)
            painter.fillRect(QRect(x, RULER - 4 - height, 1, height), self._theme.color(role))
            if not part:
                said = f"{seconds * step // 60:02d}:{seconds * step % 60:02d}"
                draw_line(painter, QRect(x + 5, RULER - 22, _LABEL, 18), said, small, color)

    def _card(self, painter: QPainter, number: int, card: Card) -> None:
        rect, theme, is_now = self.rect_of(card), self._theme, number == self._cut.at
        if self._is_moving and self._pressed is not None and self._pressed[0].card == number:
            painter.setOpacity(0.35)
        if card.gap:
            self._gap(painter, rect, card)
        else:
            painter.save()
            painter.setClipPath(rounded(rect, 4))
            painter.fillRect(rect, theme.color(Role.MEDIA))
            self._picture(painter, rect, card)
            painter.restore()
            if card.duration and rect.width() > _LEAST_TEXT:
                bar = QRectF(rect.left() + GRID, rect.bottom() - 7, rect.width() - 2 * GRID, 3)
                painter.fillRect(bar, Qt.GlobalColor.black)
                left, wide = bar.left() + bar.width() * card.start / card.duration, card.length / card.duration
                painter.fillRect(QRectF(left, bar.top(), bar.width() * min(1.0, wide), 3), Qt.GlobalColor.white)
            self._badges(painter, QRectF(rect).adjusted(_HANDLE, 0, -_HANDLE, 0) if is_now else QRectF(rect), card)
        if is_now:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(Role.ACCENT), 3))
            painter.drawRoundedRect(rect, 5, 5)
            if rect.width() > 3 * _HANDLE:
                for left in (rect.left(), rect.right() - _HANDLE + 1):
                    painter.fillRect(QRect(left, rect.top() + 2, _HANDLE, CARD - 4), theme.color(Role.ACCENT))
                    grip = QRectF(left + _HANDLE / 2 - 1, rect.center().y() - 11, 2, 22)
                    painter.fillRect(grip, theme.color(Role.ON_ACCENT))
        painter.setOpacity(1.0)

    def _badges(self, painter: QPainter, room: QRectF, card: Card) -> None:
        """As much as has room: the name first."""
        inset = 5 if room.width() > 2 * _LEAST_TEXT else 2
        top, metrics = room.adjusted(0, 0, 0, 17 + inset - CARD), self._letters.small_figures.metrics
        left = round(room.width()) - 2 * inset - GRID

        def put(where: QRectF, said: str, *, at_left: bool) -> None:
            if metrics.horizontalAdvance(said) <= left:
                self._letters.badge(painter, where, said, at_left=at_left, inset=inset)

        name = metrics.elidedText(card.name, Qt.TextElideMode.ElideRight, left)
        put(top, name if name == card.name or len(name) > _LEAST_LETTERS else "", at_left=True)
        put(room.adjusted(0, 0, 0, -8), self._cut.length_words(card.length), at_left=False)
        left -= metrics.horizontalAdvance(name) + GRID + inset
        if card.trying is not None:
            put(top, _("Take {number}", number=card.trying + 1), at_left=False)
        elif card.playing is not None and left >= GRID:
            self._takes.mark(painter, QRect(round(room.right()) - 16 - inset, round(room.top()) + inset, 16, 16))

    def _picture(self, painter: QPainter, rect: QRect, card: Card, opacity: float = 1.0) -> None:
        """A poster; of a clip from outside, which has none, the frame at its *in*."""
        image = None
        if card.is_file and card.duration:
            image = self._posters.strips.at_fraction(card.path, card.start / card.duration)
        if image is None:
            self._posters.paint(painter, rect, card.poster, opacity, covers=True)
            return
        target = QRect(QPoint(), image.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
        target.moveCenter(rect.center())
        painter.drawImage(target, image)

    def _gap(self, painter: QPainter, rect: QRect, card: Card) -> None:
        self._dashed(painter, rect, "")
        theme, room = self._theme, rect.adjusted(_HANDLE + 1, GRID // 2, -_HANDLE - 1, -GRID // 2)
        height = self._letters.small.height
        line = QRect(room.left(), room.top(), room.width(), height + 2)
        taken = draw_line(painter, line, card.name, theme.strong_font(), theme.color(Role.TEXT))
        said = self._cut.length_words(card.length)
        if self._letters.small.metrics.horizontalAdvance(said) + taken + GRID > line.width():
            said = ""
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        draw_line(
            painter, line.adjusted(taken + GRID, 0, 0, 0), said, theme.small_font(), theme.color(Role.MUTED), right
        )
        draw_line(painter, line.translated(0, height + GRID // 2), card.gap, theme.small_font(), theme.color(Role.TEXT))
        foot = QRect(room.left(), room.bottom() - height, room.width(), height)
        draw_line(painter, foot, card.fix, theme.small_font(), theme.color(Role.ACCENT))

    def _lines_below(self, painter: QPainter, number: int, card: Card) -> None:
        theme, small = self._theme, self._theme.small_font()
        muted = theme.color(Role.MUTED)
        for line, take in enumerate(shown := self.shown_takes(card)):
            room, row = self.take_rect(card, line), card.takes[take]
            if room.width() < _THUMB.width():
                return
            is_tried = take == card.trying
            if is_tried:
                painter.fillPath(rounded(room.adjusted(0, 1, 0, -1), 3), theme.color(Role.SELECTED))
            box = QRect(room.topLeft() + QPoint(1, (TAKE - _THUMB.height()) // 2), _THUMB)
            painter.fillRect(box, theme.color(Role.MEDIA))
            self._posters.paint(painter, box, poster_of(row), covers=True)
            if take == card.playing:
                self._takes.mark(painter, QRect(box.left() - 2, box.top() - 2, 14, 14))
            said = _("plays now") if is_tried else f"{row.task.rating}★" if row.task.rating else ""
            said = said if room.width() > 2 * _THUMB.width() else ""
            words = room.adjusted(_THUMB.width() + GRID, 0, 0, 0)
            draw_line(painter, words, f"{take + 1}  {said}", small, theme.color(Role.TEXT) if is_tried else muted)
        more = len(card.takes) - len(shown)
        if more and len(shown) < self.lines:
            room = self.take_rect(card, len(shown))
            draw_line(painter, room, ngettext("{n} more", "{n} more", more), small, muted)
        elif card.detail and not more:
            draw_line(painter, self.take_rect(card, len(shown)), card.detail, small, muted)

    def _sound(self, painter: QPainter) -> None:
        lane, theme, sound = self.lane, self._theme, self._cut.sound
        if sound is None:
            self._dashed(
                painter,
                QRect(SIDE, lane.top(), self.viewport().width() - 2 * SIDE, LANE),
                _("Drop music here. Nothing is sent, and nothing is charged."),
            )
            return
        painter.save()
        painter.setClipPath(rounded(lane, 5))
        ground = theme.color(Role.GOOD)
        painter.setOpacity(0.35)
        wide = round(sound.duration * self.scale) or lane.width()
        painter.fillRect(QRect(lane.left(), lane.top(), wide, LANE), ground)
        painter.setOpacity(1.0)
        painter.setPen(ground)
        if self.peaks and sound.duration:
            paint_bars(painter, QRectF(lane.left(), lane.top() + 4, wide, LANE - 8), self.peaks)
        self._letters.badge(
            painter, QRectF(lane).adjusted(0, 0, 0, 24 - LANE), Path(sound.path).name, at_left=True, inset=5
        )
        painter.restore()

    def _flag(self, painter: QPainter, rect: QRect, said: str) -> None:
        color = self._theme.color(Role.WARN)
        painter.fillRect(QRect(rect.left(), rect.top(), 1, RULER - rect.top()), color)
        painter.fillPath(rounded(rect, 9), color)
        painter.fillRect(QRect(rect.left(), rect.center().y(), 9, 10), color)
        align = Qt.AlignmentFlag.AlignCenter
        draw_line(painter, rect, said, self._theme.strong_font(), self._theme.color(Role.ON_ACCENT), align)

    def _moving(self, painter: QPainter, card: Card) -> None:
        """The card at the pointer, and where it would stand."""
        cards, place = self._cut.cards, self._place()
        x = self.left_of(cards[place].at if place < len(cards) else self._cut.length)
        rect = self.rect_of(card)
        rect.moveCenter(QPoint(self._pointer.x(), rect.center().y() - GRID))
        painter.fillRect(rect, self._theme.color(Role.MEDIA))
        painter.save()
        painter.setClipRect(rect)
        self._picture(painter, rect, card, 0.9)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
        painter.drawRoundedRect(QRectF(rect), 5, 5)
        painter.fillRect(QRectF(x - 1.5, RULER - 4, 3, CARD + 8), self._theme.color(Role.ACCENT))
        painter.setBrush(self._theme.color(Role.WINDOW))
        painter.drawEllipse(QPointF(x, RULER - 8), 4, 4)
        self._letters.badge(painter, QRectF(rect).adjusted(0, 0, 0, 22 - CARD), card.name, at_left=True, inset=5)

    def _dashed(self, painter: QPainter, rect: QRect, said: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color(Role.OUTLINE), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self._theme.color(Role.MUTED))
        painter.setFont(self._theme.small_font())
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, said)
