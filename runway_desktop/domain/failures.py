"""What went wrong. Of a task that failed at Runway: what its code means, in words, and whether the same request may
help again. Of a sending that got no answer, or of the saving of a result: a code with its few details, which
`usecases.words.reasons` says in words. Pure.

Source of the first: the API's page on task failures; the table stands in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


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

_REFUSED = "Refused by moderation"
_MEANINGS = (
    (
        "SAFETY.OUTPUT",
        "Result refused by moderation",
        "The finished result was refused by moderation. Change the prompt and send again.",
        Advice.CHANGE_PROMPT,
    ),
    *(
        (
            code,
            _REFUSED,
            "The prompt was refused by moderation. Change the prompt and send again.",
            Advice.CHANGE_PROMPT,
        )
        for code in ("SAFETY", "INPUT_PREPROCESSING.SAFETY")
    ),
    (
        "INPUT_PREPROCESSING",
        "Moderation did not work",
        "The moderation step broke at Runway. The same request may work later.",
        Advice.RETRY_LATER,
    ),
    (
        "INTERNAL.BAD_OUTPUT",
        "Failed Runway's quality check",
        "Runway threw the result away as too poor. Text or graphics laid over an input picture is a frequent cause; "
        "change the input.",
        Advice.CHANGE_INPUT,
    ),
    (
        "ASSET",
        "An input file does not fit",
        "An input does not fit the model's limits of size, format, dimensions or length. Choose another file.",
        Advice.CHANGE_INPUT,
    ),
    (
        "THIRD_PARTY",
        "Model not available",
        "The model's own provider is not available. The same request may work later.",
        Advice.RETRY_LATER,
    ),
    (
        "REQUEST.REFUSED",
        "Not accepted",
        "Runway did not accept the request. Nothing was made and nothing is charged. Edit it and send again.",
        Advice.FIX_REQUEST,
    ),
)
"""How a code begins, and what that means. The first that fits counts."""


def explain(code: str) -> Meaning:
    """The meaning of a failure code, known or not."""
    parts = f"{code.upper()}."
    if parts.startswith("SAFETY.INPUT."):
        what = _HINTS.get(parts.split(".")[2], "")
        blame = f"Probably {what} was the reason." if what else "One of the inputs was the reason."
        return Meaning(
            headline=_REFUSED,
            sentence=(
                "An input was refused by moderation, and the credits are not given back. "
                f"{blame} Edit it and send again."
            ),
            advice=Advice.CHANGE_PROMPT if what == "the prompt" else Advice.CHANGE_INPUT,
        )
    for begin, headline, sentence, advice in _MEANINGS:
        if parts.startswith(f"{begin}."):
            return Meaning(headline=headline, sentence=sentence, advice=advice)
    return Meaning(
        headline="Failed at Runway",
        sentence="Something broke at Runway. The same request may work later.",
        advice=Advice.RETRY_LATER,
    )


class ReasonCode(Enum):
    """The values are stored and must not change. A plain `Enum`, so that the type check refuses to compare one with
    text."""

    UNKNOWN = "unknown"
    """Written by another version: `Reason.words` is shown as it was written."""
    OUR_MISTAKE = "mistake of the program"

    # A sending that was cut off.
    PROGRAM_ENDED = "program ended"
    BACKED_UP = "being sent while backed up"

    # An error of `domain.errors`, which says how in `Reason.words`.
    NOT_REACHED = "not reached"
    NO_REPLY = "no reply"
    BAD_REPLY = "bad reply"
    KEY_REFUSED = "key refused"
    NOT_THERE = "not there"
    NOT_SEEN = "not seen"
    REFUSED = "refused"
    SLOW_DOWN = "slow down"
    SERVER_TROUBLE = "server trouble"
    OTHER_ERROR = "other error"
    DISK_ERROR = "disk error"

    # A result that cannot be asked for, or is lost.
    WAITS_FOR_KEY = "waits for a key"
    WAITS_FOR_ITS_KEY = "waits for its own key"
    NOT_FOUND_YET = "not found yet"
    LINK_EXPIRED = "link expired"
    KEPT_NO_LONGER = "kept no longer"
    IMPORT_UNDONE = "import undone"

    # What came is not the result.
    EMPTY_FILE = "empty file"
    PAGE_OF_TEXT = "page of text"
    OTHER_KIND = "other kind of file"
    CUT_SHORT = "cut short"

    # A disk, or the folder that is `Reason.name`.
    DISK_FULL = "disk full"
    FOLDER_MISSING = "folder missing"
    FOLDER_DELETED = "folder deleted"
    """Or moved: its drive is there."""
    FOLDER_READ_ONLY = "folder read-only"
    FOLDER_SILENT = "folder does not answer"
    DISK_BROKEN = "disk broken"
    FILE_TOO_LARGE = "file too large"
    NAME_REFUSED = "name refused"
    FILE_NOT_WRITTEN = "file not written"


@dataclass(frozen=True, slots=True)
class Reason:
    """`name` is a folder, or the kind of a file; `needed` bytes. Nothing is ever decided by `words`, what an error
    said."""

    code: ReasonCode
    name: str = ""
    needed: int = 0
    words: str = ""
