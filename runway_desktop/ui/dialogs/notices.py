"""Calm bars at the foot of a pane for what no row or field can say, and for undo. Over the pane, never in its layout.

At most three show at once. Each goes after eight seconds, but not while the mouse or the focus is on it; problems stay
until they are dismissed, and older ones wait behind a count. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget
from shiboken6 import isValid

from runway_desktop.ui.building import STRETCH, hbox, push_button, timer, tool_button, vbox
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme

MOST = 3
SECONDS = 8.0
WIDEST = 76 * GRID


class Notices(QWidget):
    """`over` is the pane whose foot it takes, and which owns it."""

    covers = Signal(int)
    """So many pixels of the pane's foot are covered now: what scrolls there lets its end be scrolled past them."""

    def __init__(self, theme: Theme, over: QWidget, *, seconds: float = SECONDS) -> None:
        super().__init__(over)
        self._theme = theme
        self._over = over
        self._seconds = seconds
        self._bars: list[Bar] = []
        """Oldest first."""
        self._came_from: QWidget | None = None
        """Where the keyboard was before it came here, and goes back to."""
        self._covered = 0
        self.setAccessibleName("Notices")
        self._more = push_button(self, "", self.dismiss_all, tip="Dismiss all of them")
        self._layout = vbox((self._more, Qt.AlignmentFlag.AlignRight), on=self, spacing=GRID // 2)
        over.installEventFilter(self)
        self._arrange()

    def tell(
        self,
        message: str,
        detail: str = "",
        problem: bool = False,
        action_text: str = "",
        on_action: Callable[[], object] | None = None,
        once: bool = False,
        also: Sequence[tuple[str, Callable[[], object]]] = (),
        stays: bool = False,
    ) -> Bar:
        """Shows a sentence with its small print. With `action_text` there is a button, which ends the notice; `also`
        are the texts and actions of further ones. `once`: an earlier one that says the same is out of date, its button
        too. `stays`: it waits for an answer, and does not go by itself."""
        for bar in list(self._bars):
            if bar.is_same(message, detail) and (once or not action_text):
                self.end(bar)
        bar = Bar(self._theme, message, detail, problem, self._seconds, self, stays=stays)
        if action_text and on_action is not None:
            bar.offer(action_text, on_action, below=bool(also))
        for text, action in also:
            bar.offer(text, action, below=True)
        return self._show(bar, ". ".join(part for part in (message, action_text) if part))

    def follow(self, message: str, action_text: str, on_action: Callable[[], object]) -> Bar:
        """A notice of something that goes on: it stays, and its words may change, until whoever asked for it ends
        it. Dismissed, it only goes out of sight."""
        bar = Bar(self._theme, message, "", False, self._seconds, self, stays=True)
        bar.offer(action_text, on_action)
        return self._show(bar, message)

    def end(self, bar: Bar) -> None:
        """Takes a notice away. Nothing happens to one that was dismissed."""
        if bar in self._bars:
            self._bars.remove(bar)
            self._give_back_focus(bar)
            self._layout.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
            self._arrange()

    def messages(self) -> list[str]:
        """What is told now, oldest first, the hidden ones too."""
        return [bar.message for bar in self._bars]

    def dismiss_all(self) -> None:
        for bar in list(self._bars):
            self.end(bar)

    def focus_latest(self) -> None:
        """Puts the keyboard on the newest notice. Escape dismisses it."""
        if self._bars:
            focus = self.window().focusWidget()
            if focus is not None and not self.isAncestorOf(focus):
                self._came_from = focus
            self._bars[-1].take_focus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return super().eventFilter(watched, event)

    def _show(self, bar: Bar, said: str) -> Bar:
        bar.ended.connect(lambda: self.end(bar))
        self._bars.append(bar)
        self._layout.addWidget(bar)
        self._arrange()
        announce(self, said, urgent=bar.is_problem)
        return bar

    def _give_back_focus(self, bar: Bar) -> None:
        focus, before = self.window().focusWidget(), self._came_from
        if focus is None or not bar.isAncestorOf(focus) or before is None or not isValid(before):
            return
        before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        hidden = max(0, len(self._bars) - MOST)
        for number, bar in enumerate(self._bars):
            bar.setVisible(number >= hidden)
        self._more.setText(f"and {hidden:,} more · dismiss all")
        self._more.setVisible(hidden > 0)
        self.setVisible(bool(self._bars))
        self._place()

    def _place(self) -> None:
        if not self._bars:
            self._tell_covered(0)
            return
        width = min(WIDEST, self._over.width() - 2 * GRID)
        self._layout.activate()
        height = (
            self._layout.heightForWidth(width) if self._layout.hasHeightForWidth() else self._layout.sizeHint().height()
        )
        height = min(height, self._over.height() - 2 * GRID)
        self.setGeometry((self._over.width() - width) // 2, self._over.height() - height - GRID, width, height)
        self.raise_()
        self._tell_covered(height + 2 * GRID)

    def _tell_covered(self, height: int) -> None:
        if height != self._covered:
            self._covered = height
            self.covers.emit(height)


class Bar(QFrame):
    """One notice."""

    ended = Signal()

    def __init__(
        self,
        theme: Theme,
        message: str,
        detail: str,
        problem: bool,
        seconds: float,
        parent: QWidget,
        *,
        stays: bool = False,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.is_problem = problem
        self._stays = problem or stays
        self.setProperty("notice", True)
        self._icon = QLabel(self)
        self._close = tool_button(self, self.ended, kind="flat", tip="Dismiss (Esc)", spoken=f"Dismiss: {message}")
        self._words = words(self)
        self._small = words(self, tone="faint")
        self._small.setFont(theme.small_font())
        self._small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.say(message, detail)
        self._text = vbox(self._words, self._small, spacing=0)
        self._below: QHBoxLayout | None = None
        margins = (GRID + GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        close = (self._close, Qt.AlignmentFlag.AlignTop)
        self._row = hbox(self._icon, (self._text, 1), close, on=self, margins=margins)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._timer = timer(self, round(seconds * 1000), self._over_time)
        for child in self.findChildren(QWidget):
            child.installEventFilter(self)
        if not self._stays:
            self._timer.start()
        FollowsTheme(theme, self, self._restyle)

    def is_same(self, message: str, detail: str) -> bool:
        return (self.message, self._detail) == (message, detail)

    def say(self, message: str, detail: str) -> None:
        """Sets the words. Those of a notice that follows something change."""
        self.message, self._detail = message, detail
        say(self._words, message)
        say(self._small, detail)
        self.setAccessibleName(message)
        self.setAccessibleDescription(detail)

    def offer(self, text: str, on_action: Callable[[], object], *, below: bool = False) -> None:
        """A button beside the words; `below` them where there are several."""
        button = push_button(self, text, self.ended)
        button.clicked.connect(lambda _: on_action())
        button.setAccessibleDescription(self.message)
        button.installEventFilter(self)
        if below:
            if self._below is None:
                # Not before there is something for it: an empty layout lets the one around it have no width.
                self._below = hbox(STRETCH, margins=(0, GRID // 2, 0, GRID // 2))
                self._text.addLayout(self._below)
            self._below.insertWidget(self._below.count() - 1, button)
        else:
            self._row.insertWidget(self._row.count() - 1, button, 0, Qt.AlignmentFlag.AlignTop)

    def take_focus(self) -> None:
        offered = self.findChild(QPushButton)
        (offered or self._close).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and not self._stays:
            self._timer.start()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.ended.emit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self._stays:
            self._timer.start()
        super().leaveEvent(event)

    def _over_time(self) -> None:
        """Whoever reads or is about to press it gets more time."""
        focus = self.window().focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus) and self.isActiveWindow()):
            self._timer.start()
        else:
            self.ended.emit()

    def _restyle(self) -> None:
        name, role = (
            ("mdi6.alert-circle-outline", Role.WARN) if self.is_problem else ("mdi6.information-outline", Role.MUTED)
        )
        self._icon.setPixmap(self._theme.icon(name, role).pixmap(2 * GRID, 2 * GRID))
        self._close.setIcon(self._theme.icon("mdi6.close", Role.MUTED))
