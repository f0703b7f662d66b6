"""Field of a whole number, typed as the person's system writes it. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox, QWidget

from runway_desktop.texts import _, number, number_of
from runway_desktop.ui.labels import mark_wrong
from runway_desktop.ui.theme import GRID

CREDITS_STEP = 100


class NumberBox(QSpinBox):
    """`none` is shown instead of 0. What is typed and is no number here stays until the field is left; then the number
    before it returns."""

    judged = Signal(str)
    """After each key: what would be right; empty if the text is."""

    def __init__(self, parent: QWidget, least: int, most: int, spoken: str, none: str = "", unit: str = "") -> None:
        super().__init__(parent, minimum=least, maximum=most)
        self.setKeyboardTracking(False)
        self.setSpecialValueText(none)
        self.setSuffix(f" {unit}" if unit else "")
        self.setAccessibleName(spoken)
        if unit:
            self.setSingleStep(CREDITS_STEP)
        self.setFixedWidth(20 * GRID if unit else max(9 * GRID, self.sizeHint().width() + GRID if none else 0))
        self.lineEdit().textEdited.connect(self._judge)
        self.valueChanged.connect(lambda _: self._judge(self.text()))

    def validate(self, text: str, position: int) -> object:
        state = QValidator.State.Intermediate if self._problem(text) else QValidator.State.Acceptable
        return state, text, position

    def fixup(self, text: str) -> str:
        """Qt's own would drop the comma, and make 50 of "5,0"."""
        return text

    def valueFromText(self, text: str) -> int:
        found = self._read(text)
        return self.value() if found is None else round(found)

    def textFromValue(self, value: int) -> str:
        return number(value)

    def _read(self, text: str) -> float | None:
        typed = text.removesuffix(self.suffix()).strip()
        if self.specialValueText() and typed in ("", self.specialValueText()):
            return float(self.minimum())
        return number_of(typed)

    def _problem(self, text: str) -> str:
        found = self._read(text)
        if found is not None and found.is_integer() and self.minimum() <= found <= self.maximum():
            return ""
        if self.suffix():
            return _("Type a whole number, such as {example}.", example=15 * CREDITS_STEP)
        return _("Type a whole number from {least} to {most}.", least=self.minimum(), most=self.maximum())

    def _judge(self, text: str) -> None:
        problem = self._problem(text)
        mark_wrong(self, bool(problem))
        self.setAccessibleDescription(problem)
        self.judged.emit(problem)
