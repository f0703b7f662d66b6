"""The wait for a list of tasks that is brought up to date, in sight of the person.

GUI thread, which is the loop's. It cannot be broken off: a program that is killed meanwhile finds the list as it was.
"""

from __future__ import annotations

import asyncio
from typing import Any

from runway_desktop.ui.profiles.progress_foot import WaitingWindow
from runway_desktop.ui.theme import Theme


async def renew_in_sight(opening: asyncio.Future[Any], theme: Theme) -> None:
    """Returns when `opening` has ended, whatever came of it."""
    window = WaitingWindow(
        "Updating the list of tasks…",
        "This version of the program keeps it in a smaller form. The window opens when it is done, in a minute or two. "
        "The list as it was is kept beside it.",
        theme,
    )
    window.foot.show_progress("Updating", 0, 0)
    window.show()
    try:
        await asyncio.wait((opening,))
    finally:
        window.hide()
        window.deleteLater()
