"""Folders whose condition a test sets."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.services.disk.file_locks import FileLocks


class KnownFolders:
    """Folders that are away, with all that lies in them."""

    def __init__(self) -> None:
        self.away: set[Path] = set()
        self.locks = FileLocks()

    async def is_away(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self.away)
