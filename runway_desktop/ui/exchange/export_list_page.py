"""How the list is exported: CSV or JSON, and which columns. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from runway_desktop.ui.building import STRETCH, add_all, choices, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID
from runway_desktop.viewmodels.exchange.export import COLUMNS, SEPARATORS, ExportModel, ListForm

_FORMS = ((ListForm.CSV, "CSV, for spreadsheets"), (ListForm.JSON, "JSON, for programs"))

_SEPARATOR_TIP = "Excel wants semicolons where numbers are written with a comma. It holds for bills and sheets too."


class ExportListPage(QWidget):
    def __init__(self, model: ExportModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        column = vbox(on=self)
        self.forms = choices(self, _FORMS, partial(model.set, "form"))
        self.forms[model.form].setChecked(True)
        add_all(column, hbox(*self.forms.values(), STRETCH, spacing=3 * GRID), self._build_manner())
        label = words(self, "Columns")
        column.addWidget(label)
        self.columns = QListWidget(self)
        self.columns.setAccessibleName("Columns")
        self.columns.setProperty("kind", "ticks")
        label.setBuddy(self.columns)
        for one in COLUMNS:
            item = QListWidgetItem(f"{one.title}  ·  {one.key}" if one.title.lower() != one.key else one.title)
            item.setData(Qt.ItemDataRole.UserRole, one.key)
            item.setCheckState(Qt.CheckState.Checked if one.key in model.columns else Qt.CheckState.Unchecked)
            self.columns.addItem(item)
        self.columns.itemChanged.connect(lambda _: self._take_over())
        add_all(column, (self.columns, 1), self._build_choices())

    def _build_manner(self) -> QWidget:
        """Of a CSV alone."""
        model = self._model
        holder = QWidget(self)
        label = words(holder, "Between cells")
        self.separator = QComboBox(holder)
        self.separator.setAccessibleName("Between cells")
        self.separator.setToolTip(_SEPARATOR_TIP)
        label.setBuddy(self.separator)
        for sign, name in SEPARATORS.items():
            self.separator.addItem(name, sign)
        self.separator.setCurrentIndex(list(SEPARATORS).index(model.separator))
        self.separator.currentIndexChanged.connect(lambda _: model.set("separator", self.separator.currentData()))
        self.mark = QCheckBox("Mark as UTF-8, so that Excel reads all letters", holder)
        self.mark.setChecked(model.is_marked)
        self.mark.toggled.connect(lambda on: model.set("is_marked", on))
        hbox(label, self.separator, 2 * GRID, self.mark, STRETCH, on=holder)
        csv = self.forms[ListForm.CSV]
        holder.setEnabled(csv.isChecked())
        csv.toggled.connect(holder.setEnabled)
        return holder

    def _build_choices(self) -> QHBoxLayout:
        usual = {one.key for one in COLUMNS if one.is_usual}
        every = {one.key for one in COLUMNS}
        ticks: tuple[tuple[str, set[str]], ...] = (("Default", usual), ("All", every), ("None", set()))
        buttons = [push_button(self, text, partial(self._tick, keys), kind="flat") for text, keys in ticks]
        return hbox(*buttons, STRETCH)

    def _tick(self, keys: set[str], _pressed: bool = False) -> None:
        self.columns.blockSignals(True)
        for at in range(self.columns.count()):
            item = self.columns.item(at)
            is_one = item.data(Qt.ItemDataRole.UserRole) in keys
            item.setCheckState(Qt.CheckState.Checked if is_one else Qt.CheckState.Unchecked)
        self.columns.blockSignals(False)
        self._take_over()

    def _take_over(self) -> None:
        items = (self.columns.item(at) for at in range(self.columns.count()))
        self._model.set(
            "columns",
            [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() is Qt.CheckState.Checked],
        )
