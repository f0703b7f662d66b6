"""Popup at an input's tile: why the input does not fit, and a button for each fix.

Sizes of copies are computed in the background and added to the buttons. A press closes the popup; the result shows at
the tile. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from runway_desktop.domain.inputs import InputFix
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, Popup, add_all, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.ui.word_breaking import LongWordsLabel
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.viewmodels.composer.inputs import InputMending

from .tile import facts_words

WIDTH = 40 * GRID


class MendPopup(Popup):
    replace_wanted = Signal()
    open_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, item: InputItem, trouble: str, mending: InputMending, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("Options for {file}", file=item.name), parent)
        self._item = item
        self._mending = mending
        self.buttons: dict[InputFix, QPushButton] = {}
        column = vbox(on=self, margins=GRID + GRID // 2, spacing=GRID // 2)
        name = LongWordsLabel(self)
        name.setFont(theme.strong_font())
        # Width set before layout: the popup takes its height from the wrapped name.
        name.setFixedWidth(WIDTH - 4 * GRID)
        name.say(item.name)
        add_all(column, name, words(self, facts_words(item), "muted"))
        if trouble:
            column.addWidget(words(self, trouble, "bad"))
        column.addSpacing(GRID // 2)
        mends, copies = mending.mends(item), mending.copies(item)
        if copies and not trouble:
            column.addWidget(words(self, _("This file fits. You can use a copy instead:"), "muted"))
        for mend in mends or copies:
            self._add_mend(column, mend, theme)
        if trouble and not mends:
            column.addWidget(words(self, _("This can't be fixed here. Choose another file."), "muted"))
        add_all(column, GRID // 2, self._build_bottom())
        self.setFixedWidth(WIDTH)
        mending.changed.connect(self._show_sizes)
        mending.ask_sizes(item)
        self._show_sizes()

    def open_at(self, tile: QWidget) -> None:
        self.adjustSize()
        self.show_beside(tile, 4)
        first = next(iter(self.buttons.values()), self._replace)
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
        else:
            super().keyPressEvent(event)

    def _add_mend(self, column: QVBoxLayout, mend: InputFix, theme: Theme) -> None:
        button = push_button(self, mend.text, lambda: self._take(mend))
        button.setAccessibleDescription(mend.remark)
        self.buttons[mend] = button
        column.addWidget(button)
        if mend.remark:
            remark = words(self, mend.remark, "faint")
            remark.setFont(theme.small_font())
            remark.setContentsMargins(GRID, 0, 0, GRID // 2)
            column.addWidget(remark)

    def _build_bottom(self) -> QHBoxLayout:
        self._replace = self._flat(_("Replace…"), self.replace_wanted)
        row = hbox(self._replace)
        if self._item.path is not None:
            row.addWidget(self._flat(_("Open"), self.open_wanted))
        add_all(row, STRETCH, self._flat(_("Remove"), self.remove_wanted))
        return row

    def _flat(self, text: str, signal: SignalInstance) -> QPushButton:
        button = push_button(self, text, self.close, kind="flat")
        button.clicked.connect(signal)
        return button

    def _take(self, mend: InputFix) -> None:
        self.close()
        self._mending.carry_out(self._item, mend)

    def _show_sizes(self) -> None:
        for mend, button in self.buttons.items():
            size = self._mending.size_of(self._item, mend)
            button.setText(_("{fix} ({size})", fix=mend.text, size=size) if size else mend.text)
