"""Confirmation and text input dialogs, without nested event loops.

The safe answer is focused, the default, and the result of Escape. The other button names its action. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QDialog, QLineEdit, QPushButton, QWidget

from runway_desktop.texts import _
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.plain import tip

from .building import STRETCH, Dialog, add_all, hbox, push_button, vbox
from .labels import mark_wrong, say, strong, words
from .theme import GRID

WIDTH = 52 * GRID


def confirm(
    parent: QWidget,
    question: Question,
    on_yes: Callable[[], object],
    on_no: Callable[[], object] | None = None,
    on_instead: Callable[[], object] | None = None,
) -> QDialog:
    """Opens a confirmation and calls the function of the answer. Returns the dialog, which is already open."""
    dialog = Confirm(question, parent)
    dialog.accepted.connect(on_yes)
    if on_no is not None:
        dialog.rejected.connect(on_no)
    if on_instead is not None:
        dialog.instead.connect(on_instead)
    dialog.open()
    return dialog


def ask_text(
    parent: QWidget,
    title: str,
    label: str,
    text: str,
    check: Callable[[str], str],
    on_ok: Callable[[str], object],
    *,
    ok: str = "",
    offers: Sequence[str] = (),
) -> QDialog:
    """Asks for a line of text. `check` returns an error sentence, or "" if valid. `ok` is the button's text, by default
    the title. `offers` complete what is typed."""
    dialog = AskText(title, label, text, check, ok or title, parent)
    dialog.complete(offers)
    dialog.accepted.connect(lambda: on_ok(dialog.text()))
    dialog.open()
    return dialog


class _Asking(Dialog):
    """Base class: title, content and a row of buttons."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._rows = vbox(on=self, margins=2 * GRID)
        self.setMinimumWidth(WIDTH)

    def _add_buttons(self, no: QPushButton, yes: QPushButton) -> None:
        self._buttons = hbox(STRETCH, no, yes)
        add_all(self._rows, GRID, self._buttons)
        no.clicked.connect(self.reject)
        yes.clicked.connect(self.accept)


class Confirm(_Asking):
    instead = Signal()

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(question.title, parent)
        add_all(self._rows, strong(words(self, question.title)), words(self, question.text, "muted"))
        self.setAccessibleDescription(question.text)
        no = QPushButton(str(question.no), self)
        yes = QPushButton(question.yes, self)
        yes.setProperty("kind", "danger")
        no.setDefault(True)
        self._add_buttons(no, yes)
        if question.instead:
            self._buttons.insertWidget(1, push_button(self, question.instead, self._take_instead))
        no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_instead(self) -> None:
        """Closes with the third answer, without emitting `rejected`."""
        self.hide()
        self.deleteLater()
        self.instead.emit()


class AskText(_Asking):
    def __init__(
        self, title: str, label: str, text: str, check: Callable[[str], str], ok: str, parent: QWidget
    ) -> None:
        super().__init__(title, parent)
        self._check = check
        self._line = QLineEdit(text, self, clearButtonEnabled=True)
        self._line.setAccessibleName(label)
        self._line.selectAll()
        caption = words(self, label)
        caption.setBuddy(self._line)
        self._note = words(self, tone="bad")
        add_all(self._rows, caption, self._line, self._note)
        no = push_button(self, _("Cancel"))
        self._yes = push_button(self, ok, kind="primary", default=True)
        self._add_buttons(no, self._yes)
        self._line.textChanged.connect(self._show_problem)
        self._line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_problem()

    def complete(self, offers: Sequence[str]) -> None:
        if offers:
            completer = QCompleter(list(offers), self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.popup().setAccessibleName(self._line.accessibleName())
            self._line.setCompleter(completer)

    def text(self) -> str:
        return self._line.text().strip()

    def accept(self) -> None:
        if not self._check(self._line.text()):
            super().accept()

    def _show_problem(self) -> None:
        """Shows no error before anything is typed; the button has it anyway."""
        problem = self._check(self._line.text())
        shown = problem if self._line.isModified() or self._line.text() else ""
        say(self._note, shown)
        mark_wrong(self._line, bool(shown))
        self._line.setAccessibleDescription(problem)
        self._yes.setEnabled(not problem)
        self._yes.setToolTip(tip(problem))
