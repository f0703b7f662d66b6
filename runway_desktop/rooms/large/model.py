"""State of the large view: the current task, surrounding shots, and judging with auto-advance.

The list's selection follows the current task, so all commands act on it. In a long list only the tasks nearby are
loaded. Holds no file and no player. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.texts import _
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.listing.columns import Column
from runway_desktop.usecases.listing.takes import Shot, has_result, judged_takes, next_to_judge, shots_of
from runway_desktop.usecases.words.tasks import judgment_words
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.tasks.judging import JudgingModel
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

AROUND = 60
"""Number of tasks loaded before and after the current one."""


class LargeViewModel(QObject):
    changed = Signal()
    """Shots or judgments changed."""
    moved = Signal(object)
    """Id of the new current task."""
    compare_wanted = Signal(object)
    """Ids of the takes of the current shot."""

    def __init__(self, rows: TaskListModel, bridge: Bridge, judge: JudgingModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._judge = judge
        self.shots: tuple[Shot, ...] = ()
        self.current: TaskId | None = None
        self.came_from = ""
        """Title of the list behind the view."""
        self.auto_advance = True
        self._back_to: TaskId | None = None
        """A task that an undo changed, if it is not back in the list yet."""
        judge.undone.connect(lambda _, ids: self.go_back_to(ids))
        bridge.tasks_touched.connect(self._touched)
        rows.lines_moved.connect(self._lines_moved)

    def open(self, task_id: TaskId) -> None:
        self.current = task_id
        self._gather()
        self.moved.emit(task_id)

    def close(self) -> None:
        self.current, self.shots, self._back_to = None, (), None

    @property
    def row(self) -> Row | None:
        return next((row for row in self.tasks if row.task.id == self.current), None)

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
        """How many takes of the shot are judged, of those with a result; empty while unknown."""
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

    def go_to(self, task_id: TaskId) -> None:
        if task_id != self.current:
            self.open(task_id)

    def go_back_to(self, task_ids: Sequence[TaskId]) -> None:
        """Goes to the first of the tasks that an undo changed, once the list has it."""
        if self.current is None or not task_ids:
            return
        self._back_to = None
        if self._rows.position(task_ids[0]) is not None:
            self.go_to(task_ids[0])
        else:
            self._back_to = task_ids[0]

    def move_take(self, by: int) -> None:
        """Goes to the next or previous take; beyond a shot, to the neighboring shot."""
        self._move(by, [row.task.id for row in self.tasks])

    def move_line(self, by: int) -> None:
        """Goes to the next or previous task of the list."""
        line = self._rows.position(self.current) if self.current is not None else None
        while line is not None and 0 <= line + by < self._rows.rowCount():
            line += by
            task_id = self._rows.task_id(line)
            if task_id is not None:
                self.go_to(task_id)
                return

    def move_shot(self, by: int) -> None:
        """Goes to the first take of the next or previous shot."""
        here = self.shots.index(self.shot) if self.shot is not None else 0
        if 0 <= here + by < len(self.shots):
            self.go_to(self.shots[here + by].rows[0].task.id)

    def set_auto_advance(self, on: bool) -> None:
        if on != self.auto_advance:
            self.auto_advance = on
            self.changed.emit()

    @property
    def has_any(self) -> bool:
        return self.row is not None and self.row.can_be_judged

    @property
    def comparable(self) -> int:
        """How many takes of the shot have a result."""
        return sum(map(has_result, self.shot.rows)) if self.shot is not None else 0

    def compare(self) -> None:
        """Compares all takes of the shot."""
        if self.shot is not None:
            self.compare_wanted.emit([row.task.id for row in self.shot.rows])

    def rate(self, stars: int, *, stay: bool = False) -> None:
        row = self.row
        if row is not None:
            self._judge.rate(
                [row.task.id],
                stars,
                said=_("Rated take {number}: {stars} ★.", number=self.take, stars=stars) if stars else "",
            )
            self._decided(is_decision=stars > 0, stay=stay)

    def pick(self, pick: Pick, *, stay: bool = False) -> None:
        """Sets a mark; the same mark again clears it."""
        row = self.row
        if row is not None:
            wanted = Pick.NONE if row.task.pick is pick else pick
            words = {
                Pick.PICK: _("Picked take {number}.", number=self.take),
                Pick.REJECT: _("Rejected take {number}.", number=self.take),
            }
            self._judge.pick([row.task.id], wanted, said=words.get(wanted, ""))
            self._decided(is_decision=wanted is not Pick.NONE, stay=stay)

    def pick_instead(self) -> None:
        if self.current is not None:
            self._judge.pick_instead([self.current])
            self._decided(is_decision=True, stay=False)

    def _decided(self, *, is_decision: bool, stay: bool) -> None:
        """Auto-advances after a judgment, but not after one was cleared."""
        if is_decision and self.auto_advance and not stay and self.current is not None:
            found = next_to_judge(self.shots, self.current)
            if found is not None:
                self.go_to(found)

    def _move(self, by: int, order: Sequence[TaskId]) -> None:
        here = order.index(self.current) if self.current in order else -1
        if here >= 0 and 0 <= here + by < len(order):
            self.go_to(order[here + by])

    def _gather(self) -> None:
        current = self.current
        line = self._rows.position(current) if current is not None else None
        if current is None or line is None:
            return
        near = range(max(0, line - AROUND), min(self._rows.rowCount(), line + AROUND + 1))
        ids = [task_id for at in near if (task_id := self._rows.task_id(at)) is not None]
        self._rows.with_rows(ids, self._for(current))

    def _for(self, current: TaskId) -> Callable[[list[Row]], None]:
        """Returns a callback that ignores answers for a task that is no longer current."""

        def take(rows: list[Row]) -> None:
            if current == self.current:
                self.shots = shots_of(rows)
                self.changed.emit()

        return take

    def _lines_moved(self) -> None:
        """The current task stays, even if its judgment removed it from the list."""
        if self._back_to is not None and self._rows.position(self._back_to) is not None:
            self.go_back_to([self._back_to])
        elif self.current is not None:
            self._gather()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if self.current is not None and not touches.keys().isdisjoint(row.task.id for row in self.tasks):
            fresh = (self._rows.row_of(row.task.id) or row for row in self.tasks)
            self.shots = shots_of(fresh)
            self.changed.emit()
