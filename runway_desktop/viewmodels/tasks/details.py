"""Details of the selected task as labeled lines, and what the preview shows. GUI thread only.

The lines update live; answers for a former selection are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.caps import Kept
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Pick, State, Task, TaskId
from runway_desktop.services.library.library import Details
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.commands.tasks import NextStep, next_step
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.states import MOST_ADDED_UP, StateWords, several_words
from runway_desktop.usecases.words.tasks import (
    Fact,
    Showing,
    facts_of,
    showings_of,
    title_words,
    trouble_of,
)
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

from .task_list import TaskListModel

if TYPE_CHECKING:
    from runway_desktop.usecases.listing.takes import Family

Value = TypeVar("Value")
SETTLE_MS = 200


class DetailsModel(Model):
    changed = Signal()
    """Lines, texts or the next step changed."""
    showing_changed = Signal()
    """The preview must show something else."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, rows: TaskListModel, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._list = rows
        self.lineage = LineageModel(cases, bridge, runner, self)
        """Lineage of the selected task."""
        self.chosen: tuple[TaskId, ...] = ()
        self._details: Details | None = None
        self.showing: tuple[Showing, ...] = ()
        self._asked = 0
        self.several: tuple[Row, ...] = ()
        """The selected tasks if several; empty while loading, or if too many to sum up."""
        self._raise: tuple[Kept, str] | None = None
        bridge.tasks_touched.connect(self._touched)
        for moved in (bridge.lane_changed, bridge.tasks_moved):
            moved.connect(lambda _: self.changed.emit())

    @property
    def row(self) -> Row | None:
        """The selected task; None unless exactly one is selected and loaded."""
        return self._details.row if self._details is not None else None

    @property
    def rating(self) -> int:
        """Common rating of the selected tasks; 0 if they differ."""
        return self._common(lambda task: task.rating, 0)

    @property
    def pick(self) -> Pick:
        """Common pick of the selected tasks; none if they differ."""
        return self._common(lambda task: task.pick, Pick.NONE)

    @property
    def can_be_rated(self) -> bool:
        """False if all selected tasks ended without a result, and have no judgment to clear."""
        rows = (self.row,) if self.row is not None else self.several
        return not rows or any(row.can_be_judged for row in rows)

    def _common(self, value: Callable[[Task], Value], otherwise: Value) -> Value:
        tasks = [row.task for row in ((self.row,) if self.row is not None else self.several)]
        values = {value(task) for task in tasks}
        return values.pop() if len(values) == 1 else otherwise

    def choose(self, task_ids: Sequence[TaskId]) -> None:
        chosen = tuple(task_ids)
        if chosen == self.chosen:
            return
        self.chosen = chosen
        self.lineage.choose(chosen[0] if len(chosen) == 1 else None)
        self.several = ()
        if len(chosen) != 1:
            self._details = None
            self._asked += 1
            self._show()
            self.changed.emit()
            self._add_up()
            return
        known = self._list.row_of(chosen[0])
        self._details = Details(row=known) if known is not None else None
        self._show()
        self.changed.emit()
        self._cases.integrity.look_at(chosen)
        self._ask()

    def title(self) -> str:
        return title_words(self.row.task, self._cases.catalog) if self.row is not None else ""

    def facts(self) -> list[Fact]:
        details, cases = self._details, self._cases
        if details is None:
            if not self.several:
                return []
            # Imported late: the first paint shows no sums.
            from runway_desktop.usecases.words.several import facts_of_several

            return facts_of_several(self.several)
        request = details.row.task.request
        return facts_of(
            details,
            cases.catalog,
            cases.clock.now(),
            price=cases.pricing.price(request),
            usual=cases.forecasts.usual_now(request),
        )

    def state_words(self) -> StateWords | None:
        """State as in the list, without its short detail if `trouble` says more."""
        words = self._list.words(self.row.task.id) if self.row is not None else None
        return replace(words, detail="") if words is not None and self.trouble() else words

    def trouble(self) -> str:
        """What went wrong, in words; empty if nothing did."""
        return trouble_of(self.row, self._cases.catalog, self._kept()) if self.row is not None else ""

    def next_step(self) -> NextStep | None:
        step = next_step(self.row, self._raising()) if self.row is not None else None
        if step is None or step.command is None or self.row is None:
            return step
        return replace(step, text=self.text(step.command, [self.row]))

    def text(self, command: TaskCommand, rows: Sequence[Row]) -> str:
        return self._cases.commands.text(command, rows)

    def raise_cap(self) -> None:
        """Raises the cap that keeps the shown task, as far as necessary."""
        kept = self._kept()
        if kept is not None:
            self._runner(self._cases.raise_cap(kept), "raise a cap")

    def _raising(self) -> str:
        """Text of the button that raises the cap. Cached until the cap's sums change."""
        kept = self._kept()
        if kept is None or kept.held is None:
            return ""
        if self._raise is None or self._raise[0] != kept:
            self._raise = (kept, self._cases.lane_lines.raise_words(kept))
        return self._raise[1]

    def _kept(self) -> Kept | None:
        return self._cases.queue.keeps(self.row.task) if self.row is not None else None

    def _ask(self) -> None:
        self._asked += 1
        if len(self.chosen) == 1:
            self._runner(self._load(self._asked, self.chosen[0]), "show details")

    async def _load(self, asked: int, task_id: TaskId) -> None:
        found = await self._cases.library.details(task_id)
        if found is not None and found.row.task.state is State.SUCCEEDED:
            await self._cases.forecasts.usual(found.row.task.request)
        if asked == self._asked:
            self._details = found
            self._show()
            self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if len(self.chosen) > 1 and not touches.keys().isdisjoint(self.chosen):
            self._add_up()
        touch = touches.get(self.chosen[0]) if len(self.chosen) == 1 else None
        if touch is None:
            return
        if touch.task is not None or touch.outputs:
            self._ask()
        else:
            # Progress in bytes alone is not stored.
            self.changed.emit()

    def _add_up(self) -> None:
        """Loads the rows of several selected tasks, for their sums."""
        chosen = self.chosen
        if 1 < len(chosen) <= MOST_ADDED_UP:
            self._list.with_rows(chosen, lambda rows: self._added_up(chosen, rows))

    def _added_up(self, chosen: tuple[TaskId, ...], rows: Sequence[Row]) -> None:
        if chosen == self.chosen:
            self.several = tuple(rows)
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        showing = tuple(self._showings())
        if showing != self.showing:
            self.showing = showing
            self.showing_changed.emit()

    def _showings(self) -> list[Showing]:
        row = self.row
        if row is None:
            several = several_words(len(self.chosen), self.several)
            return [Showing(None, Media.OTHER, None, "", several)] if len(self.chosen) > 1 else []
        words = self._list.words(row.task.id)
        headline = words.headline if words is not None else ""
        return showings_of(row, self.title(), headline, is_demo=self._cases.is_demo)


class LineageModel(Model):
    """Lineage of the selected task, for a strip of thumbnails. Follows the selection and new or saved results."""

    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.task_id: TaskId | None = None
        self.family: Family | None = None
        """None unless exactly one task is selected and its family is loaded."""
        self._asked = 0
        self._soon = Soon(self, SETTLE_MS, self._ask)
        bridge.tasks_added.connect(self._soon.begin)
        bridge.tasks_touched.connect(self._touched)

    def choose(self, task_id: TaskId | None) -> None:
        """Sets the selected task; None unless exactly one is selected."""
        if task_id != self.task_id:
            self.task_id, self.family = task_id, None
            self._asked += 1
            self._soon.stop()
            self.changed.emit()
            self._ask()

    def _ask(self) -> None:
        self._asked += 1
        if self.task_id is not None:
            self._runner(self._load(self._asked, self.task_id), "look for kin")

    async def _load(self, asked: int, task_id: TaskId) -> None:
        family = await self._cases.family(task_id)
        if asked == self._asked and family != self.family:
            self.family = family
            self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if self.family is not None and any(touch.outputs and one in self.family for one, touch in touches.items()):
            self._soon.begin()
