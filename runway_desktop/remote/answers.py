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
from runway_desktop.usecases.clients.refusals import CallRefused, Code, refusal_of, refuse_nesting
from runway_desktop.values import Struct

from .messages import Hello


class Answering(Struct, frozen=True):
    """A call: the struct of its parameters, and its handler."""

    takes: type[Struct]
    answer: Callable[[ClientCases, str, Any], Awaitable[object]]
    works: bool = False
    """Needs the engine's background loops: polling, sending, saving."""
    may_move: bool = True
    """It can be aborted and repeated at the next engine. Other calls are finished first."""
    asks: bool = True
    """Asks Runway or spends, so not for a client with another key or address than the engine's."""
    kept: Callable[[ClientCases, str, Any], Awaitable[object]] | None = None
    """What answers such a client, by what is kept; None if nothing is."""


CALLS: Mapping[str, Answering] = {
    "task": Answering(TaskWanted, ClientCases.task, kept=ClientCases.kept),
    "wait": Answering(TasksWanted, ClientCases.wait, works=True),
    "list": Answering(ListWanted, ClientCases.tasks, asks=False),
    "models": Answering(ModelsWanted, ClientCases.models, asks=False),
    "balance": Answering(Nothing, ClientCases.balance),
    "price": Answering(TaskWished, ClientCases.price),
    "create": Answering(TaskWished, ClientCases.create, works=True, may_move=False),
    "adopt": Answering(Ids, ClientCases.adopt, works=True, may_move=False),
    "cancel": Answering(Ids, ClientCases.cancel, works=True, may_move=False),
    "grant": Answering(Grant, ClientCases.grant, may_move=False, asks=False),
}


async def _works(_: str) -> None:
    """In a window, the loops run."""


async def answer(
    cases: ClientCases,
    caller: Hello,
    name: str,
    arguments: Mapping[str, Any],
    work: Callable[[str], Awaitable[object]] = _works,
) -> object:
    """`work` starts the loops for the client of this name, once it is known to be let in."""
    known = known_call(name)
    refuse_nesting(arguments)
    try:
        wanted = msgspec.convert(dict(arguments), known.takes)
    except msgspec.ValidationError as error:
        raise CallRefused(f"{error}.", code=Code.INPUT) from error
    try:
        if name != "grant":
            await cases.let_in(caller.client)
        other = await cases.difference(caller.key, caller.address, asks=known.asks)
        if other is None:
            if known.works:
                await work(caller.client)
            return msgspec.to_builtins(await known.answer(cases, caller.client, wanted))
        by = known.kept if known.asks else known.answer
        found = await by(cases, caller.client, wanted) if by is not None else None
        if not isinstance(found, dict):
            raise other
        return msgspec.to_builtins({**found, "engine": other.in_words()})
    except RunwayDesktopError as error:
        raise refusal_of(error) from error


def known_call(name: str) -> Answering:
    known = CALLS.get(name)
    if known is None:
        said = "This version of the program does not know this call."
        raise CallRefused(said, code=Code.INPUT, advice=f"It knows {', '.join(CALLS)}.")
    return known
