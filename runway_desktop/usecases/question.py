"""What a front end shows of an action: the question to answer before it, and the phase that a long one is in. Values;
each front end shows them in its own way."""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING

from runway_desktop.texts import _
from runway_desktop.values import Struct, field

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Prepared


class Question(Struct, frozen=True):
    """A question before a command. `yes` names the command with its count; the safe answer is the default."""

    title: str
    text: str
    yes: str
    no: str = field(default_factory=lambda: _("Keep"))
    instead: str = ""
    """Text of a third answer; empty: there is none."""
    prepared: Prepared | None = None
    """What "yes" sends and pays for. It must be passed back with the answer; it is stored nowhere else."""


class Phase(Enum):
    """Of a long operation."""

    LOOKING = auto()
    """Determines what there is to do."""
    READY = auto()
    """Waits for the user's decision."""
    WORKING = auto()
    DONE = auto()


class KeyPhase(StrEnum):
    """Of entering a key."""

    TYPING = "typing"
    ASKING = "asking"
    KEEPING = "keeping"
    """Accepted; being stored in the keychain."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
