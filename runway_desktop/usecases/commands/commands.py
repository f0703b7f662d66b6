"""Commands for selected tasks, as a face calls them: the question to ask first, and carrying a command out. Which
commands are possible, and why not, is in `table`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Row
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.account import about
from runway_desktop.usecases.words.units import credits_in_words

from .doing import Doing, Given, Report
from .table import ENTRIES, concerned, question, why_not
from .task_command import TaskCommand

if TYPE_CHECKING:
    from runway_desktop.domain.task import TaskId
    from runway_desktop.services.engine import Engine
    from runway_desktop.services.tasks.lane_order import Stood
    from runway_desktop.usecases.sending.sending import Sending

NOTHING = Given()


class Commands:
    """Loop's thread only."""

    def __init__(self, engine: Engine, sending: Sending) -> None:
        self._engine = engine
        self._sending = sending
        self._doing = Doing(engine, sending)

    def question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """What must be asked first; None when nothing can be lost or spent that the person wants to be asked about.
        Asking changes nothing: the answer yes is `do`, given what the question has `prepared`."""
        if command is TaskCommand.CANCEL and not self._engine.settings.ask_before_cancel:
            return None
        return self._paid_question(command, rows) if ENTRIES[command].pays else question(command, rows)

    def price(self, command: TaskCommand, rows: Sequence[Row]) -> str:
        """What its requests cost, in words: "about 240 credits". Empty where it makes none, or where the price of one
        is not known."""
        if not ENTRIES[command].pays and command is not TaskCommand.NEW_SEED:
            return ""
        prices = [self._engine.pricing.price(row.task.request) for row in concerned(command, rows)]
        known = [price for price in prices if price is not None]
        if not known or len(known) < len(prices):
            return ""
        return f"{about(*known)}{credits_in_words(sum(price.credits for price in known))}"

    async def do(self, command: TaskCommand, rows: Sequence[Row], given: Given = NOTHING) -> Report:
        """Carries a command out, after whatever had to be asked was answered. NotPossible, with the reason, when it
        cannot be done with these tasks; what else of `domain.errors` is raised, `doing` says. Of a command that is the
        face's alone the report is empty."""
        entry = ENTRIES[command]
        if reason := why_not(command, rows):
            raise NotPossible(reason)
        if entry.does is None:
            return Report()
        return await entry.does(self._doing, entry.meant(rows), given)

    async def undo(self, command: TaskCommand, what: Sequence[TaskId] | Stood) -> Report:
        """Undoes a command with what its report says that it can be undone with."""
        undo = ENTRIES[command].undo
        return await undo(self._doing, what) if undo is not None else Report()

    def queued(self) -> list[Row]:
        """All that is queued here, in the order in which it is sent."""
        held = (task for task in self._engine.ledger.held() if task.removed_at is None)
        return [Row(task=task) for task in sorted(held, key=lambda task: task.position)]

    def _paid_question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """None too where nothing will be sent: carrying it out says why."""
        from runway_desktop.services.tasks.submission import Ask
        from runway_desktop.usecases.sending.questions import question_for

        tasks = [row.task for row in concerned(command, rows)]
        try:
            if command in (TaskCommand.SEND_NEXT, TaskCommand.RELEASE):
                prepared = self._sending.prepare_release(tasks, is_next=command is TaskCommand.SEND_NEXT)
            else:
                prepared = self._sending.prepare_again(tasks)
        except NotPossible:
            return None
        if Ask.REPEAT in prepared.asks or not prepared.is_valid:
            return None
        return question_for(prepared, self._engine.settings.confirm_above)
