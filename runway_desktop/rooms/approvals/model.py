"""State of the Requests page: requests of other programs, answers, the current request, and the record of the day.
Reads the store while the page is open. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, QTimer, Signal

from runway_desktop.catalog import assets_in
from runway_desktop.domain.events import Notice
from runway_desktop.domain.inputs import path_of
from runway_desktop.domain.media import Media
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.permissions import Client, waits_for_approval
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.supervised import Refresh, Runner, survived
from runway_desktop.texts import _
from runway_desktop.usecases.requests.input_item import label_at
from runway_desktop.usecases.sheets.blocks import csv_of
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import approvals as words
from runway_desktop.usecases.words.approvals import RECORD_TITLES, ApprovalRow, Asked, InputShown, RecordRow
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.tasks import Fact
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import AnyIndex, LinesTable, Model, Soon
from runway_desktop.viewmodels.system import csv_dialect_of

ROW = Qt.ItemDataRole.UserRole + 1
TONE = Qt.ItemDataRole.UserRole + 2
SETTLE_MS, TICK_MS = 150, 20_000
DAYS_ANSWERED = 7
MOST_RECORDED = 400


class RequestRows(QAbstractListModel):
    """Item model of requests with headers by program, and check states."""

    checks_moved = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: Sequence[ApprovalRow] = ()
        self._checked: set[TaskId] = set()

    def show(self, rows: Sequence[ApprovalRow]) -> None:
        """Updates rows in place if the requests are the same, which keeps the focus."""
        same = [row.task_id for row in rows] == [row.task_id for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows = rows
        self._checked &= {row.task_id for row in rows if row.task_id}
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        self.checks_moved.emit()

    @property
    def ids(self) -> list[TaskId]:
        return [row.task_id for row in self.rows if row.task_id is not None]

    @property
    def checked(self) -> list[TaskId]:
        """Checked ids in row order."""
        return [task_id for task_id in self.ids if task_id in self._checked]

    def check(self, task_ids: Sequence[TaskId], *, on: bool) -> None:
        self._checked = self._checked | set(task_ids) if on else self._checked - set(task_ids)
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))
        self.checks_moved.emit()

    def position_of(self, task_id: TaskId | None) -> int:
        """Row of a request; −1 if it is not listed."""
        found = (position for position, row in enumerate(self.rows) if row.task_id == task_id)
        return -1 if task_id is None else next(found, -1)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if self.rows[index.row()].task_id is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case Qt.ItemDataRole.CheckStateRole if row.task_id is not None:
                return Qt.CheckState.Checked if row.task_id in self._checked else Qt.CheckState.Unchecked
            case _:
                return row if role == ROW else None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        task_id = self.rows[index.row()].task_id
        if role != Qt.ItemDataRole.CheckStateRole or task_id is None:
            return False
        self.check([task_id], on=Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


class RecordTable(LinesTable[RecordRow]):
    def __init__(self, parent: QObject) -> None:
        super().__init__(tuple(map(str, RECORD_TITLES)), parent)

    def show(self, rows: Sequence[RecordRow]) -> None:
        if list(rows) != self._lines:
            self.beginResetModel()
            self._lines = list(rows)
            self.endResetModel()

    @property
    def cells(self) -> list[tuple[str, ...]]:
        return [row.cells for row in self._lines]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.cells[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return tip(row.cells[index.column()])
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == len(RECORD_TITLES) - 1:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _:
                return row.tone if role == TONE else None


class ApprovalsModel(Model):
    changed = Signal()
    """Totals, the current request, or its details changed."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.rows = RequestRows(self)
        self.record = RecordTable(self)
        self.day = ""
        """Amount requested today, in words."""
        self.shows_answered = False
        self.current: Asked | None = None
        """The request in the pane, with its texts; None if it cannot be shown."""
        self.lines: dict[str, str] = {}
        self.facts: list[Fact] = []
        self.is_whole = False
        """The current request and its inputs can be shown, so it may be approved."""
        self._looked_at: TaskId | None = None
        self.inputs: tuple[InputShown, ...] = ()
        self._is_open = False
        self._again = Refresh(runner, self._load, "read requests")
        self.waiting: list[Asked] = []
        self.answered: list[Asked] = []
        self._inputs_of: Request | None = None
        self._soon = Soon(self, SETTLE_MS, self.refresh)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.refresh)
        for moved in (bridge.clients_changed, bridge.tasks_added, bridge.tasks_touched, bridge.settings_changed):
            moved.connect(self._moved)

    def set_open(self, is_open: bool) -> None:
        self._is_open = is_open
        if is_open:
            self._tick.start()
            self.refresh()
        else:
            self._tick.stop()

    @property
    def now(self) -> float:
        return self._cases.clock.now()

    @property
    def catalog(self) -> Any:
        return self._cases.catalog

    @property
    def are_paused(self) -> bool:
        return self._cases.clients.are_paused

    @property
    def spent(self) -> tuple[float, float | None]:
        """Credits spent today, and the daily cap."""
        return self._cases.budget.spent_today, self._cases.settings.day_cap

    def pause_all(self) -> None:
        self._runner(self._cases.clients.pause_all(paused=not self.are_paused), "pause programs")

    def show_answered(self, on: bool) -> None:
        self.shows_answered = on
        self._show()

    def look_at(self, task_id: TaskId | None) -> None:
        self._looked_at = task_id
        self._show_current()

    def refresh(self) -> None:
        self._again.begin()

    def export(self, path: Path) -> None:
        """Writes the record of the day as a table."""
        text = csv_of(list(map(str, RECORD_TITLES)), self.record.cells, csv_dialect_of(self._cases.settings))
        told = Notice(_("Exported as “{file}”.", file=path.name))
        write = self._cases.library.write_text(path, text)
        self._runner(write, "export the record", done=lambda _done: self._cases.bus.tell(told))

    def _moved(self, _: object) -> None:
        if self._is_open:
            self._soon.begin()

    async def _load(self) -> None:
        clients, now = self._cases.clients, self.now
        record = await clients.recorded(now - DAYS_ANSWERED * 86_400.0, MOST_RECORDED)
        ids = [task.id for task in clients.waiting()]
        ids += [line.task_id for line in record if line.task_id is not None and line.task_id not in set(ids)]
        wishes = await clients.of(ids)
        rows = {row.task.id: row for row in await self._cases.library.rows(list(wishes))}
        known = {client.name: client for client in await clients.all()}
        used = {name: await clients.reserved_today(name) for name in {wish.client for wish in wishes.values()}}
        found: dict[TaskId, Asked] = {}
        for task_id in (one for one in ids if one in rows):
            row, wish = rows[task_id], wishes[task_id]
            earlier = await clients.earlier(wish) if waits_for_approval(row.task) else None
            found[task_id] = Asked(
                task=row.task,
                wish=wish,
                client=known.get(wish.client) or Client(name=wish.client),
                used=used[wish.client],
                price=self._cases.pricing.price(row.task.request),
                picture=row.first_input_path,
                earlier=earlier,
                earlier_task=await self._cases.tasks.task(earlier.task_id) if earlier is not None else None,
            )
        self.waiting = [one for one in found.values() if one.waits]
        self.answered = [one for one in found.values() if not one.waits]
        midnight = local_time(self.now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
        today = [line for line in record if line.at >= midnight]
        self.record.show([words.record_row(line, found.get(line.task_id or TaskId("")), self.now) for line in today])
        self.day = words.day_words(len(today), sum(used.values()))
        self._show()

    def _show(self) -> None:
        """Refreshes the rows; keeps the current request as long as it is listed."""
        self.rows.show(words.rows_of(self._listed, self.catalog, self.now))
        self._show_current()

    @property
    def _listed(self) -> list[Asked]:
        return self.answered if self.shows_answered else self.waiting

    @property
    def is_broken(self) -> bool:
        """A request is selected that cannot be shown."""
        return self.current is None and self._looked_at is not None

    def _show_current(self) -> None:
        """All texts of the current request, or none: what is approved is what can be read."""
        self.current = None
        one = next((one for one in self._listed if one.task.id == self._looked_at), None)
        if one is None:
            self._looked_at = None
        else:
            with survived("showing a request"):
                self.lines = words.lines_of(one, self.catalog, self.now, *self.spent)
                self.facts = words.settings_of(one.task, self.catalog)
                self.current = one
        self._ask_inputs()
        self.changed.emit()

    def _ask_inputs(self) -> None:
        request = self.current.task.request if self.current is not None else None
        if request != self._inputs_of:
            pair = self.catalog.pair(request.endpoint, request.model) if request is not None else None
            has_inputs = request is not None and pair is not None and bool(assets_in(pair, request.values))
            self.inputs, self._inputs_of, self.is_whole = (), request, request is not None and not has_inputs
            if self.current is not None and has_inputs:
                self._runner(self._look(self.current), "look at inputs")

    async def _look(self, asked: Asked) -> None:
        """Loads the inputs of a request. Links are named, never fetched."""
        request = asked.task.request
        pair = self._cases.catalog.pair(request.endpoint, request.model)
        assets = assets_in(pair, request.values) if pair is not None else ()
        files = [asset.uri for asset in assets if path_of(asset.uri)]
        looks = await self._cases.intake.look(files) if files else {}
        found: list[InputShown] = []
        for asset in assets:
            name = str(asset.path[0])
            field = pair.field(name) if pair is not None else None
            label = label_at(field, request.values.get(name), asset.path) if field is not None else asset.field.label
            media = next(iter(asset.media)) if len(asset.media) == 1 else Media.OTHER
            if not (path := path_of(asset.uri)):
                found.append(InputShown(label=label, media=media, link=asset.uri))
                continue
            look = looks.get(asset.uri)
            facts = look.facts if look is not None else None
            media = facts.media if facts is not None else media
            picture = path if media.kind.is_picture else await self._poster(Path(path))
            found.append(InputShown(label=label, media=media, path=path, picture=picture, facts=facts))
        if self._inputs_of == request:
            self.inputs, self.is_whole = tuple(found), True
            self.changed.emit()

    async def _poster(self, path: Path) -> str:
        """Poster of a clip that is a result of this program."""
        row = await self._cases.library.maker_of(path)
        return next((one.poster for one in row.outputs if one.path == str(path)), "") if row is not None else ""
