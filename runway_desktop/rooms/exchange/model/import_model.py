"""Base classes of export and imports, and the item model of an import's preview. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.imports import PreviewLine
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.model import AnyIndex, LinesTable, Model


class PreviewTable(LinesTable[PreviewLine]):
    """The first column has the check box; the second is the standing, in its tone."""

    STANDING = 1
    TONE = Qt.ItemDataRole.UserRole + 1
    FIXED = Qt.ItemDataRole.UserRole + 2
    """Whether the row cannot be checked."""
    ticks_changed = Signal()

    def __init__(self, titles: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(titles, parent)
        self.ticked_count = 0
        self.is_locked = False
        """True while the import runs: rows cannot be checked."""

    @property
    def lines(self) -> Sequence[PreviewLine]:
        return self._lines

    def show_lines(self, lines: Iterable[PreviewLine]) -> None:
        self.beginResetModel()
        self._lines = list(lines)
        self.ticked_count = sum(line.is_ticked for line in self._lines)
        self.endResetModel()
        self.ticks_changed.emit()

    def ticked(self) -> list[int]:
        """Indexes of checked rows, ascending."""
        return [row for row, line in enumerate(self._lines) if line.is_ticked]

    def tick(self, wanted: Callable[[int], bool]) -> None:
        """Checks exactly the checkable rows for which `wanted` is true."""
        if self.is_locked:
            return
        for row, line in enumerate(self._lines):
            line.is_ticked = not line.fixed and wanted(row)
        self.ticked_count = sum(line.is_ticked for line in self._lines)
        self._tell(range(len(self._lines)))
        self.ticks_changed.emit()

    def lock(self, locked: bool = True) -> None:
        self.is_locked = locked
        self._tell(range(len(self._lines)))

    def say(self, row: int, standing: str, tone: Tone) -> None:
        self.say_many((row,), standing, tone)

    def say_many(self, rows: Sequence[int], standing: str, tone: Tone) -> None:
        """Sets the standing of rows, given in ascending order."""
        for row in rows:
            line = self._lines[row]
            line.cells[self.STANDING], line.tone, line.remark = standing, tone, ""
        if rows:
            self._tell(range(rows[0], rows[-1] + 1))

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if index.column() == 0 and not self.is_locked and not self._lines[index.row()].fixed:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.cells[index.column()]
            case Qt.ItemDataRole.CheckStateRole if index.column() == 0:
                return Qt.CheckState.Checked if line.is_ticked else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                is_status = index.column() <= self.STANDING
                return tip((line.remark or line.fixed) if is_status else line.cells[index.column()])
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == self.STANDING and line.remark:
                return f"{line.cells[self.STANDING]}. {line.remark}"
            case self.FIXED:
                return bool(line.fixed)
            case self.TONE:
                return line.tone if index.column() == self.STANDING else None
            case _:
                return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self.flags(index) & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        line = self._lines[index.row()]
        line.is_ticked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.ticked_count += 1 if line.is_ticked else -1
        self._tell(range(index.row(), index.row() + 1))
        self.ticks_changed.emit()
        return True


class ExchangeModel(Model):
    """Phase and progress of an export or import."""

    changed = Signal()

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None) -> None:
        super().__init__(cases, runner, parent)
        self.phase = Phase.LOOKING
        self.problem = ""
        self._progress = Progress(self.changed.emit)

    @property
    def progress(self) -> tuple[int, int]:
        return self._progress.done, self._progress.total

    def stop(self) -> None:
        """Stops; what was found, exported or imported so far stays."""
        self._progress.stop()


class ImportModel(ExchangeModel):
    """Search, check rows, import."""

    finished = Signal(object)
    """Ids of imported or restored tasks, to show them in the list."""

    def __init__(self, cases: UseCases, runner: Runner, titles: Sequence[str], parent: QObject | None) -> None:
        super().__init__(cases, runner, parent)
        self.table = PreviewTable(titles, self)
        self.table.ticks_changed.connect(self.changed)

    def leave(self) -> None:
        """Call when the window closes: stops a search, but not an import."""
        if self.phase is Phase.LOOKING:
            self.stop()

    def _failed(self, error: RunwayDesktopError) -> None:
        """Shows an error. What was imported stays, and the next press recognizes it."""
        self.problem = error.in_words()
        self.phase = Phase.READY
        self.table.lock(False)
        self.changed.emit()
