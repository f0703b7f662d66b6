"""Why something failed. `Failure`: the failure code of a task at Runway and the advice that follows from it. `Reason`:
why a sending got no answer or a result was not saved. Texts are in `usecases.words.failures`. Pure.

Source of the failure codes: the API's page on task failures; the table is in the tests.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto

from runway_desktop.texts import Text
from runway_desktop.values import Struct


class Advice(StrEnum):
    """The recommended next step."""

    RETRY_LATER = "retry later"
    CHANGE_PROMPT = "change the prompt"
    CHANGE_INPUT = "change the input"
    FIX_REQUEST = "fix the request"


class Failure(Struct, frozen=True, kw_only=True):
    """`code` is Runway's `failureCode` (may be empty), `words` its message; of a refused request, the error's."""

    code: str = ""
    words: Text | str = ""

    @property
    def kind(self) -> FailureKind:
        parts = f"{self.code.upper()}."
        return next((kind for kind in FailureKind if parts.startswith(f"{kind.value}.")), FailureKind.OTHER)

    @property
    def refused_input(self) -> str:
        """What moderation refused, such as "TEXT" or "IMAGE"; empty if the code does not say."""
        parts = self.code.upper().split(".")
        return parts[2] if self.kind is FailureKind.INPUT_REFUSED and len(parts) > 2 else ""

    @property
    def advice(self) -> Advice:
        return Advice.CHANGE_PROMPT if self.refused_input == "TEXT" else _ADVICE[self.kind]

    @property
    def is_moderation(self) -> bool:
        """Refused by moderation. These are counted, because too many can suspend an account."""
        return self.code.startswith(("SAFETY", "INPUT_PREPROCESSING.SAFETY"))


class FailureKind(Enum):
    """Meaning of a failure code. The value is the code's prefix; the first that matches counts, so longer ones come
    first."""

    RESULT_REFUSED = "SAFETY.OUTPUT"
    INPUT_REFUSED = "SAFETY.INPUT"
    PROMPT_REFUSED = "SAFETY"
    REFUSED_AFTER_PREPROCESSING = "INPUT_PREPROCESSING.SAFETY"
    MODERATION_BROKE = "INPUT_PREPROCESSING"
    POOR_RESULT = "INTERNAL.BAD_OUTPUT"
    UNFIT_INPUT = "ASSET"
    MODEL_NOT_AVAILABLE = "THIRD_PARTY"
    NOT_ACCEPTED = "REQUEST.REFUSED"
    OTHER = ""


_ADVICE = {
    FailureKind.RESULT_REFUSED: Advice.CHANGE_PROMPT,
    FailureKind.INPUT_REFUSED: Advice.CHANGE_INPUT,
    FailureKind.PROMPT_REFUSED: Advice.CHANGE_PROMPT,
    FailureKind.REFUSED_AFTER_PREPROCESSING: Advice.CHANGE_PROMPT,
    FailureKind.MODERATION_BROKE: Advice.RETRY_LATER,
    FailureKind.POOR_RESULT: Advice.CHANGE_INPUT,
    FailureKind.UNFIT_INPUT: Advice.CHANGE_INPUT,
    FailureKind.MODEL_NOT_AVAILABLE: Advice.RETRY_LATER,
    FailureKind.NOT_ACCEPTED: Advice.FIX_REQUEST,
    FailureKind.OTHER: Advice.RETRY_LATER,
}


class ReasonCode(Enum):
    """Values are stored and must not change. A plain `Enum`, so that the type check refuses comparison with text."""

    UNKNOWN = "unknown"
    """Written by another version: `Reason.words` is shown as it was written."""
    OUR_MISTAKE = "mistake of the program"

    # A sending that was interrupted.
    PROGRAM_ENDED = "program ended"
    BACKED_UP = "being sent while backed up"
    ROW_LOST = "row lost while being sent"

    # The answer's id belongs to another task of the list.
    KNOWN_ID = "id of another task"

    # An error of `domain.errors`; its message is in `Reason.words`.
    NOT_REACHED = "not reached"
    NO_REPLY = "no reply"
    BAD_REPLY = "bad reply"
    KEY_REFUSED = "key refused"
    NOT_THERE = "not there"
    NOT_SEEN = "not seen"
    REFUSED = "refused"
    NO_CREDITS = "no credits"
    SLOW_DOWN = "slow down"
    SERVER_TROUBLE = "server trouble"
    OTHER_ERROR = "other error"
    DISK_ERROR = "disk error"

    # A result that cannot be requested, or is lost.
    WAITS_FOR_KEY = "waits for a key"
    WAITS_FOR_ITS_KEY = "waits for its own key"
    NOT_FOUND_YET = "not found yet"
    LINK_EXPIRED = "link expired"
    KEPT_NO_LONGER = "kept no longer"
    IMPORT_UNDONE = "import undone"

    # The downloaded content is not the result.
    EMPTY_FILE = "empty file"
    PAGE_OF_TEXT = "page of text"
    OTHER_KIND = "other kind of file"
    CUT_SHORT = "cut short"

    # A disk, or the folder `Reason.name`.
    DISK_FULL = "disk full"
    FOLDER_MISSING = "folder missing"
    FOLDER_DELETED = "folder deleted"
    """Or moved: its drive is present."""
    FOLDER_READ_ONLY = "folder read-only"
    FOLDER_SILENT = "folder does not answer"
    DISK_BROKEN = "disk broken"
    FILE_TOO_LARGE = "file too large"
    NAME_REFUSED = "name refused"
    FILE_NOT_WRITTEN = "file not written"


class Reason(Struct, frozen=True):
    """`name` is a folder, or the kind of a file; `needed` is in bytes. `words` is an error's message, or what an older
    version wrote; no decision depends on it."""

    code: ReasonCode
    name: str = ""
    needed: int = 0
    words: Text | str = ""


class WhyNot(Enum):
    """Why a task was not canceled or deleted, or has no link; texts are in `usecases.words.failures`."""

    UNDECIDED = auto()
    """Not known whether Runway created it."""
    NOT_FOUND_YET = auto()
    """Its cancel was answered with 404 and is retried."""
    NOT_ENDED = auto()
    NEVER_AT_RUNWAY = auto()
    RESULT_NOT_SAVED = auto()
    OTHER_KEY = auto()
    RUN_IS_NOT_CANCELED = auto()
    RUN_IS_NOT_DELETED = auto()
    """Runway offers neither for runs of workflows."""
    UNSENT_HAS_NO_LINK = auto()
    DELETED_HAS_NO_LINK = auto()
    UNKNOWN_HAS_NO_LINK = auto()
