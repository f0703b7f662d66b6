"""One program per profile: a second start passes its command line to the open window and ends, or takes the profile
over from a headless engine. Blocking, before any loop runs.

The program that has the profile's lock is the first one.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from runway_desktop import __version__
from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.profile_lock import Claim, claim
from runway_desktop.texts import Text

PATIENCE = 20.0
"""Seconds that the first program may take to answer: it may be starting itself, from a slow disk."""
LEAVES_WITHIN = 1.0
"""Seconds after which a window is shown while a headless engine hands over."""
_TRY_EVERY = 0.05
TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - a variable from which Qt takes the right to raise a window on Wayland


class DoesNotAnswer(RunwayDesktopError):
    """Another program has this profile and does not answer."""


class EngineLeaves(Exception):
    """A headless engine has this profile, and finishes what it is sending before it hands over."""

    def __init__(self, under_way: Sequence[str]) -> None:
        super().__init__("An engine without a window makes room")
        self.under_way = tuple(under_way)


class InstanceHolder(Enum):
    BY_WINDOW = auto()
    """It has received the words."""
    MAKES_ROOM = auto()
    """A headless engine has the profile, and was asked to end."""
    BY_NOBODY = auto()


def enter(
    folder: Path, words: Sequence[str], *, patience: float = PATIENCE, key: Fingerprint = NO_KEY, address: str = ""
) -> Claim | None:
    """Becomes the program of this profile, or passes the words to the other one, with key and address that this start's
    environment names: then None. A claim that is not
    sure needs the person's word. Raises DoesNotAnswer, EngineLeaves, OSError."""
    begin = time.monotonic()
    while True:
        claimed = claim(folder)
        if claimed is not None and claimed.is_locked:
            return claimed
        # Two programs with one profile would send its queue twice, so a program that answers keeps the profile.
        taken, under_way = hand_over(folder, words, patience=patience, key=key, address=address)
        if claimed is not None:
            if taken is InstanceHolder.BY_NOBODY:
                return claimed
            claimed.release()
        waited = time.monotonic() - begin
        match taken:
            case InstanceHolder.BY_WINDOW:
                return None
            case InstanceHolder.MAKES_ROOM if waited > LEAVES_WITHIN:
                raise EngineLeaves(under_way)
            case InstanceHolder.BY_NOBODY if waited > patience:
                raise DoesNotAnswer(
                    Text("This profile is open in a program that does not respond. Quit it, then try again.")
                )
            case _:
                time.sleep(_TRY_EVERY)


if sys.platform == "win32":

    def hand_over(
        folder: Path, words: Sequence[str], *, patience: float = PATIENCE, **_: str
    ) -> tuple[InstanceHolder, tuple[str, ...]]:
        """Passes the words to the window that has this profile. Raises DoesNotAnswer."""
        from .windows_door import give

        is_taken = any(give(address, words, patience) for address in private_socket.addresses(folder))
        return (InstanceHolder.BY_WINDOW if is_taken else InstanceHolder.BY_NOBODY), ()

else:
    import asyncio

    def hand_over(
        folder: Path, words: Sequence[str], *, patience: float = PATIENCE, key: Fingerprint = NO_KEY, address: str = ""
    ) -> tuple[InstanceHolder, tuple[str, ...]]:
        """Passes the words to the window that has this profile, or asks a headless engine to end. Raises
        DoesNotAnswer."""
        if not private_socket.addresses(folder):
            return InstanceHolder.BY_NOBODY, ()
        return asyncio.run(_hand_over(folder, words, patience, key, address))

    async def _hand_over(
        folder: Path, words: Sequence[str], patience: float, key: Fingerprint, address: str
    ) -> tuple[InstanceHolder, tuple[str, ...]]:
        from runway_desktop.remote.client import ConnectionLost, connect
        from runway_desktop.remote.messages import LEAVE, OPEN, Hello
        from runway_desktop.usecases.clients.refusals import CallRefused

        try:
            connection = await connect(folder, Hello(client="window", key=key, address=address), patience=patience)
            if connection is None:
                return InstanceHolder.BY_NOBODY, ()
            welcome = connection.welcome
            try:
                async with asyncio.timeout(patience):
                    if welcome.has_window and welcome.is_leaving:
                        # It is closing: this start replaces it.
                        return InstanceHolder.BY_NOBODY, ()
                    if welcome.has_window:
                        # Wayland's right to come to the front goes along.
                        told = {"words": list(words), "token": os.environ.get(TOKEN, ""), "program": __version__}
                        await connection.call(OPEN, told)
                        return InstanceHolder.BY_WINDOW, ()
                    await connection.call(LEAVE)
                    return InstanceHolder.MAKES_ROOM, welcome.under_way
            except ConnectionLost:
                # It has just ended.
                return InstanceHolder.BY_NOBODY, ()
            finally:
                await connection.close()
        except (CallRefused, TimeoutError) as error:
            said = error.in_words() if isinstance(error, CallRefused) else Text("Runway Desktop does not respond.")
            raise DoesNotAnswer(said) from error
