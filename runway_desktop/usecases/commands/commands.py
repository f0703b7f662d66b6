"""Executes commands for selected tasks, and tells what to ask or enter first. The commands themselves are records, see
`tasks`."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.cast import Member
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks.queue_acts import Stood
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.usecases.words.account import priced
from runway_desktop.usecases.words.holds import cost_words

from .queued import RELEASE
from .task_command import NOTHING, Context, Given, Prompt, Report, TaskCommand


class Commands:
    """Loop's thread only."""

    def __init__(self, engine: Engine, sending: TaskSender) -> None:
        self._engine = engine
        self._context = Context(engine, sending)

    def prompt(self, command: TaskCommand, rows: Sequence[Row]) -> Prompt | None:
        """The text input that is needed first; None if none is."""
        return command.prompt(self._context, rows[0]) if command.prompt is not None else None

    def question(self, command: TaskCommand, rows: Sequence[Row]) -> Question | None:
        """The question to ask first; None if nothing can be lost or spent that the user wants to be asked about.
        Changes nothing. After "yes", call `do` with the question's `prepared`."""
        if not command.asks(self._engine.settings):
            return None
        if command.prepares is None:
            return command.asked(rows)
        try:
            prepared = command.prepares(self._context, command.meant(rows))
        except NotPossible:
            # Nothing can be sent; `do` will raise the reason.
            return None
        if prepared.is_repeat or not prepared.is_valid:
            return None
        return question_for(prepared, self._engine.settings.confirm_above)

    def text(self, command: TaskCommand, rows: Sequence[Row]) -> str:
        """Its text; that of a release says how many leave and what that costs: "Release 110 · 624 credits"."""
        text = command.text(rows)
        if command is not RELEASE or not (meant := command.meant(rows)):
            return text
        name = text.removesuffix("…")
        return f"{name} · {cost_words(self._context.sending.sum_of(row.task for row in meant))}{text[len(name) :]}"

    def price(self, command: TaskCommand, rows: Sequence[Row]) -> str:
        """The price of its requests: "about 240 credits". Empty if it makes none, or the price of one is unknown."""
        if not command.pays and not command.tells_price:
            return ""
        prices = [self._engine.pricing.price(row.task.request) for row in command.meant(rows)]
        known = [price for price in prices if price is not None]
        if not known or len(known) < len(prices):
            return ""
        return priced(sum(price.credits for price in known), *known)

    async def do(self, command: TaskCommand, rows: Sequence[Row], given: Given = NOTHING) -> Report:
        """Executes a command after its question was answered. Raises NotPossible with the reason if it is not possible
        for these tasks; for other errors see `task_command`."""
        if reason := command.reason(rows):
            raise NotPossible(reason)
        return await command.does(self._context, command.meant(rows), given) if command.does is not None else Report()

    async def undo(self, command: TaskCommand, what: Sequence[TaskId] | Stood | Member) -> Report:
        """Undoes a command; `what` is the undo value of its report."""
        return await command.undo(self._context, what) if command.undo is not None else Report()

    def queued(self) -> list[Row]:
        """All queued tasks, in sending order."""
        held = (task for task in self._engine.ledger.all_queued() if task.removed_at is None)
        return [Row(task=task) for task in sorted(held, key=lambda task: task.position)]
