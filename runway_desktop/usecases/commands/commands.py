"""What a face is given to deal with selected tasks: what to ask, and doing it. What can be done, and why not, tells
`table`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runway_desktop.domain.errors import NotPossible
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import sending_question

from .doing import Doing, Given, Report
from .questions import together
from .table import ENTRIES, concerned, question, why_not
from .task_command import TaskCommand

if TYPE_CHECKING:
    from runway_desktop.domain.library import Row
    from runway_desktop.domain.task import TaskId
    from runway_desktop.services.engine import Engine

NOTHING = Given()


class Commands:
    """Loop's thread only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._doing = Doing(engine)

    def question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """What must be asked first; None when nothing can be lost or spent that the person wants to be asked about."""
        if command is TaskCommand.CANCEL and not self._engine.settings.ask_before_cancel:
            return None
        asked = question(command, rows)
        return together(asked, self._price_question(concerned(command, rows))) if ENTRIES[command].pays else asked

    async def do(self, command: TaskCommand, rows: Sequence[Row], given: Given = NOTHING) -> Report:
        """Carries a command out, after whatever had to be asked was answered. NotPossible, with the reason, when it
        cannot be done with these tasks; what else of `domain.errors` is raised, `doing` says. Of a command that is the
        face's alone the report is empty."""
        entry = ENTRIES[command]
        if reason := why_not(command, rows):
            raise NotPossible(reason)
        return await entry.does(self._doing, entry.meant(rows), given) if entry.does is not None else Report()

    async def undo(self, command: TaskCommand, task_ids: Sequence[TaskId]) -> Report:
        """Undoes a command of which the report said that it can be undone."""
        undo = ENTRIES[command].undo
        return await undo(self._doing, task_ids) if undo is not None else Report()

    def _price_question(self, rows: Sequence[Row]) -> Question | None:
        """What to ask before these are paid for once more."""
        prices = [self._engine.pricing.price(row.task.request) for row in rows]
        known = [price for price in prices if price is not None]
        return sending_question(
            self._engine.settings.confirm_above,
            len(rows),
            sum(price.credits for price in known),
            exact=all(price.exact for price in known),
            unknown=len(rows) - len(known),
        )
