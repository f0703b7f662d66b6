"""What a failed task's code means, in words, and whether the same request may help again. Pure.

Source: the API's page on task failures; the table stands in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Advice(StrEnum):
    """The one sensible next step."""

    RETRY_LATER = "retry later"
    CHANGE_PROMPT = "change the prompt"
    CHANGE_INPUT = "change the input"
    FIX_REQUEST = "fix the request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`code` is Runway's `failureCode` (may be empty), `words` its own text."""

    code: str = ""
    words: str = ""

    @property
    def meaning(self) -> Meaning:
        return explain(self.code)

    @property
    def is_moderation(self) -> bool:
        """Counted: too many refusals can suspend an account."""
        return self.code.startswith(("SAFETY", "INPUT_PREPROCESSING.SAFETY"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a failure's code means, in words."""

    headline: str
    """A few words for the list's state column."""
    sentence: str
    """What happened, and what to do."""
    advice: Advice


_HINTS = {"TEXT": "the prompt", "IMAGE": "a picture", "VIDEO": "a clip", "AUDIO": "a sound", "SPEECH": "the speech"}


def explain(code: str) -> Meaning:
    """The meaning of a failure code, known or not."""
    parts = code.upper().split(".")
    match parts:
        case ["SAFETY", "INPUT", *rest]:
            what = _HINTS.get(rest[0], "") if rest else ""
            blame = f"Probably {what} was the reason." if what else "One of the inputs was the reason."
            return Meaning(
                headline="Refused by moderation",
                sentence=(
                    f"An input was refused by moderation, and the credits are not given back. {blame} Edit "
                    f"it and send again."
                ),
                advice=Advice.CHANGE_PROMPT if what == "the prompt" else Advice.CHANGE_INPUT,
            )
        case ["SAFETY", "OUTPUT", *_]:
            return Meaning(
                headline="Result refused by moderation",
                sentence="The finished result was refused by moderation. Change the prompt and send again.",
                advice=Advice.CHANGE_PROMPT,
            )
        case ["SAFETY", *_] | ["INPUT_PREPROCESSING", "SAFETY", *_]:
            return Meaning(
                headline="Refused by moderation",
                sentence="The prompt was refused by moderation. Change the prompt and send again.",
                advice=Advice.CHANGE_PROMPT,
            )
        case ["INPUT_PREPROCESSING", *_]:
            return Meaning(
                headline="Moderation did not work",
                sentence="The moderation step broke at Runway. The same request may work later.",
                advice=Advice.RETRY_LATER,
            )
        case ["INTERNAL", "BAD_OUTPUT", *_]:
            return Meaning(
                headline="Failed Runway's quality check",
                sentence=(
                    "Runway threw the result away as too poor. Text or graphics laid over an input picture "
                    "is a frequent cause; change the input."
                ),
                advice=Advice.CHANGE_INPUT,
            )
        case ["ASSET", *_]:
            return Meaning(
                headline="An input file does not fit",
                sentence=(
                    "An input does not fit the model's limits of size, format, dimensions or length. Choose "
                    "another file."
                ),
                advice=Advice.CHANGE_INPUT,
            )
        case ["THIRD_PARTY", *_]:
            return Meaning(
                headline="Model not available",
                sentence="The model's own provider is not available. The same request may work later.",
                advice=Advice.RETRY_LATER,
            )
        case ["REQUEST", "REFUSED"]:
            return Meaning(
                headline="Not accepted",
                sentence=(
                    "Runway did not accept the request. Nothing was made and nothing is charged. Edit it "
                    "and send again."
                ),
                advice=Advice.FIX_REQUEST,
            )
        case _:
            return Meaning(
                headline="Failed at Runway",
                sentence="Something broke at Runway. The same request may work later.",
                advice=Advice.RETRY_LATER,
            )
