"""Keeps the computer from going to sleep by itself. The screen may turn off, and closing the lid still suspends.

On Linux it is the portal, which asks GNOME, KDE and their like, and is the only way in Flatpak. If there is none, or no
desktop that it can ask, it is logind, by systemd's own program, which refuses *Suspend* too. The system releases it
when the process dies.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from runway_desktop.texts import _

from .session_bus import BusError, connected, portal

log = logging.getLogger(__name__)

_SUSPENDING = 4
"""The portal's flag."""
_SYSTEM_REQUIRED, _CONTINUOUS = 0x1, 0x80000000
"""Of the calling thread's state in Windows."""
_AGAIN_AFTER = 60.0
"""Seconds between two attempts with the portal while logind is asked."""
_REFUSED_WITHIN = 2.0
"""Seconds after which a program that may not inhibit has ended."""


async def stay_awake() -> None:
    """Runs on the loop until canceled. Raises nothing."""
    process, why = str(os.getpid()), _("Tasks are running")
    if sys.platform == "win32":
        import ctypes

        set_state = ctypes.windll.kernel32.SetThreadExecutionState
        set_state(_CONTINUOUS | _SYSTEM_REQUIRED)
        try:
            await _wait()
        finally:
            set_state(_CONTINUOUS)
    elif sys.platform == "linux":
        try:
            await _by_portal(why)
        except BusError as error:
            log.info("The portal does not keep the computer awake: %s", error)
        inhibit = ["systemd-inhibit", "--what=sleep", "--mode=block", "--who=Runway Desktop", f"--why={why}"]
        with _child([*inhibit, "tail", "--pid", process, "-f", os.devnull]):
            while True:
                # It may be there again, after the session's bus was restarted.
                await asyncio.sleep(_AGAIN_AFTER)
                with suppress(BusError):
                    await _by_portal(why)
    else:
        with _child(["caffeinate", "-i", "-w", process]):
            await _wait()


async def _by_portal(why: str) -> None:
    """Raises BusError when it cannot, or no longer."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    service = portal("Inhibit")
    async with connected() as bus:
        await bus.listen(portal("Request"), heard)
        await bus.listen_for_owner(service.bus_name, heard)
        owner = ""
        while True:
            if not owner:
                owner, _ = await bus.call(service, "Inhibit", "sua{sv}", "", _SUSPENDING, {"reason": ("s", why)})
            match (await bus.next(heard)).body:
                case (0, *_):
                    # It answers the call at once, and by a signal when it has asked the desktop.
                    pass
                case (str(), str(before), str()):
                    # Ended, it holds nothing any more.
                    owner = "" if before == owner else owner
                case answer:
                    raise BusError(f"It answers {answer}")


async def _wait() -> None:
    await asyncio.Event().wait()


@contextmanager
def _child(command: Sequence[str]) -> Iterator[None]:
    """A program that inhibits while it runs. It ends by itself with this process."""
    over = Event()
    Thread(target=_run, args=(command, over), name="awake", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _run(command: Sequence[str], over: Event) -> None:
    nothing = subprocess.DEVNULL
    try:
        with subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing) as child:
            if not over.wait(_REFUSED_WITHIN) and child.poll() is not None:
                log.info("The computer is not kept awake: %s ended with %d", command[0], child.returncode)
            over.wait()
            child.terminate()
    except OSError as error:
        log.info("The computer is not kept awake: %s", error)
