"""Parses the command line of the window. Standard library only, so that `--help` and a second start are fast."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from runway_desktop import __version__
from runway_desktop.values import Struct


class Options(Struct, frozen=True, kw_only=True):
    """The parsed command line."""

    demo: bool = False
    tour: Path | None = None
    profile_dir: Path | None = None
    profile: str | None = None
    """The name of a profile; None: the main one."""
    speed: float = 1.0
    empty: bool = False
    """For the demo: start with an empty list instead of a studio at work."""
    hidden: bool = False
    in_menu: bool | None = None
    """Instead of a window: make the entry in the desktop's menu, or remove it."""
    verbose: bool = False
    items: tuple[str, ...] = ()
    """Files, folders, https links and task ids to take in."""


class _Parser(argparse.ArgumentParser):
    def format_help(self) -> str:
        # Imported only for help: a window's start does not need the commands.
        from runway_desktop.usecases.clients.verbs import VERBS

        names = ", ".join(verb.name for verb in VERBS.values() if verb.command is not None)
        self.epilog = (
            "Without a display, --demo takes the tour and leaves its pictures. For scripts, after “runway-desktop”: "
            f"{names}; for agents: mcp. Each has its --help."
        )
        return super().format_help()


def parser() -> argparse.ArgumentParser:
    """Also used by packaging, for completions."""
    found = _Parser(
        prog="runway-desktop", description="Make video, pictures and sound with the Runway API; keep every result."
    )
    found.add_argument(
        "items", nargs="*", metavar="ITEM", help="a file or folder to drop in, an https link, or a task id to adopt"
    )
    found.add_argument(
        "--demo", action="store_true", help="a simulated Runway on this computer: no key, no cost, a profile of its own"
    )
    found.add_argument(
        "--tour",
        type=Path,
        metavar="DIR",
        help="drive the window through the main job and write a picture of each step",
    )
    found.add_argument(
        "--profile-dir",
        type=Path,
        metavar="DIR",
        help="keep everything of this run in DIR, apart from your own profile",
    )
    found.add_argument(
        "--profile", metavar="NAME", help="open the profile of this name; each has its own key, tasks and window"
    )
    found.add_argument("--speed", type=float, default=1.0, metavar="N", help="of the demo: N times as fast as life")
    found.add_argument(
        "--empty", action="store_true", help="of the demo: a new one begins with an empty list, not a studio at work"
    )
    found.add_argument("--hidden", action="store_true", help="start in the tray; without a tray, minimized")
    menu = found.add_mutually_exclusive_group()
    menu.add_argument(
        "--add-to-menu", dest="in_menu", action="store_true", default=None,
        help="on Linux: add the program to your desktop's menu and end (packages do that by themselves)",
    )  # fmt: skip
    menu.add_argument(
        "--remove-from-menu", dest="in_menu", action="store_false", help="on Linux: undo --add-to-menu and end"
    )
    found.add_argument("--verbose", action="store_true", help="say more in the log and on the terminal")
    found.add_argument("--version", action="version", version=f"Runway Desktop {__version__}")
    return found


def read(words: Sequence[str]) -> Options:
    """Ends the process with a message for invalid arguments, as argparse does."""
    arguments = parser()
    found = arguments.parse_args(list(words))
    for item in found.items:
        if not _can_be_taken_in(item):
            arguments.error(f"“{item}” is no command, no file or folder here, no https link and no task id")
    if found.speed <= 0:
        arguments.error("--speed must be more than 0")
    if found.in_menu is not None and sys.platform != "linux":
        arguments.error("only on Linux: here the installer adds the program to the menu")
    if found.profile is not None and (found.demo or found.tour is not None):
        arguments.error("the demo has a profile of its own: --profile and --demo do not go together")
    return Options(
        demo=found.demo or found.tour is not None,
        tour=found.tour,
        profile_dir=found.profile_dir,
        profile=found.profile,
        speed=found.speed,
        empty=found.empty,
        hidden=found.hidden,
        in_menu=found.in_menu,
        verbose=found.verbose,
        items=tuple(_absolute(item) for item in found.items),
    )


def has_display() -> bool:
    """Whether a window can be shown: always on Windows and macOS; elsewhere if a display or a Qt platform is set."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _can_be_taken_in(item: str) -> bool:
    """Whether it is a file, a folder, a link or a task id: anything else would become an unintended prompt."""
    if item.lower().startswith("https://") or Path(item).expanduser().exists():
        return True
    try:
        return str(UUID(item)) == item.lower()
    except ValueError:
        return False


def _absolute(item: str) -> str:
    """An absolute path, since the running program may have another current directory."""
    path = Path(item).expanduser()
    return str(path.absolute()) if path.exists() else item
