"""Editors for what is nested: an object in one of its forms, a list of objects, a file inside an object, colours.

Each shows a wire value and says `edited(value)` with the whole new one; None leaves it out. Nothing is checked here:
`show_inner` is told what is wrong, by the path inside the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.catalog import AssetItem, Field, Variant, asset_items, asset_value, media_in_words, variant_of
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.marks import mark_wrong
from runway_desktop.ui.theme import GRID

Inner = Mapping[tuple[str | int, ...], str]
"""What is wrong inside a value: path within it, sentence."""


class Row(Protocol):
    """What a line of a form is, as far as a box of lines cares."""

    @property
    def name(self) -> str: ...

    def show_value(self, value: Any) -> None: ...

    def show_finding(self, message: str, inner: Inner = ...) -> None: ...

    def focus_editor(self) -> None: ...


MakeRow = Callable[[Field, QWidget], Any]
"""Makes a Row that is a widget and has the signal edited(name, value)."""


def inner_of(findings: Inner, step: str | int) -> dict[tuple[str | int, ...], str]:
    """What of the findings lies under one step of the path."""
    return {path[1:]: message for path, message in findings.items() if path and path[0] == step}


class ObjectBox(QFrame):
    """One object. With several forms there is a chooser; an optional one may be left out."""

    edited = Signal(object)

    def __init__(self, field: Field, make_row: MakeRow, parent: QWidget, *, required: bool) -> None:
        super().__init__(parent)
        self._field = field
        self._make_row = make_row
        self._required = required
        self._value: dict[str, Any] | None = None
        self._variant: Variant | None = None
        self._rows: list[Any] = []
        self.setProperty("box", True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(GRID, GRID, GRID, GRID)
        self._layout.setSpacing(GRID)
        self._form = QPushButton(self)
        self._form.setProperty("kind", "chip")
        self._form.setAccessibleName(f"{field.label}: form")
        self._form.setAutoDefault(False)
        self._form.clicked.connect(self._choose_form)
        if field.variants and (len(field.variants) > 1 or not required):
            self._layout.addWidget(self._form, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            self._form.hide()
        self._show_form()

    def show_value(self, value: Any) -> None:
        taken = dict(value) if isinstance(value, Mapping) else None
        if taken == self._value:
            return
        self._value = taken
        self._show_form()

    def show_inner(self, findings: Inner) -> None:
        for row in self._rows:
            under = inner_of(findings, row.name)
            row.show_finding(under.get((), ""), {path: words for path, words in under.items() if path})

    def focus_first(self) -> None:
        if self._rows:
            self._rows[0].focus_editor()
        else:
            self._form.setFocus(Qt.FocusReason.OtherFocusReason)

    def _present_form(self) -> Variant | None:
        if not self._field.variants:
            return None
        found = variant_of(self._field, self._value) if self._value is not None else None
        return found or (self._field.variants[0] if self._required else None)

    def _members(self) -> Sequence[Field]:
        if not self._field.variants:
            return self._field.fields
        return self._variant.fields if self._variant is not None else ()

    def _show_form(self) -> None:
        form = self._present_form()
        members = [row.name for row in self._rows]
        self._variant = form
        self._form.setText(f"{form.label if form is not None else 'Not used'}  ▾")
        if members != [member.name for member in self._members()] or (form is not None and not self._rows):
            self._build_rows()
        for row in self._rows:
            row.show_value((self._value or {}).get(row.name))

    def _build_rows(self) -> None:
        for row in self._rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for member in self._members():
            row = self._make_row(member, self)
            row.edited.connect(self._member_edited)
            self._layout.addWidget(row)
            row.show()
            self._rows.append(row)

    def _member_edited(self, name: str, value: Any) -> None:
        now = dict(self._value or {})
        if value is None or value == "":
            now.pop(name, None)
        else:
            now[name] = value
        tag = self._field.tag_key
        if tag is not None and self._variant is not None and now:
            now = {tag: self._variant.tag, **{key: kept for key, kept in now.items() if key != tag}}
        self._value = now or None
        self.edited.emit(self._value)

    def _choose_form(self) -> None:
        options = [Option(place, variant.label) for place, variant in enumerate(self._field.variants)]
        if not self._required:
            options.insert(0, Option(None, "Not used"))
        now = self._field.variants.index(self._variant) if self._variant in self._field.variants else None
        popup = ChoicePopup(options, now, self._field.label, self._form)
        popup.chosen.connect(self._take_form)
        popup.open_at(self._form)

    def _take_form(self, place: int | None) -> None:
        """Another form keeps the members that it has too."""
        if place is None:
            self._value = None
        else:
            variant = self._field.variants[place]
            names = {member.name for member in variant.fields}
            kept = {name: value for name, value in (self._value or {}).items() if name in names}
            tag = self._field.tag_key
            self._value = {tag: variant.tag, **kept} if tag is not None else {variant.tag: None, **kept}
        self._show_form()
        said = {name: value for name, value in self._value.items() if value is not None} if self._value else None
        self.edited.emit(said)


class ObjectsBox(QWidget):
    """A list of objects that grows, shrinks and is put in order."""

    edited = Signal(object)

    def __init__(self, field: Field, make_row: MakeRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self._make_row = make_row
        self._values: list[dict[str, Any]] = []
        self._boxes: list[ObjectBox] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        self._add = QPushButton("Add", self)
        self._add.setAutoDefault(False)
        self._add.setAccessibleName(f"Add to {field.label.lower()}")
        self._add.clicked.connect(self._add_one)
        self._layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        entries = value if isinstance(value, list | tuple) else []
        taken = [dict(entry) for entry in entries if isinstance(entry, Mapping)]
        if taken != self._values or len(self._boxes) != len(taken):
            self._values = taken
            self._show()

    def show_inner(self, findings: Inner) -> None:
        for place, box in enumerate(self._boxes):
            box.show_inner(inner_of(findings, place))

    def focus_first(self) -> None:
        if self._boxes:
            self._boxes[0].focus_first()
        else:
            self._add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        if len(self._boxes) != len(self._values):
            self._build()
        for box, value in zip(self._boxes, self._values, strict=True):
            box.show_value(value)
        self._add.setEnabled(self._field.max_length is None or len(self._values) < self._field.max_length)
        self._add.setToolTip("" if self._add.isEnabled() else f"The model takes {self._field.max_length}.")

    def _build(self) -> None:
        while self._layout.count() > 1:
            item = self._layout.takeAt(0)
            if item is not None and item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        self._boxes = []
        for place in range(len(self._values)):
            holder = QWidget(self)
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            column.addLayout(self._head(place, holder))
            box = ObjectBox(self._field, self._make_row, holder, required=True)
            box.edited.connect(lambda value, place=place: self._one_edited(place, value))
            column.addWidget(box)
            self._layout.insertWidget(place, holder)
            holder.show()
            self._boxes.append(box)

    def _head(self, place: int, holder: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        name_of_one = f"{self._field.label.removesuffix('s')} {place + 1}"
        title = QLabel(name_of_one, holder)
        title.setProperty("tone", "muted")
        row.addWidget(title, 1)
        last = len(self._values) - 1
        for text, name, possible, deed in (
            ("↑", "Move up", place > 0, lambda: self._move(place, place - 1)),
            ("↓", "Move down", place < last, lambda: self._move(place, place + 1)),
            ("×", "Remove", True, lambda: self._remove(place)),
        ):
            button = QToolButton(holder)
            button.setText(text)
            button.setProperty("kind", "flat")
            button.setToolTip(name)
            button.setAccessibleName(f"{name}: {name_of_one}")
            button.setEnabled(possible)
            button.clicked.connect(deed)
            row.addWidget(button)
        return row

    def _one_edited(self, place: int, value: dict[str, Any] | None) -> None:
        self._values[place] = value or {}
        self._tell()

    def _add_one(self) -> None:
        self._values.append({})
        self._show()
        self._boxes[-1].focus_first()
        self._tell()

    def _remove(self, place: int) -> None:
        del self._values[place]
        self._show()
        self._tell()

    def _move(self, place: int, to: int) -> None:
        self._values.insert(to, self._values.pop(place))
        self._show()
        self._tell()

    def _tell(self) -> None:
        self.edited.emit([dict(value) for value in self._values] or None)


class AssetBox(QFrame):
    """A file or link inside an object: drop it, choose it, or type a link."""

    edited = Signal(object)

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self.setProperty("box", True)
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        self._line = QLineEdit(self, clearButtonEnabled=True)
        self._line.setPlaceholderText(f"Drop a {media_in_words(field.media)} here, or paste a link")
        self._line.setAcceptDrops(False)
        self._line.setAccessibleName(field.label)
        self._line.textEdited.connect(self._typed)
        self.setFocusProxy(self._line)
        choose = QPushButton("Choose…", self)
        choose.setAutoDefault(False)
        choose.setAccessibleName(f"Choose a file: {field.label}")
        choose.clicked.connect(self._choose)
        row.addWidget(self._line, 1)
        row.addWidget(choose)

    def show_value(self, value: Any) -> None:
        items = asset_items(self._field, value)
        text = items[0].uri if items else ""
        if not self._line.hasFocus() and self._line.text() != text:
            self._line.setText(text)

    def show_inner(self, findings: Inner) -> None:
        mark_wrong(self._line, bool(findings))

    def focus_first(self) -> None:
        self._line.setFocus(Qt.FocusReason.OtherFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        urls = event.mimeData().urls()
        if urls:
            self._take(Path(urls[0].toLocalFile()).as_uri() if urls[0].isLocalFile() else urls[0].toString())
            event.acceptProposedAction()

    def _typed(self, text: str) -> None:
        self.edited.emit(asset_value(self._field, [AssetItem(uri=text.strip())]) if text.strip() else None)

    def _take(self, uri: str) -> None:
        self._line.setText(uri)
        self._typed(uri)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._field.label)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._take(Path(name).as_uri()))
        dialog.open()


class ColorsBox(QWidget):
    """A list of colours as swatches; each opens the system's colour dialog, the last adds one."""

    edited = Signal(object)

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self._colors: list[str] = []
        self._flow = FlowLayout(self, GRID // 2)
        self._show()

    def show_value(self, value: Any) -> None:
        taken = [str(color) for color in value] if isinstance(value, list | tuple) else []
        if taken != self._colors:
            self._colors = taken
            self._show()

    def show_inner(self, findings: Inner) -> None:
        return

    def focus_first(self) -> None:
        item = self._flow.itemAt(0)
        if item is not None and item.widget() is not None:
            item.widget().setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        while self._flow.count():
            item = self._flow.takeAt(0)
            if item is not None and item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        for place, color in enumerate(self._colors):
            button = QToolButton(self)
            swatch = QPixmap(QSize(16, 16))
            swatch.fill(QColor(color))
            button.setIcon(QIcon(swatch))
            button.setText(color)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setToolTip("Change the colour; Delete removes it")
            button.setAccessibleName(f"Colour {place + 1}, {color}")
            button.clicked.connect(lambda _=False, place=place: self._pick(place))
            button.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            remove = button.addAction("Remove")
            remove.setShortcut(Qt.Key.Key_Delete)
            remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            remove.triggered.connect(lambda _=False, place=place: self._set(place, None))
            self._flow.addWidget(button)
            button.show()
        if self._field.max_length is None or len(self._colors) < self._field.max_length:
            add = QPushButton("Add a colour", self)
            add.setAutoDefault(False)
            add.clicked.connect(lambda: self._pick(len(self._colors)))
            self._flow.addWidget(add)
            add.show()
        self.updateGeometry()

    def _pick(self, place: int) -> None:
        now = QColor(self._colors[place]) if place < len(self._colors) else QColor("#6ea8fe")
        dialog = QColorDialog(now, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda color: self._set(place, color.name()))
        dialog.open()

    def _set(self, place: int, color: str | None) -> None:
        if color is None:
            del self._colors[place]
        elif place < len(self._colors):
            self._colors[place] = color
        else:
            self._colors.append(color)
        self._show()
        self.edited.emit(list(self._colors) or None)
