"""Texts of failures: headline and advice for a failed task, what happens to the credits, and reasons why a sending or a
saving failed. Pure.

Source: the API's page on task failures, and what its SDK says about canceling.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from runway_desktop.catalog.labels import node_label
from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.domain.failures import Failure, FailureKind, Reason, ReasonCode, WhyNot
from runway_desktop.domain.task import Output, Task
from runway_desktop.domain.workflows.runs import NodeFailure
from runway_desktop.services.disk.disk_words import disk_error
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.values import Struct

_REFUSED = Text("Refused by moderation")
_INPUT_REFUSED = Text("Moderation refused an input. Credits aren't refunded.")
_REFUSED_INPUT = {
    "TEXT": Text("Moderation refused the prompt. Credits aren't refunded."),
    "IMAGE": Text("Moderation refused an image. Credits aren't refunded."),
    "VIDEO": Text("Moderation refused a clip. Credits aren't refunded."),
    "AUDIO": Text("Moderation refused a sound. Credits aren't refunded."),
    "SPEECH": Text("Moderation refused the speech. Credits aren't refunded."),
}
_PROMPT_REFUSED = (_REFUSED, Text("Moderation refused the prompt. Change it and send again."))
_WORDS: Mapping[FailureKind, tuple[Text, Text]] = {
    FailureKind.RESULT_REFUSED: (
        Text("Result refused"),
        Text("Moderation refused the finished result. Change the prompt and send again."),
    ),
    FailureKind.INPUT_REFUSED: (_REFUSED, _INPUT_REFUSED),
    FailureKind.PROMPT_REFUSED: _PROMPT_REFUSED,
    FailureKind.REFUSED_AFTER_PREPROCESSING: _PROMPT_REFUSED,
    FailureKind.MODERATION_BROKE: (
        Text("Moderation failed"),
        Text("Moderation failed at Runway. The same request may work later."),
    ),
    FailureKind.POOR_RESULT: (
        Text("Failed quality check"),
        Text(
            "The result didn't pass Runway's quality check and was discarded. Text or graphics on top of an input "
            "image are a frequent cause. Change the input."
        ),
    ),
    FailureKind.UNFIT_INPUT: (
        Text("Input doesn't fit"),
        Text("The size, format, dimensions or length of an input is outside the model's limits. Choose another file."),
    ),
    FailureKind.MODEL_NOT_AVAILABLE: (
        Text("Model not available"),
        Text("The model's provider is not available. The same request may work later."),
    ),
    FailureKind.NOT_ACCEPTED: (
        Text("Not accepted"),
        Text("Runway didn't accept the request. Nothing is charged. Edit it and send again."),
    ),
    FailureKind.OTHER: (
        Text("Failed at Runway"),
        Text("Something failed at Runway. The same request may work later."),
    ),
}


def failure_headline(failure: Failure) -> str:
    return str(_WORDS[failure.kind][0])


def failure_words(failure: Failure) -> str:
    """What happened, and what to do."""
    if failure.kind is FailureKind.INPUT_REFUSED:
        return str(_REFUSED_INPUT.get(failure.refused_input, _INPUT_REFUSED))
    return str(_WORDS[failure.kind][1])


def node_words(task: Task) -> str:
    """A line for each node of a run that failed: its name, and why. An output of another node is not affected."""
    named = partial(node_label, task.request.model)
    return "\n".join(
        # Translators: {node} is the name of a part of a workflow, {reason} a sentence.
        _("{node}: {reason}", node=one.name or named(one.node) or one.node, reason=_node_reason(one))
        for one in (task.run.failures if task.run is not None else ())
    )


def _node_reason(failure: NodeFailure) -> str:
    # Without a code it failed before anything was made, such as by an input that does not fit: Runway's words say how.
    return failure_words(Failure(code=failure.code)) if failure.code or not failure.message else failure.message


class HelpTopic(Struct, frozen=True):
    """A help entry. `synonyms` are search words, separated by commas."""

    headline: Text
    words: Text
    synonyms: Text = Text("")


MEANINGS: Mapping[str, HelpTopic] = {
    one.headline.source: one
    for one in (
        # Several codes have the same headline: the first of them counts.
        *(HelpTopic(headline, words) for headline, words in reversed(tuple(_WORDS.values()))),
        HelpTopic(
            Text("Credits of failed and canceled tasks"),
            Text(
                "A failed task that Runway refunded costs 0 credits. Runway doesn't refund inputs refused by "
                "moderation, nor tasks canceled while running, and doesn't guarantee a refund for tasks canceled "
                "earlier. A task's details show its cost."
            ),
            # Translators: words that someone may search for, separated by commas.
            Text("refund, money back, credits back, charged"),
        ),
        HelpTopic(
            Text("Uncertain, maybe charged"),
            Text(
                "Runway didn't answer when the task was sent, so it may have been created and charged. The counts and "
                "the balance of your account show which is likely. You can enter its ID, dismiss it, or send it again, "
                "which may be charged a second time."
            ),
            # Translators: words that someone may search for, separated by commas.
            Text("no answer, charged twice, unknown"),
        ),
    )
}
"""By the English headline."""


_SAID: Mapping[ReasonCode, Text] = {
    ReasonCode.UNKNOWN: Text("The reason is not known to this version."),
    ReasonCode.OUR_MISTAKE: Text("An error in this program."),
    ReasonCode.PROGRAM_ENDED: Text("The program ended while this was being sent."),
    ReasonCode.BACKED_UP: Text("It was being sent when the restored backup was made."),
    ReasonCode.ROW_LOST: Text(
        "The list of tasks was damaged while this was being sent. Only its model and the start of its prompt are left."
    ),
    ReasonCode.KNOWN_ID: Text("Runway's answer names another task of the list, so it says nothing about this one."),
    ReasonCode.NOT_REACHED: Text("Runway can't be reached."),
    ReasonCode.NO_REPLY: Text("Runway didn't answer."),
    ReasonCode.BAD_REPLY: Text("Runway's answer was not understood."),
    ReasonCode.KEY_REFUSED: Text("Runway didn't accept the key."),
    ReasonCode.NOT_THERE: Text("Runway didn't find this."),
    ReasonCode.NOT_SEEN: Text("This key can't see this task."),
    ReasonCode.REFUSED: Text("Runway didn't accept the request."),
    ReasonCode.NO_CREDITS: Text("Not enough credits at Runway."),
    ReasonCode.SLOW_DOWN: Text("Too many requests for now."),
    ReasonCode.SERVER_TROUBLE: Text("Runway is having trouble."),
    ReasonCode.OTHER_ERROR: Text("It didn't work."),
    ReasonCode.DISK_ERROR: Text("The disk reports an error."),
    ReasonCode.WAITS_FOR_KEY: Text("A new link needs a key."),
    ReasonCode.WAITS_FOR_ITS_KEY: Text(
        "This key can't see this task. Its result is saved once the key it was made with is back."
    ),
    ReasonCode.NOT_FOUND_YET: Text("Runway didn't find this task. Checking again."),
    ReasonCode.LINK_EXPIRED: Text("Runway's link doesn't work. Getting a new one."),
    ReasonCode.KEPT_NO_LONGER: Text("Runway no longer keeps this result. It was not saved in time."),
    ReasonCode.IMPORT_UNDONE: Text("The import of this file was undone."),
    ReasonCode.EMPTY_FILE: Text("Runway sent an empty file. Fetching it again."),
    ReasonCode.PAGE_OF_TEXT: Text("Runway sent a page of text instead of the result. Fetching it again."),
    ReasonCode.OTHER_KIND: Text("The file from Runway isn't what its name says. Fetching it again."),
    ReasonCode.CUT_SHORT: Text("The file from Runway seems to be incomplete. Fetching it again."),
}
_OF_RUNWAY = frozenset(kind.code for kind in ApiError.__subclasses__())


def sending_words(cause: Reason | None) -> str:
    """Why a sending got no answer; empty if unknown."""
    if cause is None:
        return ""
    return _("An error in this program while sending.") if cause.code is ReasonCode.OUR_MISTAKE else _words(cause)


def saving_words(output: Output) -> str:
    """Why a result is not saved, or is lost; empty if there is no problem."""
    problem = output.problem
    if problem is None:
        return ""
    if problem.code is ReasonCode.OUR_MISTAKE:
        return _("An error in this program while saving. Fetch it again; if that fails, copy the support details.")
    if problem.code in _OF_RUNWAY:
        return str(in_turn(_words(problem), Text("Saving continues automatically.")))
    return _words(problem)


_WHY_NOT: Mapping[WhyNot, Text] = {
    WhyNot.UNDECIDED: Text("It's not known whether this task was created. Decide that first."),
    WhyNot.NOT_FOUND_YET: Text("This task can't be canceled yet: Runway can't find it at the moment."),
    WhyNot.NOT_ENDED: Text("This task is still running. Cancel it instead."),
    WhyNot.NEVER_AT_RUNWAY: Text("This task was never at Runway."),
    WhyNot.RESULT_NOT_SAVED: Text("A result of this task isn't saved yet."),
    WhyNot.OTHER_KEY: Text(
        "This key can't see this task. It was probably made with another key. Switch to that key first."
    ),
    WhyNot.RUN_IS_NOT_CANCELED: Text("It can't be canceled: Runway offers none for workflows."),
    WhyNot.RUN_IS_NOT_DELETED: Text("It can't be deleted: Runway offers none for workflows."),
    WhyNot.UNSENT_HAS_NO_LINK: Text("This task never reached Runway, so there is no link."),
    WhyNot.DELETED_HAS_NO_LINK: Text("This task was deleted from Runway, so there is no link."),
    WhyNot.UNKNOWN_HAS_NO_LINK: Text("Runway no longer knows this task, so there is no link."),
}


def why_not_words(why: WhyNot | RunwayDesktopError) -> str:
    """Why a task was not canceled or deleted."""
    return str(_WHY_NOT[why]) if isinstance(why, WhyNot) else why.in_words()


def no_link_words(why: WhyNot | RunwayDesktopError) -> str:
    """Why a task has no link that works."""
    said = why_not_words(why)
    return said if isinstance(why, WhyNot) else _("{problem} The link known here has expired.", problem=said)


def cause_words(cause: Reason | None) -> str:
    """The message of an error; empty if there is none."""
    return _words(cause) if cause is not None else ""


def _words(reason: Reason) -> str:
    if reason.words:
        return str(reason.words)
    if reason.code is ReasonCode.OTHER_KIND and reason.name:
        return _("Runway didn't send a {kind} file, though its name says so. Fetching it again.", kind=reason.name)
    return str(_SAID[reason.code]) if reason.code in _SAID else disk_error(reason).in_words()
