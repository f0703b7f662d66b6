"""What a person decides about one task at a terminal, by the commands of the window: the same questions, in English.

Raises NotPossible with the reason, StoreError. Loop's thread only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cached_property

from runway_desktop.domain.caps import Kept
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.texts import Text, english
from runway_desktop.values import Struct

from .commands.approval import APPROVE
from .commands.commands import Commands
from .commands.queued import RELEASE, SEND_NEXT
from .commands.requests import ADOPT_ID, LET_GO, SEND_AGAIN
from .commands.task_command import Given, TaskCommand
from .question import Question
from .sending.sending import TaskSender
from .words.approvals import bounded, prompt_as_sent
from .words.clients import client_name
from .words.tasks import trouble_of


class Choice(Enum):
    RELEASE = RELEASE
    """Also approves the request of a program, or sends what is only queued, such as after a release that was killed."""
    MADE = ADOPT_ID
    NOT_MADE = SEND_AGAIN
    DISMISS = LET_GO


class Asking(Struct, frozen=True, kw_only=True):
    """What the person has to read and agree to. `digest` stands for exactly that; `yes` names what then happens."""

    lines: tuple[str, ...]
    yes: str
    digest: str


class Deciding:
    def __init__(self, engine: Engine, sending: Callable[[], TaskSender]) -> None:
        self._engine = engine
        self._sending = sending

    @cached_property
    def _commands(self) -> Commands:
        return Commands(self._engine, self._sending())

    async def decide(
        self, what: Choice, task_id: TaskId, text: str = "", agreed: str = ""
    ) -> Asking | tuple[TaskId, ...]:
        """Does it, and returns the tasks that it changed or made, if the person `agreed` to what is asked now; changes
        nothing and asks otherwise. `text`: the id that Runway gave the task."""
        [row] = await self._engine.library.rows([task_id])
        command: TaskCommand = what.value
        if what is Choice.RELEASE and (waits_for_approval(row.task) or row.task.is_free):
            command = SEND_NEXT if row.task.is_free else APPROVE
        asked = (await self._engine.clients.of([task_id])).get(task_id)
        with english():
            if reason := command.reason([row]) or (row.task.removed_at is not None and "It was removed from the list."):
                raise NotPossible(reason)
            prompt = self._commands.prompt(command, [row])
            if prompt is not None and (problem := prompt.problem(text)):
                raise NotPossible(problem, advice=prompt.words)
            question = self._commands.question(command, [row])
            lines = tuple(self._lines(command, row, asked.client if asked is not None else "", question, text))
            yes = question.yes if question is not None else command.name
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        if agreed != digest:
            return Asking(lines=lines, yes=yes, digest=digest)
        given = Given(text=text, prepared=question.prepared if question is not None else None)
        report = await self._commands.do(command, [row], given)
        if not report.changed:
            raise NotPossible(report.said or Text("Nothing was changed."))
        # Also an engine that may not spend sends these, and nothing else.
        self._engine.lane.let_out(report.changed)
        return report.changed

    def _lines(
        self, command: TaskCommand, row: Row, client: str, question: Question | None, text: str
    ) -> Iterator[str]:
        """Everything that is sent, who asked for it, what is known of it, and what the window would ask."""
        task, request = row.task, row.task.request
        pair = self._engine.catalog.pair(request.endpoint, request.model)
        prompt = pair.prompt_field.name if pair is not None and pair.prompt_field is not None else ""
        yield f"{task.id}: {request.endpoint} {request.model}"
        if client:
            yield f"Asked for by {client_name(client)}, as that program calls itself."
        for name, value in request.values.items():
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield from f"  {name}: {prompt_as_sent(said) if name == prompt else bounded(said)}".split("\n")
        yield from trouble_of(row, self._engine.catalog, Kept(hold=task.hold)).splitlines()
        if command.pays:
            yield f"Price: {self._commands.price(command, [row]) or 'not known'}."
        if text:
            yield f"Its ID at Runway: {text}"
        if question is not None:
            yield from (question.title, question.text)
