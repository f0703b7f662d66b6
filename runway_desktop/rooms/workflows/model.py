"""State of the Workflows page: the workflows with their versions, the runs of the shown version, and one of them. The
form is the composer's, with a draft for each version. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from runway_desktop.catalog.graph import Version
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.intake.gathered import Gathered, GatheredDraft
from runway_desktop.services.learned import Workflow
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases import workflows as told
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import StateWords
from runway_desktop.usecases.workflows import NodeLine
from runway_desktop.values import Struct
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import AnyIndex, Model, Soon

LINE = Qt.ItemDataRole.UserRole + 1
_SOON_MS = 150
"""Changes within it are one reading."""


class WorkflowLine(Struct, frozen=True):
    workflow: Workflow
    detail: str
    is_running: bool

    @property
    def id(self) -> str:
        return self.workflow.name

    @property
    def spoken(self) -> str:
        return f"{self.workflow.name} · {self.detail}"


class RunLine(Struct, frozen=True):
    """`number` counts from 1, oldest first; `cost` is in a few letters."""

    row: Row
    number: int
    said: StateWords
    cost: str
    at: str

    @property
    def id(self) -> TaskId:
        return self.row.task.id

    @property
    def spoken(self) -> str:
        return " · ".join(filter(None, (_("Run {n}", n=self.number), self.said.spoken, self.cost, self.at)))


class Lines(QAbstractListModel):
    """Lines of either list, each with an `id` and what is `spoken`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: Sequence[WorkflowLine | RunLine] = ()

    def show(self, lines: Sequence[WorkflowLine | RunLine]) -> None:
        """Updates in place if they are of the same things, which keeps what is selected."""
        is_same = [one.id for one in lines] == [one.id for one in self.lines]
        if not is_same:
            self.beginResetModel()
        before, self.lines = self.lines, lines
        if not is_same:
            self.endResetModel()
        elif before != lines:
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))

    def position_of(self, wanted: str | None) -> int:
        return next((at for at, one in enumerate(self.lines) if one.id == wanted), -1)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self.lines):
            # Qt may ask for a row of before, and an error raised here would end the program.
            return None
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.spoken
        return line if role == LINE else None


class WorkflowsModel(Model):
    changed = Signal()
    run_chosen = Signal()
    """Another run is shown."""
    recounted = Signal()
    """There may be more workflows, or fewer."""
    left = Signal()
    """Something else is in the composer now."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, composer: Composer, runner: Runner, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self.workflows, self.runs = Lines(self), Lines(self)
        self.version: Version | None = None
        self.trouble = ""
        """Why Runway did not tell its workflows."""
        self.costs = ""
        """Of the shown version: "Median 174 credits, 150 to 210"."""
        self.is_asking = self._was_asked = False
        self._rows: Sequence[Row] = ()
        self._run: TaskId | None = None
        self._is_open = False
        self._soon = Soon(self, _SOON_MS, self._moved)
        for moved in (bridge.tasks_added, bridge.tasks_touched):
            moved.connect(self._soon.begin)
        composer.structure_changed.connect(self._another_pair)

    def open(self, version_id: str | None = None) -> None:
        """Shows what is known, and asks Runway if it did not answer yet since the start."""
        self._is_open = True
        known = self._cases.workflows
        first = next((one.versions[0] for one in known.all()), None)
        if (version := known.versions.get(version_id or "") or self.version or first) is not None:
            self.show_version(version)
        self._moved()
        if not self._was_asked:
            self.refresh()

    def close(self) -> None:
        """Gives the composer back, with what was loaded into it meanwhile."""
        if self._is_open:
            self._is_open = False
            self._composer.stand_in("", carries=self._composer.pair.endpoint != WORKFLOW)

    def refresh(self) -> None:
        if not self.is_asking:
            self.is_asking = True
            self.changed.emit()
            self._runner(self._ask(), "read workflows", failed=self._failed)

    def show_version(self, version: Version) -> None:
        is_other = self.version is None or self.version.id != version.id
        self.version = version
        if self._is_open:
            self._composer.stand_in(f".{version.id}", version.pair)
        if is_other:
            self._run = None
            self._show()

    @property
    def versions(self) -> tuple[Version, ...]:
        """Of the shown workflow, newest first."""
        name = self.version.name if self.version is not None else ""
        return next((one.versions for one in self._cases.workflows.all() if one.name == name), ())

    @property
    def run(self) -> RunLine | None:
        """The chosen run, else the latest."""
        at = max(0, self.runs.position_of(self._run))
        found = self.runs.lines[at] if self.runs.lines else None
        return found if isinstance(found, RunLine) else None

    def for_sheet(self) -> Gathered:
        """The form as the first row of a sheet, with a cell for each setting."""
        pair, request = self._composer.pair, self._composer.for_sheet()
        usual = {one.name: one.default for one in pair.fields if not one.is_asset and one.default is not None}
        values = {**usual, **request.values}
        row = GatheredDraft(endpoint=pair.endpoint, model=pair.model, values=values, source=pair.label)
        return Gathered(drafts=(row,), name=pair.label)

    def look_at(self, run: TaskId) -> None:
        if run != self._run:
            self._run = run
            self.run_chosen.emit()
            self.changed.emit()

    def nodes(self, row: Row) -> list[NodeLine]:
        version = self._cases.workflows.versions.get(row.task.request.model)
        return list(told.node_lines(row, version, self._cases.clock.now()))

    def about(self, task: Task) -> str:
        """ "Started 14:01 · 110 s"."""
        now = self._cases.clock.now()
        if task.sent_at is None:
            return ""
        said = _("Started {time}", time=units.clock_time(task.sent_at, now))
        return f"{said} · {units.duration(max(0.0, (task.ended_at or now) - task.sent_at))}"

    def _another_pair(self) -> None:
        """Follows what another part of the window puts into the composer."""
        pair, shown = self._composer.pair, self.version
        if not self._is_open or (shown is not None and pair.model == shown.id):
            return
        version = self._cases.workflows.versions.get(pair.model)
        if version is None:
            self.left.emit()
        else:
            self._composer.stand_in(f".{version.id}", carries=True)
            self.show_version(version)

    async def _ask(self) -> None:
        try:
            await self._cases.workflows.refresh()
            self._was_asked, self.trouble = True, ""
        finally:
            self.is_asking = False
            found = self._cases.workflows.all()
            shown = self.version if self.version is not None else found[0].versions[0] if found else None
            if self._is_open and shown is not None:
                # It may be gone by now.
                self.show_version(self._cases.workflows.versions.get(shown.id, shown))
            self.recounted.emit()
            self._show()

    def _failed(self, error: RunwayDesktopError) -> None:
        self.trouble = error.in_words()
        self.changed.emit()

    def _moved(self) -> None:
        if self._is_open:
            self._runner(self._read(), "list runs")

    async def _read(self) -> None:
        self._rows = await told.runs(self._cases.library)
        self._show()

    def _show(self) -> None:
        lines, before = [], self.run
        for workflow in self._cases.workflows.all():
            ids = {one.id for one in workflow.versions}
            own = [row.task for row in self._rows if row.task.request.model in ids]
            detail = told.runs_in_words(workflow.versions[0], len(own))
            lines.append(WorkflowLine(workflow, detail, any(task.state.is_live for task in own)))
        self.workflows.show(lines)
        rows = [row for row in self._rows if self.version is not None and row.task.request.model == self.version.id]
        costs = told.costs_of(rows)
        usual = median(costs) if costs else None
        self.runs.show([self._run_line(row, len(rows) - at, usual) for at, row in enumerate(rows)])
        self.costs = told.costs_in_words(costs)
        if (before.id if before is not None else None) != (self.run.id if self.run is not None else None):
            self.run_chosen.emit()
        self.changed.emit()

    def _run_line(self, row: Row, number: int, usual: float | None) -> RunLine:
        task, now = row.task, self._cases.clock.now()
        at = units.clock_time(task.sent_at or task.created_at, now)
        return RunLine(row, number, told.run_state(row, self.version), told.run_cost(task, usual), at)
