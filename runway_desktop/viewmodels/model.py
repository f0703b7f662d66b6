"""Base classes of view-models and tables. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, SignalInstance
from shiboken6 import isValid

from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases

AnyIndex = QModelIndex | QPersistentModelIndex
Line = TypeVar("Line")
Told = TypeVar("Told")


class Model(QObject):
    """Base class with use cases and the runner of coroutines."""

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._runner = runner

    def while_open(self, does: Callable[[Told], object]) -> Callable[[Told], None]:
        """Wraps a callback so that it does nothing once the model is deleted."""

        def told(answer: Told) -> None:
            if isValid(self):
                does(answer)

        return told


class Soon(QTimer):
    """Calls `then` once, some time after `begin` or `start`, which begins again."""

    def __init__(self, parent: QObject, milliseconds: int, then: Callable[[], object] | SignalInstance) -> None:
        super().__init__(parent, singleShot=True, interval=milliseconds)
        self.timeout.connect(then)

    def begin(self, *_: object) -> None:
        """Does nothing while it runs, so that a burst of signals is one call."""
        if not self.isActive():
            self.start()


class LinesTable(QAbstractTableModel, Generic[Line]):
    """Table model over a list of lines. Subclasses implement `data`, and change `_lines` with Qt's signals."""

    def __init__(self, titles: Sequence[str], parent: QObject | None) -> None:
        super().__init__(parent)
        self._titles = tuple(titles)
        self._lines: list[Line] = []

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        is_title = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._titles[section] if is_title else None

    def _tell(self, rows: range) -> None:
        """Emits `dataChanged` for these rows."""
        if rows:
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], len(self._titles) - 1))
