"""Entry point of the preferences. GUI thread only."""

from __future__ import annotations

from functools import partial

from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.ui.desk import Desk

from .preferences import Preferences


def open_room(desk: Desk, wish: object) -> None:
    """`wish`: name of a section or of a preference to focus; None for the first section."""
    models = desk.models
    form = PreferencesForm(desk.cases, models.bridge, desk.runner, desk.window)
    dialog = Preferences(form, desk.theme, desk.window, profiles=models.profiles)
    dialog.back_up_wanted.connect(models.profiles.backup_wanted)
    dialog.restore_wanted.connect(models.profiles.restore_wanted)
    dialog.folder_wanted.connect(models.task_commands.folder_wanted)
    dialog.command_wanted.connect(lambda command: command.does(desk.window))
    dialog.requests_wanted.connect(dialog.accept)
    dialog.requests_wanted.connect(partial(desk.open, "requests"))
    dialog.show_section(wish if isinstance(wish, str) else "Key")
    dialog.open()
    desk.give_help(dialog, "preferences", lambda: dialog.section.guide)
