"""Folders in which the program may delete, restore or overwrite files, because it saved them.

A list written by this program alone names only files that it saved, in any folder. A restored list may name any file of
the person: then only files in the program's own folders are touched. Its setting `OWN` has the folders that were the
program's at the restore, and each folder in which a result was saved since; the current library and the profile's
folder always count.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.services.settings import Settings
from runway_desktop.values import Struct

OWN = "restore.own folders"
"""The setting; missing in a list that was never restored. A restore writes it and ignores the backup's value."""


class OwnFolders(Struct, frozen=True):
    settings: Settings
    profile: Path

    def now(self) -> Sequence[Path] | None:
        """The allowed folders; None: every file named in the list. Loop's thread."""
        known = self.settings.get(OWN)
        if known is None:
            return None
        named = [Path(folder) for folder in known if isinstance(folder, str)] if isinstance(known, list) else []
        return (self.settings.library, self.profile, *named)


def note(settings: Settings, folder: Path) -> None:
    """Adds a folder in which a result was saved. Loop's thread."""
    known = settings.get(OWN)
    if isinstance(known, list) and str(folder) not in known:
        settings.set(OWN, [*known, str(folder)])


def lies_in(path: Path, folders: Sequence[Path] | None) -> bool:
    """Whether the file is in one of them, after resolving `..` and links. Blocking."""
    if folders is None:
        return True
    # The last part is not resolved: deleting a link deletes the link, not its target.
    real = path.parent.resolve() / path.name
    return path.name not in ("", "..") and any(real.is_relative_to(folder.resolve()) for folder in folders)
