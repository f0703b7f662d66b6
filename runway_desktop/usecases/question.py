"""A question that must be answered before something is done. A value; any face asks it in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runway_desktop.values import Struct

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Prepared


class Question(Struct, frozen=True):
    """What must be asked before a command. `yes` names the command with its count; the safe answer has the focus."""

    title: str
    text: str
    yes: str
    no: str = "Keep"
    instead: str = ""
    """Names what can be done in place of both; empty: there is nothing."""
    prepared: Prepared | None = None
    """What the answer yes sends and pays for. Who answers hands it back: nothing remembers what was asked."""
