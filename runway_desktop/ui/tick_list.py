"""List with check boxes. GUI thread only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

_VALUE = Qt.ItemDataRole.UserRole


class TickList(QListWidget):
    """List with check boxes, each item with a value."""

    def __init__(self, spoken: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(spoken)
        self.setProperty("kind", "ticks")

    def add(self, text: str, value: object, *, ticked: bool) -> QListWidgetItem:
        item = QListWidgetItem(text)
        item.setData(_VALUE, value)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.addItem(item)
        return item

    def tick(self, values: Collection[object]) -> None:
        """Checks exactly the items of these values, without signals."""
        with QSignalBlocker(self):
            for item in self._items():
                is_one = item.data(_VALUE) in values
                item.setCheckState(Qt.CheckState.Checked if is_one else Qt.CheckState.Unchecked)

    def ticked(self) -> list[Any]:
        """Values of the checked items."""
        return [item.data(_VALUE) for item in self._items() if item.checkState() is Qt.CheckState.Checked]

    def _items(self) -> Iterator[QListWidgetItem]:
        return map(self.item, range(self.count()))
