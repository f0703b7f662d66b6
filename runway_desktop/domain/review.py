"""A round of review as it is kept: which clips were sent, the answers that were read, and what became of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from runway_desktop.values import Struct, field

from .task import Pick, TaskId

SCHEMA = "runway-desktop.review"
"""Of what a client sends back."""
CHANGE_TAG = "change"
"""As it is typed and searched for; not translated."""


class Need(StrEnum):
    """Why an answer about a clip is the person's to decide. The values are stored and must not change."""

    NOTHING = ""
    REMOVED = "removed"
    """The take was removed after it was sent."""
    PICKED = "picked"
    """The person picked another take, or this one that the client rejects, after it was sent."""
    REJECTED = "rejected"
    """The person rejected it after it was sent."""
    OTHERS = "others"
    """Another client decided the opposite."""


class Settled(StrEnum):
    """What the person did with an answer about a clip. The values are stored and must not change."""

    NOT = ""
    TAKEN = "taken"
    KEPT = "kept"
    UNDONE = "undone"


class SentClip(Struct, frozen=True, kw_only=True):
    """A result as it was sent. `sha256`: of the original; `take`: its number in its shot."""

    task_id: TaskId
    index: int = 0
    sha256: str
    shot: str = ""
    take: int = 1


class Remark(Struct, frozen=True):
    """`at`: seconds of the clip's own time."""

    at: float
    text: str


class WasPicked(Struct, frozen=True):
    """The pick of a task before an answer changed it."""

    pick: Pick
    by: str = ""
    at: float | None = None


class Said(Struct, frozen=True, kw_only=True):
    """What an answer says about one clip, and what became of it. `number`: the clip's position in its round.
    `decision`: "approve", "change", "reject", or empty for comments alone."""

    number: int
    decision: str = ""
    comments: tuple[Remark, ...] = ()
    need: Need = Need.NOTHING
    rival: int | None = None
    """Number of the other take that is picked in its shot, 0 without a shot; None: its own judgment stands against
    it."""
    by: str = ""
    """The client who made that judgment."""
    at: float | None = None
    """When, in Unix seconds."""
    settled: Settled = Settled.NOT
    before: Mapping[TaskId, WasPicked] = field(default_factory=dict)
    """Picks that it changed."""
    is_tagged: bool = False
    """It added the tag."""

    @property
    def is_open(self) -> bool:
        return self.need is not Need.NOTHING and self.settled is Settled.NOT


class Answer(Struct, frozen=True, kw_only=True):
    """An answer that was read. `digest`: the same for the same decisions. `comment`: on the whole."""

    digest: str
    by: str = ""
    read_at: float
    comment: str = ""
    clips: tuple[Said, ...] = ()

    def marks_of(self, said: Said) -> str:
        """How the ids of the notes begin that it made about a clip."""
        return f"{self.digest[:16]}-{said.number}-"


class Round(Struct, frozen=True, kw_only=True):
    """`number`: from 1, within the project. `sent_at`: Unix seconds."""

    id: str
    project: str
    number: int
    title: str = ""
    sent_at: float
    clips: tuple[SentClip, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def open(self) -> int:
        """Answers about clips that wait for the person."""
        return sum(said.is_open for answer in self.answers for said in answer.clips)
