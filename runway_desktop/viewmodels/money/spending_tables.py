"""The tables of the *Spending* window: sums of models, projects or batches, and each model here and at Runway. GUI
thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from runway_desktop.domain.spending_report import Compared, Sum
from runway_desktop.usecases.words import units


class MoneyTable(QAbstractTableModel):
    """Rows that are replaced as a whole; few, and read once."""

    TITLES: tuple[str, ...] = ()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count()

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.TITLES[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def _count(self) -> int:
        raise NotImplementedError


class SumTable(MoneyTable):
    """Models, projects or batches, dearest first. `SHARE` gives 0 to 1 for the bar behind the name."""

    SHARE = Qt.ItemDataRole.UserRole + 1
    TITLES = ("Model", "Tasks", "Credits", "Dollars", "Per keeper")

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: tuple[Sum, ...] = ()
        self._nameless = ""

    def show(self, rows: Sequence[Sum], title: str, nameless: str) -> None:
        self.beginResetModel()
        self._rows, self._nameless = tuple(rows), nameless
        self.TITLES = (title, *self.TITLES[1:])
        self.endResetModel()

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(one)[index.column()]
        if role == self.SHARE:
            most = max((other.credits for other in self._rows), default=0.0)
            return one.credits / most if most > 0 and index.column() == 0 else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(one, index.column())
        return None

    def _count(self) -> int:
        return len(self._rows)

    def _cells(self, one: Sum) -> tuple[str, ...]:
        return (
            one.title or self._nameless,
            f"{one.tasks:,}",
            units.number(one.credits),
            units.dollars(one.credits),
            units.number(round(one.per_keeper, 1)) if one.per_keeper is not None else units.DASH,
        )

    def _spoken(self, one: Sum, column: int) -> str:
        if column == 4:
            if one.per_keeper is None:
                return "No keeper yet: none is picked, or rated 4 and more."
            many = units.count(one.keepers, "keeper")
            return f"{units.credits_in_words(round(one.per_keeper, 1))} for each of {many}, the misses included"
        said = f"{one.title or self._nameless}: {units.credits_in_words(one.credits)}"
        if one.uncertain:
            said += f", of which {units.number(one.uncertain_credits)} are uncertain"
        return said if column != 1 else f"{units.count(one.tasks, 'task')}"


class ComparedTable(MoneyTable):
    """Each model here and at Runway. `UNEXPLAINED` is true where Runway reports more."""

    UNEXPLAINED = Qt.ItemDataRole.UserRole + 1
    TITLES = ("Model", "Here", "Runway", "Difference")

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: tuple[Compared, ...] = ()

    def show(self, rows: Sequence[Compared]) -> None:
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                one.key or "Not known",
                units.number(one.here),
                units.number(one.runway),
                _signed(one.difference),
            )[index.column()]
        if role == self.UNEXPLAINED:
            return one.difference > 0.005
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def _count(self) -> int:
        return len(self._rows)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _signed(value: float) -> str:
    if abs(value) <= 0.005:
        return units.DASH
    return f"+{units.number(value)}" if value > 0 else f"−{units.number(-value)}"
