"""What a client's calls mean: name and arguments of each, and the use case that answers it.

Gives what JSON knows. Raises CallRefused. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.usecases.clients.client_cases import (
    ClientCases,
    Grant,
    Ids,
    ListWanted,
    ModelsWanted,
    Nothing,
    TasksWanted,
    TaskWanted,
)
from runway_desktop.usecases.clients.creating import TaskWished
from runway_desktop.usecases.clients.refusals import CallRefused, Code, refusal_of
from runway_desktop.values import Struct


class Answering(Struct, frozen=True):
    """A call: the value that its arguments make, and what answers it."""

    takes: type[Struct]
    answer: Callable[[ClientCases, str, Any], Awaitable[object]]
    works: bool = False
    """It needs the engine at work: polling, sending, saving."""
    may_move: bool = True
    """It may be broken off and asked again of the next engine. Others are finished first."""


CALLS: Mapping[str, Answering] = {
    "task": Answering(TaskWanted, ClientCases.task),
    "wait": Answering(TasksWanted, ClientCases.wait, works=True),
    "list": Answering(ListWanted, ClientCases.tasks),
    "models": Answering(ModelsWanted, ClientCases.models),
    "balance": Answering(Nothing, ClientCases.balance),
    "price": Answering(TaskWished, ClientCases.price),
    "create": Answering(TaskWished, ClientCases.create, works=True, may_move=False),
    "adopt": Answering(Ids, ClientCases.adopt, works=True, may_move=False),
    "cancel": Answering(Ids, ClientCases.cancel, works=True, may_move=False),
    "grant": Answering(Grant, ClientCases.grant, may_move=False),
}


async def answer(cases: ClientCases, client: str, name: str, arguments: Mapping[str, Any]) -> object:
    known = known_call(name)
    try:
        wanted = msgspec.convert(dict(arguments), known.takes)
    except msgspec.ValidationError as error:
        raise CallRefused(f"{error}.", code=Code.INPUT) from error
    try:
        if name != "grant":
            await cases.let_in(client, name)
        return msgspec.to_builtins(await known.answer(cases, client, wanted))
    except RunwayDesktopError as error:
        raise refusal_of(error) from error


def known_call(name: str) -> Answering:
    known = CALLS.get(name)
    if known is None:
        said = "This version of the program does not know this call."
        raise CallRefused(said, code=Code.INPUT, advice=f"It knows {', '.join(CALLS)}.")
    return known
