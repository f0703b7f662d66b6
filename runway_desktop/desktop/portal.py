"""The desktop's portal: its dialogs for files, and its settings. On the loop.

Qt's wheels open the portal's dialogs only with a platform theme that waits for the portal before the first window, 25
seconds if it hangs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from jeepney import HeaderFields, Message

from .session_bus import BusError, connected, portal

log = logging.getLogger(__name__)

_DIALOGS, _ANSWERS, _SETTINGS = portal("FileChooser"), portal("Request"), portal("Settings")
_NAMESPACES = ["org.freedesktop.appearance", "org.gnome.desktop.interface"]


_SEEN = 1.0
"""Seconds after which a dialog has been seen."""


async def choose_files(
    method: str, window: str, title: str, options: Mapping[str, tuple[str, Any]]
) -> list[str] | None:
    """Links of the files that the person chooses; none if canceled. None if the portal shows no dialog.

    Each of the `options` is a D-Bus signature and a value. The portal closes the dialog when the connection ends, also
    if this is canceled.
    """
    try:
        async with connected() as bus:
            heard: asyncio.Queue[Message] = asyncio.Queue()
            await bus.listen(_ANSWERS, heard)
            owner, answer = await bus.call(_DIALOGS, method, "ssa{sv}", window, title, options)
            since = time.monotonic()
            while True:
                message = await bus.next(heard)
                fields = message.header.fields
                if (fields[HeaderFields.sender], (fields[HeaderFields.path],)) == (owner, answer):
                    return _links(message.body, time.monotonic() - since > _SEEN)
    except BusError as error:
        log.info("The desktop shows no dialog: %s", error)
        return None


def _links(answer: tuple[Any, ...], was_seen: bool) -> list[str] | None:
    match answer:
        case (0, {"uris": (_, [*links])}):
            return links
        case (1, _):
            return []
        case (2, _) if was_seen:
            # Of GTK, when the dialog is closed by Escape or its frame.
            return []
    return None


async def follow_settings(told: Callable[[Mapping[str, object]], None]) -> None:
    """Calls `told` with the settings of the desktop's appearance by name, and again when one changes, until it is
    canceled. Where no portal tells, calls it without any, and returns. Values are not checked."""
    heard: asyncio.Queue[Message] = asyncio.Queue()
    try:
        async with connected() as bus:
            await bus.listen(_SETTINGS, heard)
            (namespaces,) = (await bus.call(_SETTINGS, "ReadAll", "as", _NAMESPACES))[1] or ({},)
            known = {name: value for settings in namespaces.values() for name, (_, value) in settings.items()}
            while True:
                told(known)
                _, name, (_, value) = (await bus.next(heard)).body
                known = known | {name: value}
    except (BusError, ValueError, AttributeError) as error:
        log.info("The desktop tells no settings, or in another form than agreed: %r", error)
        told({})
