"""Colors, icons and fonts, read at paint time, so that theme changes apply live.

One accent, neutral surfaces, two text sizes, two weights. `Theme` is created once at start and passed to widgets; it
sets the application's palette and style sheet and emits `changed`. GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from math import floor
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget

from runway_desktop.catalog.resource_path import resource

from .colors import COLORS, DesktopLook, accented
from .missing_letters import MissingLetters

_PREFIX = "mdi6."
_LETTERS = "materialdesignicons6-webfont-6.9.96.ttf"
_NAMES = "materialdesignicons6-webfont-charmap-6.9.96.json"
_ENTRY = 200
"""Maximum characters of an entry with name and code point."""
_FILLS = 0.875
"""Fraction of an icon's height filled by its glyph; the font's bearing takes the rest."""
_TIE = 0.45
"""Rounding bias: fractions of a pixel up to 0.55 are rounded down, so that the gap is at the bottom and right."""


class NoSuchIcon(LookupError):
    """No glyph has this name."""


class IconFont:
    """The icon font, loaded with the first icon. It must outlive its icons."""

    def __init__(self) -> None:
        self._clones: list[QIconEngine] = []

    def icon(self, name: str, color: QColor, disabled: QColor) -> QIcon:
        """The icon with this name, such as "mdi6.play", sharp at any size."""
        at = self._codes.find(f'"{name.removeprefix(_PREFIX)}":')
        if at < 0 or not name.startswith(_PREFIX):
            raise NoSuchIcon(name)
        code = self._codes[at : at + _ENTRY].split('"')[3].removeprefix("0x")
        return QIcon(_Letter(chr(int(code, 16)), self._family, color, disabled, self._clones))

    @cached_property
    def _codes(self) -> str:
        """Names and code points of all icons, as unparsed JSON: only a few of 7,000 are used."""
        return (self._folder / _NAMES).read_text(encoding="utf-8")

    @cached_property
    def _family(self) -> str:
        number = QFontDatabase.addApplicationFont(str(self._folder / _LETTERS))
        return QFontDatabase.applicationFontFamilies(number)[0]

    @cached_property
    def _folder(self) -> Path:
        """Next to the installed packages, or in the bundle, which contains only the files of qtawesome."""
        folders = (Path(entry, "qtawesome", "fonts") for entry in sys.path)
        return next(folder for folder in folders if folder.is_dir())


class _Letter(QIconEngine):
    """Icon engine that paints one glyph at the requested size."""

    def __init__(self, letter: str, family: str, color: QColor, disabled: QColor, clones: list[QIconEngine]) -> None:
        super().__init__()
        self._clones = clones
        self._letter = letter
        self._family = family
        self._color = color
        self._disabled = disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        font = QFont(self._family)
        font.setPixelSize(max(1, round(_FILLS * rect.height())))
        painter.save()
        painter.setFont(font)
        painter.setPen(self._disabled if mode is QIcon.Mode.Disabled else self._color)
        painter.drawText(_middle(rect, self._box(font), painter.deviceTransform().m11()), self._letter)
        painter.restore()

    def _box(self, font: QFont) -> QRectF:
        """Bounding box of the drawn glyph."""
        drawn = QPainterPath()
        drawn.addText(0, 0, font, self._letter)
        return drawn.boundingRect()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        copy = _Letter(self._letter, self._family, self._color, self._disabled, self._clones)
        # Qt owns the clone, but Python does not know, and would delete it.
        self._clones.append(copy)
        return copy


def _middle(rect: QRect, box: QRectF, scale: float) -> QPointF:
    """Where to draw a glyph so that its box is centered in `rect`, aligned to device pixels to avoid blur."""
    at = QRectF(rect).center() - box.center()
    return QPointF(floor(at.x() * scale + _TIE) / scale, floor(at.y() * scale + _TIE) / scale)


FAMILY = "Inter"
_FIRST_BOX = "\u2e80"
"""First character that a system may have no font for."""
FACES = ("Inter-Regular.ttf", "Inter-SemiBold.ttf")
LEAST_POINTS = 10.0
"""Inter is narrow: at 10 points a line is as long as one of most system fonts at 9."""
GRID = 8
"""Unit of all distances, in device-independent pixels."""
TARGET = 3 * GRID
"""Minimum side of clickable widgets."""


class Role(StrEnum):
    WINDOW = "window"
    SURFACE = "surface"
    """Background of list and composer."""
    RAISED = "raised"
    """Side panes, headers, idle buttons."""
    FIELD = "field"
    HOVER = "hover"
    SELECTED = "selected"
    BORDER = "border"
    """Between areas; purely decorative."""
    OUTLINE = "outline"
    """Around text fields and check boxes."""
    TEXT = "text"
    MUTED = "muted"
    FAINT = "faint"
    ACCENT = "accent"
    ACCENT_HOVER = "accent_hover"
    ON_ACCENT = "on_accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MEDIA = "media"
    """Behind pictures and clips."""


_TOLD_BY_QT = ("win32", "darwin")
"""Where Qt's first palette has the system's accent."""
_CALM = "QLineEdit, QProgressBar, QAbstractItemView, QScrollBar { widget-animation-duration: 0; }\n"
"""Turns Qt's own animations off."""


class ColorScheme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """`changed` is emitted after palette and style sheet are set. Widgets repaint by themselves; painters read colors
    again."""

    changed = Signal()
    letters_missing = Signal(str)
    """Name of a script without an installed font, once, when such text is shown; possibly during a paint."""

    def __init__(self, application: QApplication, choice: ColorScheme = ColorScheme.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self.choice = choice
        self._calm = False
        self._text_size = 100
        # Before the application has a palette of its own.
        accent = application.palette().color(QPalette.ColorRole.Accent).name()
        self.look = DesktopLook(accent if sys.platform in _TOLD_BY_QT else "")
        # Both are kept: without the style hints' wrapper, PySide considers the other object deleted.
        self._style_hints = QGuiApplication.styleHints()
        self._hints = self._style_hints.accessibility()
        self.is_strong = self._hints.contrastPreference() is Qt.ContrastPreference.HighContrast
        self._hints.contrastPreferenceChanged.connect(self._contrast_changed)
        self._icon_font = IconFont()
        self._icons: dict[tuple[str, Role], QIcon] = {}
        self._colors: dict[Role, QColor] = {}
        application.setStyle("Fusion")
        self._font = program_font(QGuiApplication.font())
        application.setFont(self._font)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def is_dark(self) -> bool:
        if self.choice is ColorScheme.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() != Qt.ColorScheme.Light
        return self.choice is ColorScheme.DARK

    @property
    def is_calm(self) -> bool:
        """Whether motion is reduced."""
        return self._calm or system_is_calm(self._hints)

    def keep_calm(self, *, on: bool) -> None:
        """Sets the preference for reduced motion."""
        if on is not self._calm:
            self._calm = on
            self._apply()

    def choose(self, choice: ColorScheme) -> None:
        if choice is not self.choice:
            self.choice = choice
            self._apply()

    def follow(self, look: DesktopLook) -> None:
        """Takes over what the desktop's portal tells, on Linux alone. On X11 Qt itself enlarges everything with the
        text."""
        if sys.platform in _TOLD_BY_QT:
            return
        if QGuiApplication.platformName() != "wayland":
            look = DesktopLook(look.accent)
        if look == self.look:
            return
        self.look = look
        self._size_text()
        self._apply()

    def scale_text(self, percent: int) -> None:
        """Sets the person's text size, in percent of the system's."""
        if percent != self._text_size:
            self._text_size = percent
            self._size_text()
            self._apply()

    def _size_text(self) -> None:
        font, size = QFont(self._font), self._font.pointSizeF() * self.look.text_scale * self._text_size / 100
        if size > 0 and size != self._application.font().pointSizeF():
            font.setPointSizeF(size)
            self._application.setFont(font)

    @contextmanager
    def put_on_at_the_end(self) -> Iterator[None]:
        """Suspends the style sheet while a window is built: otherwise each step restyles every widget. What follows the
        theme is styled at the end, when sizes are those of the style sheet."""
        self._application.setStyleSheet("")
        try:
            yield
        finally:
            self._application.setStyleSheet(self._style_sheet())
            self.changed.emit()

    def color(self, role: Role) -> QColor:
        return self._colors[role]

    def icon(self, name: str, role: Role = Role.TEXT) -> QIcon:
        """Icon of the Material Design family, such as "mdi6.play", in a theme color. Cached until the theme changes."""
        key = (name, role)
        found = self._icons.get(key)
        if found is None:
            found = self._icon_font.icon(name, self.color(role), self.color(Role.FAINT))
            self._icons[key] = found
        return found

    @staticmethod
    def wide(pixels: int) -> int:
        """A width for text, larger where the system's text is larger than usual."""
        return round(pixels * max(1.0, QGuiApplication.font().pointSizeF() / LEAST_POINTS))

    def small_font(self) -> QFont:
        """The smaller of the two text sizes, derived from the application's font."""
        font = QFont(QGuiApplication.font())
        size = font.pointSizeF()
        if size > 0:
            font.setPointSizeF(size * 0.9)
        else:
            font.setPixelSize(max(9, round(font.pixelSize() * 0.9)))
        return font

    def title_font(self) -> QFont:
        """For the one figure that a room is about."""
        font = self.strong_font()
        font.setPixelSize(round(QFontInfo(font).pixelSize() * 1.3))
        return font

    def strong_font(self) -> QFont:
        font = QFont(QGuiApplication.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def look_at_letters(self, text: str) -> None:
        """Call with shown text of any language; reports missing fonts."""
        if text and max(text) >= _FIRST_BOX:
            self._missing_letters.look(text)

    @cached_property
    def _missing_letters(self) -> MissingLetters:
        return MissingLetters(self.letters_missing.emit)

    @staticmethod
    def tabular(font: QFont) -> QFont:
        """The font with tabular digits, so that changing numbers do not move."""
        font = QFont(font)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _system_changed(self) -> None:
        if self.choice is ColorScheme.SYSTEM:
            self._apply()

    def _contrast_changed(self, wanted: Qt.ContrastPreference) -> None:
        self.is_strong = wanted is Qt.ContrastPreference.HighContrast
        self._apply()

    def _apply(self) -> None:
        self._colors = _colors(is_dark=self.is_dark, is_strong=self.is_strong, accent=self.look.accent)
        self._icons.clear()
        self._application.setPalette(self._palette())
        self._application.setStyleSheet(self._style_sheet())
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        groups = {
            QPalette.ColorRole.Window: Role.WINDOW,
            QPalette.ColorRole.Base: Role.FIELD,
            QPalette.ColorRole.AlternateBase: Role.SURFACE,
            QPalette.ColorRole.Button: Role.RAISED,
            QPalette.ColorRole.WindowText: Role.TEXT,
            QPalette.ColorRole.Text: Role.TEXT,
            QPalette.ColorRole.ButtonText: Role.TEXT,
            QPalette.ColorRole.BrightText: Role.BAD,
            QPalette.ColorRole.PlaceholderText: Role.FAINT,
            QPalette.ColorRole.ToolTipBase: Role.RAISED,
            QPalette.ColorRole.ToolTipText: Role.TEXT,
            QPalette.ColorRole.Highlight: Role.ACCENT,
            QPalette.ColorRole.HighlightedText: Role.ON_ACCENT,
            QPalette.ColorRole.Link: Role.ACCENT,
            QPalette.ColorRole.Accent: Role.ACCENT,
        }
        for target, role in groups.items():
            palette.setColor(target, self.color(role))
        for target in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, target, self.color(Role.FAINT))
        return palette

    def _style_sheet(self) -> str:
        more = _CALM if self.is_calm else ""
        if self.is_strong:
            more += resource("high_contrast.qss").read_text(encoding="utf-8")
        return _styled(self._colors, "dark" if self.is_dark else "light", more)


class DarkRoom(Theme):
    """The theme for a widget that can be dark regardless of the selected one, so that only media give light. Does not
    change the application."""

    def __init__(self, theme: Theme) -> None:
        QObject.__init__(self, theme)
        self._theme = theme
        self._is_on = False
        self._application, self._icon_font = theme._application, theme._icon_font
        self._icons = {}
        self._hints = theme._hints
        self._follow()
        theme.changed.connect(self._follow)

    @property
    def is_dark(self) -> bool:
        return self._is_on or self._theme.is_dark

    def darken(self, widget: QWidget, *, on: bool) -> None:
        """Makes the widget and all in it dark, or as the theme is."""
        if on is not self._is_on:
            self._is_on = on
            # Labels would use the application's palette, which may be light.
            label = f"QLabel {{ color: {self._dark()[Role.TEXT].name()}; }}"
            widget.setStyleSheet(f"{label}\n{_styled(self._dark(), 'dark')}" if on else "")
            self._follow()

    def _follow(self) -> None:
        theme = self._theme
        self._calm, self.is_strong, self.look = theme._calm, theme.is_strong, theme.look
        self._colors = self._dark() if self._is_on else dict(theme._colors)
        self._icons.clear()
        self.changed.emit()

    def _dark(self) -> dict[Role, QColor]:
        return _colors(is_dark=True, is_strong=self._theme.is_strong, accent=self._theme.look.accent)


def program_font(system: QFont) -> QFont:
    """Our own font for the same look everywhere, at the system's size if that is larger. The system's fonts are
    fallbacks, for example for Japanese."""
    for face in FACES:
        QFontDatabase.addApplicationFont(str(resource("fonts", face)))
    font = QFont(system)
    font.setFamilies([FAMILY, *system.families()])
    if 0 < font.pointSizeF() < LEAST_POINTS:
        font.setPointSizeF(LEAST_POINTS)
    return font


def _colors(*, is_dark: bool, is_strong: bool, accent: str) -> dict[Role, QColor]:
    """High contrast has an accent of its own."""
    at = (2 if is_strong else 0) + (0 if is_dark else 1)
    colors = {role: values[at] for role, values in COLORS.items()}
    if accent and not is_strong:
        colors = accented(colors, accent, is_dark=is_dark)
    return {role: QColor(colors[role]) for role in Role}


def system_is_calm(hints: object) -> bool:
    """Whether the system requests reduced motion; Qt reports it from 6.12 on."""
    wanted = getattr(hints, "motionPreference", None)
    return wanted is not None and wanted().name == "ReducedMotion"


def _styled(colors: Mapping[Role, QColor], scheme: str, more: str = "") -> str:
    text = resource("theme.qss").read_text(encoding="utf-8") + more
    names = {role.value: color.name() for role, color in colors.items()}
    return Template(text).substitute(names, icons=resource("icons").as_posix(), scheme=scheme)


class FollowsTheme(QObject):
    """Calls `restyle` now, or once the style sheet is on, and after each theme change, for widgets that store icons,
    sizes or rendered text."""

    def __init__(self, theme: Theme, parent: QObject, restyle: Callable[[], None]) -> None:
        super().__init__(parent)
        self._restyle = restyle
        theme.changed.connect(self._again)
        if theme._application.styleSheet():
            restyle()

    def _again(self) -> None:
        self._restyle()
