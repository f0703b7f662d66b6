"""Texts of the engine's notices. Pure."""

from __future__ import annotations

from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Notice
from runway_desktop.domain.folders import MovePhase, MoveProgress
from runway_desktop.domain.preferences import PROGRAMS_PAGE
from runway_desktop.texts import Text, _, in_turn, listed, ngettext

from .clients import client_name
from .folders import stayed_reason

SETTING_UNREADABLE = Text("The stored setting “{setting}” cannot be read, so its default is used.")
_MOST_NAMED = 3
"""Maximum number of listed files that a move left behind; the others are counted."""


def said(told: EngineNotice) -> Notice:
    name = told.names[0] if told.names else ""
    why = told.error.in_words() if told.error is not None else name
    match told.code:
        case EngineNoticeCode.DATABASE_REFUSES:
            return Notice(_("Sending stopped: the database can't be written."), why, is_problem=True)
        case EngineNoticeCode.COPY_NOT_CHECKED:
            return Notice(_("Sending is paused."), why, is_problem=True)
        case EngineNoticeCode.COPY_NOT_NOTED:
            return Notice(
                _("A copy of this profile's folder would not be recognized."),
                _(
                    "The program can't write to {folder}. Sending continues. Allow writing there, or free up space.",
                    folder=name,
                ),
                is_problem=True,
            )
        case EngineNoticeCode.ACCEPTED_NOT_WRITTEN:
            return Notice(
                _("Runway accepted a task, but the database can't be written. Trying again."),
                _("Its ID at Runway is {id}.", id=name),
                is_problem=True,
            )
        case EngineNoticeCode.OUTCOME_NOT_WRITTEN:
            return Notice(_("The outcome of a request couldn't be saved. Trying again."), why, is_problem=True)
        case EngineNoticeCode.UNKNOWN_IDS:
            return _unknown_ids(told.names)
        case EngineNoticeCode.OTHER_KEYS_TASKS:
            return Notice(
                _("Some tasks aren't visible to this key."),
                _("They were made with another key. Switch back to that key to follow them. Nothing is lost."),
            )
        case EngineNoticeCode.QUEUED_WITH_OTHER_KEY:
            return Notice(
                _("Queued tasks are held: they were queued with another key."),
                _("Release those that should be sent with this key."),
            )
        case EngineNoticeCode.CLIENT_READS_ONLY | EngineNoticeCode.CLIENT_SUGGESTS as code:
            return _of_program(code, client_name(name))
        case EngineNoticeCode.SETTINGS_NOT_SAVED:
            return Notice(_("Your settings couldn't be saved."), why, is_problem=True)
        case EngineNoticeCode.DRIVE_AWAY:
            return Notice(
                _("{drive} is not connected. Its files are checked when it is back.", drive=name),
                _("Their tasks stay in the list."),
            )
        case EngineNoticeCode.KEPT_ELSEWHERE:
            return Notice(
                _("The library's folder can't be used. Results are saved in the profile's folder for now."),
                _("They are moved to the library automatically. Until then they are in {folder}.", folder=name),
            )
        case EngineNoticeCode.MOVE_GOES_ON:
            return _resumed(told.move) if told.move is not None else Notice(_("Moving the library continues."))
        case EngineNoticeCode.MOVE_ENDED:
            return _ended(told.move) if told.move is not None else Notice(_("The library move has ended."))


def _unknown_ids(ids: tuple[str, ...]) -> Notice:
    how = _("Paste it here to follow it, or enter it where an uncertain task asks for its ID.")
    if len(ids) == 1:
        said = in_turn(_("Its ID is {id}.", id=ids[0]), how)
        return Notice(_("Runway accepted a task that is not in the list."), str(said), is_problem=True, remote_ids=ids)
    how = _("Paste them here to follow them, or enter one where an uncertain task asks for its ID.")
    return Notice(
        ngettext(
            "Runway accepted {n} task that is not in the list.", "Runway accepted {n} tasks that are not in the list.",
            len(ids),
        ),
        str(in_turn(_("Their IDs are {ids}.", ids=listed(ids)), how)),
        is_problem=True,
        remote_ids=ids,
    )  # fmt: skip


def _resumed(move: MoveProgress) -> Notice:
    there = ngettext("{n} file is there already.", "{n} files are there already.", move.files) if move.files else ""
    return Notice(_("Moving the library to {folder} continues.", folder=move.target), there)


def _ended(move: MoveProgress) -> Notice:
    files, stayed = move.files, len(move.stayed)
    if move.is_homecoming:
        return Notice(
            ngettext(
                "{n} file was moved from the profile's folder to the library.",
                "{n} files were moved from the profile's folder to the library.",
                files,
            )
        )
    if move.phase is MovePhase.STOPPED:
        there = ngettext("{n} file is in {folder}.", "{n} files are in {folder}.", files, folder=move.target)
        rest = _("The others stay in {folder}. All of them stay in the list.", folder=move.source)
        return Notice(str(in_turn(_("Moving the library was stopped."), there)), rest)
    moved = in_turn(
        _("The library is now in {folder}.", folder=move.target),
        ngettext("{n} file was moved.", "{n} files were moved.", files),
    )
    if not stayed:
        return Notice(str(moved))
    named = [f"{known.path}: {stayed_reason(known)}" for known in move.stayed[:_MOST_NAMED]]
    if stayed > _MOST_NAMED:
        named.append(ngettext("{n} more", "{n} more", stayed - _MOST_NAMED))
    rest = ngettext("{n} file stayed where it was.", "{n} files stayed where they were.", stayed)
    return Notice(str(in_turn(moved, rest)), "\n".join(named), is_problem=True)


def no_font(script: str, *, on_linux: bool) -> tuple[str, str]:
    """Message and small print if no font has the letters of a script."""
    message = _("This computer has no font for {script} letters, so they are shown as boxes.", script=script)
    font, package = "Noto Sans CJK", "fonts-noto-cjk"
    if on_linux:
        return message, _(
            "Install {font} ({package} on Debian and Ubuntu) and restart the program.", font=font, package=package
        )
    return message, _("Install {font} or another font for {script} and restart the program.", font=font, script=script)


def _of_program(code: EngineNoticeCode, program: str) -> Notice:
    if code is EngineNoticeCode.CLIENT_SUGGESTS:
        return Notice(
            _("{program} suggests takes.", program=program), _("They are listed under “Suggested”. Nothing is picked.")
        )
    return Notice(
        _("{program} wants to generate, but may only read.", program=program),
        _("Change this in the preferences, under Connected programs."),
        section=PROGRAMS_PAGE,
    )
