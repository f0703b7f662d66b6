"""A question that must be answered before something is done. A value; any face asks it in its own way."""

from __future__ import annotations

from runway_desktop.values import Struct


class Question(Struct, frozen=True):
    """What must be asked before a command. `yes` names the command with its count; the safe answer has the focus."""

    title: str
    text: str
    yes: str
    no: str = "Keep"
    instead: str = ""
    """Names what can be done in place of both; empty: there is nothing."""
