"""Table of the calls of clients: parameters, and the use case that answers each.

Returns JSON values. Raises CallRefused. Loop's thread only.
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
    """A call: the struct of its parameters, and its handler."""

    takes: type[Struct]
    answer: Callable[[ClientCases, str, Any], Awaitable[object]]
    works: bool = False
    """Needs the engine's background loops: polling, sending, saving."""
    may_move: bool = True
    """It can be aborted and repeated at the next engine. Other calls are finished first."""


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
