"""Editors made from a catalog field: chips for the composer's line, full-width rows for the form.

An editor shows a wire value and emits `edited(name, value)`. It does not validate: the view-model supplies findings and
whether a field applies. GUI thread only.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QFontDatabase, QGuiApplication, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from runway_desktop.catalog import Field, FieldKind, is_left_out, utf16_length, value_from_text
from runway_desktop.texts import _
from runway_desktop.ui.building import Popup, PushButton, hbox, passing_menu, push_button, vbox
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.labels import mark_wrong, set_tone, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.words.plain import tip

from .choices import ANOTHER, chip_text, default_words, options_of, value_text, with_unit
from .object_editors import AssetBox, ColorsBox, Inner, ObjectBox, ObjectsBox

_WHOLE_LINE = Qt.AlignmentFlag(0)
_NEAR = 0.8
"""The length is shown from this fraction of the maximum."""
_ARROW = "  ▾"
_LONGEST = 24 * GRID
"""Maximum width of a value on a chip, in pixels."""
_LARGEST_SEED = 2**32 - 1
_NOTHING: Inner = MappingProxyType({})


def count_words(field: Field | None, text: str) -> str:
    """Text such as "812 of 1,000" if a text nears its maximum length, counted in UTF-16 units as Runway does; else
    empty."""
    if field is None or field.max_length is None:
        return ""
    length = utf16_length(text)
    return _("{length} of {limit}", length=length, limit=field.max_length) if length >= _NEAR * field.max_length else ""


class Chip(PushButton):
    """A setting as a button that opens its options, or a line edit."""

    edited = Signal(str, object)

    def __init__(self, field: Field, parent: QWidget, *, labeled: bool = False) -> None:
        """`labeled`: a label with the field's name is already above."""
        super().__init__(parent)
        self._field = field
        self._say = value_text if labeled else chip_text
        self._usual = "" if labeled else _usual_texts(field)
        self._value: Any = None
        self._idle = self._wrong = ""
        self.setProperty("kind", "chip")
        self.setAccessibleName(field.label)
        self.setAutoDefault(False)
        self.clicked.connect(self._open)
        self.show_value(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = passing_menu(self)
        menu.addAction(_("Choose…"), self._open)
        reset = menu.addAction(_("Reset to default"), lambda: self._take(None))
        reset.setEnabled(not is_left_out(self._value) and self._value != self._field.default)
        menu.addAction(
            _("Copy value"), lambda: QGuiApplication.clipboard().setText(value_text(self._field, self._value))
        )
        menu.popup(event.globalPos())

    def show_value(self, value: Any) -> None:
        self._value = value
        text = self.fontMetrics().elidedText(self._say(self._field, value), Qt.TextElideMode.ElideRight, _LONGEST)
        self.setText(text + _ARROW)
        self._show_use()
        self.setAccessibleDescription(self._idle or chip_text(self._field, value))

    def show_finding(self, message: str) -> None:
        self._wrong = message
        self.setToolTip(tip(self._idle or message or self._field.help))
        mark_wrong(self, bool(message))

    def show_idle(self, reason: str) -> None:
        """Sets why the setting does not apply (empty: it does). Then the chip is disabled, unless it has a value to
        clear."""
        self._idle = reason
        self.show_value(self._value)
        self.show_finding(self._wrong)

    def sizeHint(self) -> QSize:
        """As wide as the longest usual value, so that neighbors do not move."""
        hint, now = super().sizeHint(), self._width(self.text())
        usual = min(_LONGEST, self._width(self._usual))
        return QSize(hint.width() - now + max(now, usual), hint.height())

    def _width(self, text: str) -> int:
        """Width of the widest line as QPushButton's own size hint measures it."""
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text).width()

    def _show_use(self) -> None:
        """Enables or disables the chip, but not while its popup is open: disabling the parent would interrupt
        typing."""
        line = self.findChild(FieldPopup)
        if line is None or not line.isVisible():
            self.setEnabled(not self._idle or not is_left_out(self._value))

    def _open(self) -> None:
        options = options_of(self._field)
        if options is None:
            self._open_line(self._value)
            return
        popup = ChoicePopup(options, self._value, self._field.label, self)
        popup.chosen.connect(self._take)
        popup.open_at(self)

    def _take(self, value: Any) -> None:
        if value is ANOTHER:
            self._open_line(self._value)
        else:
            self.edited.emit(self._field.name, value)

    def _open_line(self, value: Any) -> None:
        line = FieldPopup(self._field, value, self)
        line.edited.connect(self.edited)
        line.closed.connect(self._show_use)
        line.open_at(self)


def _usual_texts(field: Field) -> str:
    """Chip texts of all options, and of the largest value that can be typed, as lines that are measured together."""
    options = options_of(field) or ()
    values = [option.value for option in options if option.value is not ANOTHER]
    is_whole = field.kind is FieldKind.INTEGER and not options
    most = [int(field.maximum) if field.maximum is not None else _LARGEST_SEED] if is_whole else []
    return "\n".join(chip_text(field, value) + _ARROW for value in (*values, *most))


class FieldPopup(Popup):
    """Popup to type a number or word below its chip. Each edit applies at once; Return or an outside click closes.
    Words that may replace the number are buttons."""

    edited = Signal(str, object)
    closed = Signal()

    def __init__(self, field: Field, value: Any, parent: QWidget) -> None:
        super().__init__(field.label, parent)
        self._field = field
        label = words(self, field.help, "muted")
        label.setMinimumWidth(28 * GRID)
        row = hbox()
        vbox(label, row, on=self, margins=GRID)
        self._line = _line(field, self)
        self._line.setText(_as_text(field, value))
        row.addWidget(self._line)
        if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
            none = [] if field.required else [Option(None, default_words(field))]
            for option in (*none, *(Option(choice, with_unit(field, choice)) for choice in field.choices)):
                button = push_button(
                    self, option.text, lambda _=False, value=option.value: self._take(value), kind="flat"
                )
                row.addWidget(button)
        self._line.textChanged.connect(lambda text: self.edited.emit(field.name, value_from_text(field, text)))
        self._line.returnPressed.connect(self.close)
        self.setFocusProxy(self._line)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hide()
        self.closed.emit()
        super().closeEvent(event)

    def open_at(self, button: QWidget) -> None:
        """Opens above the button, or below if there is no room above; entirely on its screen."""
        self.adjustSize()
        self.show_beside(button)
        self._line.setFocus(Qt.FocusReason.PopupFocusReason)
        self._line.selectAll()

    def _take(self, value: Any) -> None:
        self.edited.emit(self._field.name, value)
        self.close()


class FormRow(QWidget):
    """A field in the form: label, editor, and a note with the error, why it does not apply, or the help."""

    edited = Signal(str, object)

    def __init__(self, field: Field, parent: QWidget, *, dense: bool = False) -> None:
        """`dense`: inside an object; the help is only in the tool tip."""
        super().__init__(parent)
        self._field = field
        self.name = field.name
        self._dense = dense
        self._value: Any = None
        self._idle = self._wrong = ""
        self.editor = _editor(field, self)
        self._note = words(self, field.help, "faint")
        self._note.setVisible(not dense)
        self._label = words(self, field.label + (" *" if field.required else ""), wrap=False)
        self._label.setBuddy(self.editor)
        self._label.setToolTip(tip(field.help))
        if dense:
            set_tone(self._label, "muted")
        self.editor.setAccessibleName(field.label)
        self.editor.setAccessibleDescription(field.help)
        self._count = words(self, tone="faint", wrap=False)
        layout = vbox(hbox((self._label, 1), self._count), on=self, spacing=2)
        layout.addWidget(self.editor, 0, Qt.AlignmentFlag.AlignLeft if isinstance(self.editor, Chip) else _WHOLE_LINE)
        layout.addWidget(self._note)
        self._connect()

    @property
    def is_wide(self) -> bool:
        """Whether it takes a whole line of the form: nested values and long texts."""
        nested = isinstance(self.editor, ObjectBox | ObjectsBox | AssetBox)
        return nested or self._field.kind in (FieldKind.PROMPT, FieldKind.UNKNOWN) or self._field.name in _LONG_TEXTS

    @property
    def span(self) -> int:
        """How many of the three columns of an object's box it takes."""
        if isinstance(self.editor, ObjectBox | ObjectsBox):
            return 3
        return 2 if self.is_wide else 1

    def stops(self) -> list[QWidget]:
        if isinstance(self.editor, ObjectBox | ObjectsBox | AssetBox | ColorsBox):
            return self.editor.stops()
        return [self.editor]

    def focus_editor(self) -> None:
        if isinstance(self.editor, ObjectBox | ObjectsBox | AssetBox | ColorsBox):
            self.editor.focus_first()
            return
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_value(self, value: Any) -> None:
        """Shows a value from elsewhere. A focused line edit keeps its text and cursor."""
        self._value = value
        match self.editor:
            case Chip() | ObjectBox() | ObjectsBox() | AssetBox() | ColorsBox():
                self.editor.show_value(value)
            case QPlainTextEdit() | QLineEdit() if not self.editor.hasFocus():
                # Signals blocked: text that reads as JSON of another type must not edit the value by being shown.
                blocked = self.editor.blockSignals(True)
                text = _as_text(self._field, value)
                if isinstance(self.editor, QPlainTextEdit):
                    self.editor.setPlainText(text)
                else:
                    self.editor.setText(text)
                self.editor.blockSignals(blocked)
        self._count.setText(count_words(self._field, value) if isinstance(value, str) else "")
        self._show_use()

    def show_finding(self, message: str, inner: Inner = _NOTHING) -> None:
        """Shows an error of the whole value, and passes nested errors on to the editor."""
        self._wrong = message
        self._show_note()
        if isinstance(self.editor, ObjectBox | ObjectsBox | AssetBox | ColorsBox):
            self.editor.show_inner({(): message, **inner} if message else inner)
        else:
            mark_wrong(self.editor, bool(message))

    def show_idle(self, reason: str) -> None:
        """Sets why the field does not apply; empty if it does."""
        if reason != self._idle:
            self._idle = reason
            self._show_use()
            self._show_note()

    def _show_note(self) -> None:
        said = self._wrong or self._idle or self._field.help
        self._note.setText(said)
        self._note.setVisible(not self._dense or bool(self._wrong))
        set_tone(self._note, "bad" if self._wrong else "faint")
        self.editor.setAccessibleDescription(said)

    def _show_use(self) -> None:
        """Disables a field that does not apply, unless it has a value to clear. A list of objects that would be needed
        is hidden: disabled, it would still look as if it were."""
        counts = not self._idle or not is_left_out(self._value)
        self.setHidden(not counts and self._field.required and isinstance(self.editor, ObjectBox | ObjectsBox))
        self.editor.setEnabled(counts)
        self._label.setEnabled(counts)

    def _connect(self) -> None:
        match self.editor:
            case Chip():
                self.editor.edited.connect(self.edited)
            case ObjectBox() | ObjectsBox() | AssetBox() | ColorsBox():
                self.editor.edited.connect(lambda value: self.edited.emit(self.name, value))
            case QPlainTextEdit():
                self.editor.textChanged.connect(
                    lambda: self.edited.emit(self.name, _from_text(self._field, self.editor.toPlainText()))
                )
            case QLineEdit():
                self.editor.textChanged.connect(lambda text: self.edited.emit(self.name, _from_text(self._field, text)))


_LONG_TEXTS = ("negativePrompt", "previousText", "nextText")


def _dense_row(field: Field, parent: QWidget) -> FormRow:
    return FormRow(field, parent, dense=True)


def _editor(field: Field, parent: QWidget) -> QWidget:
    if options_of(field) is not None:
        return Chip(field, parent, labeled=True)
    match field.kind:
        case FieldKind.PROMPT:
            return _text_box(parent, lines=2)
        case FieldKind.OBJECT:
            return ObjectBox(field, _dense_row, parent, required=field.required)
        case FieldKind.OBJECTS:
            return ObjectsBox(field, _dense_row, parent)
        case FieldKind.ASSET | FieldKind.ASSETS:
            return AssetBox(field, parent)
        case FieldKind.TEXTS if field.pattern is not None and "#" in field.pattern:
            return ColorsBox(field, parent)
        case FieldKind.UNKNOWN:
            box = _text_box(parent, lines=4)
            box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            box.setPlaceholderText(_("JSON, such as {example}", example='{"name": 1}'))
            return box
        case FieldKind.TEXT if field.pattern is not None and "#" in field.pattern:
            return ColorsBox(field, parent)
        case _:
            return _line(field, parent)


def _text_box(parent: QWidget, *, lines: int) -> QPlainTextEdit:
    box = QPlainTextEdit(parent, tabChangesFocus=True)
    box.setFixedHeight(lines * box.fontMetrics().lineSpacing() + 3 * GRID)
    return box


def _line(field: Field, parent: QWidget) -> QLineEdit:
    line = QLineEdit(parent, clearButtonEnabled=True, placeholderText=_hint(field))
    line.setAccessibleName(field.label)
    if field.kind is FieldKind.INTEGER and not field.choices:
        # QIntValidator is limited to 31 bits; a seed may have 32.
        line.setValidator(QRegularExpressionValidator(QRegularExpression(r"-?\d*"), line))
    return line


def _hint(field: Field) -> str:
    """Placeholder with default and bounds."""
    bounds = ""
    if field.minimum is not None and field.maximum is not None:
        bounds = _("{lowest} to {highest}", lowest=field.minimum, highest=field.maximum)
    default = "" if field.required else default_words(field)
    return " · ".join(part for part in (default, bounds) if part)


def _as_text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return json.dumps(value) if field.kind is FieldKind.UNKNOWN and _reads_as_json(value) else value
    if field.kind is FieldKind.TEXTS and isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _from_text(field: Field, text: str) -> Any:
    """The typed value. Invalid JSON stays a string, so that validation can report it and no input is lost."""
    if field.kind is FieldKind.UNKNOWN:
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text
    return value_from_text(field, text)
