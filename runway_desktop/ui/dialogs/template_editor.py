"""Editor of a file-name template: line edit, example, error, and a chip for each field. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.domain import filenames
from runway_desktop.texts import _
from runway_desktop.ui.building import line_edit, push_button, vbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import mark_wrong, say, words
from runway_desktop.usecases.words.files import template_words


class TemplateEditor(QWidget):
    edited = Signal(str)
    """The text changed; emitted at each letter."""
    finished = Signal()
    """Editing finished, or a field was inserted."""

    def __init__(self, example: Callable[[str], str], parent: QWidget, *, meanwhile: str = "") -> None:
        """`example` returns the file name for a template; `meanwhile` is text appended to an error."""
        super().__init__(parent)
        self._example = example
        self._meanwhile = meanwhile
        self.line = line_edit(self, _("File name template"))
        self.line.textChanged.connect(self.judge)
        self.line.textChanged.connect(self.edited)
        self.line.editingFinished.connect(self.finished)
        self._shown = words(self, tone="muted")
        self._wrong = words(self, tone="bad")
        chips = QWidget(self)
        flow = FlowLayout(chips)
        for name, meaning in filenames.FIELDS.items():
            field = f"{{{name}}}"
            chip = push_button(
                chips,
                field,
                kind="chip",
                tip=str(meaning),
                spoken=_("Insert {field}", field=field),
            )
            chip.setAccessibleDescription(str(meaning))
            chip.clicked.connect(lambda _=False, text=field: self._insert(text))
            flow.addWidget(chip)
        vbox(self.line, self._shown, self._wrong, chips, on=self)

    def text(self) -> str:
        return self.line.text()

    def set_text(self, text: str) -> None:
        if self.line.text() != text:
            self.line.setText(text)
        self.judge()

    def judge(self) -> None:
        """Shows the example, or the error."""
        text = self.line.text()
        problem = template_words(text)
        problem = f"{problem} {self._meanwhile}".strip() if problem else ""
        say(self._shown, self._example(text))
        say(self._wrong, problem)
        mark_wrong(self.line, bool(problem))
        self.line.setAccessibleDescription(problem or self._shown.text())

    def _insert(self, field: str) -> None:
        self.line.insert(field)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.finished.emit()
