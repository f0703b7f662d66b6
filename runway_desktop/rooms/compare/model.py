"""State of the compare window: stacks of takes, the visible set of one, two or four, and judging by key.

With several prompts, takes of one prompt form a stack; takes of a single prompt are side by side. Judgments update
live. Holds no file and no player. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, listed
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.listing.takes import Stack, Take, differences, has_result, is_judged, judged_takes
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model
from runway_desktop.viewmodels.tasks.judging import JudgingModel

SIZES = (1, 2, 4)


class Compare(Model):
    changed = Signal()
    """Other results are shown."""
    judged = Signal()
    """Only judgments or captions changed."""
    focus_moved = Signal()
    opened = Signal()
    """Results were found, so the window can open."""
    said = Signal(str)
    """Why there is nothing to compare, in a sentence."""
    undone = Signal(str)
    """What was undone, in a sentence."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, judge: JudgingModel, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._judge = judge
        self._takes: tuple[Take, ...] = ()
        self._stacks: list[Stack] = []
        self._first = 0
        self.focus = 0
        """Index of the focused pane."""
        self.size = 4
        self.is_stacked = False
        self.left_out = ""
        """Which tasks have no result to compare; empty if all have."""
        self.auto_advance = False
        """Whether the focus moves on after a judgment."""
        bridge.tasks_touched.connect(self._touched)
        judge.done.connect(lambda sentence, can_undo: None if can_undo else self.undone.emit(sentence))

    def open_chosen(self, task_ids: Sequence[TaskId], *, stacked: bool = True) -> None:
        """Compares these tasks; for a single one, all its takes. `stacked`: see `open`."""
        self._cases.integrity.look_at(task_ids)
        self._runner(self._gather(tuple(task_ids), stacked), "gather takes")

    def open(self, rows: Sequence[Row], *, at: TaskId | None = None, stacked: bool = True) -> None:
        """Compares the saved results of these rows in their order, with `at` focused. `stacked` False: side by side
        even if prompts differ."""
        takes = [Take(row.task, output) for row in rows for output in row.outputs if output.is_here]
        if not takes:
            self.said.emit(_("Nothing to compare: no selected task has a saved result."))
            return
        missing = [_("take {number}", number=number) for number, row in enumerate(rows, start=1) if not has_result(row)]
        self.left_out = _("Not shown, no saved result: {takes}.", takes=listed(missing)) if missing else ""
        self._takes = tuple(takes)
        self.is_stacked = stacked and len({take.prompt for take in takes}) > 1
        self._pile()
        self.size = next((size for size in SIZES if size >= len(self._stacks)), SIZES[-1])
        self._go_to(next((n for n, stack in enumerate(self._stacks) if stack.top.task.id == at), 0))
        self.opened.emit()
        self.changed.emit()

    @property
    def shown(self) -> tuple[Stack, ...]:
        """The visible stacks, in order."""
        return tuple(self._stacks[self._first : self._first + self.size])

    @property
    def focused(self) -> Stack | None:
        shown = self.shown
        return shown[self.focus] if self.focus < len(shown) else None

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

    def where_words(self) -> str:
        """Text such as "5–8 of 12 · 3 of 12 takes judged"."""
        judged = judged_takes(list({take.task.id: take.task for take in self._takes}.values()))
        return " · ".join(part for part in (self.position_words(), judged) if part)

    def show(self, size: int) -> None:
        """Shows one, two or four at a time; the focused one stays visible."""
        if size != self.size and self._stacks:
            at = self._first + self.focus
            self.size = size
            self._go_to(at)
            self.changed.emit()

    def turn(self, by: int) -> None:
        """Goes to the next (1) or previous (−1) set, if there is one."""
        first = self._first + by * self.size
        if 0 <= first < len(self._stacks):
            self._first = first
            self.focus = min(self.focus, len(self.shown) - 1)
            self.changed.emit()

    def focus_on(self, position: int) -> None:
        if position != self.focus and 0 <= position < len(self.shown):
            self.focus = position
            self.focus_moved.emit()

    def move_focus(self, by: int) -> None:
        """Moves the focus with wraparound; a single visible take goes to the neighboring set."""
        amount = len(self.shown)
        if amount == 1:
            self.turn(by)
        elif amount:
            self.focus_on((self.focus + by) % amount)

    def move_take(self, by: int) -> None:
        """Goes to another take of the focused stack; without a stack, to the next set; if all are visible, moves the
        focus."""
        if self.cycle(by):
            return
        if self.position_words():
            self.turn(by)
        else:
            self.move_focus(by)

    def cycle(self, by: int) -> bool:
        """Cycles the takes of the focused stack; False if it has only one."""
        stack = self.focused
        if stack is None or len(stack.takes) < 2:
            return False
        self._stacks[self._first + self.focus] = replace(stack, at=(stack.at + by) % len(stack.takes))
        self.changed.emit()
        return True

    def swap(self) -> None:
        """Swaps the focused stack with its neighbor; the focus moves along."""
        shown = self.shown
        if len(shown) < 2:
            return
        other = self.focus + 1 if self.focus + 1 < len(shown) else self.focus - 1
        here, there = self._first + self.focus, self._first + other
        self._stacks[here], self._stacks[there] = self._stacks[there], self._stacks[here]
        self.focus = other
        self.changed.emit()

    def stack(self, stacked: bool) -> None:
        """Stacks takes by prompt, or spreads all of them."""
        if stacked != self.is_stacked and self._takes:
            top = self.focused.top.key if self.focused is not None else None
            self.is_stacked = stacked
            self._pile()
            held = (n for n, stack in enumerate(self._stacks) if any(take.key == top for take in stack.takes))
            self._go_to(next(held, 0))
            self.changed.emit()

    def set_auto_advance(self, on: bool) -> None:
        if on != self.auto_advance:
            self.auto_advance = on
            self.judged.emit()

    @property
    def has_any(self) -> bool:
        return self.focused is not None

    def rate(self, stars: int) -> None:
        if self.focused is not None:
            self._judge.rate([self.focused.top.task.id], stars)
            self._decided(self.focused.top.task.id, is_decision=stars > 0)

    def pick(self, pick: Pick) -> None:
        """Sets a mark; the same mark again clears it."""
        stack = self.focused
        if stack is not None:
            wanted = Pick.NONE if stack.top.task.pick is pick else pick
            self._judge.pick([stack.top.task.id], wanted)
            self._decided(stack.top.task.id, is_decision=wanted is not Pick.NONE)

    def pick_instead(self) -> None:
        if self.focused is not None:
            self._judge.pick_instead([self.focused.top.task.id])
            self._decided(self.focused.top.task.id, is_decision=True)

    def undo(self) -> None:
        """Undoes the last judgment of the compared takes."""
        if not self._judge.undo({take.task.id for take in self._takes}):
            self.undone.emit(_("Nothing to undo here."))

    def look_again(self) -> None:
        """Checks the files again, which may have changed outside the program."""
        self._cases.integrity.look_around()
        self._cases.integrity.look_at([stack.top.task.id for stack in self.shown])

    async def _gather(self, task_ids: tuple[TaskId, ...], stacked: bool) -> None:
        if len(task_ids) == 1:
            family = await self._cases.library.takes(task_ids[0])
            rows = await self._cases.library.rows(family.ids or task_ids)
            self.open([row for row in rows if row.task.removed_at is None], at=task_ids[0], stacked=False)
        else:
            self.open(await self._cases.library.rows(task_ids), stacked=stacked)

    def _go_to(self, at: int) -> None:
        """Shows the set of a stack, with the focus on it."""
        self._first = at - at % self.size
        self.focus = at - self._first

    def _pile(self) -> None:
        piles: dict[object, list[Take]] = {}
        for take in self._takes:
            piles.setdefault(take.prompt if self.is_stacked else take.key, []).append(take)
        self._stacks = [Stack(tuple(takes)) for takes in piles.values()]

    def _decided(self, task_id: TaskId, *, is_decision: bool) -> None:
        """Moves the focus to the next unjudged take; after the last of a set, shows the next set."""
        if not self.auto_advance or not is_decision:
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
            self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        known = {take.task.id for take in self._takes}
        moved = {
            task_id: touch
            for task_id, touch in touches.items()
            if task_id in known and (touch.task is not None or touch.outputs)
        }
        if not moved:
            return

        def fresh(take: Take) -> Take:
            touch = moved.get(take.task.id)
            if touch is None:
                return take
            output = touch.outputs.get(take.output.index, take.output)
            # A file in the trash keeps its last picture.
            return Take(touch.task or take.task, output if output.is_kept and output.path else take.output)

        before = [stack.top.content for stack in self.shown]
        self._takes = tuple(map(fresh, self._takes))
        self._stacks = [replace(stack, takes=tuple(map(fresh, stack.takes))) for stack in self._stacks]
        if before != [stack.top.content for stack in self.shown]:
            self.changed.emit()
        else:
            self.judged.emit()
