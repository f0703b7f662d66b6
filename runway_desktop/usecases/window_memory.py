"""What the window remembers between two runs (sizes, columns), and where the library is. GUI thread; nothing blocks."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.services.settings import Settings


class Memory:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def recall(self, name: str) -> str | None:
        """A remembered text; None for what was never kept, or is no text."""
        found = self._settings.get(name)
        return found if isinstance(found, str) else None

    def keep(self, name: str, text: str) -> None:
        self._settings.set(name, text)

    @property
    def library(self) -> Path:
        """The folder of the results, as it is chosen now."""
        return self._settings.library
