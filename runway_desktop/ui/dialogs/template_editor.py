"""A line in which names of files are made from fields: what it gives, what is wrong with it, and each field as a chip.
GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.building import line_edit, push_button, vbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import mark_wrong, say, words


class TemplateEditor(QWidget):
    edited = Signal(str)
    """At each letter."""
    finished = Signal()
    """The line was left, or a field was put in."""

    def __init__(
        self,
        fields: Sequence[tuple[str, str]],
        problem: Callable[[str], str],
        example: Callable[[str], str],
        parent: QWidget,
    ) -> None:
        """`fields`: each as it is written, and what it stands for. `problem` gives a sentence, or nothing; `example`
        what a template gives."""
        super().__init__(parent)
        self._problem = problem
        self._example = example
        self.line = line_edit(self, "Template for names of files")
        self.line.textChanged.connect(self.judge)
        self.line.textChanged.connect(self.edited)
        self.line.editingFinished.connect(self.finished)
        self._shown = words(self, tone="muted")
        self._wrong = words(self, tone="bad")
        chips = QWidget(self)
        flow = FlowLayout(chips)
        for field, meaning in fields:
            chip = push_button(
                chips, field, kind="chip", tip=meaning[:1].upper() + meaning[1:], spoken=f"Insert {field}"
            )
            chip.setAccessibleDescription(meaning)
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
        """Shows what the template gives now."""
        text = self.line.text()
        problem = self._problem(text)
        say(self._shown, self._example(text))
        say(self._wrong, problem)
        mark_wrong(self.line, bool(problem))
        self.line.setAccessibleDescription(problem or self._shown.text())

    def _insert(self, field: str) -> None:
        self.line.insert(field)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.finished.emit()
