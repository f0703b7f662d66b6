"""What a person sees or is asked before the main window, where opening takes longer than a moment: a migration of the
list of tasks, another engine that finishes a paid request, a restore, and a disk that cannot tell whether the profile
is open elsewhere.

GUI thread, which is the loop's; blocking work runs on worker threads. A migration cannot be canceled, and a paid
request is not interrupted; if the program is killed, the list is unchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.watching import Watch, WatchProgress
from runway_desktop.services.clock import LONGEST_CREATE
from runway_desktop.services.disk.profile_lock import Claim
from runway_desktop.texts import Text, _
from runway_desktop.ui.profiles.backups import WaitingWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.words.clients import under_way_words

from .single_instance import EngineLeaves, enter


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


async def may_send_from_here() -> bool:
    """The person's answer. Nothing of the profile is opened before it."""
    asked = _("This disk cannot say whether the profile is open elsewhere: send from here?")
    box = QMessageBox(QMessageBox.Icon.Question, "Runway Desktop", asked)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(
        _(
            "The disk cannot lock files. If another computer or program has this profile open, tasks would be paid for "
            "twice and the list could be damaged. Close it there first."
        )
    )
    yes = box.addButton(_("Send from here"), QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(_("Quit"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    answered = asyncio.Event()
    box.finished.connect(lambda _: answered.set())
    box.open()
    await answered.wait()
    is_yes = box.clickedButton() is yes
    box.deleteLater()
    return is_yes
