"""What tells one profile from another at a glance: its initials on its color, and the program's icon with them.

Each color carries white letters well in both themes (contrast of 4.5 and more), and is never the only sign: a name or
the color's word stands beside it. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QIcon, QPainter, QPixmap

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.profiles import Color

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
_LETTERS = "#ffffff"
_BEYOND = 5
"""So far the dot stands out, that it covers no letter."""
_SCALES = (1, 2, 3)
_ICON_SIDES = (16, 24, 32, 48, 64, 128)
"""Of the pictures of the program's icon: what reads the drawing that they are made of takes 1.5 MB. X11 is handed all
of them with each window, so larger ones are left out."""
_BADGED_SIDES = (32, 48, 64, 128, 256)


def badge(initials: str, color: Color, height: int, dot: QColor | None = None, ground: QColor | None = None) -> QIcon:
    """A rounded plate, wider than high; sharp at any scale of the screen. `dot` is a small sign at its corner, with a
    rim of the `ground` that the badge stands on."""
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
    """Read when it is shown, in the size that is shown."""
    icon = QIcon()
    for side in _ICON_SIDES:
        icon.addFile(str(resource("icons", f"app-{side}.png")))
    return icon


def window_icon(initials: str, color: Color) -> QIcon:
    """The program's icon with the badge at its foot, for the title bar and the taskbar."""
    icon = QIcon()
    for side in _BADGED_SIDES:
        pixmap = QPixmap(str(resource("icons", f"app-{side}.png")))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Large: in a taskbar the letters have a dozen pixels.
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
