"""Dialog of columns: assigns unmatched columns of a table, and selects which further columns are shown. GUI thread
only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QListWidget, QListWidgetItem, QScrollArea, QWidget

from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.texts import Text, _, quoted
from runway_desktop.ui.building import STRETCH, Dialog, add_all, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.words.plain import tip

_LEAVE_OUT = Text("Ignore")


class TickList(QListWidget):
    """List with check boxes, each item with a value."""

    def __init__(self, spoken: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(spoken)
        self.setProperty("kind", "ticks")

    def add(self, text: str, value: object, *, ticked: bool) -> QListWidgetItem:
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, value)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.addItem(item)
        return item

    def ticked(self) -> list[Any]:
        """Values of the checked items."""
        items = (self.item(at) for at in range(self.count()))
        return [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() is Qt.CheckState.Checked]


class ColumnsDialog(Dialog):
    def __init__(self, sheet: Sheet, parent: QWidget) -> None:
        super().__init__(_("Columns"), parent)
        self._sheet = sheet
        self._choices: dict[str, QComboBox] = {}
        layout = vbox(on=self, margins=2 * GRID)
        unmatched = sheet.unmatched
        if unmatched:
            layout.addWidget(words(self, _("These columns weren't recognized. Where do they go?")))
            layout.addWidget(self._mapping(unmatched))
        layout.addWidget(words(self, _("Also show:")))
        self._list = TickList(_("More columns"), self)
        self._list.setMinimumHeight(22 * GRID)
        for column, title, is_shown, is_needed in sheet.offering.columns():
            item = self._list.add(title, column.key, ticked=is_shown)
            item.setToolTip(tip(column.help))
            if is_needed:
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
        cancel = push_button(self, _("Cancel"), self.reject)
        apply = push_button(self, _("Apply"), self._apply, kind="primary", default=True)
        add_all(layout, (self._list, 1), hbox(STRETCH, cancel, apply))
        self.setMinimumWidth(60 * GRID)

    def _mapping(self, unmatched: dict[str, str]) -> QWidget:
        area = QScrollArea(self, widgetResizable=True)
        area.setAccessibleName(_("Unrecognized columns"))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, GRID, 0)
        grid.setHorizontalSpacing(2 * GRID)
        for at, (title, example) in enumerate(unmatched.items()):
            shown = words(holder, title, wrap=False)
            sample = words(holder, quoted(example[:40]), "muted", wrap=False)
            choice = QComboBox(holder)
            choice.setAccessibleName(_("Column for “{title}”", title=title))
            choice.addItem(str(_LEAVE_OUT), "")
            for column, name in self._sheet.offering.titled(self._sheet.offering.targets()):
                choice.addItem(name, column.key)
            nearest = self._sheet.offering.nearest(title)
            if nearest:
                choice.setCurrentIndex(choice.findData(nearest))
            grid.addWidget(shown, at, 0)
            grid.addWidget(sample, at, 1)
            grid.addWidget(choice, at, 2)
            self._choices[title] = choice
        grid.setColumnStretch(1, 1)
        area.setWidget(holder)
        area.setFixedHeight(min(holder.sizeHint().height() + GRID, 24 * GRID))
        return area

    def _apply(self) -> None:
        self._sheet.model.show_columns([str(key) for key in self._list.ticked()])
        self._sheet.apply_mapping({title: key for title, box in self._choices.items() if (key := box.currentData())})
        self.accept()
