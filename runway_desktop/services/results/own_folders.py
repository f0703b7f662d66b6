"""Where files lie that the program may throw away, put back or write over, because it saved them.

A list that this program alone has written names what the program saved, wherever that lies. One that was restored from
a backup may name any file of the person: of what such a list names, only what lies in the program's own folders is
touched. Its setting `OWN` has those that were the program's when it was restored, and each in which a result was saved
since; the library in force and the profile's folder are so anyhow.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.services.settings import Settings
from runway_desktop.values import Struct

OWN = "restore.own folders"
"""The setting; a list of tasks that was never restored has none. A restore writes it, whatever the backup says."""


class OwnFolders(Struct, frozen=True):
    settings: Settings
    profile: Path
    """The folder of the profile."""

    def now(self) -> Sequence[Path] | None:
        """None: the program may do what it is asked to with everything that its list names. Loop's thread."""
        known = self.settings.get(OWN)
        if known is None:
            return None
        named = [Path(folder) for folder in known if isinstance(folder, str)] if isinstance(known, list) else []
        return (self.settings.library, self.profile, *named)


def note(settings: Settings, folder: Path) -> None:
    """A result was saved in this folder. Loop's thread."""
    known = settings.get(OWN)
    if isinstance(known, list) and str(folder) not in known:
        settings.set(OWN, [*known, str(folder)])


def lies_in(path: Path, folders: Sequence[Path] | None) -> bool:
    """Whether the file is in one of them, wherever `..` and links lead. Blocking."""
    if folders is None:
        return True
    # The last part stays as it is: of a link that lies there, the link is thrown away and not what it leads to.
    real = path.parent.resolve() / path.name
    return path.name not in ("", "..") and any(real.is_relative_to(folder.resolve()) for folder in folders)
