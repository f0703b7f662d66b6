"""One editor for each kind of field, made from the catalogue: chips beside the prompt, and full-width editors in
the form.

An editor shows a wire value and says `edited(name, value)`; it never checks anything itself. What is wrong comes
from the view-model.
"""

from __future__ import annotations

import json
import math
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.catalog import Field, FieldKind, value_from_text, value_in_words
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.marks import mark_wrong, set_tone
from runway_desktop.ui.theme import GRID

from .object_editors import AssetBox, ColorsBox, Inner, ObjectBox, ObjectsBox

_WHOLE_LINE = Qt.AlignmentFlag(0)
MOST_IN_A_LIST = 24
"""A range of whole numbers up to this long is chosen from a list, a longer one is typed."""


def flat_member(field: Field) -> Field | None:
    """The one choice that an object consists of, which is then edited as a choice (a preset voice, say)."""
    if field.kind is not FieldKind.OBJECT or len(field.variants) > 1:
        return None
    members = field.variants[0].fields if field.variants else field.fields
    return members[0] if len(members) == 1 and members[0].choices and not members[0].open else None


def _wrapped(field: Field, value: Any) -> dict[str, Any]:
    member = flat_member(field)
    name = member.name if member is not None else ""
    tag = {field.tag_key: field.variants[0].tag} if field.tag_key and field.variants else {}
    return {**tag, name: value}


def options_of(field: Field) -> list[Option] | None:
    """The values to choose from, "default" first where the field may be left out; None where one types instead."""
    values: list[Option] = []
    if not field.required:
        values.append(Option(None, _default_words(field)))
    member = flat_member(field)
    if member is not None:
        return [*values, *(Option(_wrapped(field, choice), _with_unit(member, choice)) for choice in member.choices)]
    if field.kind is FieldKind.SWITCH:
        return [*values, Option(True, "Yes"), Option(False, "No")]
    values += [Option(choice, _with_unit(field, choice)) for choice in field.choices]
    if field.kind is FieldKind.INTEGER and field.minimum is not None and field.maximum is not None:
        span = range(math.ceil(field.minimum), math.floor(field.maximum) + 1)
        if len(span) <= MOST_IN_A_LIST:
            return [
                *values,
                *(Option(number, _with_unit(field, number)) for number in span if number not in field.choices),
            ]
        return None
    return values if field.choices and not field.open else None


def value_text(field: Field, value: Any) -> str:
    """A value as it stands under its own label."""
    if value is None:
        return "–" if field.required else _default_words(field)
    if field.kind is FieldKind.SWITCH:
        return "Yes" if value else "No"
    return _with_unit(field, value)


def chip_text(field: Field, value: Any) -> str:
    """A value as it stands alone, with its name where the value does not tell it."""
    if field.name == "seed":
        return f"Seed: {value}" if value is not None else "Seed: random"
    if value is None:
        return f"{field.label}: {'–' if field.required else _default_words(field).lower()}"
    if field.kind is FieldKind.SWITCH:
        return f"{field.label}: {'yes' if value else 'no'}"
    said = _with_unit(field, value)
    return said if field.name in ("ratio", "duration", "resolution") else f"{field.label}: {said}"


def _default_words(field: Field) -> str:
    if field.name == "seed":
        return "Random"
    return f"Default ({value_in_words(field.default)})" if field.default is not None else "Default"


def _with_unit(field: Field, value: Any) -> str:
    member = flat_member(field)
    if member is not None and isinstance(value, dict):
        return _with_unit(member, value.get(member.name))
    unit = field.unit if isinstance(value, int | float) and not isinstance(value, bool) else ""
    return f"{value_in_words(value)} {unit}".strip()


class Chip(QPushButton):
    """A setting as a button that opens its choices, or a line to type in."""

    edited = Signal(str, object)

    def __init__(self, field: Field, parent: QWidget, *, labelled: bool = False) -> None:
        """`labelled`: a label with the field's name stands above it already."""
        super().__init__(parent)
        self._field = field
        self._say = value_text if labelled else chip_text
        self._value: Any = None
        self.setProperty("kind", "chip")
        self.setAccessibleName(field.label)
        self.setAutoDefault(False)
        self.clicked.connect(self._open)
        self.show_value(None)

    def show_value(self, value: Any) -> None:
        self._value = value
        self.setText(self._say(self._field, value) + "  ▾")
        self.setAccessibleDescription(chip_text(self._field, value))

    def show_finding(self, message: str) -> None:
        self.setToolTip(message or self._field.help)
        mark_wrong(self, bool(message))

    def _open(self) -> None:
        options = options_of(self._field)
        if options is not None:
            popup = ChoicePopup(options, self._value, self._field.label, self)
            popup.chosen.connect(lambda value: self.edited.emit(self._field.name, value))
            popup.open_at(self)
            return
        line = LinePopup(self._field, self._value, self)
        line.edited.connect(self.edited)
        line.open_at(self)


class LinePopup(QFrame):
    """A number or word typed under its chip: applied as one types, closed by Return or a click elsewhere."""

    edited = Signal(str, object)

    def __init__(self, field: Field, value: Any, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("pane", "raised")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        label = QLabel(field.help, self, wordWrap=True)
        label.setProperty("tone", "muted")
        label.setMinimumWidth(28 * GRID)
        layout.addWidget(label)
        row = QHBoxLayout()
        layout.addLayout(row)
        self._line = QLineEdit("" if value is None else str(value), self, clearButtonEnabled=True)
        self._line.setPlaceholderText(_default_words(field))
        self._line.setAccessibleName(field.label)
        if field.kind is FieldKind.INTEGER and not field.choices:
            # Qt's own check of whole numbers ends at 31 bits, a seed may have 32.
            self._line.setValidator(QRegularExpressionValidator(QRegularExpression(r"-?\d*"), self))
        row.addWidget(self._line)
        self._line.textChanged.connect(lambda text: self.edited.emit(field.name, value_from_text(field, text)))
        self._line.returnPressed.connect(self.close)
        self.setFocusProxy(self._line)

    def open_at(self, button: QWidget) -> None:
        self.adjustSize()
        at = button.mapToGlobal(button.rect().topLeft())
        at.setY(at.y() - self.height() - 2)
        self.move(at)
        self.show()
        self._line.setFocus(Qt.FocusReason.PopupFocusReason)
        self._line.selectAll()


class FormRow(QWidget):
    """A field in the form: label, editor, and below it what is wrong or what it is for."""

    edited = Signal(str, object)

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self._editor = _editor(field, self)
        self._note = QLabel(field.help, self, wordWrap=True)
        self._note.setProperty("tone", "faint")
        label = QLabel(field.label + (" *" if field.required else ""), self)
        label.setBuddy(self._editor)
        self._editor.setAccessibleName(field.label)
        self._editor.setAccessibleDescription(field.help)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(label)
        layout.addWidget(self._editor, 0, Qt.AlignmentFlag.AlignLeft if isinstance(self._editor, Chip) else _WHOLE_LINE)
        layout.addWidget(self._note)
        self._connect()

    @property
    def name(self) -> str:
        return self._field.name

    @property
    def is_wide(self) -> bool:
        """What is nested wants a whole line of the form."""
        return isinstance(self._editor, ObjectBox | ObjectsBox)

    @property
    def editor(self) -> QWidget:
        return self._editor

    def focus_editor(self) -> None:
        if isinstance(self._editor, ObjectBox | ObjectsBox | AssetBox | ColorsBox):
            self._editor.focus_first()
            return
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_value(self, value: Any) -> None:
        """Shows a value that came from elsewhere; the cursor of a line being typed in stays."""
        match self._editor:
            case Chip() | ObjectBox() | ObjectsBox() | AssetBox() | ColorsBox():
                self._editor.show_value(value)
            case QPlainTextEdit() | QLineEdit() if not self._editor.hasFocus():
                # Showing is not typing: a value whose text reads as another type must not change by being shown.
                blocked = self._editor.blockSignals(True)
                text = _as_text(self._field, value)
                if isinstance(self._editor, QPlainTextEdit):
                    self._editor.setPlainText(text)
                else:
                    self._editor.setText(text)
                self._editor.blockSignals(blocked)

    def show_finding(self, message: str, inner: Inner = MappingProxyType({})) -> None:
        """Says what is wrong with the whole, and passes on what is wrong inside it."""
        said = message or self._field.help
        self._note.setText(said)
        set_tone(self._note, "bad" if message else "faint")
        self._editor.setAccessibleDescription(said)
        if isinstance(self._editor, ObjectBox | ObjectsBox | AssetBox | ColorsBox):
            self._editor.show_inner({(): message, **inner} if message else inner)
        else:
            mark_wrong(self._editor, bool(message))

    def _connect(self) -> None:
        name = self._field.name
        match self._editor:
            case Chip():
                self._editor.edited.connect(self.edited)
            case ObjectBox() | ObjectsBox() | AssetBox() | ColorsBox():
                self._editor.edited.connect(lambda value: self.edited.emit(name, value))
            case QPlainTextEdit():
                self._editor.textChanged.connect(
                    lambda: self.edited.emit(name, _from_text(self._field, self._editor.toPlainText()))
                )
            case QLineEdit():
                self._editor.textChanged.connect(lambda text: self.edited.emit(name, _from_text(self._field, text)))


def _editor(field: Field, parent: QWidget) -> QWidget:
    if options_of(field) is not None:
        return Chip(field, parent, labelled=True)
    match field.kind:
        case FieldKind.PROMPT:
            editor = QPlainTextEdit(parent)
            editor.setTabChangesFocus(True)
            editor.setFixedHeight(9 * GRID)
            return editor
        case FieldKind.OBJECT:
            return ObjectBox(field, FormRow, parent, required=field.required)
        case FieldKind.OBJECTS:
            return ObjectsBox(field, FormRow, parent)
        case FieldKind.ASSET | FieldKind.ASSETS:
            return AssetBox(field, parent)
        case FieldKind.TEXTS if field.pattern is not None and "#" in field.pattern:
            return ColorsBox(field, parent)
        case FieldKind.UNKNOWN:
            editor = QPlainTextEdit(parent)
            editor.setTabChangesFocus(True)
            editor.setFixedHeight(9 * GRID)
            editor.setPlaceholderText("JSON")
            return editor
        case _:
            line = QLineEdit(parent)
            line.setPlaceholderText(_default_words(field) if not field.required else "")
            return line


def _as_text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if field.kind is FieldKind.TEXTS and isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _from_text(field: Field, text: str) -> Any:
    """Text that is no JSON stays a text, so that the check can say so at the field and nothing typed is lost."""
    if field.kind is FieldKind.UNKNOWN:
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text
    return value_from_text(field, text)
