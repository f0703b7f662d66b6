"""Phases of a long operation, and of entering a key."""

from enum import Enum, StrEnum, auto


class Phase(Enum):
    LOOKING = auto()
    """Determines what there is to do."""
    READY = auto()
    """Waits for the user's decision."""
    WORKING = auto()
    DONE = auto()


class KeyPhase(StrEnum):
    TYPING = "typing"
    ASKING = "asking"
    KEEPING = "keeping"
    """Accepted; being stored in the keychain."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
