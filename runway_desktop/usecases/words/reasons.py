"""What went wrong with a sending or a saving, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.domain.failures import Reason, ReasonCode, WhyNot
from runway_desktop.domain.task import Output
from runway_desktop.services.disk.disk_words import disk_error

_SAID: Mapping[ReasonCode, str] = {
    ReasonCode.UNKNOWN: "The reason is not known to this version.",
    ReasonCode.OUR_MISTAKE: "The program made a mistake.",
    ReasonCode.PROGRAM_ENDED: "The program ended while this was being sent.",
    ReasonCode.BACKED_UP: "It was being sent when the backup was made that was restored here.",
    ReasonCode.ROW_LOST: (
        "The list of tasks was damaged while this was being sent. Only its model and the start of its prompt are left."
    ),
    ReasonCode.KNOWN_ID: "Runway's answer names a task that is in the list already, so it says nothing of this one.",
    ReasonCode.NOT_REACHED: "Runway could not be reached.",
    ReasonCode.NO_REPLY: "Runway did not answer.",
    ReasonCode.BAD_REPLY: "An answer of Runway could not be understood.",
    ReasonCode.KEY_REFUSED: "Runway did not accept the key.",
    ReasonCode.NOT_THERE: "Runway did not find this.",
    ReasonCode.NOT_SEEN: "This key can't see this task.",
    ReasonCode.REFUSED: "Runway did not accept the request.",
    ReasonCode.NO_CREDITS: "Not enough credits at Runway.",
    ReasonCode.SLOW_DOWN: "Runway takes no more requests for now.",
    ReasonCode.SERVER_TROUBLE: "Runway has trouble at the moment.",
    ReasonCode.OTHER_ERROR: "It did not work.",
    ReasonCode.DISK_ERROR: "The disk reports an error.",
    ReasonCode.WAITS_FOR_KEY: "Waiting for a key to ask Runway for a fresh link.",
    ReasonCode.WAITS_FOR_ITS_KEY: (
        "This key can't see this task. Its result is saved when the key it was made with is back."
    ),
    ReasonCode.NOT_FOUND_YET: "Runway did not find this task. Checking again.",
    ReasonCode.LINK_EXPIRED: "Runway's link does not work. A new one is requested automatically.",
    ReasonCode.KEPT_NO_LONGER: "Runway no longer keeps this result, and it was not saved in time.",
    ReasonCode.IMPORT_UNDONE: "The import of this file was undone.",
    ReasonCode.EMPTY_FILE: "Runway sent an empty file. It is fetched again.",
    ReasonCode.PAGE_OF_TEXT: "Runway sent a page of text instead of the result. It is fetched again.",
    ReasonCode.OTHER_KIND: "What Runway sent is not the kind of file that its name says. It is fetched again.",
    ReasonCode.CUT_SHORT: "What Runway sent seems to be cut short. It is fetched again.",
}
_OF_RUNWAY = frozenset(kind.code for kind in ApiError.__subclasses__())


def sending_words(cause: Reason | None) -> str:
    """What happened to a sending that got no answer; empty where that is not known."""
    if cause is None:
        return ""
    return "The program made a mistake while sending this." if cause.code is ReasonCode.OUR_MISTAKE else _words(cause)


def saving_words(output: Output) -> str:
    """Why a result is not saved, or is lost; empty while nothing is the matter."""
    problem = output.problem
    if problem is None:
        return ""
    if problem.code is ReasonCode.OUR_MISTAKE:
        return "The program made a mistake while saving this. Fetch it again; if that fails, copy the support details."
    return f"{_words(problem)} Saving continues automatically." if problem.code in _OF_RUNWAY else _words(problem)


_WHY_NOT: Mapping[WhyNot, str] = {
    WhyNot.UNDECIDED: "It is not known whether this was made. Decide that first.",
    WhyNot.NOT_FOUND_YET: "This task could not be canceled yet: Runway can't find it at the moment.",
    WhyNot.NOT_ENDED: "This task has not ended yet. Cancel it instead.",
    WhyNot.NEVER_AT_RUNWAY: "This task was never at Runway.",
    WhyNot.RESULT_NOT_SAVED: "A result of this task is not saved yet.",
    WhyNot.OTHER_KEY: (
        "This key can't see this task. It was probably made with another key. Switch to that key first."
    ),
}


def why_not_words(why: WhyNot | RunwayDesktopError) -> str:
    """Why a task was not canceled or deleted."""
    return _WHY_NOT[why] if isinstance(why, WhyNot) else why.in_words()


def cause_words(cause: Reason | None) -> str:
    """What an error was, in a sentence; empty where there is none."""
    return _words(cause) if cause is not None else ""


def _words(reason: Reason) -> str:
    if reason.words:
        return reason.words
    if reason.code is ReasonCode.OTHER_KIND and reason.name:
        return f"What Runway sent is no {reason.name} file, though its name says so. It is fetched again."
    return _SAID[reason.code] if reason.code in _SAID else disk_error(reason).in_words()
