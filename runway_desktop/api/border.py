"""Boundary of the api package: only the errors of `domain.errors` leave it. Loop's thread.

A bug of this program becomes one of them too, so that the engine goes on; it is logged.
"""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.secrecy import without_secrets

from . import replies

log = logging.getLogger(__name__)

Value = TypeVar("Value")
Arguments = ParamSpec("Arguments")
Call = Callable[Arguments, Coroutine[Any, Any, Value]]


class Malformed(ValueError):
    """An invalid endpoint or task id. Only a bug of this program can cause it, so it is raised as it is."""


def guarded(call: Call[Arguments, Value]) -> Call[Arguments, Value]:
    """Decorator: the call raises only RunwayDesktopError and Malformed. An unexpected exception becomes NoReply, since
    the request may have been sent."""

    @functools.wraps(call)
    async def called(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> Value:
        try:
            return await call(*arguments, **keywords)
        except (RunwayDesktopError, Malformed):
            raise
        except Exception as error:  # noqa: BLE001 - a paid request may have left, so the caller has to know
            report(f"in {call.__name__}", error)
        raise replies.not_understood()

    return called


def report(where: str, error: Exception) -> None:
    """Logs a bug; `where` says where it happened. Logs only traceback and message: httpx's exceptions contain the
    request with its headers, the key among them."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    log.error("A mistake of the program %s\n%s%s", where, lines, without_secrets(f"{type(error).__name__}: {error}"))
