"""The wait for a migration of the list of tasks, with a window. GUI thread, which is the loop's.

A migration cannot be canceled; if the program is killed, the list is unchanged.
"""

from __future__ import annotations

import asyncio
from typing import Any

from runway_desktop.texts import _
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme


async def renew_in_sight(opening: asyncio.Future[Any], theme: Theme) -> None:
    """Returns when `opening` has ended, successfully or not."""
    with WaitingWindow(
        _("Updating the list of tasks…"),
        _(
            "This version stores the list in a smaller form. The window opens in a minute or two. The old list is kept "
            "as a copy."
        ),
        theme,
    ) as window:
        window.foot.show_progress(_("Updating…"), 0, 0)
        await asyncio.wait((opening,))
