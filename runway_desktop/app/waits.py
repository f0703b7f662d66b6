"""Two waits with a window: for work in progress at shutdown, and for a migration of the list of tasks.

GUI thread, which is the loop's. Closing at once loses nothing: what was being sent becomes uncertain, and downloads
resume at the next start. A migration cannot be canceled; if the program is killed, the list is unchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import State
from runway_desktop.texts import _
from runway_desktop.ui.profiles.progress_foot import WaitingWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.questions import closing_words
from runway_desktop.usecases.use_cases import UseCases

if TYPE_CHECKING:
    from runway_desktop.ui.dialogs.closing import ClosingDialog

SHOWN_AFTER = 1.0
ANYWAY_AFTER = 10.0
"""Seconds until "close anyway" is offered: most answers come sooner, and each may belong to a paid task."""


async def settle_in_sight(
    settling: asyncio.Task[Any],
    window: QWidget | None,
    what: Callable[[], str],
    *,
    shown_after: float = SHOWN_AFTER,
    anyway_after: float = ANYWAY_AFTER,
) -> None:
    """Returns when `settling` has ended, or was canceled because the user did not want to wait. `what` describes what
    is waited for."""
    begun = asyncio.get_running_loop().time()
    dialog: ClosingDialog | None = None
    try:
        await asyncio.wait((settling,), timeout=shown_after)
        while not settling.done():
            if dialog is None:
                dialog = _opened(window, settling)
            waited = asyncio.get_running_loop().time() - begun
            dialog.show_words(what(), can_be_left=waited >= anyway_after)
            await asyncio.wait((settling,), timeout=min(0.5, anyway_after))
    finally:
        if dialog is not None:
            dialog.end()


def what_is_waited_for(cases: UseCases) -> str:
    sending = sum(task.state is State.SENDING for task in cases.tasks.open())
    return closing_words(sending=sending, saving=cases.downloads.running if cases.is_made("downloads") else 0)


def _opened(window: QWidget | None, settling: asyncio.Task[Any]) -> ClosingDialog:
    from runway_desktop.ui.dialogs.closing import ClosingDialog

    dialog = ClosingDialog(window)
    dialog.anyway.connect(settling.cancel)
    dialog.show()
    return dialog


async def renew_in_sight(opening: asyncio.Future[Any], theme: Theme) -> None:
    """Returns when `opening` has ended, successfully or not."""
    window = WaitingWindow(
        _("Updating the list of tasks…"),
        _(
            "This version stores the list in a smaller form. The window opens in a minute or two. The old list is kept "
            "as a copy."
        ),
        theme,
    )
    window.foot.show_progress(_("Updating…"), 0, 0)
    window.show()
    try:
        await asyncio.wait((opening,))
    finally:
        window.hide()
        window.deleteLater()
