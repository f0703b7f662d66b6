"""The keys that a person chose for commands, stored in the profile's settings by command id. GUI thread only.

Keys are strings in the portable notation of `QKeySequence`; the window interprets them and finds conflicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.settings import Settings

from .bridge import Bridge

NAME = "shortcuts"


class KeyChoices(QObject):
    changed = Signal()

    def __init__(self, settings: Settings, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        bridge.settings_changed.connect(self._told)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of commands with chosen keys, possibly including those of a later version."""
        return tuple(self._settings.shortcuts)

    def of(self, command_id: str) -> tuple[str, ...] | None:
        """Chosen keys of a command: None if it has the default, empty if its keys were removed."""
        found = self._settings.shortcuts.get(command_id)
        return tuple(found) if found is not None else None

    def choose(self, told: Mapping[str, Sequence[str] | None]) -> None:
        """Stores several choices at once; None restores the default. Choices of unknown commands are kept."""
        kept: dict[str, Any] = self._settings.shortcuts | {
            name: list(keys) for name, keys in told.items() if keys is not None
        }
        self._settings.shortcuts = {name: keys for name, keys in kept.items() if told.get(name, ()) is not None}

    def forget_all(self) -> None:
        self._settings.shortcuts = {}

    def _told(self, names: frozenset[str]) -> None:
        if NAME in names:
            self.changed.emit()
