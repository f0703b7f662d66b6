"""The inputs of the request as thumbnails with what each is for, and a tile to add more. Drop on a tile, or remove
by key or cross."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QToolButton, QWidget

from runway_desktop.domain.task import Media
from runway_desktop.ui.tasks.poster_cache import PosterCache
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.viewmodels import wording
from runway_desktop.viewmodels.request_draft import InputItem

TILE = QSize(9 * GRID, 5 * GRID + GRID // 2)
_ICONS = {
    Media.VIDEO: "mdi6.filmstrip",
    Media.AUDIO: "mdi6.waveform",
    Media.IMAGE: "mdi6.image-outline",
    Media.OTHER: "mdi6.link-variant",
}


class InputTile(QWidget):
    removed = Signal()
    moved = Signal(int)
    """By how many places."""
    menu_built = Signal(object)
    """The menu of this tile, before it is shown: more may be put into it."""

    def __init__(self, item: InputItem, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._item = item
        self._theme = theme
        self._posters = posters
        self._hovered = False
        self.setFixedSize(TILE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{item.label}: {item.name}{f', @{item.tag}' if item.tag else ''}")
        self.setAccessibleDescription(item.problem or "Delete removes it, Alt+Left and Alt+Right move it.")
        self.setToolTip("\n".join(line for line in (item.label, item.name, _facts_words(item), item.problem) if line))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self._cross = QToolButton(self)
        self._cross.setIcon(theme.icon("mdi6.close"))
        self._cross.setIconSize(QSize(12, 12))
        self._cross.setFixedSize(18, 18)
        self._cross.setStyleSheet("padding: 0; min-height: 0;")
        self._cross.move(TILE.width() - 20, 2)
        self._cross.setToolTip("Remove")
        self._cross.setAccessibleName(f"Remove {item.name}")
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cross.hide()
        self._cross.clicked.connect(self.removed)
        posters.ready.connect(self.update)
        theme.changed.connect(self.update)

    def enterEvent(self, event: QEvent) -> None:
        self._cross.show()
        super().enterEvent(event)  # type: ignore[arg-type]

    def leaveEvent(self, event: QEvent) -> None:
        self._cross.hide()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif alt and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self.rect().adjusted(1, 1, -1, -1)
        path = QPainterPath()
        path.addRoundedRect(frame, 4, 4)
        painter.fillPath(path, self._theme.color(Role.HOVER))
        painter.setClipPath(path)
        local = self._item.path
        scale = self.devicePixelRatioF()
        picture = (
            self._posters.picture(str(local), frame.size(), scale)
            if local and self._item.media is Media.IMAGE
            else None
        )
        if picture is not None:
            target = QRect(0, 0, round(picture.width() / scale), round(picture.height() / scale))
            target.moveCenter(frame.center())
            painter.drawPixmap(target, picture)
        else:
            icon = self._theme.icon(_ICONS[self._item.media], Role.MUTED)
            icon.paint(painter, QRect(frame.center().x() - 10, frame.top() + 4, 20, 20))
            painter.setFont(self._theme.small_font())
            painter.setPen(self._theme.color(Role.MUTED))
            under = frame.adjusted(4, 24, -4, 0)
            name = painter.fontMetrics().elidedText(self._item.name, Qt.TextElideMode.ElideMiddle, under.width())
            painter.drawText(under, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), name)
        if self._item.tag:
            self._paint_tag(painter, frame)
        painter.setClipping(False)
        role = Role.BAD if self._item.problem else Role.ACCENT if self.hasFocus() else Role.BORDER
        painter.setPen(QPen(self._theme.color(role), 1.5 if role is not Role.BORDER else 1))
        painter.drawPath(path)

    def _paint_tag(self, painter: QPainter, frame: QRect) -> None:
        """What the prompt calls it, at the foot of the tile."""
        foot = QRect(frame.left(), frame.bottom() - 15, frame.width(), 16)
        ground = self._theme.color(Role.RAISED)
        ground.setAlphaF(0.88)
        painter.fillRect(foot, ground)
        painter.setFont(self._theme.small_font())
        painter.setPen(self._theme.color(Role.ACCENT))
        tag = painter.fontMetrics().elidedText(f"@{self._item.tag}", Qt.TextElideMode.ElideRight, foot.width() - 8)
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignCenter), tag)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Move left", lambda: self.moved.emit(-1))
        menu.addAction("Move right", lambda: self.moved.emit(1))
        menu.addAction("Remove", self.removed.emit)
        self.menu_built.emit(menu)
        menu.popup(self.mapToGlobal(at))


class AddTile(QAbstractButton):
    """Opens the file dialog; says what fits."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(TILE)
        self.setAccessibleName("Add an input")
        self.setToolTip("Choose a file, or drop one anywhere")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lively = self.hasFocus() or self.underMouse()
        pen = QPen(
            self._theme.color(Role.ACCENT if lively else Role.BORDER),
            1,
            Qt.PenStyle.SolidLine if lively else Qt.PenStyle.DashLine,
        )
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(self._theme.color(Role.MUTED))
        painter.setFont(self._theme.small_font())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), "+ drop")


def _facts_words(item: InputItem) -> str:
    facts = item.facts
    if facts is None:
        return ""
    parts = [
        wording.size(facts.size),
        f"{facts.width} × {facts.height}" if facts.width and facts.height else "",
        wording.duration(facts.duration) if facts.duration else "",
    ]
    return " · ".join(part for part in parts if part)
