"""Commands for selected tasks, as a face calls them: what must be asked or typed first, and carrying one out. Which
there are, for which tasks and why not, their records say (`tasks`)."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks.lane_order import Stood
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.usecases.words.account import about
from runway_desktop.usecases.words.units import credits_in_words

from .task_command import NOTHING, Context, Given, Prompt, Report, TaskCommand


class Commands:
    """Loop's thread only."""

    def __init__(self, engine: Engine, sending: TaskSender) -> None:
        self._engine = engine
        self._context = Context(engine, sending)

    def prompt(self, command: TaskCommand, rows: Sequence[Row]) -> Prompt | None:
        """What must be typed first."""
        return command.prompt(self._context, rows[0]) if command.prompt is not None else None

    def question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """What must be asked first; None when nothing can be lost or spent that the person wants to be asked about.
        Asking changes nothing: the answer yes is `do`, given what the question has `prepared`."""
        if not command.asks(self._engine.settings):
            return None
        if command.prepares is None:
            return command.asked(rows)
        try:
            prepared = command.prepares(self._context, command.meant(rows))
        except NotPossible:
            # Nothing will be sent: carrying it out says why.
            return None
        if prepared.is_repeat or not prepared.is_valid:
            return None
        return question_for(prepared, self._engine.settings.confirm_above)

    def price(self, command: TaskCommand, rows: Sequence[Row]) -> str:
        """What its requests cost, in words: "about 240 credits". Empty where it makes none, or where the price of one
        is not known."""
        if not command.pays and not command.tells_price:
            return ""
        prices = [self._engine.pricing.price(row.task.request) for row in command.meant(rows)]
        known = [price for price in prices if price is not None]
        if not known or len(known) < len(prices):
            return ""
        return f"{about(*known)}{credits_in_words(sum(price.credits for price in known))}"

    async def do(self, command: TaskCommand, rows: Sequence[Row], given: Given = NOTHING) -> Report:
        """Carries a command out, after whatever had to be asked was answered. NotPossible, with the reason, when it
        cannot be done with these tasks; what else of `domain.errors` is raised, `task_command` says."""
        if reason := command.reason(rows):
            raise NotPossible(reason)
        return await command.does(self._context, command.meant(rows), given) if command.does is not None else Report()

    async def undo(self, command: TaskCommand, what: Sequence[TaskId] | Stood) -> Report:
        """Undoes a command with what its report says that it can be undone with."""
        return await command.undo(self._context, what) if command.undo is not None else Report()

    def queued(self) -> list[Row]:
        """All that is queued here, in the order in which it is sent."""
        held = (task for task in self._engine.ledger.held() if task.removed_at is None)
        return [Row(task=task) for task in sorted(held, key=lambda task: task.position)]
