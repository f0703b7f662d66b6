"""Answers a call of another program: its parameters, its permission, then the use case that its verb names.

Returns JSON values. Raises CallRefused. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol

import msgspec

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.refusals import CallRefused, Code, refusal_of, refuse_nesting
from runway_desktop.usecases.clients.verbs import verb_of

from .messages import Hello


class Work(Protocol):
    def __call__(self, client: str, *, sends: bool, named: Sequence[str]) -> Awaitable[object]:
        """Starts the loops for the client of this name; with `sends` also the lane, for a call about the tasks
        `named`."""


async def _works(*_: object, **__: object) -> None:
    """In a window, the loops run."""


async def answer(
    cases: ClientCases, caller: Hello, name: str, arguments: Mapping[str, object], work: Work = _works
) -> object:
    """`work` is called once it is known that the client may do this."""
    verb = verb_of(name)
    refuse_nesting(arguments)
    try:
        wanted = msgspec.convert(dict(arguments), verb.takes)
    except msgspec.ValidationError as error:
        raise CallRefused(f"{error}.", code=Code.INPUT) from error
    client = caller.client
    try:
        await cases.let_in(client, verb.needs, wanted)
        other = await cases.difference(caller.key, caller.address, asks=verb.asks)
        if other is None:
            if verb.starts:
                await work(client, sends=verb.sends, named=getattr(wanted, "ids", ()))
            return msgspec.to_builtins(await getattr(cases, verb.method or verb.name)(client, wanted))
        by = verb.kept if verb.asks else verb.method or verb.name
        found = await getattr(cases, by)(client, wanted) if by else None
        if found is None:
            raise other
        return {**msgspec.to_builtins(found), "engine": other.in_words()}
    except RunwayDesktopError as error:
        raise refusal_of(error) from error
