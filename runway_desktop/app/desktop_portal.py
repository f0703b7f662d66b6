"""What the desktop's portal gives the window, on Linux: file dialogs, accent color, text size. Imported after the first
paint; loop's thread only."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QGuiApplication

from runway_desktop.desktop import portal
from runway_desktop.services.supervised import Spawn
from runway_desktop.ui.colors import DESKTOP_LOOK, kept_text, look_of
from runway_desktop.ui.file_dialogs import SystemDialogs
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.use_cases import Memory


def use_portal(theme: Theme, memory: Memory, spawn: Spawn) -> None:
    application = QGuiApplication.instance()
    if application is None or QGuiApplication.platformName() not in ("xcb", "wayland"):
        return

    def follow(settings: Mapping[str, object]) -> None:
        look = look_of(settings)
        theme.follow(look)
        memory.keep(DESKTOP_LOOK, kept_text(look))

    SystemDialogs(application, portal.choose_files, spawn)
    spawn(portal.follow_settings(follow), "follow the desktop's look")
