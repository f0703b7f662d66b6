"""The tour past the library's folder: one that is gone, what is done about it, and its move to another place.

GUI thread, inside a coroutine; raises `StepFailed` when something does not come in time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from runway_desktop.domain.folders import FolderState, MovePhase
from runway_desktop.ui.dialogs.preferences import Preferences
from runway_desktop.viewmodels.settings.library_form import LibraryForm

from .hands import StepFailed, dialog, until

if TYPE_CHECKING:
    from .walk import Walk


async def show_folder(walk: Walk) -> None:
    """Needs saved results; leaves the library in another folder, with all of them."""
    cases, window = walk.session.cases, walk.window
    if cases is None:
        raise StepFailed("there is no cases")
    library = cases.settings.library
    walk.say("the library's folder is gone, and there again")
    window.notices.dismiss_all()
    if window.preview is not None:
        window.preview.stop()
    aside = await asyncio.to_thread(library.rename, library.with_name("unplugged"))
    await cases.folder.look()
    await until(lambda: cases.folder.health.state is FolderState.ABSENT, "the folder that is gone", 20)
    await asyncio.sleep(0.4)
    await walk.album.take(window, "folder-absent")
    await asyncio.to_thread(aside.rename, library)
    await cases.folder.look()
    await until(lambda: cases.folder.health.state.can_write, "the folder that is back", 20)
    walk.say("the library moves")
    window.preferences_wanted.emit("Saving")
    await until(lambda: dialog(window, Preferences), "the preferences")
    preferences = dialog(window, Preferences)
    form = preferences.findChild(LibraryForm) if preferences is not None else None
    if preferences is None or form is None:
        raise StepFailed("the preferences are closed")
    form.look_into(library.with_name("moved library"))
    await until(lambda: form.plan, "what the move means", 20)
    await asyncio.sleep(0.4)
    await walk.album.take(window, "folder-question")
    form.move()
    await until(lambda: form.progress is not None and form.progress.phase is MovePhase.DONE, "the move", 60)
    await asyncio.sleep(0.4)
    await walk.album.take(window, "folder-moved")
    form.dismiss()
    preferences.accept()
    window.notices.dismiss_all()
