"""Today's budget above the details while the queue is shown: a bar, its legend, and what can be done about a cap. GUI
thread only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, clear_layout, grid, hbox, line, push_button, vbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import PlainLabel, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.budget import RESETS, Part, Share, daily_cap_words, hold_words
from runway_desktop.usecases.words.holds import raise_words
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.budget import BudgetModel

_INKS = {
    Part.SPENT: Role.ACCENT,
    Part.RUNNING: Role.GOOD,
    Part.QUEUED: Role.MUTED,
    Part.LEFT: Role.BORDER,
    Part.OVER: Role.WARN,
    Part.SHORT: Role.BAD,
}
_ALIGNED = (Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
_BAR = GRID
_MARK = 2


class BudgetPane(QWidget):
    hold_wanted = Signal(object)
    """Ids of the tasks over a cap."""
    raise_wanted = Signal(object)
    """The `Kept` whose cap to raise."""
    caps_wanted = Signal()

    def __init__(self, model: BudgetModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._theme = model, theme
        self._title = words(self, _("Today's budget"), wrap=False)
        self._cap = words(self, tone="muted", wrap=False)
        self._cap.setToolTip(tip(str(RESETS)))
        self._bar = BudgetBar(theme, self)
        self._legend = grid(across=GRID, down=2, wide=1)
        buttons = QWidget(self)
        flow = FlowLayout(buttons)
        self._raise = push_button(self, "", self._ask_to_raise)
        self._change = push_button(buttons, "", self.caps_wanted)
        self._hold = push_button(buttons, "", lambda: self.hold_wanted.emit(list(model.budget.over)))
        self._hold.setToolTip(tip(_("They are not sent until you release them, not even tomorrow")))
        for button in (self._change, self._hold):
            flow.addWidget(button)
        inner = QWidget(self)
        head = hbox(self._title, STRETCH, self._cap)
        margins = (GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        # Last and by itself: what appears or grows moves no other button under the pointer, and this one nowhere.
        vbox(head, self._bar, self._legend, buttons, hbox(self._raise, STRETCH), on=inner, margins=margins)
        vbox(inner, line(self), on=self, spacing=0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        model.changed.connect(self._show)
        FollowsTheme(theme, self, self._show)

    def _ask_to_raise(self) -> None:
        """Raises the cap only if the button still says what that would send."""
        if self._raise.accessibleDescription() == self._model.raise_words:
            self.raise_wanted.emit(self._model.budget.kept)
        else:
            self._show()

    def _show(self) -> None:
        budget, small = self._model.budget, self._theme.small_font()
        self._title.setFont(self._theme.strong_font())
        self._cap.setFont(small)
        say(self._cap, daily_cap_words(budget.cap))
        self._bar.show_shares(budget.shares, budget.cap)
        clear_layout(self._legend)
        for at, share in enumerate(budget.shares):
            dot = PlainLabel(self)
            dot.setPixmap(self._theme.icon("mdi6.circle", _INKS[share.part]).pixmap(GRID, GRID))
            tone = "warn" if share.credits and share.part in (Part.OVER, Part.SHORT) else ""
            label, amount = words(self, share.label, tone, wrap=False), words(self, share.amount, tone, wrap=False)
            for widget in (label, amount):
                widget.setFont(self._theme.tabular(small))
            for position, widget in enumerate((dot, label, amount)):
                self._legend.addWidget(widget, at, position, _ALIGNED[position])
                widget.show()
        raising = self._model.raise_words
        held = budget.kept.held if budget.kept is not None else None
        self._raise.setText(raise_words(held) if held is not None else "")
        self._raise.setToolTip(tip(raising))
        self._raise.setAccessibleDescription(raising)
        self._raise.setVisible(bool(raising))
        self._change.setText(_("Change caps…") if budget.cap is not None else _("Set a daily cap…"))
        self._hold.setText(hold_words(len(budget.over)))
        self._hold.setVisible(bool(budget.over))


class BudgetBar(QWidget):
    """The shares of the day, with a mark at the cap. The legend says them in words."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: tuple[Share, ...] = ()
        self._cap: float | None = None
        self.setFixedHeight(_BAR + 2 * _MARK)

    def show_shares(self, shares: tuple[Share, ...], cap: float | None) -> None:
        self._shares, self._cap = shares, cap
        self.setVisible(any(share.credits for share in shares))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, _BAR + 2 * _MARK)

    def paintEvent(self, event: QPaintEvent) -> None:
        whole = max(sum(share.credits for share in self._shares), self._cap or 0.0)
        if whole <= 0:
            return
        painter = QPainter(self)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        scale, left = self.width() / whole, 0.0
        for share in self._shares:
            part = QRectF(left, _MARK, share.credits * scale, _BAR)
            painter.fillRect(part, self._theme.color(_INKS[share.part]))
            left = part.right()
        if self._cap is not None:
            at = min(self._cap * scale, self.width() - _MARK)
            painter.fillRect(QRectF(at, 0, _MARK, self.height()), self._theme.color(Role.TEXT))
