"""Editors for a file inside an object, and for colors.

Each shows a wire value and emits `edited` with the whole new value, None to omit it. No validation. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QFrame, QLineEdit, QWidget

from runway_desktop.catalog import AssetItem, Field, FieldKind, asset_items, asset_value, media_in_words
from runway_desktop.domain.inputs import path_of
from runway_desktop.texts import _
from runway_desktop.ui.building import clear_layout, hbox, push_button, tool_button
from runway_desktop.ui.file_dialogs import choose_file
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import mark_wrong
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.words.plain import tip

from .object_editors import Inner


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
        self._choose_button = push_button(
            self, _("Choose…"), self._choose, spoken=_("Choose file: {field}", field=field.label)
        )
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
        if color is None:
            del self._colors[position]
        elif position < len(self._colors):
            self._colors[position] = color
        else:
            self._colors.append(color)
        self._show()
        if self._single:
            self.edited.emit(self._colors[0] if self._colors else None)
        else:
            self.edited.emit(list(self._colors) or None)
