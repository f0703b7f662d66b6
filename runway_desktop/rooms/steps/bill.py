"""The bill of *Continue*, above its button: what is sent, by step, whose picks they are, what it costs, and what stays.
A press on its button sends. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from runway_desktop.catalog.labels import model_label
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import STRETCH, KeyPopup, add_row, grid, hbox, push_button, vbox
from runway_desktop.ui.labels import strong, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.steps import Bill, question_of, title_of, whose_words
from runway_desktop.usecases.words.cast import unknown_words
from runway_desktop.usecases.words.holds import cost_words, raise_words

from .model.model import StepsModel

WIDTH = 54 * GRID
MOST_LEFT_OUT = 4
"""Sentences about picks that stay."""


class BillPopup(KeyPopup):
    def __init__(self, model: StepsModel, bill: Bill, parent: QWidget) -> None:
        super().__init__(_("Continue the picks"), parent)
        self._model = model
        self._bill = bill
        rows = vbox(on=self, margins=2 * GRID)
        asked = question_of(bill, model.asks_above)
        amount = len(bill.ready)
        title = asked.title if asked is not None else ngettext("Continue {n} pick", "Continue {n} picks", amount)
        rows.addWidget(strong(words(self, title)))
        if bill.ready:
            rows.addWidget(words(self, whose_words(bill.ready), "muted"))
            rows.addLayout(self._lines(bill))
        if unknown := unknown_words(list(dict.fromkeys(name for one in bill.ready for name in one.unknown))):
            rows.addWidget(words(self, unknown, "warn"))
        if bill.left_out:
            self._add_left_out(bill)
        if asked is not None and asked.text:
            rows.addWidget(words(self, asked.text, "warn"))
        elif cap := model.cap_words(bill.ready):
            rows.addWidget(words(self, cap, "muted"))
        self._add_buttons(bill, asked.yes if asked is not None else "")

    def open_above(self, button: QWidget) -> None:
        """With its end at the button's."""
        width = max(WIDTH, self.layout().totalMinimumSize().width())
        self.resize(width, self.layout().totalHeightForWidth(width))
        left = 0 if self.isRightToLeft() else button.width() - self.width()
        self.show_at(button.mapToGlobal(QPoint(left, -self.height() - GRID)), button)
        self._first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _lines(self, bill: Bill) -> QGridLayout:
        lines = grid(across=2 * GRID, down=GRID // 2, wide=0)
        steps = {one.step.id: one.step for one in bill.ready}
        for at, step in enumerate(steps.values()):
            those = [one for one in bill.ready if one.step.id == step.id]
            tasks = ngettext("{n} task", "{n} tasks", len(those) * step.amount)
            cells = (f"{title_of(step)} · {model_label(step.model)}", tasks, cost_words(self._model.cost(those)))
            add_row(lines, at, *(words(self, cell, wrap=False) for cell in cells))
        return lines

    def _add_left_out(self, bill: Bill) -> None:
        said = [str(one) for one in bill.left_out[:MOST_LEFT_OUT]]
        if more := len(bill.left_out) - len(said):
            said.append(ngettext("{n} more pick stays.", "{n} more picks stay.", more))
        self.layout().addWidget(words(self, "\n".join(said), "warn"))

    def _add_buttons(self, bill: Bill, yes: str) -> None:
        prepared = bill.prepared
        close = push_button(self, _("Don't send"), self.close)
        self._first = close
        row = hbox(STRETCH, close)
        if prepared is not None:
            raises = raise_words(prepared.held_back) if prepared.held_back is not None else ""
            text = yes or self._model.continue_words(bill.ready)
            self._first = push_button(self, text, lambda: self._send(raises=False), kind="" if raises else "primary")
            row.addWidget(self._first)
            if raises:
                said = _("{raise} and continue", **{"raise": raises})
                self._first = push_button(self, said, lambda: self._send(raises=True), kind="primary")
                row.addWidget(self._first)
        if yes:
            # The safe answer to a question is the default.
            self._first = close
        self.layout().addLayout(row)

    def _send(self, *, raises: bool) -> None:
        self.close()
        self._model.send(self._bill, raises=raises)
