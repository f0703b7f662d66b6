"""Editors for nested values: an object in one of its variants, a list of objects, a file inside an object, colors.

Each shows a wire value and emits `edited` with the whole new value, None to omit it. No validation: `show_inner`
receives errors by their path inside the value. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QFrame, QHBoxLayout, QLineEdit, QToolButton, QWidget

from runway_desktop.catalog import (
    AssetItem,
    Field,
    FieldKind,
    Variant,
    asset_items,
    asset_value,
    media_in_words,
    variant_of,
)
from runway_desktop.domain.inputs import path_of
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import clear_layout, grid, hbox, push_button, tool_button, vbox
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.file_dialogs import choose_file
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import mark_wrong, say, set_reason, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.words.plain import tip

COLUMNS = 3
"""Columns of an object's members. A member spans one or more."""

Inner = Mapping[tuple[str | int, ...], str]
"""Errors inside a value: path to message."""
MakeRow = Callable[[Field, QWidget], Any]
"""Factory of a form row: a widget with the signal `edited(name, value)`, `name`, `span`, `show_value`, `show_finding`,
`focus_editor` and `stops`."""


def inner_of(findings: Inner, step: str | int) -> dict[tuple[str | int, ...], str]:
    """Errors below one step of the path, with that step removed."""
    return {path[1:]: message for path, message in findings.items() if path and path[0] == step}


class ObjectBox(QFrame):
    """Editor of one object. With several variants it has a selector; an optional object can be omitted."""

    edited = Signal(object)

    def __init__(self, field: Field, make_row: MakeRow, parent: QWidget, *, required: bool) -> None:
        super().__init__(parent)
        self._field = field
        self._make_row = make_row
        self._required = required
        self._value: dict[str, Any] | None = None
        self._said: dict[str, Any] | None = None
        """The value emitted last: when it is shown back, the rows stay."""
        self._aside: dict[str, Any] = {}
        """Members that the current variant lacks; restored by a variant that has them."""
        self._variant: Variant | None = None
        self._rows: list[Any] = []
        self.setProperty("box", True)
        self._grid = grid(down=GRID)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._wrong = words(self, tone="bad")
        self._wrong.hide()
        self._form = push_button(self, "", self._choose_form, kind="chip", spoken=_("{field}: kind", field=field.label))
        if field.variants and (len(field.variants) > 1 or not required):
            self._grid.addWidget(self._labeled_form(), 0, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        else:
            self._form.hide()
        vbox(self._grid, self._wrong, on=self, margins=GRID)
        self._show_form()

    def _labeled_form(self) -> QWidget:
        """The selector below a label, aligned with the members."""
        holder = QWidget(self)
        label = words(holder, _("Kind"), "muted", wrap=False)
        label.setBuddy(self._form)
        column = vbox(label, on=holder, spacing=2)
        column.addWidget(self._form, 0, Qt.AlignmentFlag.AlignLeft)
        return holder

    def show_value(self, value: Any) -> None:
        taken = dict(value) if isinstance(value, Mapping) else None
        if taken in (self._value, self._said):
            return
        self._value, self._said, self._aside = taken, taken, {}
        self._show_form()

    def show_inner(self, findings: Inner) -> None:
        """Shows the errors of each member. Errors of a member without a row are listed below."""
        shown = {row.name for row in self._rows}
        strange = [message for path, message in findings.items() if path and path[0] not in shown]
        say(self._wrong, "\n".join(strange))
        for row in self._rows:
            under = inner_of(findings, row.name)
            row.show_finding(under.get((), ""), {path: message for path, message in under.items() if path})

    def stops(self) -> list[QWidget]:
        form = [] if self._form.isHidden() else [self._form]
        return [*form, *(stop for row in self._rows for stop in row.stops())]

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
        self._form.setText(f"{form.label if form is not None else _('Not used')}  ▾")
        if set(members) != {member.name for member in self._members()} or (form is not None and not self._rows):
            self._build_rows()
        for row in self._rows:
            row.show_value((self._value or {}).get(row.name))

    def _build_rows(self) -> None:
        for row in self._rows:
            self._grid.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        line, column = 0, int(not self._form.isHidden())
        for member in sorted(self._members(), key=_is_later):
            row = self._make_row(member, self)
            row.edited.connect(self._member_edited)
            if column + row.span > COLUMNS:
                line, column = line + 1, 0
            self._grid.addWidget(row, line, column, 1, row.span, Qt.AlignmentFlag.AlignTop)
            column += row.span
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
        for row in self._rows:
            # What it tells is not shown back to it, and a choice does not show itself.
            if row.name == name:
                row.show_value(now.get(name))
        self._tell(self._value)

    def _choose_form(self) -> None:
        options = [Option(position, variant.label) for position, variant in enumerate(self._field.variants)]
        if not self._required:
            options.insert(0, Option(None, _("Not used")))
        now = self._field.variants.index(self._variant) if self._variant in self._field.variants else None
        popup = ChoicePopup(options, now, self._field.label, self._form)
        popup.chosen.connect(self._take_form)
        popup.open_at(self._form)

    def _take_form(self, position: int | None) -> None:
        """Switches the variant (None: omit the object). Shared members are kept; others are stored for their
        variant."""
        self._aside |= self._value or {}
        if position is None:
            self._value = None
        else:
            variant = self._field.variants[position]
            names = {member.name for member in variant.fields}
            kept = {name: value for name, value in self._aside.items() if name in names and value is not None}
            tag = self._field.tag_key
            self._value = {tag: variant.tag, **kept} if tag is not None else {variant.tag: None, **kept}
        self._show_form()
        said = {name: value for name, value in self._value.items() if value is not None} if self._value else None
        self._tell(said)

    def _tell(self, value: dict[str, Any] | None) -> None:
        self._said = dict(value) if value is not None else None
        self.edited.emit(value)


def _is_later(member: Field) -> bool:
    """Sort key of members: a shot's text before its length, a start before its end, regardless of the wire order."""
    return member.kind is not FieldKind.PROMPT and not member.name.startswith("start")


class ObjectsBox(QWidget):
    """Editor of a list of objects: add, remove, reorder."""

    edited = Signal(object)

    def __init__(self, field: Field, make_row: MakeRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self._make_row = make_row
        self._values: list[dict[str, Any]] = []
        self._boxes: list[ObjectBox] = []
        self._heads: list[list[QToolButton]] = []
        """Buttons above each box."""
        self._list = vbox()
        self._add = push_button(self, _("Add"), self._add_one, spoken=_("Add to “{field}”", field=field.label))
        vbox(self._list, on=self).addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        entries = value if isinstance(value, list | tuple) else []
        taken = [dict(entry) for entry in entries if isinstance(entry, Mapping)]
        if taken != self._values or len(self._boxes) != len(taken):
            self._values = taken
            self._show()

    def show_inner(self, findings: Inner) -> None:
        for position, box in enumerate(self._boxes):
            box.show_inner(inner_of(findings, position))

    def stops(self) -> list[QWidget]:
        found: list[QWidget] = []
        for heads, box in zip(self._heads, self._boxes, strict=True):
            found += [*heads, *box.stops()]
        return [*found, self._add]

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
        most = self._field.max_length
        is_full = most is not None and len(self._values) >= most
        full = ngettext("The model takes {n} at most.", "The model takes {n} at most.", most or 0)
        set_reason(self._add, full if is_full else "")

    def _build(self) -> None:
        clear_layout(self._list)
        self._boxes, self._heads = [], []
        for position in range(len(self._values)):
            holder = QWidget(self)
            column = vbox(self._head(position, holder), on=holder, spacing=2)
            box = ObjectBox(self._field, self._make_row, holder, required=True)
            box.edited.connect(lambda value, index=position: self._one_edited(index, value))
            column.addWidget(box)
            self._list.addWidget(holder)
            holder.show()
            self._boxes.append(box)

    def _head(self, position: int, holder: QWidget) -> QHBoxLayout:
        name_of_one = _("{number} of {count}", number=position + 1, count=len(self._values))
        title = words(holder, name_of_one, "muted", wrap=False)
        row = hbox((title, 1))
        last = len(self._values) - 1
        self._heads.append([])
        for text, name, possible, action in (
            ("↑", _("Move up"), position > 0, lambda: self._move(position, position - 1)),
            ("↓", _("Move down"), position < last, lambda: self._move(position, position + 1)),
            ("×", _("Remove"), True, lambda: self._remove(position)),
        ):
            button = tool_button(
                holder, action, kind="flat", tip=name, spoken=_("{action}: {item}", action=name, item=name_of_one)
            )
            button.setText(text)
            button.setEnabled(possible)
            self._heads[-1].append(button)
            row.addWidget(button)
        return row

    def _one_edited(self, position: int, value: dict[str, Any] | None) -> None:
        self._values[position] = value or {}
        self._tell()

    def _add_one(self) -> None:
        self._values.append({})
        self._show()
        self._boxes[-1].focus_first()
        self._tell()

    def _remove(self, position: int) -> None:
        del self._values[position]
        self._show()
        self._tell()

    def _move(self, position: int, to: int) -> None:
        self._values.insert(to, self._values.pop(position))
        self._show()
        self._tell()

    def _tell(self) -> None:
        self.edited.emit([dict(value) for value in self._values] or None)


class AssetBox(QFrame):
    """Editor of a nested file or link: drop, file dialog, or typed text."""

    edited = Signal(object)

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self.setAcceptDrops(True)
        hint = _("Drop a file ({kinds}), or enter a path or link", kinds=media_in_words(field.media))
        self._line = QLineEdit(self, clearButtonEnabled=True, placeholderText=hint)
        self._line.setAcceptDrops(False)
        self._line.setAccessibleName(field.label)
        self._line.textEdited.connect(lambda text: self._tell(_uri(text.strip())))
        self.setFocusProxy(self._line)
        spoken = _("Choose file: {field}", field=field.label)
        self._choose_button = push_button(self, _("Choose…"), self._choose, spoken=spoken)
        hbox((self._line, 1), self._choose_button, on=self)

    def show_value(self, value: Any) -> None:
        items = asset_items(self._field, value)
        text = path_of(items[0].uri) or items[0].uri if items else ""
        self._line.setToolTip(tip(items[0].uri) if items else "")
        if not self._line.hasFocus() and self._line.text() != text:
            self._line.setText(text)

    def show_inner(self, findings: Inner) -> None:
        mark_wrong(self._line, bool(findings))

    def stops(self) -> list[QWidget]:
        return [self._line, self._choose_button]

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

    def _take(self, uri: str) -> None:
        self._line.setText(path_of(uri) or uri)
        self._tell(uri)

    def _tell(self, uri: str) -> None:
        self.edited.emit(asset_value(self._field, [AssetItem(uri=uri)]) if uri else None)

    def _choose(self) -> None:
        choose_file(self, self._field.label, lambda path: self._take(path.as_uri()))


def _uri(text: str) -> str:
    """A typed absolute path as file URI; a link or unfinished text unchanged."""
    path = Path(text).expanduser()
    return path.as_uri() if text and "://" not in text and path.is_absolute() else text


class ColorsBox(QWidget):
    """Colors as swatches that open the system's color dialog, and a button to add one. A text field holds one color, a
    list as many as the model takes."""

    edited = Signal(object)

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self._single = field.kind is FieldKind.TEXT
        self._most = 1 if self._single else field.max_length
        self._colors: list[str] = []
        self._flow = FlowLayout(self, GRID // 2)
        self._buttons: list[QWidget] = []
        """A swatch for each color, then the add button."""
        self._show()

    def show_value(self, value: Any) -> None:
        given = [value] if isinstance(value, str) and value else value
        taken = [str(color) for color in given] if isinstance(given, list | tuple) else []
        if taken != self._colors:
            self._colors = taken
            self._show()

    def show_inner(self, findings: Inner) -> None:
        """Marks swatches with an error; the row's note has the text."""
        for position, swatch in enumerate(self._buttons[: len(self._colors)]):
            mark_wrong(swatch, any(path[:1] in ((), (position,)) for path in findings))

    def stops(self) -> list[QWidget]:
        return [*self._buttons]

    def focus_first(self) -> None:
        self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        clear_layout(self._flow)
        self._buttons = []
        for position, color in enumerate(self._colors):
            swatch = QPixmap(QSize(16, 16))
            swatch.fill(QColor(color))
            button = tool_button(
                self,
                lambda _=False, index=position: self._pick(index),
                icon=QIcon(swatch),
                tip=_("Click to change, Delete to remove"),
                spoken=_("Color {number}, {color}", number=position + 1, color=color),
            )
            button.setText(color)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            remove = button.addAction(_("Remove"))
            remove.setShortcut(Qt.Key.Key_Delete)
            remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            remove.triggered.connect(lambda _=False, at=position: self._set(at, None))
            self._buttons.append(button)
        if self._most is None or len(self._colors) < self._most:
            text, last = _("Choose color…") if self._single else _("Add color…"), len(self._colors)
            spoken = _("{setting}: {value}", setting=self._field.label, value=text)
            self._buttons.append(push_button(self, text, lambda: self._pick(last), kind="chip", spoken=spoken))
        for one in self._buttons:
            self._flow.addWidget(one)
            one.show()
        self.updateGeometry()

    def _pick(self, position: int) -> None:
        now = QColor(self._colors[position]) if position < len(self._colors) else QColor("#6ea8fe")
        dialog = QColorDialog(now, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda color: self._set(position, color.name()))
        dialog.open()

    def _set(self, position: int, color: str | None) -> None:
        self._colors[position : position + 1] = [] if color is None else [color]
        self._show()
        self.edited.emit((self._colors[0] if self._single else list(self._colors)) if self._colors else None)
