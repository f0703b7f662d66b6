"""State of the viewer: the current take, those it is compared with, and judging with auto-advance.

One pane shows a task of the list, with the shots around it; in a long list only the tasks nearby are loaded. Several
panes show compared results: with several prompts, takes of one prompt form a stack. A comparison stays while one of its
takes is looked at alone. The list's selection follows the current task, so all commands act on it. Holds no file and no
player. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

from PySide6.QtCore import QObject, Qt, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Mark, Pick, Task, TaskId, Trim, with_trim
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, listed
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.listing.columns import Column
from runway_desktop.usecases.listing.takes import (
    Shot,
    Stack,
    Take,
    differences,
    has_result,
    is_judged,
    judged_takes,
    next_to_judge,
    shots_of,
)
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.tasks import judgment_words
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model
from runway_desktop.viewmodels.tasks.judging import JudgingModel
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

AROUND = 60
"""Number of tasks loaded before and after the current one."""
SIZES = (1, 2, 4)


class ViewerModel(Model):
    changed = Signal()
    """Other results are shown, or more or fewer of them."""
    judged = Signal()
    """Only shots, judgments or captions changed."""
    moved = Signal(object)
    """Id of the new current task."""
    focus_moved = Signal()
    opened = Signal()
    """Results were found, so the viewer can open on them."""
    said = Signal(str)
    """Why there is nothing to compare or undo, in a sentence."""

    def __init__(
        self,
        cases: UseCases,
        rows: TaskListModel,
        bridge: Bridge,
        runner: Runner,
        judge: JudgingModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._rows = rows
        self._judge = judge
        self.shots: tuple[Shot, ...] = ()
        self.current: TaskId | None = None
        self.came_from, self.back = "", ""
        """Title of what is behind the viewer."""
        self.comes_from_one = False
        """Whether the panes were opened from a single one, which they lead back to."""
        self._takes: tuple[Take, ...] = ()
        """What is compared."""
        self._stacks: list[Stack] = []
        self._first = 0
        self.focus = 0
        """Index of the focused pane."""
        self.size = 1
        self.output = 0
        """Index of the result that a single pane shows."""
        self.is_stacked = False
        self.left_out = ""
        """Which tasks have no result to compare; empty if all have."""
        self._advances = {True: True, False: False}
        """Whether a judgment moves on, with one pane and with several."""
        self._back_to: TaskId | None = None
        """A task that an undo changed, if it is not back in the list yet."""
        judge.undone.connect(lambda _, ids: self.go_back_to(ids))
        bridge.tasks_touched.connect(self._touched)
        rows.lines_moved.connect(self._lines_moved)

    def open(self, task_id: TaskId) -> None:
        """Shows a task of the list alone."""
        self._takes, self._stacks = (), []
        self.size = 1
        self._look_at(task_id)
        self.changed.emit()

    def open_chosen(self, task_ids: Sequence[TaskId]) -> None:
        """Compares these tasks; for a single one, all its takes."""
        self._cases.integrity.look_at(task_ids)
        self._runner(self._gather_takes(tuple(task_ids)), "gather takes")

    def open_results(self, task_id: TaskId, index: int) -> None:
        """Compares the results of a task, which need not be in the list, with the one of this index focused."""
        self._runner(self._gather_results(task_id, index), "gather results")

    def compare_rows(
        self, rows: Sequence[Row], *, at: TaskId | tuple[TaskId, int] | None = None, stacked: bool = True
    ) -> None:
        """Compares the saved results of these rows in their order, with `at`, a task or one of its results, focused.
        `stacked` False: side by side even if prompts differ."""
        takes = [Take(row.task, output) for row in rows for output in row.outputs if output.is_here]
        if not takes:
            self.said.emit(_("Nothing to compare: no selected task has a saved result."))
            return
        missing = [_("take {number}", number=number) for number, row in enumerate(rows, start=1) if not has_result(row)]
        self.left_out = _("Not shown, no saved result: {takes}.", takes=listed(missing)) if missing else ""
        self._takes = tuple(takes)
        self.is_stacked = stacked and len({take.prompt for take in takes}) > 1
        self._pile()
        self.size = next((size for size in SIZES[1:] if size >= len(self._stacks)), SIZES[-1])
        self._go_to(next((n for n, stack in enumerate(self._stacks) if at in (stack.top.task.id, stack.top.key)), 0))
        self.opened.emit()
        self._shown_changed()

    def close(self) -> None:
        self.current, self.shots, self._back_to = None, (), None
        self._takes, self._stacks, self.size = (), [], 1
        self.comes_from_one = False

    @property
    def is_one(self) -> bool:
        return self.size == 1

    @property
    def shown(self) -> tuple[Stack, ...]:
        """The visible stacks, in order."""
        return tuple(self._stacks[self._first : self._first + self.size])

    @property
    def focused(self) -> Stack | None:
        shown = () if self.is_one else self.shown
        return shown[self.focus] if self.focus < len(shown) else None

    @property
    def row(self) -> Row | None:
        return next((row for row in self.tasks if row.task.id == self.current), None)

    @property
    def task(self) -> Task | None:
        """The task that keys judge."""
        if self.is_one:
            return self.row.task if self.row is not None else None
        return self.focused.top.task if self.focused is not None else None

    @property
    def tasks(self) -> list[Row]:
        return [row for shot in self.shots for row in shot.rows]

    @property
    def shot(self) -> Shot | None:
        """The current task's shot."""
        return next((shot for shot in self.shots if any(row.task.id == self.current for row in shot.rows)), None)

    @property
    def take(self) -> int:
        """Number of the current take in its shot, from 1; 0 while unknown."""
        rows = self.shot.rows if self.shot is not None else ()
        return next((number for number, row in enumerate(rows, start=1) if row.task.id == self.current), 0)

    def judged_words(self) -> str:
        """How many takes of the shot, or of those compared, are judged, of those with a result; empty while unknown."""
        if not self.is_one:
            return judged_takes(list({take.task.id: take.task for take in self._takes}.values()))
        return judged_takes([row.task for row in self.shot.rows if has_result(row)]) if self.shot is not None else ""

    def spoken(self) -> str:
        """The current task as the list tells it to screen readers: which take, prompt, state and price. Empty while
        unknown."""
        line = self._rows.position(self.current) if self.current is not None else None
        if line is None or self.row is None or self.shot is None:
            return ""
        take = _("Take {number} of {count}, {judgment}", number=self.take, count=len(self.shot.rows),
                 judgment=judgment_words(self.row.task) or _("not judged"))  # fmt: skip
        cells = [self._rows.index(line, column) for column in (Column.PROMPT, Column.STATUS, Column.CREDITS)]
        told = [str(cell.data(Qt.ItemDataRole.AccessibleTextRole) or "") for cell in cells]
        return ". ".join(part for part in (take, *told) if part)

    def position(self) -> tuple[int, int]:
        """Position of the current task in the list, from 1, and the number of tasks."""
        line = self._rows.position(self.current) if self.current is not None else None
        headers = len(self._rows.group_rows(0, line)) if line is not None else 0
        return (line - headers + 1 if line is not None else 0, self._rows.task_count)

    def caption(self, position: int) -> str:
        """How a visible take differs from the others; if it does not, its facts."""
        top = self.shown[position].top
        told = differences([stack.top.task for stack in self.shown])
        return f"{self._first + position + 1} · {top.facts(told[top.task.id])}"

    def rejected(self) -> frozenset[int]:
        """Indexes of panes to shrink: rejected takes, unless all are."""
        found = frozenset(n for n, stack in enumerate(self.shown) if stack.top.task.pick is Pick.REJECT)
        return found if len(found) < len(self.shown) else frozenset()

    def position_words(self) -> str:
        """Text such as "5–8 of 12"; empty if all are visible."""
        last = self._first + len(self.shown)
        if len(self.shown) == len(self._stacks):
            return ""
        span = str(last) if self._first + 1 == last else f"{self._first + 1}–{last}"
        return _("{numbers} of {count}", numbers=span, count=len(self._stacks))

    def go_to(self, task_id: TaskId) -> None:
        if task_id != self.current:
            self._look_at(task_id)

    def go_back_to(self, task_ids: Sequence[TaskId]) -> None:
        """Goes to the first of the tasks that an undo changed, once the list has it."""
        if self.current is None or not task_ids or not self.is_one:
            return
        self._back_to = None
        if self._rows.position(task_ids[0]) is not None:
            self.go_to(task_ids[0])
        else:
            self._back_to = task_ids[0]

    def show(self, size: int) -> None:
        """Shows one, two or four at a time; the focused one stays visible. Without a comparison, the takes of the
        shot."""
        if size == self.size:
            return
        if size > 1 and not self._stacks:
            self.compare()
        if self._stacks and size != self.size:
            at, key = self._first + self.focus, self.current
            if self.is_one:
                at = next((n for n, stack in enumerate(self._stacks) if stack.top.task.id == key), 0)
            self.size = size
            self._go_to(at)
            if self.is_one and key is not None:
                self._look_at(key)
                self.changed.emit()
            else:
                self._shown_changed()

    def compare(self) -> None:
        """Compares all takes of the shot; with several panes, swaps the focused stack with its neighbor, and the focus
        moves along."""
        shown = self.shown
        if self.is_one:
            if self._stacks:
                self.show(next((size for size in SIZES[1:] if size >= len(self._stacks)), SIZES[-1]))
            elif self.shot is not None:
                self.comes_from_one = True
                self.compare_rows(self.shot.rows, at=self.current, stacked=False)
        elif len(shown) > 1:
            other = self.focus + 1 if self.focus + 1 < len(shown) else self.focus - 1
            here, there = self._first + self.focus, self._first + other
            self._stacks[here], self._stacks[there] = self._stacks[there], self._stacks[here]
            self.focus = other
            self.changed.emit()

    def turn(self, by: int) -> None:
        """Goes to the next (1) or previous (−1) set, if there is one."""
        first = self._first + by * self.size
        if 0 <= first < len(self._stacks):
            self._first = first
            self.focus = min(self.focus, len(self.shown) - 1)
            self._shown_changed()

    def focus_on(self, position: int) -> None:
        if position != self.focus and 0 <= position < len(self.shown):
            self.focus = position
            self.focus_moved.emit()
            self._follow()

    def move_take(self, by: int) -> None:
        """Goes to another take: with one pane in the list, beyond a shot to the neighboring one; with several in the
        focused stack, without a stack to the next set; if all are visible, moves the focus."""
        if self.is_one:
            order = [row.task.id for row in self.tasks]
            here = order.index(self.current) + by if self.current in order else -1
            if 0 <= here < len(order):
                self.go_to(order[here])
        elif not self._cycle(by):
            if self.position_words():
                self.turn(by)
            else:
                self.move_up(by)

    def move_up(self, by: int) -> None:
        """With one pane goes to the first take of the next or previous shot; with several moves the focus, with
        wraparound."""
        if self.is_one:
            here = self.shots.index(self.shot) + by if self.shot is not None else by
            if 0 <= here < len(self.shots):
                self.go_to(self.shots[here].rows[0].task.id)
        elif self.shown:
            self.focus_on((self.focus + by) % len(self.shown))

    def move_line(self, by: int) -> None:
        """Goes to the next or previous task of the list."""
        line = self._rows.position(self.current) if self.current is not None else None
        while line is not None and 0 <= line + by < self._rows.rowCount():
            line += by
            task_id = self._rows.task_id(line)
            if task_id is not None:
                self.go_to(task_id)
                return

    def stack(self, stacked: bool) -> None:
        """Stacks takes by prompt, or spreads all of them."""
        if stacked != self.is_stacked and self._takes:
            top = self.focused.top.key if self.focused is not None else None
            self.is_stacked = stacked
            self._pile()
            held = (n for n, stack in enumerate(self._stacks) if any(take.key == top for take in stack.takes))
            self._go_to(next(held, 0))
            self._shown_changed()

    @property
    def auto_advance(self) -> bool:
        return self._advances[self.is_one]

    def set_auto_advance(self, on: bool) -> None:
        if on != self.auto_advance:
            self._advances[self.is_one] = on
            self.judged.emit()

    @property
    def has_any(self) -> bool:
        return self.focused is not None or (self.is_one and self.row is not None and self.row.can_be_judged)

    @property
    def comparable(self) -> int:
        """How many takes of the shot have a result."""
        return sum(map(has_result, self.shot.rows)) if self.shot is not None else 0

    def rate(self, stars: int, *, stay: bool = False) -> None:
        if self.task is not None:
            said = _("Rated take {number}: {stars} ★.", number=self.take, stars=stars) if stars and self.is_one else ""
            self._judge.rate([self.task.id], stars, said=said)
            self._decided(self.task.id, is_decision=stars > 0, stay=stay)

    def pick(self, pick: Pick, *, stay: bool = False) -> None:
        """Sets a mark; the same mark again clears it."""
        task = self.task
        if task is not None:
            wanted = Pick.NONE if task.pick is pick else pick
            words = {
                Pick.PICK: _("Picked take {number}.", number=self.take),
                Pick.REJECT: _("Rejected take {number}.", number=self.take),
            }
            self._judge.pick([task.id], wanted, said=words.get(wanted, "") if self.is_one else "")
            self._decided(task.id, is_decision=wanted is not Pick.NONE, stay=stay)

    def pick_instead(self) -> None:
        if self.task is not None:
            self._judge.pick_instead([self.task.id])
            self._decided(self.task.id, is_decision=True, stay=False)

    @property
    def index(self) -> int:
        """Which result of the task is meant."""
        if self.focused is not None:
            return self.focused.top.output.index
        outputs = self.row.outputs if self.row is not None else ()
        return outputs[self.output].index if self.output < len(outputs) else 0

    @property
    def trim(self) -> Trim | None:
        return self.task.trim(self.index) if self.task is not None else None

    @property
    def marks(self) -> list[Mark]:
        """Notes at times of the result, in the order of time."""
        marks = self.task.marks if self.task is not None else ()
        return sorted((mark for mark in marks if mark.index == self.index), key=lambda mark: mark.at)

    def set_trim(self, range_: tuple[float, float] | None) -> None:
        """Keeps in and out, in seconds; None: the result is whole."""
        if self.task is not None:
            trim = Trim(self.index, *range_) if range_ is not None else None
            self._judge.set_trims({self.task.id: with_trim(self.task.trims, trim, self.index)})

    def add_mark(self, at: float, text: str) -> None:
        """Adds a note at a time in seconds."""
        now = self._cases.clock.now()
        self.set_mark(Mark(id=uuid4().hex, index=self.index, at=at, text=text.strip(), made_at=now))

    def set_mark(self, mark: Mark, *, remove: bool = False) -> None:
        """Adds, replaces or removes a note."""
        if self.task is not None:
            self._judge.set_mark(self.task.id, mark, remove=remove)

    def undo(self) -> None:
        """Undoes the last judgment of the tasks shown here."""
        within = {row.task.id for row in self.tasks} if self.is_one else {take.task.id for take in self._takes}
        if not self._judge.undo(within):
            self.said.emit(_("Nothing to undo here."))

    def look_again(self) -> None:
        """Checks the compared files again, which may have changed outside the program."""
        self._cases.integrity.look_around()
        self._cases.integrity.look_at([stack.top.task.id for stack in self.shown])

    async def _gather_results(self, task_id: TaskId, index: int) -> None:
        self.compare_rows(await self._cases.library.rows([task_id]), at=(task_id, index), stacked=False)

    async def _gather_takes(self, task_ids: tuple[TaskId, ...]) -> None:
        if len(task_ids) == 1:
            family = await self._cases.library.takes(task_ids[0])
            rows = await self._cases.library.rows(family.ids or task_ids)
            self.compare_rows([row for row in rows if row.task.removed_at is None], at=task_ids[0], stacked=False)
        else:
            self.compare_rows(await self._cases.library.rows(task_ids))

    def _look_at(self, task_id: TaskId) -> None:
        self.current, self.output = task_id, 0
        self._gather()
        self.moved.emit(task_id)

    def _shown_changed(self) -> None:
        self.changed.emit()
        self._follow()

    def _follow(self) -> None:
        """The focused take is the current one."""
        task = self.focused.top.task if self.focused is not None else None
        if task is not None and task.id != self.current:
            self.current = task.id
            self.moved.emit(task.id)

    def _cycle(self, by: int) -> bool:
        """Cycles the takes of the focused stack; False if it has only one."""
        stack = self.focused
        if stack is None or len(stack.takes) < 2:
            return False
        self._stacks[self._first + self.focus] = replace(stack, at=(stack.at + by) % len(stack.takes))
        self._shown_changed()
        return True

    def _go_to(self, at: int) -> None:
        """Shows the set of a stack, with the focus on it."""
        self._first = at - at % self.size
        self.focus = at - self._first

    def _pile(self) -> None:
        piles: dict[object, list[Take]] = {}
        for take in self._takes:
            piles.setdefault(take.prompt if self.is_stacked else take.key, []).append(take)
        self._stacks = [Stack(tuple(takes)) for takes in piles.values()]

    def _decided(self, task_id: TaskId, *, is_decision: bool, stay: bool) -> None:
        """Auto-advances after a judgment, but not after one was cleared: with one pane to the next unjudged take, with
        several the focus to it, and after the last of a set to the next set."""
        if not is_decision or stay or not self.auto_advance:
            return
        if self.is_one:
            following = next_to_judge(self.shots, task_id)
            if following is not None:
                self.go_to(following)
            return
        stacks = self._stacks

        def is_open(position: int) -> bool:
            top = stacks[position].top
            # The latest judgment is not stored yet.
            return top.task.id != task_id and not is_judged(top.task)

        end = self._first + len(self.shown)
        here = self._first + self.focus
        found = next((n for n in (*range(here + 1, end), *range(self._first, here)) if is_open(n)), None)
        if found is not None:
            self.focus_on(found - self._first)
        elif end < len(stacks):
            self._first, self.focus = end, 0
            self.focus = next((n for n in range(len(self.shown)) if is_open(end + n)), 0)
            self._shown_changed()

    def _gather(self) -> None:
        """Loads the tasks around the current one: those compared, or its neighbors in the list."""
        current = self.current
        line = self._rows.position(current) if current is not None else None
        if self._takes:
            ids = list(dict.fromkeys(take.task.id for take in self._takes))
        elif line is not None:
            near = range(max(0, line - AROUND), min(self._rows.rowCount(), line + AROUND + 1))
            ids = [task_id for at in near if (task_id := self._rows.task_id(at)) is not None]
        else:
            return
        if current is not None:
            self._rows.with_rows(ids, self._for(current))

    def _for(self, current: TaskId) -> Callable[[list[Row]], None]:
        """Returns a callback that ignores answers for a task that is no longer current."""

        def take(rows: list[Row]) -> None:
            if current == self.current:
                self.shots = shots_of(rows)
                self.judged.emit()

        return take

    def _lines_moved(self) -> None:
        """The current task stays, even if its judgment removed it from the list."""
        if self._back_to is not None and self._rows.position(self._back_to) is not None:
            self.go_back_to([self._back_to])
        elif self.current is not None and self.is_one:
            self._gather()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if self.current is not None and not touches.keys().isdisjoint(row.task.id for row in self.tasks):
            fresh = (self._rows.row_of(row.task.id) or row for row in self.tasks)
            self.shots = shots_of(fresh)
            self.judged.emit()
        known = {take.task.id for take in self._takes}
        moved = {
            task_id: touch
            for task_id, touch in touches.items()
            if task_id in known and (touch.task is not None or touch.outputs)
        }
        if not moved:
            return

        def renewed(take: Take) -> Take:
            touch = moved.get(take.task.id)
            if touch is None:
                return take
            output = touch.outputs.get(take.output.index, take.output)
            # A file in the trash keeps its last picture.
            return Take(touch.task or take.task, output if output.is_kept and output.path else take.output)

        before = [stack.top.content for stack in self.shown]
        self._takes = tuple(map(renewed, self._takes))
        self._stacks = [replace(stack, takes=tuple(map(renewed, stack.takes))) for stack in self._stacks]
        if before != [stack.top.content for stack in self.shown]:
            self.changed.emit()
        else:
            self.judged.emit()
