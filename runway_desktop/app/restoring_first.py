"""Completes a restore at start-up, before the list of tasks is opened; shows progress if that takes longer than a
moment.

GUI thread, which is the loop's; the restore runs on a worker thread. Raises what the restore raises.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.watching import Watch, WatchProgress
from runway_desktop.texts import _
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme

Finish = Callable[[Profile, Watch], bool]

SHOWN_AFTER = 1.0
"""Seconds."""


async def finish_in_sight(theme: Theme, profile: Profile, finish: Finish, *, shown_after: float = SHOWN_AFTER) -> bool:
    """Returns the result of `finish`, which runs on a worker thread. Shows a progress window after `shown_after`
    seconds."""
    loop = asyncio.get_running_loop()
    progress = WatchProgress(_("Starting…"))
    window: WaitingWindow | None = None

    def show(now: WatchProgress) -> None:
        nonlocal progress
        progress = now
        if window is not None:
            window.foot.show_progress(str(now.words), now.done, now.total)

    def say(now: WatchProgress) -> None:
        loop.call_soon_threadsafe(show, now)

    work = loop.run_in_executor(None, finish, profile, Watch(say))
    if (await asyncio.wait((work,), timeout=shown_after))[0]:
        return work.result()
    window = WaitingWindow(
        _("Restoring the profile “{profile}”…", profile=profile.title),
        _("The window opens when it is done. The present state is kept as a backup."),
        theme,
    )
    show(progress)
    with window:
        return await work
