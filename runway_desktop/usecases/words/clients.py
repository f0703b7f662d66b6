"""Texts of client programs: product names, icons, permissions. Pure.

A client's name is its own claim, so it is untrusted text and must be shown as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.domain.clients import COMMAND_LINE, KNOWN_AS, Client, Permission, called
from runway_desktop.usecases.question import Question

from .plain import shown
from .units import count, credits_in_words, moment, number, shortened

_LONGEST = 60
_LONGEST_FOLDER = 36


def client_name(name: str) -> str:
    """The displayed name; invisible characters and direction marks are escaped."""
    return shortened(shown(called(name)), _LONGEST) or "A program without a name"


def client_icon(name: str) -> str:
    if name == COMMAND_LINE:
        return "mdi6.console"
    return "mdi6.robot-outline" if name.casefold() in KNOWN_AS else "mdi6.application-outline"


def permission_words(client: Client) -> str:
    match client.permission:
        case Permission.READ:
            return "Read only"
        case Permission.ASK:
            return "Ask each time"
        case Permission.ALLOWANCE if client.name == COMMAND_LINE:
            return f"Up to {credits_in_words(client.credits)} a day"
        case Permission.ALLOWANCE:
            return f"Allowance, {number(client.credits)} a day"
        case Permission.REVOKED:
            return "Revoked"


def permission_choices(client: Client) -> list[tuple[Permission, str]]:
    """Commands cannot wait for approval, since their caller cannot."""
    if client.name == COMMAND_LINE:
        return [(Permission.READ, "Read only"), (Permission.ALLOWANCE, "Up to so many credits a day…")]
    return [
        (Permission.READ, "Read only"),
        (Permission.ASK, "Ask each time"),
        (Permission.ALLOWANCE, "Allowance of credits a day…"),
    ]


def waiting_words(waiting: int) -> str:
    return f"{count(waiting, 'request')} waiting" if waiting else "Nothing waiting"


def under_way_words(sendings: Sequence[str]) -> str:
    """ "Sending Gen-4.5 for claude"."""
    return f"Sending {', '.join(sendings)}" if sendings else "Closing"


def today_words(client: Client, today: float) -> str:
    if client.permission is Permission.ALLOWANCE:
        return f"{number(today)} of {credits_in_words(client.credits)} today"
    return f"{credits_in_words(today)} today" if today else "Nothing spent today"


def seen_words(client: Client, now: float, *, is_connected: bool) -> str:
    if is_connected:
        return "Connected now"
    return f"Seen {moment(client.seen_at, now)}" if client.seen_at else "Not seen yet"


def folder_words(folder: str, home: Path) -> str:
    """A short path with its end: "~/aurora/cast"."""
    path = Path(folder)
    said = shown(f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else folder)
    return said if len(said) <= _LONGEST_FOLDER else f"…{said[1 - _LONGEST_FOLDER :]}"


def revoke_question(client: Client, waiting: int) -> Question:
    name = client_name(client.name)
    refused = f"{count(waiting, 'request that waits is', 'requests that wait are')} refused. " if waiting else ""
    text = f"{refused}What is queued for it waits for you, and it gets no more answers until you allow it again."
    return Question(f"Revoke the access of {name}?", text, "Revoke access")
