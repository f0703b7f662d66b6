"""Labels for untrusted text (always plain) and for long words, theme tones, screen reader announcements, and error
marks for the style sheet. GUI thread only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFont,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone

from .theme import GRID, Role

INKS: Mapping[Tone, Role] = MappingProxyType(
    {
        Tone.PLAIN: Role.TEXT,
        Tone.BUSY: Role.ACCENT,
        Tone.GOOD: Role.GOOD,
        Tone.WARN: Role.WARN,
        Tone.BAD: Role.BAD,
    }
)
"""Text color of each tone."""
SECOND_INKS: Mapping[Tone, Role] = MappingProxyType({**INKS, Tone.PLAIN: Role.MUTED})
"""For secondary text."""
QUIET_INKS: Mapping[Tone, Role] = MappingProxyType({**SECOND_INKS, Tone.GOOD: Role.MUTED})
"""For lists in which most rows went well: only others have a color."""
DOT_INKS: Mapping[Tone, Role] = MappingProxyType({**INKS, Tone.PLAIN: Role.FAINT, Tone.BUSY: Role.FAINT})
"""For the dot of the connection state."""
LABEL_TONES: Mapping[Tone, str] = MappingProxyType(
    {tone: (Role.MUTED if tone in (Tone.PLAIN, Tone.BUSY) else role).value for tone, role in INKS.items()}
)
"""Value of a label's property `tone`, used by the style sheet."""
_BREAK = "\u200b"
_WITHOUT_SPACES = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
"""Characters of Japanese and Chinese, whose lines Qt breaks between almost any two of them."""
_PIECES = re.compile(rf"(\s+|(?<=\w-)(?=[^\W\d])|(?<=[{_WITHOUT_SPACES}])|(?=[{_WITHOUT_SPACES}]))")
"""Normal break points: spaces, after a hyphen between letters, around characters that are written without spaces."""


def at_start() -> Qt.AlignmentFlag:
    """Alignment at the side where lines start in the window's direction. By itself, a label goes by its text's."""
    if QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
    return Qt.AlignmentFlag.AlignLeft


class PlainLabel(QLabel):
    """Label that never interprets its text as HTML, which could load resources."""

    def __init__(self, parent: QWidget, text: str = "", tone: str = "") -> None:
        super().__init__(text, parent)
        if tone:
            self.setProperty("tone", tone)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if self.isRightToLeft():
            self.setAlignment(at_start() | Qt.AlignmentFlag.AlignVCenter)


def words(parent: QWidget, text: str = "", tone: str = "", *, wrap: bool = True, font: QFont | None = None) -> QLabel:
    label = PlainLabel(parent, text, tone)
    label.setWordWrap(wrap)
    if font is not None:
        label.setFont(font)
    return label


class KeyCap(PlainLabel):
    """A key, drawn as a key cap."""

    def __init__(self, parent: QWidget, text: str = "") -> None:
        super().__init__(parent, text)
        self.setProperty("kind", "key")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(max(hint.width(), 3 * GRID), hint.height())


def say(label: QLabel, text: str, tone: Tone | str = "") -> None:
    """Shows `text` in a tone; hides the label if it is empty."""
    wanted = LABEL_TONES[tone] if isinstance(tone, Tone) else tone
    if wanted:
        set_tone(label, wanted)
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Announces `text` to screen readers without moving the focus."""
    if not text or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    kind = QAccessible.AnnouncementPoliteness
    event.setPoliteness(kind.Assertive if urgent else kind.Polite)
    QAccessible.updateAccessibility(event)


class ElidedLabel(PlainLabel):
    """One line that elides what does not fit; the tool tip has the full text."""

    def __init__(self, parent: QWidget, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle, tone: str = "") -> None:
        super().__init__(parent, tone=tone)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        self.setToolTip(tip(self.text()) if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


def set_reason(widget: QWidget, reason: str) -> None:
    """Disables a control with the reason as tool tip, or enables it if there is none."""
    widget.setEnabled(not reason)
    widget.setToolTip(tip(reason))
    widget.setAccessibleDescription(reason)


def strong(label: QLabel) -> QLabel:
    """Makes the label's font semibold; returns it."""
    font = label.font()
    font.setWeight(font.Weight.DemiBold)
    label.setFont(font)
    return label


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Toggles the red border."""
    put(widget, "wrong", wrong)


def say_wrong(line: QWidget, label: QLabel, problem: str) -> None:
    """Marks an input as invalid with the reason below it; an empty `problem` clears both."""
    say(label, problem)
    mark_wrong(line, bool(problem))
    line.setAccessibleDescription(problem)


def set_tone(label: QLabel, tone: str) -> None:
    put(label, "tone", tone)


def put(widget: QWidget, name: str, value: str | bool) -> None:
    """Sets a property that the style sheet selects by; restyles only on change. Unset is empty, or False."""
    if (widget.property(name) or type(value)()) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class LongWordsLabel(PlainLabel):
    """Plain-text label that wraps at any width. Set its text by `say`."""

    def __init__(self, parent: QWidget, tone: str = "", *, selectable: bool = False) -> None:
        super().__init__(parent, tone=tone)
        self.setWordWrap(True)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.whole = ""
        """The text without break characters."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def say(self, text: str) -> None:
        self.whole = text
        self._break()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._break()

    def _break(self) -> None:
        shown = broken(self.whole, self.contentsRect().width(), self.fontMetrics().horizontalAdvance)
        if shown != self.text():
            self.setText(shown)


def broken(text: str, width: int, advance: Callable[[str], int]) -> str:
    """Inserts break points into words wider than `width`; `advance` measures a text."""
    if width <= 0:
        return text
    return "".join(
        piece if not piece or piece.isspace() or advance(piece) <= width else _BREAK.join(_cut(piece, width, advance))
        for piece in _PIECES.split(text)
    )


def _cut(word: str, width: int, advance: Callable[[str], int]) -> list[str]:
    parts, start = [], 0
    while start < len(word):
        # Hardly a letter is narrower than a pixel; measuring the whole rest for each part takes long for a long word.
        fits, too_much = 1, min(len(word) - start, width) + 1
        while too_much - fits > 1:
            middle = (fits + too_much) // 2
            fits, too_much = (middle, too_much) if advance(word[start : start + middle]) <= width else (fits, middle)
        parts.append(word[start : start + fits])
        start += fits
    return parts
