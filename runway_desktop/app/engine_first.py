"""Waits, with a window, until a headless engine has handed over the profile, and shows what it is still sending.

GUI thread, which is the loop's. Nothing is interrupted: a paid request takes up to `LONGEST_CREATE`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.services.clock import LONGEST_CREATE
from runway_desktop.services.disk.profile_lock import Claim
from runway_desktop.texts import Text, _
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.words.clients import under_way_words

from .single_instance import EngineLeaves, enter

_LOOK_EVERY = 0.2


async def take_over_in_sight(theme: Theme, folder: Path, words: Sequence[str], first: EngineLeaves) -> Claim | None:
    """Waits for the profile's claim until the other engine has ended; None if another window took the words meanwhile.
    Raises RunwayDesktopError after more than the longest possible time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_CREATE + 60
    with WaitingWindow(
        _("Another program is finishing a paid request…"),
        _("A command or an agent started it. The window opens as soon as the request is saved. Nothing is lost."),
        theme,
    ) as window:
        under_way = first.under_way
        while True:
            window.foot.show_progress(under_way_words(under_way), 0, 0)
            try:
                return await asyncio.to_thread(enter, folder, words)
            except EngineLeaves as leaves:
                under_way = leaves.under_way
                if loop.time() > end:
                    raise RunwayDesktopError(
                        Text("Another program still uses this profile. Quit it, then try again.")
                    ) from None
            await asyncio.sleep(_LOOK_EVERY)
