"""Sends an event to an address of the person's by POST. Blocking, with a loop of its own; any thread but the loop's.

It knows no key, follows no redirect, and reads of the answer only the status. Raises HookFailed, whose sentences name
the host alone: the rest of such an address is often a secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from runway_desktop.domain.errors import NotReached, RunwayDesktopError
from runway_desktop.domain.hooks import HookFailed, check_address
from runway_desktop.texts import Text

from .address import is_loopback
from .connections import Patience, open_pool, system_certificates
from .replies import host_of


def post(address: str, content: bytes, seconds: float) -> None:
    """Sends JSON. Returns once an answer begins with a status of success."""
    check_address(address)
    host, detail = host_of(address), ""
    try:
        status = asyncio.run(_status(address, content, seconds))
        if 200 <= status < 300:
            return
        said = Text("{host} answered with {status}.").with_(status=status)
        if 300 <= status < 400:
            said = Text("{host} leads to another address. Enter that one.")
    except TimeoutError:
        said = Text("{host} did not answer within {seconds} seconds.").with_(seconds=round(seconds))
    except RunwayDesktopError as error:
        is_unsent = isinstance(error, NotReached)
        said = Text("{host} could not be reached.") if is_unsent else Text("{host} gave no valid answer.")
        detail = error.detail
    raise HookFailed(said.with_(host=host), detail=detail)


async def _status(address: str, content: bytes, seconds: float) -> int:
    context = None if address.lower().startswith("http:") else system_certificates()
    pool = open_pool(1, context=context, reuse=False, loopback=is_loopback(address))
    headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    patience = Patience().for_question()
    try:
        async with asyncio.timeout(seconds):
            answer = await pool.send("POST", address, headers=headers, timeout=patience, content=_body(content))
            await answer.aclose()
            return answer.status
    finally:
        await pool.aclose()


async def _body(content: bytes) -> AsyncIterator[bytes]:
    yield content
