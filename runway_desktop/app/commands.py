"""All commands of the program: of the main window and its parts, of tasks, and of the rooms."""

from __future__ import annotations

from typing import Any

from runway_desktop.ui.commands.everywhere import GUIDE, HELP, MENU
from runway_desktop.ui.composer import commands as composer
from runway_desktop.ui.media import commands as media
from runway_desktop.ui.tasks import commands as tasks
from runway_desktop.ui.window import commands as window
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.commands.tasks import KEYED

from .rooms import ROOMS

COMMANDS: tuple[Command[Any], ...] = (
    *composer.COMMANDS,
    *window.COMMANDS,
    *KEYED,
    *tasks.COMMANDS,
    *media.COMMANDS,
    *(command for room in ROOMS for command in room.commands),
    MENU,
    HELP,
    GUIDE,
    *window.LAST,
)
