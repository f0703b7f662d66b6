"""The program's entry in this user's menu, on desktops of Linux: wheels and AppImages bring none. Blocking; raises
OSError."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from runway_desktop import APP_ID
from runway_desktop.catalog.resource_path import resource

from .login import desktop_entry, window_words

_MORE = ("GenericName=Video and image generation", "Categories=AudioVideo;Video;Qt;", "StartupWMClass=runway-desktop")


def add_to_menu() -> Path:
    """Writes the entry and its icon, or writes them again after the program was moved. Returns the entry's file."""
    entry, icon = _files()
    for file, content in (
        (icon, Path(resource("icons", "app-256.png")).read_bytes()),
        (entry, desktop_entry("Runway Desktop", window_words(), *_MORE)),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.write_bytes(content)
        part.replace(file)
    return entry


def remove_from_menu() -> Path:
    """Removes both, if they are there. Returns the entry's file."""
    for file in (entry_and_icon := _files()):
        file.unlink(missing_ok=True)
    return entry_and_icon[0]


def _files() -> tuple[Path, Path]:
    share = platformdirs.user_data_path()
    icon = share / "icons" / "hicolor" / "256x256" / "apps" / f"{APP_ID}.png"
    return share / "applications" / f"{APP_ID}.desktop", icon
