"""Badge of a profile, with initials on its color, the program's icon with it, and the selector of the color.

White letters have a contrast of at least 4.5 on each color in both themes. Color is never the only sign: a name or the
color's word is next to it. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.profiles import Color
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, hbox, tool_button
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID

COLORS = {
    Color.BLUE: "#2f6bd0",
    Color.GREEN: "#1f7a4a",
    Color.AMBER: "#8f5d00",
    Color.RED: "#b8342b",
    Color.VIOLET: "#7549c2",
    Color.TEAL: "#0f7380",
    Color.PINK: "#b0337c",
    Color.GRAY: "#5c646e",
}
COLOR_WORDS = {
    Color.BLUE: Text("Blue"),
    Color.GREEN: Text("Green"),
    Color.AMBER: Text("Amber"),
    Color.RED: Text("Red"),
    Color.VIOLET: Text("Violet"),
    Color.TEAL: Text("Teal"),
    Color.PINK: Text("Pink"),
    Color.GRAY: Text("Gray"),
}
_LETTERS = "#ffffff"
_BEYOND = 5
"""How far the dot extends beyond the plate, so that it covers no letter."""
_SCALES = (1, 2, 3)
_ICON_SIDES = (16, 24, 32, 48, 64, 128)
"""Sizes of the program's icon, as pictures: Qt's SVG reader takes 1.5 MB. X11 receives all of them with each window, so
larger ones are omitted."""
_BADGED_SIDES = (32, 48, 64, 128, 256)
_SIDE = 18


def badge(initials: str, color: Color, height: int, dot: QColor | None = None, ground: QColor | None = None) -> QIcon:
    """A rounded plate, sharp at any screen scale. `dot` adds a status dot at its corner, with a rim in the color of the
    `ground` behind it."""
    icon = QIcon()
    for scale in _SCALES:
        pixmap = QPixmap(badge_width(height, dot) * scale, height * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _plate(painter, QRectF(0, 0, _plate_width(height), height), initials, color)
        if dot is not None:
            _dot(painter, height, dot, ground)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def badge_width(height: int, dot: QColor | None = None) -> int:
    return _plate_width(height) + (_BEYOND if dot is not None else 0)


def swatch(color: Color, side: int) -> QIcon:
    return badge("", color, side)


def program_icon() -> QIcon:
    """The program's icon; files are read on demand, in the size shown."""
    icon = QIcon()
    for side in _ICON_SIDES:
        icon.addFile(str(resource("icons", f"app-{side}.png")))
    return icon


def window_icon(initials: str, color: Color) -> QIcon:
    """The program's icon with the badge at the bottom, for title bar and taskbar."""
    icon = QIcon()
    for side in _BADGED_SIDES:
        pixmap = QPixmap(str(resource("icons", f"app-{side}.png")))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Half the icon: in a taskbar the letters have only a dozen pixels.
        height = side * 0.5
        width = height * 1.3
        _plate(painter, QRectF(side - width, side - height, width, height), initials, color)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _plate_width(height: int) -> int:
    return round(height * 1.35)


def _plate(painter: QPainter, rect: QRectF, initials: str, color: Color) -> None:
    radius = rect.height() * 0.28
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(COLORS[color]))
    painter.drawRoundedRect(rect, radius, radius)
    font = QFont(QGuiApplication.font())
    font.setPixelSize(max(6, round(rect.height() * 0.62)))
    font.setWeight(QFont.Weight.Bold)
    room = rect.width() * 0.86
    wide = QFontMetricsF(font).horizontalAdvance(initials)
    if wide > room:
        font.setPixelSize(max(5, int(font.pixelSize() * room / wide)))
    painter.setFont(font)
    painter.setPen(QColor(_LETTERS))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), initials)


def _dot(painter: QPainter, height: int, color: QColor, ground: QColor | None) -> None:
    side = 7.0
    at = QRectF(_plate_width(height) + _BEYOND - side - 0.5, height - side - 0.5, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    if ground is not None:
        painter.setBrush(ground)
        painter.drawEllipse(at.adjusted(-1.5, -1.5, 1.5, 1.5))
    painter.setBrush(color)
    painter.drawEllipse(at)


class ColorRow(QWidget):
    chosen = Signal(object)
    """The selected Color."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Color"))
        group = QButtonGroup(self)
        self.buttons: dict[Color, QToolButton] = {}
        for color in Color:
            button = tool_button(
                self,
                lambda _=False, color=color: self._choose(color),
                icon=swatch(color, _SIDE),
                kind="swatch",
                tip=str(COLOR_WORDS[color]),
                spoken=_("{setting}: {choice}", setting=_("Color"), choice=COLOR_WORDS[color]),
                checkable=True,
            )
            button.setIconSize(QSize(badge_width(_SIDE), _SIDE))
            group.addButton(button)
            self.buttons[color] = button
        self._said = words(self, tone="muted", wrap=False)
        hbox(*self.buttons.values(), GRID, self._said, STRETCH, on=self, spacing=GRID // 2)

    def show_color(self, color: Color) -> None:
        self.buttons[color].setChecked(True)
        self._said.setText(str(COLOR_WORDS[color]))

    def _choose(self, color: Color) -> None:
        self.show_color(color)
        self.chosen.emit(color)
