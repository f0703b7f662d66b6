"""Where a long work stands, and where a key that is entered."""

from __future__ import annotations

from enum import Enum, StrEnum, auto


class Phase(Enum):
    LOOKING = auto()
    """It finds out what there is to do."""
    READY = auto()
    """The person decides."""
    WORKING = auto()
    DONE = auto()


class KeyPhase(StrEnum):
    TYPING = "typing"
    ASKING = "asking"
    KEEPING = "keeping"
    """Accepted; the keychain is storing it."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
