"""Texts of client programs: product names, icons, permissions. Pure.

A client's name is its own claim, so it is untrusted text and must be shown as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.domain.permissions import COMMAND_LINE, KNOWN_AS, Client, Permission, called
from runway_desktop.texts import _, in_turn, listed, ngettext
from runway_desktop.usecases.question import Question

from .plain import shown
from .units import credits_in_words, moment, number, shortened

_LONGEST = 60
_LONGEST_FOLDER = 36


def client_name(name: str) -> str:
    """The displayed name; invisible characters and direction marks are escaped."""
    return shortened(shown(called(name)), _LONGEST) or _("Unnamed program")


def client_icon(name: str) -> str:
    if name == COMMAND_LINE:
        return "mdi6.console"
    return "mdi6.robot-outline" if name.casefold() in KNOWN_AS else "mdi6.application-outline"


def permission_words(client: Client) -> str:
    match client.permission:
        case Permission.READ:
            return _("Read only")
        case Permission.ASK:
            return _("Ask each time")
        case Permission.ALLOWANCE if client.name == COMMAND_LINE:
            return _("Up to {credits} a day", credits=credits_in_words(client.credits))
        case Permission.ALLOWANCE:
            return _("Allowance: {credits} a day", credits=number(client.credits))
        case Permission.REVOKED:
            return _("Revoked")


def permission_choices(client: Client) -> list[tuple[Permission, str]]:
    """Commands cannot wait for approval, since their caller cannot."""
    if client.name == COMMAND_LINE:
        return [(Permission.READ, _("Read only")), (Permission.ALLOWANCE, _("Daily limit…"))]
    return [
        (Permission.READ, _("Read only")),
        (Permission.ASK, _("Ask each time")),
        (Permission.ALLOWANCE, _("Daily allowance…")),
    ]


def waiting_words(waiting: int) -> str:
    return ngettext("{n} request waiting", "{n} requests waiting", waiting) if waiting else _("Nothing waiting")


def under_way_words(sendings: Sequence[str]) -> str:
    """ "Sending Gen-4.5 for claude"."""
    return _("Sending {tasks}", tasks=listed(sendings)) if sendings else _("Closing")


def void_words(names: Sequence[str]) -> tuple[str, str]:
    """After a restore, or in a copied profile: a message and its small print."""
    message = ngettext("{n} program may only read again.", "{n} programs may only read again.", len(names))
    which = listed([client_name(name) for name in names])
    return message, _("What you allowed belongs to the former list: {programs}.", programs=which)


def untold_words(refused: int, granted: float) -> tuple[str, str]:
    """What programs did while no window was open: a message and its small print. `granted`: the credits a day that
    commands were given without a person at a terminal, or 0."""
    said = ngettext(
        "{n} request of a program was refused while no window was open.",
        "{n} requests of programs were refused while no window was open.",
        refused,
    ) if refused else ""  # fmt: skip
    where = _("Change this in the preferences, under Connected programs.")
    if not granted:
        return said, where
    grant = permission_words(Client(name=COMMAND_LINE, permission=Permission.ALLOWANCE, credits=granted))
    message = _("Commands were allowed to spend without a person at a terminal: {permission}.", permission=grant)
    return message, str(in_turn(said, where))


def today_words(client: Client, today: float) -> str:
    if client.permission is Permission.ALLOWANCE:
        return _("{spent} of {credits} today", spent=number(today), credits=credits_in_words(client.credits))
    return _("{credits} today", credits=credits_in_words(today)) if today else _("Nothing spent today")


def seen_words(client: Client, now: float, *, is_connected: bool) -> str:
    if is_connected:
        return _("Connected now")
    return _("Last seen {time}", time=moment(client.seen_at, now)) if client.seen_at else _("Not seen yet")


def folder_words(folder: str, home: Path) -> str:
    """A short path with its end: "~/aurora/cast"."""
    path = Path(folder)
    said = shown(f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else folder)
    return said if len(said) <= _LONGEST_FOLDER else f"…{said[1 - _LONGEST_FOLDER :]}"


def revoke_question(client: Client, waiting: int) -> Question:
    refused = (
        ngettext("{n} waiting request is refused.", "{n} waiting requests are refused.", waiting) if waiting else ""
    )
    text = in_turn(refused, _("Its queued tasks are held, and it gets no answers until you allow it again."))
    return Question(_("Revoke access for {program}?", program=client_name(client.name)), str(text), _("Revoke access"))
