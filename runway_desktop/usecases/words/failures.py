"""Texts of failures: headline and advice for a failed task, what happens to the credits, and reasons why a sending or a
saving failed. Pure.

Source: the API's page on task failures, and what its SDK says about canceling.
"""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.domain.failures import Failure, FailureKind, Reason, ReasonCode, WhyNot
from runway_desktop.domain.task import Output
from runway_desktop.services.disk.disk_words import disk_error
from runway_desktop.values import Struct

_HINTS = {"TEXT": "the prompt", "IMAGE": "a picture", "VIDEO": "a clip", "AUDIO": "a sound", "SPEECH": "the speech"}
_SOME_INPUT = "One of the inputs was the reason."
_PROMPT_REFUSED = (
    "Refused by moderation",
    "The prompt was refused by moderation. Change the prompt and send again.",
)
_WORDS: Mapping[FailureKind, tuple[str, str]] = {
    FailureKind.RESULT_REFUSED: (
        "Result refused",
        "The finished result was refused by moderation. Change the prompt and send again.",
    ),
    FailureKind.INPUT_REFUSED: (
        "Refused by moderation",
        "An input was refused by moderation, and the credits are not given back. {} Edit it and send again.",
    ),
    FailureKind.PROMPT_REFUSED: _PROMPT_REFUSED,
    FailureKind.REFUSED_AFTER_PREPROCESSING: _PROMPT_REFUSED,
    FailureKind.MODERATION_BROKE: (
        "Moderation failed",
        "The moderation step failed at Runway. The same request may work later.",
    ),
    FailureKind.POOR_RESULT: (
        "Failed quality check",
        "The result did not pass the check and was discarded. Text or graphics laid over an input picture is a "
        "frequent cause; change the input.",
    ),
    FailureKind.UNFIT_INPUT: (
        "Input doesn't fit",
        "An input does not fit the model's limits of size, format, dimensions or length. Choose another file.",
    ),
    FailureKind.MODEL_NOT_AVAILABLE: (
        "Model not available",
        "The model's own provider is not available. The same request may work later.",
    ),
    FailureKind.NOT_ACCEPTED: (
        "Not accepted",
        "Runway did not accept the request. Nothing was made and nothing is charged. Edit it and send again.",
    ),
    FailureKind.OTHER: ("Failed at Runway", "Something failed at Runway. The same request may work later."),
}


def failure_headline(failure: Failure) -> str:
    return _WORDS[failure.kind][0]


def failure_words(failure: Failure) -> str:
    """What happened, and what to do."""
    hint = _HINTS.get(failure.refused_input)
    blame = f"Probably {hint} was the reason." if hint else _SOME_INPUT
    return _WORDS[failure.kind][1].format(blame)


class HelpTopic(Struct, frozen=True):
    """A help entry. `synonyms` are search words, separated by commas."""

    headline: str
    words: str
    synonyms: str = ""


MEANINGS: Mapping[str, HelpTopic] = {
    one.headline: one
    for one in (
        # Several codes have the same headline: the first of them counts.
        *(HelpTopic(headline, words.format(_SOME_INPUT)) for headline, words in reversed(tuple(_WORDS.values()))),
        HelpTopic(
            "Credits of failed and canceled tasks",
            "A failed task that Runway refunded shows a cost of 0 credits. Runway gives nothing back where moderation "
            "refused an input, nor for a task that was canceled while it was running, and guarantees no refund for one "
            "that was canceled before. The details of a task say what it cost.",
            "refund, money back, credits back, charged",
        ),
        HelpTopic(
            "Uncertain, maybe charged",
            "Runway did not answer when the task was sent, so it may have been made and charged. The counts and the "
            "balance of your account show which is likely. You can enter its id, dismiss it, or send it again, which "
            "may be charged a second time.",
            "no answer, charged twice, unknown",
        ),
    )
}


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
    """Why a sending got no answer; empty if unknown."""
    if cause is None:
        return ""
    return "The program made a mistake while sending this." if cause.code is ReasonCode.OUR_MISTAKE else _words(cause)


def saving_words(output: Output) -> str:
    """Why a result is not saved, or is lost; empty if there is no problem."""
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
    """The message of an error; empty if there is none."""
    return _words(cause) if cause is not None else ""


def _words(reason: Reason) -> str:
    if reason.words:
        return str(reason.words)
    if reason.code is ReasonCode.OTHER_KIND and reason.name:
        return f"What Runway sent is no {reason.name} file, though its name says so. It is fetched again."
    return _SAID[reason.code] if reason.code in _SAID else disk_error(reason).in_words()
