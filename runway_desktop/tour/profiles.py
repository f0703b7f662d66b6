"""Tour of profiles: a new one, the switcher, the preferences page, a backup and its restore.

GUI thread, in a coroutine; raises `StepFailed` if something does not happen in time.
"""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QToolButton

from runway_desktop.app.profile_windows import ProfileWindows
from runway_desktop.domain.profiles import Profile
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.ui.profiles.backups import BackupWindow, RestoreWindow
from runway_desktop.ui.profiles.new_profile import NewProfileDialog
from runway_desktop.usecases.phase import Phase

from .hands import StepFailed, close_popups, find, opened, popup_shown, type_text, until
from .walk import Walk


async def show_profiles(walk: Walk) -> None:
    """Needs saved results in the list."""
    windows = walk.session.profiles
    if windows is None:
        raise StepFailed("there are no profiles")
    profiles: list[Profile] = []

    # The tour controls only one window, so no other process is started.
    def open_profile(profile: Profile) -> bool:
        profiles.append(profile)
        return True

    windows.open_profile = open_profile
    await _make(walk, windows, profiles)
    await _switch(walk)
    await _back_up_and_restore(walk, windows)


async def _make(walk: Walk, windows: ProfileWindows, profiles: list[Profile]) -> None:
    window = walk.window
    walk.say("a new profile")
    windows.make_new()
    made = await opened(window, NewProfileDialog, "the new profile")
    type_text(find(made, QLineEdit, "Name of the profile"), "Lagoon Films")
    find(made, QToolButton, "Color: Violet").click()
    await walk.take("new-profile")
    find(made, QPushButton, "Create and open").click()
    await until(lambda: profiles, "the new profile to be opened")


async def _switch(walk: Walk) -> None:
    window, profiles = walk.window, walk.models.profiles
    walk.say("the switcher")
    find(window, QPushButton, "Profile ").click()
    await popup_shown("the switcher")
    await walk.take("profiles")
    close_popups()
    walk.say("a question before a profile goes")
    other = next((profile for profile in profiles.profiles() if not profiles.is_current(profile)), None)
    if other is None:
        raise StepFailed("there is no other profile")
    profiles.ask_to_remove(other)
    await opened(window, QDialog, "the question")
    await walk.take("remove-profile")
    find(window, QPushButton, "Keep").click()


async def _back_up_and_restore(walk: Walk, windows: ProfileWindows) -> None:
    window = walk.window
    walk.say("the page of the profile")
    window.open_room("preferences", "Profile")
    preferences = await opened(window, Preferences, "the preferences")
    await walk.take("profile-page")
    preferences.accept()
    walk.say("a backup")
    windows.back_up()
    backup = await opened(window, BackupWindow, "the window for backups")
    await until(lambda: backup.model.phase is Phase.READY, "the sizes")
    backup.results.setChecked(True)
    await walk.take("backup")
    target = walk.session.profile.folder / "dropped" / "studio.zip"
    backup.model.start(target)
    await until(lambda: backup.model.phase is Phase.DONE, "the backup", 60)
    await walk.take("backed-up")
    backup.close()
    walk.say("what a backup would bring back")
    windows.restore(target)
    restore = await opened(window, RestoreWindow, "the window for restores")
    await until(lambda: restore.model.phase is Phase.READY, "the look into the backup")
    await walk.take("restore")
    walk.say("a restore into a new profile")
    restore.model.start()
    await until(lambda: restore.model.phase is Phase.DONE, "the restore", 60)
    await walk.take("restored")
    restore.close()
