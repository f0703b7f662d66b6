"""The foot of the steps: today's cap with what the ready picks cost, a failure that has no room in its cell, and
*Continue*. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Row
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, push_button, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import ElidedLabel, say, words
from runway_desktop.ui.tasks.commands import PICK, REJECT
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.ui.window.budget_pane import BudgetBar
from runway_desktop.usecases.words.budget import shares
from runway_desktop.usecases.words.plain import tip

from .model.model import StepsModel
from .room import CONTINUE

NARROW = 110 * GRID
"""Below this width the foot has no keys."""


class Foot(QWidget):
    fix_wanted = Signal(object)
    """A failed Row."""

    def __init__(self, model: StepsModel, theme: Theme, keys: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._keys = keys
        self._failed: Row | None = None
        self._title = words(self, _("Today's cap"), "muted", wrap=False)
        self._bar = BudgetBar(theme, self)
        self._sum = words(self, wrap=False)
        self._failure = ElidedLabel(self, tone="muted")
        self._fix = push_button(self, "", self._mend, kind="link")
        self._hints = words(self, tone="muted", wrap=False)
        self.go_on = push_button(self, "", lambda _=False: model.prepare(), kind="primary")
        self.go_on.setMinimumHeight(5 * GRID)
        self.stops = (self._fix, self.go_on)
        left = vbox(hbox(self._bar, (self._sum, 1)), hbox(self._failure, self._fix, STRETCH, spacing=GRID // 2),
                    spacing=GRID // 2)  # fmt: skip
        hbox(self._title, GRID, (left, 1), 2 * GRID, self._hints, GRID, self.go_on,
             on=self, margins=(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID))  # fmt: skip
        model.changed.connect(self.renew)
        keys.changed.connect(self.renew)
        FollowsTheme(theme, self, self.renew)

    def renew(self) -> None:
        model = self._model
        small = self._theme.small_font()
        for label in (self._title, self._failure, self._fix, self._hints):
            label.setFont(small)
        spent, cap = model.spent
        self._title.setText(_("Today's cap") if cap is not None else _("Today"))
        self._bar.setVisible(cap is not None)
        if cap is not None:
            self._bar.show_shares(shares(spent, model.cost(model.ready).credits, 0.0, cap, running=0.0), cap)
        self._sum.setText(model.cap_words(model.ready))
        caps = ((PICK, _("Pick")), (REJECT, _("Reject")))
        self._hints.setText("   ".join(f"{key}  {said}" for one, said in caps if (key := self._keys.cap(one))))
        self._failed, said = model.failure()
        say(self._failure, said)
        self._fix.setVisible(self._failed is not None)
        if self._failed is not None:
            self._fix.setText(model.fix_of(self._failed))
        is_wide = self.width() >= self._theme.wide(NARROW)
        self._hints.setVisible(is_wide)
        key = self._keys.words(CONTINUE).partition(",")[0] if is_wide else ""
        said = model.continue_words(model.ready)
        self.go_on.setText(f"{said}   {key}".rstrip())
        self.go_on.setAccessibleName(said)
        self.go_on.setEnabled(bool(model.ready))
        self.go_on.setToolTip(tip(model.why_no_bill))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.oldSize().width() < self._theme.wide(NARROW)) is not (self.width() < self._theme.wide(NARROW)):
            self.renew()

    def _mend(self) -> None:
        if self._failed is not None:
            self.fix_wanted.emit(self._failed)
