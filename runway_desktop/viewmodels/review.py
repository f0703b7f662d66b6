"""Many requests from one drop, to look at before anything is stored: what each will be, what is wrong, what all will cost.

Rows are checked in slices, so that a list of thousands opens at once. A row that was sent leaves the list; the others stay. Rows
without endpoint or model take the composer's, which `choose_endpoint` and `choose_model` replace. GUI thread only; never raises for
what was dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from runway_desktop.catalog import Endpoint, FieldKind, Pair, is_left_out, prompt_of, settings_line, validate
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.intake import CLIPBOARD, Draft, Gathered, IntakeFinding
from runway_desktop.services.pricing import Price

from . import wording
from .bridge import Bridge
from .offers import Question
from .runner import Runner
from .state_words import Tone

SLICE = 200
"""Rows that are checked in one turn of the loop: a few milliseconds."""
FIRST_FEW = 2
_PROMPTS = ("promptText", "text", "prompt")
"""How a prompt is named where the drop did not say for which model it is."""

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    NUMBER = 0
    PROMPT = 1
    MODEL = 2
    SETTINGS = 3
    CREDITS = 4
    STATE = 5


TITLES = ("#", "Prompt", "Model", "Settings", "Credits", "Row")

TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A `Tone` for the cell."""
WRONG_ROLE = TONE_ROLE + 1
"""Whether a finding is about this cell."""


@dataclass(slots=True)
class _Row:
    draft: Draft
    number: int
    chosen: bool = True
    prompt: str | None = None
    """As edited here; None: as dropped."""
    request: Request | None = None
    """None until the row is checked."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Field and sentence."""
    price: Price | None = None

    @property
    def ready(self) -> bool:
        return self.request is not None and not self.problems


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
    """Why the rows could not be stored. They are all still here."""

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
        self._pair = engine.catalog.pair(composed.endpoint, composed.model) or next(iter(engine.catalog.pairs()))
        self._use_inputs = True
        self._sending = False
        self._sent_some = False
        self._edited = False
        sources = {draft.source for draft in gathered.drafts}
        numbered = len(sources) == 1 and all(draft.row is not None for draft in gathered.drafts)
        self._rows = [
            _Row(draft, (draft.row or 0) if numbered else place) for place, draft in enumerate(gathered.drafts, start=1)
        ]
        self._next_unchecked = 0
        self._count = Count(rows=len(self._rows), chosen=len(self._rows))
        self._checking = QTimer(self, interval=0)
        self._checking.timeout.connect(self.check_more)
        bridge.organization_changed.connect(lambda _: self.counted.emit())
        self._check_again()

    # What stands around the table.

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
        return self._pair

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._engine.catalog.endpoints

    @property
    def endpoint(self) -> Endpoint:
        found = self._engine.catalog.endpoint(self._pair.endpoint)
        assert found is not None, "a pair always belongs to an endpoint of its catalogue"
        return found

    @property
    def default_settings(self) -> str:
        return settings_line(self._pair, self._settings(self._pair))

    @property
    def composer_inputs(self) -> int:
        """How many inputs of the composer the chosen pair can take."""
        amount = 0
        for found in self._pair.asset_fields:
            value = self._composed.values.get(found.name)
            if not is_left_out(value):
                amount += len(value) if isinstance(value, list | tuple) else 1
        return amount

    @property
    def use_inputs(self) -> bool:
        return self._use_inputs

    def set_use_inputs(self, use: bool) -> None:
        if use != self._use_inputs:
            self._use_inputs = use
            self._check_again()

    def choose_endpoint(self, name: str) -> None:
        endpoint = self._engine.catalog.endpoint(name)
        if endpoint is not None and name != self._pair.endpoint:
            self._choose(name, self._pair.model if self._pair.model in endpoint.models else endpoint.models[0])

    def choose_model(self, model: str) -> None:
        if model != self._pair.model:
            self._choose(self._pair.endpoint, model)

    # Deeds.

    def choose_all(self, chosen: bool) -> None:
        for row in self._rows:
            row.chosen = chosen
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
            self._check(row)
        self._next_unchecked = last
        if last >= len(self._rows):
            self._checking.stop()
        elif not self._checking.isActive():
            self._checking.start()
        if first < last:
            self.dataChanged.emit(self.index(first, 0), self.index(last - 1, len(TITLES) - 1))
        self._recount()

    # The table.

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
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
        if index.column() == Column.PROMPT and self._pair_of(self._rows[index.row()].draft) is not None:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.EditRole:
                return self._prompt(row) if column is Column.PROMPT else self._text(row, column)
            case Qt.ItemDataRole.CheckStateRole if column is Column.NUMBER:
                return Qt.CheckState.Checked if row.chosen else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, column)
            case _ if role == TONE_ROLE:
                return self._tone(row, column)
            case _ if role == WRONG_ROLE:
                return self._is_wrong(row, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        if not index.isValid() or self._sending:
            return False
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == Column.NUMBER:
            row.chosen = Qt.CheckState(value) is Qt.CheckState.Checked
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        elif role == Qt.ItemDataRole.EditRole and index.column() == Column.PROMPT and isinstance(value, str):
            if value == self._prompt(row):
                return True
            row.prompt = value
            self._edited = True
            self._check(row)
            self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(TITLES) - 1))
        else:
            return False
        self._recount()
        return True

    # Below.

    async def _send(self, rows: Sequence[_Row]) -> None:
        """Rows of one project after the other: a batch belongs to one project."""
        by_project: dict[str, list[_Row]] = {}
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
        self.troubled.emit(f"The rows could not be stored; nothing of them was sent. {error.in_words()}")

    def _remove(self, rows: Sequence[_Row]) -> None:
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
        if pair is not None:
            self._pair = pair
            self._check_again()
            self.default_changed.emit()

    def _check_again(self) -> None:
        for row in self._rows:
            row.request = None
        self._next_unchecked = 0
        self.check_more()

    def _check(self, row: _Row) -> None:
        draft, pair = row.draft, self._pair_of(row.draft)
        found = {finding.field: finding.message for finding in reversed(draft.findings)}
        if pair is None:
            found.setdefault(
                "model", f"The catalogue knows no model {draft.model or ''} for {draft.endpoint or 'this'}."
            )
            values = dict(draft.values)
            row.request = Request(
                endpoint=draft.endpoint or "", model=draft.model or "", values=values, prompt=prompt_of(None, values)
            )
        else:
            values = self._values(row, pair)
            if row.prompt is not None and pair.prompt_field is not None:
                for name in (pair.prompt_field.name, *_PROMPTS):
                    found.pop(name, None)
            for finding in validate(pair, values):
                found.setdefault(str(finding.path[0]) if finding.path else "", finding.message)
            row.request = Request(
                endpoint=pair.endpoint, model=pair.model, prompt=prompt_of(pair, values),
                values={name: value for name, value in values.items() if not is_left_out(value)},
            )  # fmt: skip
        row.problems = list(found.items())
        row.price = self._engine.pricing.price(row.request) if not row.problems else None

    def _pair_of(self, draft: Draft) -> Pair | None:
        """The draft's own pair, completed by the chosen one where it names only half."""
        catalog = self._engine.catalog
        if draft.endpoint is None and draft.model is None:
            return self._pair
        if draft.model is None:
            endpoint = catalog.endpoint(draft.endpoint or "")
            if endpoint is None:
                return None
            return catalog.pair(endpoint.name, self._pair.model) or catalog.pair(endpoint.name, endpoint.models[0])
        if draft.endpoint is not None:
            return catalog.pair(draft.endpoint, draft.model)
        names = (self._pair.endpoint, *(endpoint.name for endpoint in catalog.endpoints))
        fitting = [pair for name in names if (pair := catalog.pair(name, draft.model)) is not None]
        own = set(draft.values) - set(_PROMPTS)
        return next(
            (pair for pair in fitting if all(pair.field(name) for name in own)), fitting[0] if fitting else None
        )

    def _values(self, row: _Row, pair: Pair) -> dict[str, Any]:
        values = self._settings(pair)
        if self._use_inputs:
            for found in pair.asset_fields:
                value = self._composed.values.get(found.name)
                if not is_left_out(value):
                    values[found.name] = value
        values |= {name: value for name, value in row.draft.values.items() if not is_left_out(value)}
        prompt = pair.prompt_field
        if prompt is not None:
            for name in _PROMPTS:
                # A prompt without a model comes under the usual name; this model may call it otherwise.
                if name != prompt.name and pair.field(name) is None and name in values:
                    values.setdefault(prompt.name, values.pop(name))
            if row.prompt is not None:
                values[prompt.name] = row.prompt
        return values

    def _settings(self, pair: Pair) -> dict[str, Any]:
        """The composer's settings as far as the pair takes them, and what it must have anyway. No prompt, no inputs."""
        values: dict[str, Any] = {}
        own = (pair.endpoint, pair.model) == (self._composed.endpoint, self._composed.model)
        for found in pair.fields:
            if found.is_asset or found.kind is FieldKind.PROMPT:
                continue
            value = self._composed.values.get(found.name)
            wanted = own or found.required or pair is self._pair
            if wanted and not is_left_out(value) and not _complaints(pair, found.name, value):
                values[found.name] = value
            elif found.required and found.default is not None:
                values[found.name] = found.default
            elif found.required and found.choices:
                values[found.name] = found.choices[0]
            elif found.required and found.name == "duration" and found.minimum is not None:
                values[found.name] = int(max(found.minimum, min(5, found.maximum or 5)))
        return values

    def _prompt(self, row: _Row) -> str:
        if row.prompt is not None:
            return row.prompt
        if row.request is not None:
            return row.request.prompt
        return next((value for name in _PROMPTS if isinstance(value := row.draft.values.get(name), str)), "")

    def _text(self, row: _Row, column: Column) -> str:
        match column:
            case Column.NUMBER:
                return str(row.number)
            case Column.PROMPT:
                return " ".join(self._prompt(row).split()) or wording.DASH
            case Column.MODEL:
                return row.request.model if row.request is not None else (row.draft.model or self._pair.model)
            case Column.SETTINGS:
                return self._settings_text(row)
            case Column.CREDITS:
                return wording.number(row.price.credits) if row.price is not None else "?"
            case Column.STATE:
                if row.request is None:
                    return "checking…"
                return row.problems[0][1] if row.problems else "✓ ready"

    def _settings_text(self, row: _Row) -> str:
        if row.request is None:
            return ""
        pair = self._engine.catalog.pair(row.request.endpoint, row.request.model)
        parts = [settings_line(pair, row.request.values)]
        inputs = sum(not is_left_out(row.request.values.get(found.name)) for found in pair.asset_fields) if pair else 0
        if inputs:
            parts.append(wording.count(inputs, "input"))
        return " · ".join(part for part in parts if part) or wording.DASH

    def _tip(self, row: _Row, column: Column) -> str:
        match column:
            case Column.PROMPT:
                return self._prompt(row)
            case Column.MODEL:
                endpoint = self._engine.catalog.endpoint(row.request.endpoint) if row.request is not None else None
                return endpoint.label if endpoint is not None else ""
            case Column.CREDITS if row.ready and row.price is None:
                return "The price is shown after sending."
            case Column.CREDITS | Column.STATE:
                return "\n".join(message for _, message in row.problems)
            case Column.SETTINGS:
                return self._settings_text(row)
            case Column.NUMBER:
                return f"{row.draft.source}, row {row.draft.row}" if row.draft.row is not None else row.draft.source

    def _tone(self, row: _Row, column: Column) -> Tone:
        if column is Column.STATE and row.request is not None:
            return Tone.BAD if row.problems else Tone.GOOD
        return Tone.BAD if self._is_wrong(row, column) else Tone.PLAIN

    def _is_wrong(self, row: _Row, column: Column) -> bool:
        if not row.problems or row.request is None:
            return False
        pair = self._engine.catalog.pair(row.request.endpoint, row.request.model)
        prompt = pair.prompt_field.name if pair is not None and pair.prompt_field is not None else _PROMPTS[0]
        names = {name for name, _ in row.problems}
        match column:
            case Column.PROMPT:
                return bool(names & {prompt, *_PROMPTS})
            case Column.MODEL:
                return bool(names & {"model", "endpoint"})
            case Column.SETTINGS:
                return bool(names - {prompt, *_PROMPTS, "model", "endpoint", ""})
            case _:
                return False

    def _spoken(self, row: _Row, column: Column) -> str:
        text = self._text(row, column)
        match column:
            case Column.NUMBER:
                return f"Row {text}, {'will be sent' if row.chosen else 'left out'}"
            case Column.CREDITS:
                return "Price not known" if row.price is None else wording.credits_in_words(row.price.credits)
            case Column.STATE:
                return "Ready" if row.ready else " ".join(message for _, message in row.problems) or text
            case _:
                return text

    def _recount(self) -> None:
        ready = [row for row in self._rows if row.chosen and row.ready]
        self._count = replace(
            self._counted(ready), rows=len(self._rows),
            chosen=sum(row.chosen for row in self._rows), checked=sum(row.request is not None for row in self._rows),
        )  # fmt: skip
        self.counted.emit()

    @staticmethod
    def _counted(ready: Sequence[_Row]) -> Count:
        prices = [row.price for row in ready if row.price is not None]
        return Count(
            ready=len(ready), credits=sum(price.credits for price in prices), known=len(prices),
            exact=all(price.exact for price in prices),
        )  # fmt: skip


def _complaints(pair: Pair, name: str, value: Any) -> bool:
    return any(finding.path[:1] == (name,) for finding in validate(pair, {name: value}))


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column is Column.CREDITS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
