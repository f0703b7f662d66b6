"""Tile of one input: thumbnail, purpose, name, size, length, and error.

Drag or Alt and arrow keys move it; a drop replaces it; click, Return or the context menu opens what can be done. It
emits signals only; the strip that holds it acts. GUI thread only.
"""

from __future__ import annotations

import json

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QStyle, QToolButton, QWidget

from runway_desktop.domain.media import Media
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import tool_button
from runway_desktop.ui.lifted_rows import accepts
from runway_desktop.ui.painting import draw_line, rounded
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, TARGET, Role, Theme
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.composer.input_actions import InputMending

PICTURE = QSize(9 * GRID, 6 * GRID)
TILE = QSize(25 * GRID, 6 * GRID)
"""Wide enough for file size and dimensions."""
OWN_MIME = "application/x-runway-desktop-input"
"""MIME type of a dragged tile: its field and number as JSON. Only tiles accept it."""


_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_KEYS = Text("Return opens options, Delete removes it, Alt+Left and Alt+Right move it.")
_KEYS_OF_MEMBER = Text("Comes from the name in the prompt. Return opens options.")


class InputTile(QWidget):
    removed = Signal()
    moved = Signal(int)
    """Moved by key, by this many positions."""
    landed = Signal(str, int, bool)
    """Another tile was dropped here: its field, its number, and whether it goes behind this one."""
    replaced = Signal(object)
    """QMimeData dropped or pasted here, to replace this input."""
    opened = Signal()
    """The list of fixes was requested."""
    menu_wanted = Signal(object)
    """Global position of the menu."""
    drag_began = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        item: InputItem,
        mending: InputMending,
        theme: Theme,
        posters: PosterCache,
        parent: QWidget,
        *,
        compact: bool = False,
    ) -> None:
        super().__init__(parent)
        self.item = item
        self._mending = mending
        self._theme = theme
        self._posters = posters
        self.compact = compact
        self._pressed_at: QPointF | None = None
        self._drop_mark = ""
        self.setFixedSize(PICTURE if compact else TILE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(item.member is None)
        self._cross = self._build_cross()
        posters.ready.connect(self.update)
        mending.thumbnails_changed.connect(self.update)
        mending.changed.connect(self.show_state)
        theme.changed.connect(self.update)
        self.show_state()

    @property
    def trouble(self) -> str:
        """Error of the input, or of the last fix that was tried; empty if none."""
        return self._mending.trouble(self.item) or self.item.problem

    def enterEvent(self, event: QEvent) -> None:
        self._cross.setVisible(self.item.member is None)
        super().enterEvent(event)  # type: ignore[arg-type]

    def leaveEvent(self, event: QEvent) -> None:
        self._cross.hide()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at if self.item.member is None else None
        if start is not None and (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_pressed, self._pressed_at = self._pressed_at is not None, None
        if (
            was_pressed
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() in _OPENING and not event.modifiers():
            self.opened.emit()
        elif self.item.member is not None:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif alt and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moved.emit(-1 if (event.key() == Qt.Key.Key_Left) is not self.isRightToLeft() else 1)
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.replaced.emit(QGuiApplication.clipboard().mimeData())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._takes(event.mimeData()):
            event.setDropAction(_action(event.mimeData()))
            event.accept()
            self._mark(event.mimeData(), event.position())
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._unmark()

    def dropEvent(self, event: QDropEvent) -> None:
        mime, behind = event.mimeData(), self._is_behind(event.position())
        self._unmark()
        event.setDropAction(_action(mime))
        event.accept()
        dragged = _dragged(mime)
        if dragged is not None:
            self.landed.emit(*dragged, behind)
        else:
            self.replaced.emit(mime)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = rounded(self.rect().adjusted(1, 1, -1, -1), 4)
        painter.fillPath(outline, self._theme.color(Role.HOVER))
        painter.setClipPath(outline)
        picture = self._placed(QRect(QPoint(0, 0), PICTURE).adjusted(1, 1, -1, -1))
        self._paint_picture(painter, picture)
        if not self.compact:
            self._paint_words(painter, self.rect().adjusted(PICTURE.width() + GRID - 1, 2, -GRID // 2, -2))
        painter.setClipping(False)
        self._paint_outline(painter, outline)

    def _build_cross(self) -> QToolButton:
        name = _("Remove {file}", file=self.item.name)
        cross = tool_button(
            self, self.removed, icon=self._theme.icon("mdi6.close"), side=12, tip=_("Remove"), spoken=name
        )
        cross.setFixedSize(TARGET, TARGET)
        cross.setStyleSheet("padding: 0; min-height: 0;")
        cross.setGeometry(self._placed(QRect(self.width() - TARGET - 2, 2, TARGET, TARGET)))
        cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        cross.hide()
        return cross

    def show_state(self) -> None:
        """Updates name, description and tool tip."""
        item, origin = self.item, self._mending.origin(self.item)
        self.setAccessibleName(
            _("{input}: {file}, @{tag}", input=item.label, file=item.name, tag=item.tag)
            if item.tag
            else _("{input}: {file}", input=item.label, file=item.name)
        )
        made = self._mending.maker(item) or (_("Made from {file}", file=origin) if origin else "")
        self.setAccessibleDescription(
            self._mending.busy_words(item)
            or self.trouble
            or " · ".join(filter(None, (made, str(_KEYS if item.member is None else _KEYS_OF_MEMBER))))
        )
        lines = (item.label, item.name, facts_words(item), made, self.trouble)
        self.setToolTip(tip("\n".join(line for line in lines if line)))
        self.update()

    def _paint_picture(self, painter: QPainter, frame: QRect) -> None:
        item = self.item
        drawn = self._mending.thumbnail(item)
        path = str(item.path) if item.media.kind.is_picture and item.path else str(drawn) if drawn else ""
        painter.fillRect(frame, self._theme.color(Role.MEDIA))
        if not self._posters.paint(painter, frame, path, covers=self.compact):
            icon = self._theme.icon(
                item.media.kind.icon if item.media is not Media.OTHER else "mdi6.link-variant", Role.MUTED
            )
            icon.paint(painter, QRect(frame.center() - QPoint(10, 10), QSize(20, 20)))
        if item.facts is not None and item.facts.duration and not (self.compact and item.tag):
            self._paint_badge(painter, frame, units.length(item.facts.duration), right=True)
        if self.trouble:
            self._paint_alert(painter, frame)
        elif self.compact and item.tag:
            self._paint_badge(painter, frame, f"@{item.tag}", right=False)

    def _paint_badge(self, painter: QPainter, frame: QRect, words: str, *, right: bool) -> None:
        painter.setFont(self._theme.small_font())
        metrics = painter.fontMetrics()
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, frame.width() - GRID)
        badge = QRect(0, 0, metrics.horizontalAdvance(words) + GRID, metrics.height())
        if right:
            badge.moveBottomRight(frame.bottomRight() - QPoint(2, 2))
        else:
            badge.moveBottomLeft(frame.bottomLeft() + QPoint(2, -2))
        ground = self._theme.color(Role.RAISED)
        ground.setAlphaF(0.86)
        painter.fillPath(rounded(badge, 3), ground)
        painter.setPen(self._theme.color(Role.TEXT if right else Role.ACCENT))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_alert(self, painter: QPainter, frame: QRect) -> None:
        rect = QRect(frame.left() + 3, frame.top() + 3, 16, 16)
        ground = QPainterPath()
        ground.addEllipse(rect.adjusted(-1, -1, 1, 1))
        painter.fillPath(ground, self._theme.color(Role.RAISED))
        self._theme.icon("mdi6.alert-circle-outline", Role.BAD).paint(painter, rect)

    def _paint_words(self, painter: QPainter, area: QRect) -> None:
        small, line = self._theme.small_font(), area.height() // 3
        last, role = self._last_line()
        label = f"@{self.item.tag} · {self.item.label}" if self.item.tag else self.item.label
        rows = (
            (label, Role.ACCENT if self.item.tag else Role.MUTED, Qt.TextElideMode.ElideRight),
            (self.item.name, Role.TEXT, Qt.TextElideMode.ElideMiddle),
            (last, role, Qt.TextElideMode.ElideRight),
        )
        for number, (words, color, elide) in enumerate(rows):
            room = area.width() - (TARGET if number == 0 and self._cross.isVisible() else 0)
            row = QRect(area.left(), area.top() + number * line, room, line)
            draw_line(painter, self._placed(row), words, small, self._theme.color(color), elide=elide)

    def _last_line(self) -> tuple[str, Role]:
        busy = self._mending.busy_words(self.item)
        if busy:
            return f"{busy}…", Role.ACCENT
        if self.trouble:
            return (_("Doesn't fit…") if self._mending.mends(self.item) else self.trouble), Role.BAD
        return facts_words(self.item, brief=True), Role.FAINT

    def _paint_outline(self, painter: QPainter, outline: QPainterPath) -> None:
        role, width = Role.BORDER, 1.0
        if self._drop_mark == "replace" or self.hasFocus():
            role, width = Role.ACCENT, 1.5
        elif self.trouble:
            role, width = Role.BAD, 1.5
        painter.setPen(QPen(self._theme.color(role), width))
        painter.drawPath(outline)
        if self._drop_mark in ("before", "behind"):
            x = 0 if self._drop_mark == "before" else self.width() - 3
            painter.fillRect(self._placed(QRect(x, 2, 3, self.height() - 4)), self._theme.color(Role.ACCENT))

    def _drag(self) -> None:
        drag = QDrag(self)
        mime = QMimeData()
        mime.setData(OWN_MIME, json.dumps([self.item.field, self.item.number]).encode())
        drag.setMimeData(mime)
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(PICTURE.width() // 2, PICTURE.height() // 2))
        self.drag_began.emit()
        drag.exec(Qt.DropAction.MoveAction)
        self.drag_ended.emit()

    def _takes(self, mime: QMimeData) -> bool:
        dragged = _dragged(mime)
        return dragged != (self.item.field, self.item.number) if dragged is not None else accepts(mime)

    def _mark(self, mime: QMimeData, at: QPointF) -> None:
        mark = "replace" if _dragged(mime) is None else "behind" if self._is_behind(at) else "before"
        if mark != self._drop_mark:
            self._drop_mark = mark
            self.update()

    def _is_behind(self, at: QPointF) -> bool:
        return (at.x() > self.width() / 2) is not self.isRightToLeft()

    def _placed(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)

    def _unmark(self) -> None:
        self._drop_mark = ""
        self.update()


def facts_words(item: InputItem, *, brief: bool = False) -> str:
    """Text such as "PNG · 4.2 MB · 1280 × 720". `brief` omits the format and the length, which is on the thumbnail."""
    facts = item.facts
    if facts is None:
        return "" if item.path else _("Link")
    sides = f"{facts.width} × {facts.height}" if facts.width and facts.height else ""
    length = units.length(facts.duration) if facts.duration else ""
    if brief:
        sides = sides.replace(" ", "")
        return " · ".join(part for part in (units.size(facts.size), sides or facts.format) if part)
    kind = f"{facts.format} ({facts.codec})" if facts.codec else facts.format
    return " · ".join(part for part in (kind, units.size(facts.size), sides, length) if part)


def _dragged(mime: QMimeData) -> tuple[str, int] | None:
    """Field and number of a dragged tile; None for other data."""
    if not mime.hasFormat(OWN_MIME):
        return None
    field, number = json.loads(bytes(mime.data(OWN_MIME).data()))
    return str(field), int(number)


def _action(mime: QMimeData) -> Qt.DropAction:
    return Qt.DropAction.MoveAction if mime.hasFormat(OWN_MIME) else Qt.DropAction.CopyAction
