"""A question to answer before an action. A value; each front end asks it in its own way."""

from __future__ import annotations

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
