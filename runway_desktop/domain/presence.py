"""What the disk last said of a saved file. Pure values.

Sizes are bytes, the time of a file's last change nanoseconds as the disk tells it, all other times Unix seconds.
"""

from __future__ import annotations

from enum import StrEnum

from runway_desktop.values import Struct


class Presence(StrEnum):
    HERE = "here"
    MISSING = "missing"
    """Not where it was saved, though its folder can be reached."""
    CHANGED = "changed"
    """Other bytes than those that were saved, and not by this program."""


class Signs(Struct, frozen=True):
    """A file as a glance sees it."""

    size: int
    modified: int


class Look(Struct, frozen=True, kw_only=True):
    """The last look at a file. `at` None: nobody has looked since it was saved. `signs` are those it had then; None
    while it was never seen."""

    presence: Presence = Presence.HERE
    at: float | None = None
    signs: Signs | None = None

    @property
    def modified_at(self) -> float | None:
        """When the file was last written to."""
        return None if self.signs is None else self.signs.modified / 1e9


NEVER_LOOKED = Look()
