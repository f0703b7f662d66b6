"""What *Open with* offers: the system's programs for some files, what was used last first. Loop's thread; the disk is
read in a worker. Raises nothing but what its docstrings say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.outputs import Application, Launch
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.settings import Settings

from .associations import Folders, Installed, applications_for
from .desktop_entry import DesktopEntry

USED = "open_with.used"
"""Ids of programs in the settings, what was used last first."""
MOST_REMEMBERED = 20
_LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANG")
OWN = "io.github.runway_desktop.RunwayDesktop.desktop"
"""This program itself is none to open a result with."""


class Applications:
    """`variables` is the environment: where the desktop's files are, and the language of the programs' names."""

    def __init__(self, settings: Settings, executor: Executor, variables: Mapping[str, str], home: Path) -> None:
        self._settings = settings
        self._executor = executor
        self._folders = Folders.of(variables, home)
        self._locale = next((found for name in _LANGUAGE if (found := variables.get(name))), "")
        self._entries: dict[str, DesktopEntry] = {}

    async def taking(self, kinds: Sequence[Sequence[str]]) -> list[Application]:
        """The programs that take all of these kinds of file, each given by its names, the most special first: what was
        used last, then what the system prefers for the first kind."""
        entries = await in_worker(self._executor, self._look, tuple(kinds))
        self._entries |= {entry.id: entry for entry in entries}
        found = [
            Application(entry.id, entry.text("Name", self._locale) or entry.id, entry.text("Icon", self._locale))
            for entry in entries
        ]
        used = self._used()
        return sorted(
            found, key=lambda application: used.index(application.id) if application.id in used else len(used)
        )

    def launches(self, application: Application, paths: Sequence[Path]) -> list[Launch]:
        """How one of those that `taking` gave is started with these files. NotPossible for one whose desktop file is
        damaged."""
        try:
            return self._entries[application.id].launches(paths, self._locale)
        except ValueError as error:
            raise NotPossible(
                f"{application.name} cannot be started: its desktop file is damaged.", detail=str(error)
            ) from error

    def note_used(self, application: Application) -> None:
        """It stands first from now on."""
        others = [id_ for id_ in self._used() if id_ != application.id]
        self._settings.set(USED, [application.id, *others][:MOST_REMEMBERED])

    @staticmethod
    def system_dialog(platform: str, path: Path) -> Launch | None:
        """The command for the system's own "Open with" dialog; None where there is none and the menu lists programs.

        Windows has `OpenWith.exe`. macOS has a chooser of programs only for scripts, so a script asks and then opens.
        """
        if platform == "win32":
            return Launch(("OpenWith.exe", str(path)))
        if platform == "darwin":
            script = (
                'on run argv\nset chosen to choose application with title "Open with" as alias\n'
                'do shell script "open -a " & quoted form of POSIX path of chosen & " " & '
                "quoted form of item 1 of argv\n"
                "end run"
            )
            return Launch(("osascript", "-e", script, str(path)))
        return None

    def _used(self) -> list[str]:
        found = self._settings.get(USED, [])
        return [id_ for id_ in found if isinstance(id_, str)] if isinstance(found, list) else []

    def _look(self, kinds: tuple[Sequence[str], ...]) -> list[DesktopEntry]:
        installed = Installed.read(self._folders)
        lists = [applications_for(names, installed, self._folders) for names in kinds]
        in_all = set.intersection(*({entry.id for entry in found} for found in lists)) if lists else set()
        return [entry for entry in (lists[0] if lists else ()) if entry.id in in_all and entry.id != OWN]
