"""Result of the last check of a saved file. Pure values.

Sizes are bytes, modification times nanoseconds as the disk reports them, all other times Unix seconds.
"""

from __future__ import annotations

from enum import StrEnum

from runway_desktop.values import Struct


class Presence(StrEnum):
    HERE = "here"
    MISSING = "missing"
    """Not where it was saved, though its folder is reachable."""
    CHANGED = "changed"
    """Its bytes differ from the saved ones, and this program did not write them."""


class Signs(Struct, frozen=True):
    """Size and modification time of a file."""

    size: int
    modified: int


class Look(Struct, frozen=True, kw_only=True):
    """The last check of a file. `at` None: not checked since it was saved. `signs` are those of that check; None if the
    file was never seen."""

    presence: Presence = Presence.HERE
    at: float | None = None
    signs: Signs | None = None

    @property
    def modified_at(self) -> float | None:
        """When the file was last modified."""
        return None if self.signs is None else self.signs.modified / 1e9


NEVER_LOOKED = Look()
