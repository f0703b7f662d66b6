"""Answers a call of another program: its parameters, its permission, then the use case that its verb names.

Returns JSON values. Raises CallRefused. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.refusals import CallRefused, Code, refusal_of, refuse_nesting
from runway_desktop.usecases.clients.verbs import verb_of

from .messages import Hello


async def _works(_: str) -> None:
    """In a window, the loops run."""


async def answer(
    cases: ClientCases,
    caller: Hello,
    name: str,
    arguments: Mapping[str, object],
    work: Callable[[str], Awaitable[object]] = _works,
) -> object:
    """`work` starts the loops for the client of this name, once it is known that it may do this."""
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
                await work(client)
            return msgspec.to_builtins(await getattr(cases, verb.method)(client, wanted))
        by = verb.kept if verb.asks else verb.method
        found = await getattr(cases, by)(client, wanted) if by else None
        if found is None:
            raise other
        return {**msgspec.to_builtins(found), "engine": other.in_words()}
    except RunwayDesktopError as error:
        raise refusal_of(error) from error
