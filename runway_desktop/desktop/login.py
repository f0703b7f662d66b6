"""The entry by which the system starts a profile's window at login, hidden; and on Linux the program's entry in the
menu, since wheels and AppImages bring none. Blocking; raises OSError.

People and the system's own settings remove and disable entries, so none is remembered here. In Flatpak the portal keeps
the entry, and never says whether there is one.
"""

from __future__ import annotations

import asyncio
import logging
import re
import subprocess
import sys
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from runway_desktop import APP_ID
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.profiles import DEFAULT, Profile, lasting_words

from .session_bus import BusError, connected, portal

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 60.0
"""Seconds. The portal may ask the person."""
_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
"""Here Windows notes what was disabled in its settings, by an odd first byte."""


def starts_at_login(profile: Profile) -> bool:
    return _started(_id(profile)) is not None


def start_at_login(profile: Profile, *, on: bool) -> None:
    _write(profile, command(profile) if on else None)


def repair(profile: Profile) -> None:
    """Renews an entry whose program is gone (an AppImage, for instance, is moved and replaced), or whose profile has
    another name now. Raises nothing."""
    try:
        found = _started(_id(profile))
        if found and not (Path(found).exists() and _is_titled(profile)):
            start_at_login(profile, on=True)
    except OSError as error:
        log.info("The start at login cannot be repaired: %s", error)


def forget(profile: Profile) -> None:
    """After the profile was removed. Raises nothing."""
    with suppress(OSError):
        start_at_login(profile, on=False)


async def ask_portal(profile: Profile, *, on: bool) -> bool:
    """Returns whether the profile is started at login from now on. On the loop; raises BusError."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    wanted = {"autostart": ("b", on), "commandline": ("as", command(profile))}
    async with connected() as bus:
        await bus.listen(portal("Request"), heard)
        await bus.call(portal("Background"), "RequestBackground", "sa{sv}", "", wanted)
        with suppress(TimeoutError):
            match (await asyncio.wait_for(heard.get(), ANSWERS_WITHIN)).body:
                case (0, {"autostart": (_, bool(is_on))}):
                    return is_on
    raise BusError("The portal does not allow the start at login")


def command(profile: Profile) -> list[str]:
    return [*window_words(), *profile.words, "--hidden"]


def window_words() -> list[str]:
    """The installed program: the AppImage, not what it has mounted, and the command without a console, not Python."""
    program = lasting_words()
    if not getattr(sys, "frozen", False):
        # A bundle may lack what it reads.
        import sysconfig

        name = "runway-desktop-window.exe" if sys.platform == "win32" else "runway-desktop-window"
        window = Path(sysconfig.get_path("scripts"), name)
        program = [str(window)] if window.exists() and len(program) > 1 else program
    return program


def desktop_entry(title: str, words: Sequence[str], *more: str) -> bytes:
    """For desktops of Linux, which skip an entry whose TryExec is gone. `more`: further lines."""
    # Escaped twice: as arguments, then as a text.
    quoted = (
        '"{}"'.format(re.sub(r'(["`$\\])', r"\\\1", word).replace("\\", r"\\").replace("%", "%%")) for word in words
    )
    lines = (
        "Type=Application",
        _line("Name", title),
        f"Icon={APP_ID}",
        f"Exec={' '.join(quoted)}",
        _line("TryExec", words[0]),
        *more,
    )
    return "\n".join(("[Desktop Entry]", *lines, "")).encode()


def _line(name: str, text: str) -> str:
    return f"{name}={text}".replace("\\", r"\\")


def started_by(entry: bytes) -> str | None:
    """The program of a desktop entry; empty if it names none, None if the entry is disabled."""
    lines = (line.partition("=") for line in entry.decode("utf-8", "replace").splitlines())
    values = {name.strip(): value.strip() for name, _, value in lines}
    if values.get("Hidden") == "true" or values.get("X-GNOME-Autostart-enabled") == "false" or not values.get("Exec"):
        return None
    return values.get("TryExec", "").replace(r"\\", "\\")


def launch_agent(name: str, words: Sequence[str]) -> bytes:
    import plistlib

    return plistlib.dumps({"Label": name, "ProgramArguments": words, "RunAtLoad": True})


def launched_by(agent: bytes) -> str | None:
    """The same of a launch agent of macOS."""
    import plistlib
    from xml.parsers.expat import ExpatError

    with suppress(ValueError, ExpatError):
        match plistlib.loads(agent):
            case {"ProgramArguments": [str(program), *_], **more} if not more.get("Disabled"):
                return program
    return None


def _title(profile: Profile) -> str:
    return f"Runway Desktop — {profile.name}" if profile.is_named else "Runway Desktop"


def _id(profile: Profile) -> str:
    """Of the entry. On Windows, whose settings show the program's name, also the name of its value."""
    return APP_ID if profile.key_name == DEFAULT else f"{APP_ID}.{zlib.crc32(profile.key_name.encode()):08x}"


if sys.platform == "win32":
    import winreg

    def _started(name: str) -> str | None:
        found, approved = _value(_RUN, name), _value(_APPROVED, name)
        if found is None or (approved and approved[0] & 1):
            return None
        return found[1:].partition('"')[0] if found.startswith('"') else ""

    def _value(path: str, name: str) -> Any:
        with suppress(FileNotFoundError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
            return winreg.QueryValueEx(key, name)[0]

    def _is_titled(_: Profile) -> bool:
        return True

    def _write(profile: Profile, words: Sequence[str] | None) -> None:
        name = _id(profile)
        for path in (_RUN, _APPROVED):
            with (
                suppress(FileNotFoundError),
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_WRITE) as key,
            ):
                winreg.DeleteValue(key, name)
        if words is not None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
                line = f'"{words[0]}" {subprocess.list2cmdline(words[1:])}'
                winreg.SetValueEx(key, name, 0, winreg.REG_SZ, line)

else:
    _is_mac = sys.platform == "darwin"

    def _started(name: str) -> str | None:
        try:
            found = _file(name).read_bytes()
        except OSError:
            return None
        return launched_by(found) if _is_mac else started_by(found)

    def _is_titled(profile: Profile) -> bool:
        return _is_mac or f"{_line('Name', _title(profile))}\n".encode() in _file(_id(profile)).read_bytes()

    def _write(profile: Profile, words: Sequence[str] | None) -> None:
        name = _id(profile)
        file = _file(name)
        if words is None:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(launch_agent(name, words) if _is_mac else desktop_entry(_title(profile), words))
        part.replace(file)

    def _file(name: str) -> Path:
        if _is_mac:
            return Path.home() / "Library" / "LaunchAgents" / f"{name}.plist"
        return Path(platformdirs.user_config_dir(), "autostart", f"{name}.desktop")


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
