"""Many requests from one drop, to look at before anything is stored: each row, what is wrong, what all will cost.

Rows are checked in slices, so that a list of thousands opens at once. A row that was sent leaves the list; the others
stay. Rows without endpoint or model take the composer's, which `choose_endpoint` and `choose_model` replace. GUI thread
only; never raises for what was dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from runway_desktop.catalog import Endpoint, Pair, is_left_out, settings_line
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.intake import CLIPBOARD, Gathered, IntakeFinding

from . import wording
from .bridge import Bridge
from .offers import Question
from .review_cells import TITLES, Cells, Column
from .review_rows import ReviewRow, RowMaker
from .runner import Runner

SLICE = 200
"""Rows that are checked in one turn of the loop: a few milliseconds."""
FIRST_FEW = 2

Index = QModelIndex | QPersistentModelIndex


TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A `Tone` for the cell."""
WRONG_ROLE = TONE_ROLE + 1
"""Whether a finding is about this cell."""


@dataclass(frozen=True, slots=True)
class Count:
    """Of all rows: how many may be sent and what those will cost. `known` of them have a price, all exact or not."""

    rows: int = 0
    chosen: int = 0
    ready: int = 0
    checked: int = 0
    credits: float = 0.0
    known: int = 0
    exact: bool = True

    @property
    def price_words(self) -> str:
        if not self.ready:
            return ""
        if not self.known:
            return "price shown after sending"
        said = wording.credits_in_words(self.credits)
        if self.known < self.ready:
            return f"at least {said}"
        return said if self.exact else f"about {said}"


class ReviewModel(QAbstractTableModel):
    counted = Signal()
    """Totals, findings or what may be done now moved."""
    default_changed = Signal()
    sent = Signal(object)
    """A tuple of task ids, stored in the lane."""
    emptied = Signal()
    troubled = Signal(str)
    """Why rows could not be stored. Those are still here."""

    def __init__(
        self,
        engine: Engine,
        bridge: Bridge,
        runner: Runner,
        gathered: Gathered,
        composed: Request,
        *,
        project: str = "",
        parent: QObject | None = None,
    ) -> None:
        """`composed` is what the composer holds, `project` its project: both apply to rows that name none."""
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._gathered = gathered
        self._composed = composed
        self._project = project
        self._cells = Cells(engine.catalog)
        self._maker = RowMaker(engine.catalog, engine.pricing, composed)
        self._sending = False
        self._sent_some = False
        self._edited = False
        sources = {draft.source for draft in gathered.drafts}
        numbered = len(sources) == 1 and all(draft.row is not None for draft in gathered.drafts)
        self._rows = [
            ReviewRow(draft, (draft.row or 0) if numbered else place)
            for place, draft in enumerate(gathered.drafts, start=1)
        ]
        self._next_unchecked = 0
        self._count = Count(rows=len(self._rows), chosen=len(self._rows))
        self._checking = QTimer(self, interval=0)
        self._checking.timeout.connect(self.check_more)
        bridge.organization_changed.connect(self._balance_moved)
        self._check_again()

    # What stands around the table.

    def _balance_moved(self, _: object) -> None:
        # A method, not a lambda: it is let go with this object, which lives only as long as its window.
        self.counted.emit()

    @property
    def title(self) -> str:
        sources = {draft.source for draft in self._gathered.drafts} | {
            found.source for found in self._gathered.findings
        }
        if len(sources) == 1:
            source = next(iter(sources))
            return self._gathered.name or "Clipboard" if source == CLIPBOARD else Path(source).name
        return self._gathered.name or wording.count(len(sources), "source")

    @property
    def subtitle(self) -> str:
        return f"{wording.count(len(self._rows), 'row')} · nothing is uploaded or sent yet"

    @property
    def file_findings(self) -> tuple[IntakeFinding, ...]:
        """What could not be read, of files and lines as a whole."""
        return self._gathered.findings

    @property
    def count(self) -> Count:
        return self._count

    @property
    def sending(self) -> bool:
        return self._sending

    @property
    def total_words(self) -> str:
        count = self._count
        if self._sending:
            return "Storing…"
        if count.checked < count.rows:
            return f"Checking {count.checked:,} of {count.rows:,} rows…"
        if not count.rows:
            return "No rows are left."
        parts = [f"{count.ready:,} of {wording.count(count.rows, 'task')} {'is' if count.rows == 1 else 'are'} ready"]
        if count.ready:
            parts[0] += f": {count.price_words}"
        organization = self._engine.account.organization
        if organization is not None:
            parts.append(f"Balance {wording.credits_in_words(organization.balance)}")
            if count.credits > organization.balance:
                parts.append("That is not enough for all of them")
        return ". ".join(parts) + "."

    @property
    def exceeds_balance(self) -> bool:
        organization = self._engine.account.organization
        return organization is not None and self._count.credits > organization.balance

    @property
    def reason(self) -> str:
        """Why nothing can be sent now; empty when something can."""
        count = self._count
        if self._sending:
            return "The rows are being stored."
        if count.checked < count.rows:
            return "The rows are still being checked."
        if not count.chosen:
            return "No row is chosen."
        return "" if count.ready else "No chosen row is ready. The last column says what each needs."

    def first_few(self) -> Count:
        """Of the first ready rows that *First few only* would send."""
        return self._counted([row for row in self._rows if row.chosen and row.ready][:FIRST_FEW])

    def closing_question(self) -> Question | None:
        """What to ask before the list is closed; None when nothing would be lost by it."""
        left = len(self._rows)
        from_file = all(draft.source != CLIPBOARD for draft in self._gathered.drafts)
        if not left or (from_file and not self._edited and not self._sent_some):
            return None
        amount = wording.count(left, "row")
        why = "Rows that were sent go on. " if self._sent_some else ""
        kept = "Your changes are not kept." if self._edited else "They are not kept anywhere else by this program."
        return Question(f"Close with {amount} not sent?", f"{why}{kept}", f"Drop {amount}", "Keep the list")

    # Endpoint, model and inputs of rows that name none.

    @property
    def has_default_rows(self) -> bool:
        return any(row.draft.endpoint is None or row.draft.model is None for row in self._rows)

    @property
    def pair(self) -> Pair:
        return self._maker.pair

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._engine.catalog.endpoints

    @property
    def endpoint(self) -> Endpoint:
        return next(found for found in self.endpoints if found.name == self.pair.endpoint)

    @property
    def default_settings(self) -> str:
        return settings_line(self.pair, self._maker.settings(self.pair))

    @property
    def composer_inputs(self) -> int:
        """How many inputs of the composer the chosen pair can take."""
        amount = 0
        for found in self.pair.asset_fields:
            value = self._composed.values.get(found.name)
            if not is_left_out(value):
                amount += len(value) if isinstance(value, list | tuple) else 1
        return amount

    @property
    def use_inputs(self) -> bool:
        return self._maker.use_inputs

    def set_use_inputs(self, use: bool) -> None:
        if use != self._maker.use_inputs and not self._sending:
            self._maker.use_inputs = use
            self._check_again()

    def choose_endpoint(self, name: str) -> None:
        endpoint = self._engine.catalog.endpoint(name)
        if endpoint is not None and name != self.pair.endpoint:
            self._choose(name, self.pair.model if self.pair.model in endpoint.models else endpoint.models[0])

    def choose_model(self, model: str) -> None:
        if model != self.pair.model:
            self._choose(self.pair.endpoint, model)

    # Deeds.

    def choose_all(self, chosen: bool) -> None:
        for row in self._rows:
            row.chosen, row.decided = chosen, True
        if self._rows:
            self.dataChanged.emit(
                self.index(0, Column.NUMBER),
                self.index(len(self._rows) - 1, Column.NUMBER),
                [Qt.ItemDataRole.CheckStateRole],
            )
        self._recount()

    def send(self, most: int | None = None) -> None:
        """Stores the chosen rows that are ready, or the first `most` of them, in the lane."""
        if self.reason:
            return
        rows = [row for row in self._rows if row.chosen and row.ready][:most]
        self._sending = True
        self.counted.emit()
        self._runner(self._send(rows), "store reviewed rows", failed=self._failed)

    def check_more(self) -> None:
        """Checks the next slice of rows. Goes on by itself until all are checked."""
        first, last = self._next_unchecked, min(self._next_unchecked + SLICE, len(self._rows))
        for row in self._rows[first:last]:
            self._maker.check(row)
        self._next_unchecked = last
        if last >= len(self._rows):
            self._checking.stop()
        elif not self._checking.isActive():
            self._checking.start()
        if first < last:
            self.dataChanged.emit(self.index(first, 0), self.index(last - 1, len(TITLES) - 1))
        self._recount()

    # The table.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(TITLES):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        found = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if self._sending:
            return found
        if index.column() == Column.NUMBER:
            found |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == Column.PROMPT and self._maker.pair_of(self._rows[index.row()].draft) is not None:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._cells.text(row, column)
            case Qt.ItemDataRole.EditRole:
                return self._cells.prompt(row) if column is Column.PROMPT else self._cells.text(row, column)
            case Qt.ItemDataRole.CheckStateRole if column is Column.NUMBER:
                return Qt.CheckState.Checked if row.chosen else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                return self._cells.tip(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._cells.spoken(row, column)
            case _ if role == TONE_ROLE:
                return self._cells.tone(row, column)
            case _ if role == WRONG_ROLE:
                return self._cells.is_wrong(row, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or self._sending:
            return False
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == Column.NUMBER:
            row.chosen, row.decided = Qt.CheckState(value) is Qt.CheckState.Checked, True
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        elif role == Qt.ItemDataRole.EditRole and index.column() == Column.PROMPT and isinstance(value, str):
            if value == self._cells.prompt(row):
                return True
            row.prompt = value
            self._edited = True
            self._maker.check(row)
            self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(TITLES) - 1))
        else:
            return False
        self._recount()
        return True

    # Below.

    async def _send(self, rows: Sequence[ReviewRow]) -> None:
        """Rows of one project after the other: a batch belongs to one project."""
        by_project: dict[str, list[ReviewRow]] = {}
        for row in rows:
            by_project.setdefault(row.draft.project or self._project, []).append(row)
        ids: list[TaskId] = []
        try:
            for project, group in by_project.items():
                requests = [row.request for row in group if row.request is not None]
                ids += await self._engine.submission.submit(requests, batch_name=self._gathered.name, project=project)
                self._sent_some = True
                self._remove(group)
        finally:
            self._sending = False
            self._recount()
            if ids:
                self.sent.emit(tuple(ids))
        if not self._rows:
            self.emptied.emit()

    def _failed(self, error: RunwayDesktopError) -> None:
        self.troubled.emit(f"The rows that are left could not be stored and were not sent. {error.in_words()}")

    def _remove(self, rows: Sequence[ReviewRow]) -> None:
        """Takes rows out in runs of neighbours, from the end on."""
        gone = {id(row) for row in rows}
        last = len(self._rows) - 1
        while last >= 0:
            if id(self._rows[last]) not in gone:
                last -= 1
                continue
            first = last
            while first > 0 and id(self._rows[first - 1]) in gone:
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
            last = first - 1
        self._next_unchecked = len(self._rows)

    def _choose(self, endpoint: str, model: str) -> None:
        pair = self._engine.catalog.pair(endpoint, model)
        if pair is not None and not self._sending:
            self._maker.choose(pair)
            self._check_again()
            self.default_changed.emit()

    def _check_again(self) -> None:
        for row in self._rows:
            row.request = None
        self._next_unchecked = 0
        self.check_more()

    def _recount(self) -> None:
        ready = [row for row in self._rows if row.chosen and row.ready]
        self._count = replace(
            self._counted(ready), rows=len(self._rows),
            chosen=sum(row.chosen for row in self._rows), checked=sum(row.request is not None for row in self._rows),
        )  # fmt: skip
        self.counted.emit()

    @staticmethod
    def _counted(ready: Sequence[ReviewRow]) -> Count:
        prices = [row.price for row in ready if row.price is not None]
        return Count(
            ready=len(ready), credits=sum(price.credits for price in prices), known=len(prices),
            exact=all(price.exact for price in prices),
        )  # fmt: skip


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column is Column.CREDITS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
