"""State of the Workflows page: those of the organization, the version in the composer, its runs, and the chosen run.

The form is the composer's: choosing a version gives it that pair, and leaving the page gives back the one before. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog.graph import Version
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.library.workflows import Workflow
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import Tone
from runway_desktop.usecases.workflows import NodeLine, node_lines, run_cost, run_state, runs, runs_in_words, usual_cost
from runway_desktop.values import Struct
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.tasks.pages import Pages

_SOON = 200
"""Milliseconds after which changed tasks are read, so that many changes are one reading."""
MOST_PICTURES = 4


class Line(Struct, frozen=True, kw_only=True):
    """A workflow, or one of its runs. `key`: a version's id, or a task's."""

    key: str
    title: str
    detail: str
    tone: Tone = Tone.PLAIN
    icon: str = ""
    cost: str = ""
    time: str = ""
    pictures: tuple[str, ...] = ()


class WorkflowsModel(Model):
    changed = Signal()

    def __init__(
        self, cases: UseCases, bridge: Bridge, composer: Composer, pages: Pages, runner: Runner, parent: QObject
    ) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._pages = pages
        self.problem = ""
        """Why Runway's list could not be read; what was learned before is shown."""
        self.is_asking = False
        self._runs: Sequence[Row] = ()
        """Of all workflows, newest first."""
        self._chosen: TaskId | None = None
        self._version = ""
        self._before: tuple[str, str] | None = None
        """The composer's pair before the page was opened; None: it is closed."""
        self._soon = Soon(self, _SOON, self._read)
        for moved in (bridge.tasks_added, bridge.tasks_touched):
            moved.connect(self._touched)
        bridge.key_changed.connect(lambda _: self.refresh() if self._before is not None else None)
        composer.structure_changed.connect(self._followed)

    def set_open(self, is_open: bool) -> None:
        pair = self._composer.pair
        if is_open and self._before is None:
            self._before = (pair.endpoint, pair.model)
            self._followed()
            self._choose_first()
            self._read()
            self.refresh()
        elif not is_open and self._before is not None:
            before, self._before = self._before, None
            if pair.endpoint == WORKFLOW and self._composer.editing is None:
                self._composer.choose(*before)

    @property
    def workflows(self) -> list[Workflow]:
        return self._cases.workflows.all()

    @property
    def version(self) -> Version | None:
        return self._cases.workflows.versions.get(self._version)

    @property
    def workflow(self) -> Workflow | None:
        version = self.version
        return next((one for one in self.workflows if version is not None and version in one.versions), None)

    @property
    def runs(self) -> list[Row]:
        """Of the current workflow, newest first."""
        return self._runs_of(self.workflow)

    @property
    def run(self) -> Row | None:
        """The chosen one, else the newest."""
        found = self.runs
        return next((row for row in found if row.task.id == self._chosen), found[0] if found else None)

    def version_of(self, row: Row) -> Version | None:
        return self._cases.workflows.versions.get(row.task.request.model)

    def number(self, row: Row) -> int:
        """Counted from the first run of its workflow."""
        return next((at for at, one in enumerate(reversed(self.runs), 1) if one.task.id == row.task.id), 0)

    def nodes(self, row: Row) -> list[NodeLine]:
        return list(node_lines(row, self.version_of(row), self._cases.clock.now()))

    def when(self, row: Row) -> str:
        task, now = row.task, self._cases.clock.now()
        if task.sent_at is None:
            return ""
        lasted = units.duration((task.ended_at or now) - task.sent_at)
        return _("Started {time} · {duration}", time=units.clock_time(task.sent_at, now), duration=lasted)

    def list_lines(self) -> list[Line]:
        """A line for each workflow; its key is the version that was chosen last, else the newest."""
        found = []
        for workflow in self.workflows:
            of = self._runs_of(workflow)
            version = next((one for one in workflow.versions if one.id == self._version), workflow.versions[0])
            live = any(row.task.state.is_live for row in of)
            icon = "mdi6.progress-clock" if live else ""
            detail = runs_in_words(version, len(of))
            found.append(Line(key=version.id, title=workflow.name, detail=detail, icon=icon, tone=Tone.BUSY))
        return found

    def run_lines(self) -> list[Line]:
        found, now = self.runs, self._cases.clock.now()
        lines = []
        for at, row in enumerate(found):
            same = [one for one in found if one.task.request.model == row.task.request.model]
            state = run_state(row, self.version_of(row))
            pictures = tuple(output.poster for output in row.outputs if output.poster)[:MOST_PICTURES]
            lines.append(
                Line(
                    key=row.task.id,
                    title=units.number(len(found) - at),
                    detail=state.headline,
                    tone=state.tone,
                    icon=state.icon,
                    cost=run_cost(row.task, usual_cost(same)),
                    time=units.clock_time(row.task.sent_at or row.task.created_at, now),
                    pictures=pictures,
                )
            )
        return lines

    def look_at(self, task_id: str) -> None:
        if task_id != self._chosen:
            self._chosen = TaskId(task_id)
            self.changed.emit()

    def choose(self, version_id: str) -> None:
        """Gives the composer this version."""
        self._version = version_id
        self._composer.choose(WORKFLOW, version_id)
        self.changed.emit()

    def refresh(self) -> None:
        """Asks Runway, once at a time."""
        if self.is_asking:
            return

        def done(_: object) -> None:
            self._asked("")

        def failed(error: RunwayDesktopError) -> None:
            known = Text("Shown is what was learned before.") if self.workflows else ""
            self._asked(str(in_turn(error.in_words(), known)))

        self.is_asking = True
        self._runner(self._cases.workflows.refresh(), "read the workflows", done=done, failed=failed)
        self.changed.emit()

    def _asked(self, problem: str) -> None:
        self.is_asking, self.problem = False, problem
        self._pages.recount()
        if self._before is not None:
            self._choose_first()
        self.changed.emit()

    def _choose_first(self) -> None:
        """Without a version in the composer, the newest of the first workflow."""
        found = self.workflows
        if found and (self._composer.pair.endpoint != WORKFLOW or self.version is None):
            self.choose(self._version or found[0].versions[0].id)

    def _followed(self) -> None:
        """An edited run brings its own version into the composer."""
        if self._before is not None and self._composer.pair.endpoint == WORKFLOW:
            self._version = self._composer.pair.model
            self.changed.emit()

    def _runs_of(self, workflow: Workflow | None) -> list[Row]:
        ids = {one.id for one in workflow.versions} if workflow is not None else set()
        return [row for row in self._runs if row.task.request.model in ids]

    def _touched(self, _: object) -> None:
        if self._before is not None:
            self._soon.begin()

    def _read(self) -> None:
        def done(found: Sequence[Row]) -> None:
            if any(row.task.id not in {one.task.id for one in self._runs} for row in found[:1]):
                # A new run is looked at.
                self._chosen = None
            self._runs = found
            self.changed.emit()

        self._runner(runs(self._cases.library), "read the runs of workflows", done=done)
