"""State of importing task ids: ids found in logs, tables or clipboard, and Runway's answers. Nothing changes before the
person confirms. GUI thread only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.exchange.exchange import TaskIds
from runway_desktop.services.exchange.id_search import IdEntry, IdsLook, IdStanding
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks.adoption import Adopting
from runway_desktop.texts import Text, _, listed, ngettext
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.imports import ID_TITLES, id_line, is_answered, outcome_words
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.bridge import Bridge

from .import_model import ImportModel

__all__ = ["IdImportModel", "TaskIds"]

_AMOUNTS = (
    (Text("{n} new", "{n} new"), (IdStanding.NEW,)),
    (Text("{n} already in the list", "{n} already in the list"), (IdStanding.KNOWN,)),
    (Text("{n} removed from the list before", "{n} removed from the list before"), (IdStanding.REMOVED,)),
    (Text("{n} not found before", "{n} not found before"), (IdStanding.MISSED,)),
    (Text("{n} not a task ID", "{n} not task IDs"), (IdStanding.ELSE, IdStanding.NO_ID)),
)


class IdImportModel(ImportModel):
    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, ids: TaskIds, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, tuple(map(str, ID_TITLES)), parent)
        self._ids = ids
        self._look = IdsLook()
        self._rows: dict[TaskId, int] = {}
        """Row by adopted task."""
        self._tasks: dict[TaskId, Task] = {}
        bridge.tasks_touched.connect(self._touched)

    @staticmethod
    def ids_in(paths: Sequence[Path], text: str = "") -> TaskIds:
        """Source of ids: files, else the text."""
        return TaskIds(Dropped(paths=tuple(paths), text=text))

    def begin(self) -> None:
        ids = self._ids
        look = self._cases.exchange.ids.look(ids.dropped, ids.searches)
        self._runner(look, "look for task ids", done=self._looked, failed=self._failed)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Errors of files that could not be searched, one sentence each."""
        return tuple(map(str, self._look.troubles))

    def source_words(self) -> str:
        paths = self._ids.dropped.paths
        if not paths:
            return _("From the clipboard")
        name = paths[0].name
        if len(paths) == 1:
            return _("From {file}", file=name)
        return ngettext("From {file} and {n} other file", "From {file} and {n} other files", len(paths) - 1, file=name)

    def headline(self) -> str:
        """Text such as "37 ids: 30 new, 5 already in the list and 2 not task ids."."""
        if self.phase is Phase.LOOKING:
            return _("Searching for task IDs…")
        entries = self._look.entries
        if not entries:
            return _("No task IDs found.")
        amounts = Counter(entry.standing for entry in entries)
        sums = ((words, sum(amounts[one] for one in standings)) for words, standings in _AMOUNTS)
        parts = [str(words.of(amount)) for words, amount in sums if amount]
        return ngettext("{n} ID: {kinds}.", "{n} IDs: {kinds}.", len(entries), kinds=listed(parts))

    def note(self) -> str:
        if self.problem:
            return self.problem
        match self.phase:
            case Phase.READY if self._look.entries:
                return _("Checked IDs are looked up at Runway, free of charge. Results that still exist are saved.")
            case Phase.WORKING | Phase.DONE:
                return self._asked_words()
            case _:
                return ""

    def button_words(self) -> str:
        amount = self.table.ticked_count
        return ngettext("Import {n} task", "Import {n} tasks", amount) if amount else _("Import tasks")

    def reason(self) -> str:
        if self.phase is not Phase.READY:
            return _("Still searching for IDs.") if self.phase is Phase.LOOKING else _("Already imported.")
        if not self.table.ticked_count:
            return _("Check the IDs to import.") if self._look.entries else _("No task IDs found.")
        return ""

    def adopt(self) -> None:
        if self.reason():
            return
        self.phase, self.problem = Phase.WORKING, ""
        chosen = [self._look.entries[row] for row in self.table.ticked()]
        self.table.lock()
        work = self._cases.exchange.ids.adopt([entry.found for entry in chosen])
        self._runner(work, "adopt ids", done=lambda came: self._adopted(chosen, came), failed=self._failed)
        self.changed.emit()

    @property
    def not_there(self) -> list[TaskId]:
        """Adopted tasks that Runway does not know, or not for this key."""
        return [
            task.id for task in self._tasks.values() if task.state is State.GONE or (task.is_hidden and task.adopted)
        ]

    def remove_not_there(self) -> None:
        gone = self.not_there
        for task_id in gone:
            del self._tasks[task_id]
            self.table.say(self._rows.pop(task_id), _("Not found, removed from the list"), Tone.PLAIN)
        self._runner(self._cases.actions.remove(gone), "remove from list")
        self.changed.emit()

    def _looked(self, look: IdsLook) -> None:
        self._look = look
        self.phase = Phase.READY
        self.table.show_lines(map(id_line, look.entries))

    def _adopted(self, chosen: Sequence[IdEntry], came: Adopting) -> None:
        row_positions: dict[str, int] = {
            entry.found.remote_id: row for entry, row in zip(chosen, self.table.ticked(), strict=True)
        }
        self._runner(self._follow(came, row_positions), "follow adopted ids")
        self.finished.emit([*came.added, *came.known])

    async def _follow(self, came: Adopting, row_positions: dict[str, int]) -> None:
        for row in await self._cases.library.rows([*came.added, *came.known]):
            position = row_positions.get(row.task.remote_id or "")
            if position is not None:
                self._rows[row.task.id] = position
                self._hear(row.task)
        self.phase = Phase.DONE
        self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        moved = [touch.task for task_id, touch in touches.items() if task_id in self._rows and touch.task is not None]
        for task in moved:
            self._hear(task)
        if moved:
            self.changed.emit()

    def _hear(self, task: Task) -> None:
        self._tasks[task.id] = task
        self.table.say(self._rows[task.id], *outcome_words(task))

    def _asked_words(self) -> str:
        """Progress or outcome ("Checked 12 of 30: 10 found, 2 deleted or of another key.")."""
        if self.phase is Phase.WORKING:
            return _("Adding to the list…")
        total = len(self._tasks)
        gone = sum(task.state is State.GONE or task.is_hidden for task in self._tasks.values())
        asked = sum(is_answered(task) for task in self._tasks.values())
        parts = [
            ngettext("{n} found", "{n} found", asked - gone) if asked else "",
            ngettext("{n} deleted or of another key", "{n} deleted or of another key", gone) if gone else "",
        ]
        outcome = listed([part for part in parts if part])
        if asked == total:
            return ngettext("{n} task imported: {found}.", "{n} tasks imported: {found}.", total, found=outcome)
        if not outcome:
            return _("Checked {done} of {total}.", done=asked, total=total)
        return _("Checked {done} of {total}: {found}.", done=asked, total=total, found=outcome)
