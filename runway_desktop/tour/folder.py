"""The tour past the library's folder: one that is gone, what is done about it, and its move to another place.

GUI thread, inside a coroutine; raises `StepFailed` when something does not come in time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from runway_desktop.domain.folders import FolderState, MovePhase
from runway_desktop.ui.dialogs.preferences import Preferences
from runway_desktop.viewmodels.settings.library_form import LibraryForm

from .hands import StepFailed, opened, until

if TYPE_CHECKING:
    from .walk import Walk


async def show_folder(walk: Walk) -> None:
    """Needs saved results; leaves the library in another folder, with all of them."""
    engine, window = walk.engine, walk.window
    library = engine.settings.library
    walk.say("the library's folder is gone, and there again")
    window.notices.dismiss_all()
    if window.preview is not None:
        window.preview.stop()
    aside = await asyncio.to_thread(library.rename, library.with_name("unplugged"))
    await engine.folder.look()
    await until(lambda: engine.folder.health.state is FolderState.ABSENT, "the folder that is gone", 20)
    await walk.take("folder-absent", after=0.4)
    await asyncio.to_thread(aside.rename, library)
    await engine.folder.look()
    await until(lambda: engine.folder.health.state.can_write, "the folder that is back", 20)
    walk.say("the library moves")
    window.preferences_wanted.emit("Saving")
    preferences = await opened(window, Preferences, "the preferences")
    form = preferences.findChild(LibraryForm)
    if form is None:
        raise StepFailed("the preferences are closed")
    form.look_into(library.with_name("moved library"))
    await until(lambda: form.plan, "what the move means", 20)
    await walk.take("folder-question", after=0.4)
    form.move()
    await until(lambda: form.progress is not None and form.progress.phase is MovePhase.DONE, "the move", 60)
    await walk.take("folder-moved", after=0.4)
    form.dismiss()
    preferences.accept()
    window.notices.dismiss_all()
