"""What the code of a failed task means: a headline for the list, and a sentence with what to do; and what happens with
credits. Pure.

Source: the API's page on task failures, and what its SDK says about canceling.
"""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.failures import Failure, FailureKind
from runway_desktop.values import Struct

_HINTS = {"TEXT": "the prompt", "IMAGE": "a picture", "VIDEO": "a clip", "AUDIO": "a sound", "SPEECH": "the speech"}
_SOME_INPUT = "One of the inputs was the reason."
_PROMPT_REFUSED = (
    "Refused by moderation",
    "The prompt was refused by moderation. Change the prompt and send again.",
)
_WORDS: Mapping[FailureKind, tuple[str, str]] = {
    FailureKind.RESULT_REFUSED: (
        "Result refused by moderation",
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
        "Failed Runway's quality check",
        "The result did not pass the check and was discarded. Text or graphics laid over an input picture is a "
        "frequent cause; change the input.",
    ),
    FailureKind.UNFIT_INPUT: (
        "An input file does not fit",
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


class Meaning(Struct, frozen=True):
    """What help says about one thing that happens to tasks. `synonyms` are other words that people look for it by,
    separated by commas."""

    headline: str
    words: str
    synonyms: str = ""


MEANINGS: Mapping[str, Meaning] = {
    one.headline: one
    for one in (
        # Several codes have the same headline: the first of them counts.
        *(Meaning(headline, words.format(_SOME_INPUT)) for headline, words in reversed(tuple(_WORDS.values()))),
        Meaning(
            "Credits of failed and canceled tasks",
            "A failed task that Runway refunded shows a cost of 0 credits. Runway gives nothing back where moderation "
            "refused an input, nor for a task that was canceled while it was running, and guarantees no refund for one "
            "that was canceled before. The details of a task say what it cost.",
            "refund, money back, credits back, charged",
        ),
        Meaning(
            "Uncertain, maybe charged",
            "Runway did not answer when the task was sent, so it may have been made and charged. The counts and the "
            "balance of your account show which is likely. You can enter its id, dismiss it, or send it again, which "
            "may be charged a second time.",
            "no answer, charged twice, unknown",
        ),
    )
}
