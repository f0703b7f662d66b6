"""Texts of the engine's notices. Pure."""

from __future__ import annotations

from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Notice
from runway_desktop.domain.folders import MovePhase, MoveProgress
from runway_desktop.domain.preferences import Section
from runway_desktop.services.catalog_renewal import Renewal

from . import units
from .clients import client_name
from .folders import stayed_reason

_MOST_NAMED = 3
"""Maximum number of listed files that a move left behind; the others are counted."""


def said(told: EngineNotice) -> Notice:
    """The notice as text."""
    name = told.names[0] if told.names else ""
    why = told.error.in_words() if told.error is not None else name
    match told.code:
        case EngineNoticeCode.DATABASE_REFUSES:
            return Notice("Nothing is sent: the database cannot be written.", why, is_problem=True)
        case EngineNoticeCode.COPY_NOT_CHECKED:
            return Notice("Nothing is sent for now.", why, is_problem=True)
        case EngineNoticeCode.COPY_NOT_NOTED:
            return Notice(
                "If this profile's folder is copied or put back, the copy will not be recognized.",
                f"The program cannot write to {name}. Sending continues. Allow writing there, or free up space on its "
                "disk.",
                is_problem=True,
            )
        case EngineNoticeCode.ACCEPTED_NOT_WRITTEN:
            return Notice(
                "Runway accepted a task, but the database cannot be written. Trying again.",
                f"Runway's id is {name}.",
                is_problem=True,
            )
        case EngineNoticeCode.OUTCOME_NOT_WRITTEN:
            return Notice(
                "The outcome of a request could not be saved yet. Trying again.",
                why,
                is_problem=True,
            )
        case EngineNoticeCode.UNKNOWN_IDS:
            return _unknown_ids(told.names)
        case EngineNoticeCode.OTHER_KEYS_TASKS:
            return Notice(
                "Some tasks can't be checked with this key.",
                "They were made with another key. Switch back to that key to follow them. Nothing is lost.",
            )
        case EngineNoticeCode.QUEUED_WITH_OTHER_KEY:
            return Notice(
                "Queued tasks wait for you: they were queued with another key.",
                "Release those that should be sent with this one.",
            )
        case EngineNoticeCode.CLIENT_READS_ONLY:
            return Notice(
                f"{client_name(name)} wants to make something, and may only read.",
                "What it may do is set in the preferences, at Connected programs.",
                section=Section.PROGRAMS,
            )
        case EngineNoticeCode.SETTINGS_NOT_SAVED:
            return Notice("Your settings could not be saved.", why, is_problem=True)
        case EngineNoticeCode.DRIVE_AWAY:
            return Notice(
                f"{name} is not there. Its files count as safe until it is back.", "Their tasks stay in the list."
            )
        case EngineNoticeCode.KEPT_ELSEWHERE:
            return Notice(
                "The library's folder cannot be used, so results are kept in the profile's folder for now.",
                f"They are moved to the library automatically. Until then they are in {name}.",
            )
        case EngineNoticeCode.MOVE_GOES_ON:
            return _resumed(told.move) if told.move is not None else Notice("Moving the library continues.")
        case EngineNoticeCode.MOVE_ENDED:
            return _ended(told.move) if told.move is not None else Notice("The library move has ended.")


def renewal_words(renewal: Renewal) -> str:
    """Differences of an updated catalog."""
    changes = renewal.added + renewal.gone
    if not changes:
        return f"The catalog is now SDK {renewal.version}. Endpoints and models are the same."
    parts = [f"{renewal.added} new" if renewal.added else "", f"{renewal.gone} gone" if renewal.gone else ""]
    said = " and ".join(part for part in parts if part)
    what = units.plural(changes, "pair of endpoint and model", "pairs of endpoint and model")
    return f"The catalog is now SDK {renewal.version}: {said} {what}."


def _unknown_ids(ids: tuple[str, ...]) -> Notice:
    how = "to follow it, or enter it where an uncertain task asks for its id."
    if len(ids) == 1:
        return Notice("Runway accepted a task that is not in the list.", f"Its id is {ids[0]}. Paste it here {how}")
    return Notice(
        f"Runway accepted {len(ids)} tasks that are not in the list.",
        f"Their ids are {', '.join(ids)}. Paste one here {how}",
    )


def _resumed(move: MoveProgress) -> Notice:
    there = units.count(move.files, "file is there already.", "files are there already.") if move.files else ""
    return Notice(f"Moving the library to {move.target} continues.", there)


def _ended(move: MoveProgress) -> Notice:
    files, stayed = move.files, len(move.stayed)
    if move.is_homecoming:
        return Notice(
            units.count(
                files,
                "file that was kept in the profile's folder moved home to the library.",
                "files that were kept in the profile's folder moved home to the library.",
            )
        )
    if move.phase is MovePhase.STOPPED:
        there = units.count(files, f"file is in {move.target}.", f"files are in {move.target}.")
        rest = f"The others stay in {move.source}. All of them stay in the list."
        return Notice(f"Moving the library was stopped. {there}", rest)
    moved = f"The library is in {move.target} now. {units.count(files, 'file was moved.', 'files were moved.')}"
    if not stayed:
        return Notice(moved)
    named = "; ".join(f"{known.path}: {stayed_reason(known)}" for known in move.stayed[:_MOST_NAMED])
    more = f" and {stayed - _MOST_NAMED:,} more" if stayed > _MOST_NAMED else ""
    rest = units.count(stayed, "file stayed where it was.", "files stayed where they were.")
    return Notice(f"{moved} {rest}", f"{named}{more}", is_problem=True)


def no_font(script: str, *, on_linux: bool) -> tuple[str, str]:
    """Message and small print if no font has the letters of a script."""
    message = f"This computer has no font for {script} letters, so they are shown as boxes."
    font = "Noto Sans CJK"
    if on_linux:
        return message, f"Install {font} (fonts-noto-cjk on Debian and Ubuntu) and start the program again."
    return message, f"Install {font} or another font for {script} and start the program again."
