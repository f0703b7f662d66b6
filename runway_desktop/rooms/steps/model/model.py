"""State of a project's steps: its board, the current take with its judgments, the bill of what is ready, and its chain.

Reads the store when it opens and shortly after tasks change; what tasks in work look like changes at once. GUI thread
only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog import Field, Pair
from runway_desktop.catalog.catalog import length_left_out, starting_values
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.events import Notice
from runway_desktop.domain.film.steps import Chain, ChainId, Step, new_chain_id
from runway_desktop.domain.inputs import last_frame
from runway_desktop.domain.library import Row
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import Pick, State, StepId, TaskId
from runway_desktop.services.supervised import Refresh, Runner
from runway_desktop.services.tasks.submission import Prepared
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.listing.takes import has_result, is_judged
from runway_desktop.usecases.requests.input_fields import WayToUse
from runway_desktop.usecases.sending.sending import NotAnswered
from runway_desktop.usecases.steps import Bill, Board, Ready, title_of
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.states import StateWords, describe
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.chooser import Chooser
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.tasks.judging import JudgingModel
from runway_desktop.viewmodels.tasks.row_cache import RowCache

from . import cells, editing
from .table import BoardTable

SETTLE_MS = 150


class StepsModel(Model):
    changed = Signal()
    """The board, its chain or today's credits changed."""
    went = Signal(object)
    """The id of a take to go to, after a judgment."""
    bill_changed = Signal()
    undo_offered = Signal(str, object)
    """A sentence about a change of the chain, and the function that undoes it."""
    frame_wanted = Signal(object, object)
    """Path of a clip and its *out*, or None: decode the last frame before, then call `frame_came`."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, judge: JudgingModel, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._bridge = bridge
        self._judge = judge
        self.project = ""
        self.chains: Sequence[Chain] = ()
        self.table = BoardTable(self._cell, self)
        self.current: TaskId | None = None
        self.auto_advance = True
        self.bill: Bill | None = None
        """What *Continue* shows; None while it is prepared."""
        self._is_preparing = False
        self._live = RowCache(cases, runner, lambda _: None, self)
        self._live.changed.connect(self.table.changed)
        self._frames: dict[Path, asyncio.Future[bytes]] = {}
        self._again = Refresh(runner, self._read, "read steps")
        self._soon = Soon(self, SETTLE_MS, self.refresh)
        bridge.tasks_touched.connect(self._touched)
        bridge.tasks_added.connect(self._moved)
        # The first read reads the cast as well, and caps alone are no reason to read.
        bridge.cast_changed.connect(lambda cast: self._moved(cast) if self.board is not None else None)
        bridge.settings_changed.connect(lambda _names: self.changed.emit() if self.project and self.board else None)

    def open(self, project: str) -> None:
        """What was read of the project before is shown until it is read again."""
        self.project = project
        if self.board is None or self.board.project != project:
            self.current = None
            self.table.show(None)
        self.refresh()

    def close(self) -> None:
        self.project = ""

    def refresh(self) -> None:
        if self.project:
            self._again.begin()

    @property
    def board(self) -> Board | None:
        """None until the store has answered."""
        return self.table.board

    @property
    def chain(self) -> Chain | None:
        return self.board.chain if self.board is not None and self.board.chain.id else None

    @property
    def ready(self) -> tuple[Ready, ...]:
        return self.board.ready() if self.board is not None else ()

    @property
    def why_no_bill(self) -> str:
        return "" if self.ready else _("No pick is ready to go on.")

    @property
    def spent(self) -> tuple[float, float | None]:
        """Credits spent today, and the daily cap."""
        return self._cases.budget.spent_today, self._cases.settings.day_cap

    @property
    def words(self) -> str:
        """ "Steps of Aurora spot · 6 picks ready"."""
        ready = ngettext("{n} pick ready", "{n} picks ready", len(self.ready)) if self.ready else ""
        return " · ".join(filter(None, (_("Steps of {project}", project=self.project), ready)))

    @property
    def asks_above(self) -> float | None:
        """Credits above which the person is asked."""
        return self._cases.settings.confirm_above

    def cost(self, ready: Sequence[Ready]) -> PriceSum:
        return cells.credits_of(ready, self._cases.pricing)

    def cap_words(self, ready: Sequence[Ready]) -> str:
        """What today costs with these picks: "660 + 720 of 1,500, 120 left"."""
        return cells.cap_words(*self.spent, self.cost(ready).credits)

    def continue_words(self, ready: Sequence[Ready]) -> str:
        return cells.continue_words(ready, self._cases.pricing)

    def failure(self) -> tuple[Row | None, str]:
        """The latest failed take, and a sentence about it; None and an empty text if there is none."""
        found = [row for at in range(self.table.columnCount()) for shot in self.column_rows(at) for row in shot
                 if row.task.state is State.FAILED]  # fmt: skip
        last = max(found, key=lambda row: row.task.ended_at or 0.0, default=None)
        return (last, cells.failed_words(last, self.state(last))) if last is not None else (None, "")

    def row(self, task_id: TaskId) -> Row | None:
        """A take as it is now."""
        place = self.table.place(task_id)
        rows = self.table.cell(*place).rows if place is not None else ()
        return next((row for row in rows if row.task.id == task_id), None)

    @property
    def current_row(self) -> Row | None:
        return self.row(self.current) if self.current is not None else None

    def column_rows(self, at: int) -> list[list[Row]]:
        """The takes of a column as they are now, by shot."""
        board = self.board
        return [[self._now(take.row) for take in row.cells[at].takes] for row in board.rows] if board else []

    def state(self, row: Row) -> StateWords:
        return describe(row, self._live.around(row))

    def fix_of(self, row: Row) -> str:
        return cells.fix_words(row, self._cases.pricing.price(row.task.request))

    def pair(self, step: Step) -> Pair | None:
        return self._cases.catalog.pair(step.endpoint, step.model)

    def value(self, step: Step, name: str) -> Any:
        """A field's value: the step's, else the one that a new request begins with."""
        pair = self.pair(step)
        usual = {**length_left_out(pair), **starting_values(pair)} if pair is not None else {}
        return (usual | dict(step.values)).get(name)

    def fields_left(self, step: Step, shown: Field | None) -> list[Field]:
        """Fields of a step beside the one that is shown, its prompt and its inputs."""
        pair = self.pair(step)
        fields = pair.fields if pair is not None else ()
        return [one for one in fields if not one.is_asset and one not in (shown, pair.prompt_field)]

    # Judging: `Judges` of the commands.

    @property
    def has_any(self) -> bool:
        return self.current_row is not None and self.current_row.can_be_judged

    def rate(self, stars: int) -> None:
        if self.current is not None:
            self._judge.rate([self.current], stars)
            self._decided(is_decision=stars > 0)

    def pick(self, pick: Pick) -> None:
        """Sets a mark; the same mark again clears it."""
        if (row := self.current_row) is not None:
            wanted = Pick.NONE if row.task.pick is pick else pick
            self._judge.pick([row.task.id], wanted)
            self._decided(is_decision=wanted is not Pick.NONE)

    def pick_instead(self) -> None:
        if self.current is not None:
            self._judge.pick_instead([self.current])
            self._decided(is_decision=True)

    def _decided(self, *, is_decision: bool) -> None:
        """Goes to the next take of the step that is not judged yet."""
        place = self.table.place(self.current) if self.current is not None else None
        if not (is_decision and self.auto_advance) or place is None:
            return
        ids = [row for shot in self.column_rows(place[1]) for row in shot]
        here = next(at for at, row in enumerate(ids) if row.task.id == self.current)
        left = (row.task.id for row in ids[here + 1 :] if has_result(row) and not is_judged(row.task))
        if (found := next(left, None)) is not None:
            self.went.emit(found)

    # The bill.

    def prepare(self, step: StepId | None = None) -> None:
        """Prepares the bill of all ready picks, or of those that go on to one step; `bill_changed` follows."""
        self._prepare(self.board.ready(step) if self.board is not None else ())

    def prepare_take(self) -> None:
        """Prepares the bill of the current pick alone, also if it was continued before."""
        self._prepare(self._of_take)

    @property
    def why_no_take(self) -> str:
        """Why the current take cannot go on; empty if it can."""
        return "" if self._of_take else _("Only a saved pick goes on, to a step that follows.")

    @property
    def _of_take(self) -> list[Ready]:
        place = self.table.place(self.current) if self.current is not None else None
        if self.board is None or place is None:
            return []
        after = self.board.rows[place[0]].cells[place[1] + 1 :][:1]
        return [one for cell in after for one in (*cell.coming, *cell.done) if one.take.row.task.id == self.current]

    def _prepare(self, ready: Sequence[Ready]) -> None:
        if not self._is_preparing:
            self._is_preparing, self.bill = True, None
            self._runner(self._bill_of(ready), "prepare the next steps")

    def frame_came(self, clip: Path, png: bytes) -> None:
        """`png` is empty if the clip has no frame that can be read."""
        if (wanted := self._frames.pop(clip, None)) is not None and not wanted.done():
            wanted.set_result(png)

    async def _frame(self, clip: Path, out: float | None) -> Path:
        self._frames[clip] = wanted = asyncio.get_running_loop().create_future()
        self.frame_wanted.emit(clip, out)
        if not (png := await wanted):
            raise NotPossible(Text("The last frame of “{name}” cannot be read.").with_(name=clip.name))
        return await self._cases.input_fixer.keep_frame(clip, png, last_frame(out))

    async def _bill_of(self, ready: Sequence[Ready]) -> None:
        try:
            self.bill = await self._cases.steps.bill(ready, self._frame)
        finally:
            self._is_preparing = False
        # The lengths of clips are known now, and with them more prices.
        self.table.show(self.board)
        self.changed.emit()
        self.bill_changed.emit()

    def send(self, bill: Bill, *, raises: bool = False) -> None:
        """Sends a bill as it was shown. `raises`: raises the cap that keeps some of it."""
        if bill.prepared is not None:
            self._runner(self._send(bill, bill.prepared, raises=raises), "send the next steps")

    async def _send(self, bill: Bill, prepared: Prepared, *, raises: bool) -> None:
        raised = prepared.held_back if raises else None
        try:
            ids = await self._cases.steps.send(bill, prepared.asks, raises=raised)
        except NotAnswered:
            # Something changed since the bill was shown: it is shown as it is now.
            self._prepare(bill.ready)
            return
        said = ngettext("Continued: {n} task is queued.", "Continued: {n} tasks are queued.", len(ids))
        self._cases.bus.tell(Notice(said))
        self.refresh()

    # Chains.

    def show_chain(self, chain: Chain) -> None:
        self._cases.steps.show(self.project, chain.id)
        self.refresh()

    def make_chain(self, name: str = "") -> None:
        """Adds a chain and shows it: without a name the usual one, picture, clip, upscale, with the project's."""
        steps = () if name else tuple(editing.usual_steps(self._cases.catalog))
        free = editing.free_name(name or self.project, self.chains)
        self._save(Chain(id=new_chain_id(), name=free, steps=steps), shows=True)

    def name_problem(self, name: str) -> str:
        return editing.name_problem(name, self.chains)

    def rename(self, name: str) -> None:
        if (chain := self.chain) is not None:
            self._save(replace(chain, name=name.strip()), _("Chain renamed to “{name}”.", name=name.strip()))

    def remove_chain(self) -> None:
        """What was made with it stays."""
        if (chain := self.chain) is not None:
            said = _("Chain “{name}” deleted. Its results stay.", name=chain.name)
            work = self._cases.steps.remove(chain.id)
            self._runner(work, "delete a chain", done=lambda _before: self._told(said, chain))

    def ways(self) -> list[WayToUse]:
        """What can follow the last step, most likely first."""
        return editing.ways_after(self.chain, self._cases.catalog)

    def add_step(self, endpoint: str, model: str = "", *, last_frame: bool = False) -> None:
        """`model`: empty for the first that takes what the last step makes."""
        if (chain := self.chain) is not None:
            catalog = self._cases.catalog
            step = editing.step_after(chain, catalog, endpoint, model, last_frame=last_frame)
            self._save(replace(chain, steps=(*chain.steps, step)))

    def change(self, step: Step) -> None:
        """Puts a changed step in place of the one with its id."""
        if (chain := self.chain) is not None and step not in chain.steps:
            steps = tuple(step if one.id == step.id else one for one in chain.steps)
            self._save(replace(chain, steps=steps))

    def remove_step(self, step: Step) -> None:
        if (chain := self.chain) is not None:
            steps = tuple(one for one in chain.steps if one.id != step.id)
            said = _("Step “{step}” removed. Its results stay.", step=title_of(step))
            self._save(replace(chain, steps=steps), said)

    def model_choice(self, step: Step | None) -> Chooser:
        """To choose a step's model; None: of a new last step."""
        choice = editing.StepChoice(catalog=self._cases.catalog, step=step, chosen=partial(self._choose_model, step))
        return Chooser(self._cases, self._bridge, self._runner, choice, self)

    def _choose_model(self, step: Step | None, endpoint: str, model: str) -> None:
        if step is None:
            self.add_step(endpoint, model)
        else:
            self.change(editing.with_model(step, self._cases.catalog, endpoint, model))

    def _save(self, chain: Chain, said: str = "", *, shows: bool = False) -> None:
        def done(before: Chain | None) -> None:
            if shows:
                self._cases.steps.show(self.project, chain.id)
            self._told(said, before)

        self._runner(self._cases.steps.save(chain), "save a chain", done=done)

    def _told(self, said: str, before: Chain | None) -> None:
        self.refresh()
        if said and before is not None:
            self.undo_offered.emit(said, lambda: self._save(before, shows=True))

    def _now(self, row: Row) -> Row:
        return self._live.get(row.task.id) or row

    def _cell(self, row: int, column: int) -> cells.CellShown:
        if (board := self.board) is None:
            return cells.CellShown()
        now = [self._now(take.row) for take in board.rows[row].cells[column].takes]
        return cells.shown_cell(board, board.rows[row], column, now, self.state, self._cases.pricing)

    async def _read(self) -> None:
        project, steps = self.project, self._cases.steps
        chains, chain = await steps.chains(), await steps.chain_of(project)
        board = await steps.board(project, chain or Chain(id=ChainId(""), name=""))
        if project == self.project:
            self._show(chains, board)
            await self._measure(board)

    async def _measure(self, board: Board) -> None:
        """Prices the picks whose length or size counts."""
        files = self._cases.pricing.unmeasured(one.request for one in board.ready())
        if files:
            await self._cases.intake.look(files)
        if files and board is self.board:
            self.table.show(board)
            self.changed.emit()

    def _show(self, chains: Sequence[Chain], board: Board) -> None:
        self.chains = chains
        takes = (take.row for row in board.rows for cell in row.cells for take in cell.takes)
        self._live.take([row for row in takes if not row.task.state.is_final])
        self.table.show(board)
        self.changed.emit()

    def _moved(self, _: object) -> None:
        if self.project:
            self._soon.begin()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if not self.project:
            return
        self._live.take([row for task_id in touches if (row := self.row(task_id)) is not None])
        self._live.touched(touches)
        if any(touch.task is not None or touch.outputs for touch in touches.values()):
            self._soon.begin()
