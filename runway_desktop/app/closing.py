"""Closing: the question before it, and the wait for work in progress. GUI thread, which is the loop's.

Closing at once loses nothing: what was being sent becomes uncertain, and downloads resume at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import State
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.dialogs.closing import ClosingDialog
from runway_desktop.usecases.commands.questions import closing_question, closing_words
from runway_desktop.usecases.use_cases import UseCases

from .in_tray import InTray

SHOWN_AFTER = 1.0
ANYWAY_AFTER = 10.0
"""Seconds until "close anyway" is offered: most answers come sooner, and each may belong to a paid task."""


def ask_to_close(cases: UseCases, window: QWidget, in_tray: InTray | None, close: Callable[[], None]) -> None:
    """Calls `close`, at once or after yes. Asks only if something is being sent or saved, or is still queued."""
    asked = closing_question(
        sending=_sending(cases),
        saving=cases.downloads.running,
        makes_backup=cases.backups is not None and cases.backups.is_awaited,
        queued=sum(not task.waits_for_person and task.removed_at is None for task in cases.tasks.all_queued()),
        kept=len(cases.queue.outlook().over),
        is_paused=cases.settings.paused,
        has_tray=in_tray is not None and in_tray.tray.is_there,
    )
    if asked is None:
        close()
    else:
        confirm(window, asked, close, on_instead=in_tray.hide_window if in_tray is not None else None)


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
    saving = cases.downloads.running if cases.is_made("downloads") else 0
    return closing_words(sending=_sending(cases), saving=saving)


def _sending(cases: UseCases) -> int:
    return sum(task.state is State.SENDING for task in cases.tasks.open())


def _opened(window: QWidget | None, settling: asyncio.Task[Any]) -> ClosingDialog:
    dialog = ClosingDialog(window)
    dialog.anyway.connect(settling.cancel)
    dialog.show()
    return dialog
