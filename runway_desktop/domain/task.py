"""What a task is: its request, inputs and outputs, its state, and what is known of its money and its failure.

Immutable values. What may happen to a task is in `transitions.py`, the one function that moves it from state to state
in `advance.py`. Times are Unix seconds (UTC), credits are floats, identifiers are strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, NewType

from runway_desktop.values import Struct, field

from .account import NO_KEY, Fingerprint
from .failures import Failure, Reason
from .media import Media
from .moments import local_time
from .presence import NEVER_LOOKED, Look, Presence

TaskId = NewType("TaskId", str)
RemoteId = NewType("RemoteId", str)
REMOTE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""What may stand in a path as an id of Runway's."""
BatchId = NewType("BatchId", str)


class State(StrEnum):
    """Where a task is. HELD and SENDING are local, UNCERTAIN is between, the others are the server's word."""

    HELD = "held"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    PENDING = "pending"
    THROTTLED = "throttled"
    RUNNING = "running"
    OTHER = "other"
    """A status that this program does not know; its word is in `Task.remote_status`, and the task is asked for as
    ever."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"
    """Answered 404 twice under its own key, without our cancel: deleted at Runway. Or adopted and never found, or an
    uncertain one that was let go."""

    @property
    def is_live(self) -> bool:
        """At Runway and not ended: the poller asks for it."""
        return self in LIVE

    @property
    def is_final(self) -> bool:
        return self in FINAL

    @property
    def is_local(self) -> bool:
        return self in LOCAL


RANKS: Mapping[State, int] = MappingProxyType(
    {
        State.HELD: 0,
        State.SENDING: 1,
        State.UNCERTAIN: 2,
        State.PENDING: 3,
        State.THROTTLED: 4,
        State.RUNNING: 5,
        State.OTHER: 6,
        State.SUCCEEDED: 7,
        State.FAILED: 8,
        State.CANCELLED: 9,
        State.GONE: 10,
    }
)
"""The number that stands for each state in stored rows, which are sorted and counted by it. It never follows the place
in the enum: a state that is added takes a number that was never used, and none changes."""

LOCAL = frozenset({State.HELD, State.SENDING})
LIVE = frozenset({State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER})
FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.GONE})


class HoldCode(Enum):
    """Why a held task waits. The values are stored and must not change.

    A plain `Enum`, so that the type check refuses to compare one with text: what may be sent is never decided by words.
    """

    ITS_TURN = ""
    """For nothing but its turn in the lane."""
    WAITS_FOR_PERSON = "waits for the person"
    """It was added without being sent."""
    RESTORED = "restored"
    """It waited when a backup was made. Sent by itself it might be paid for twice."""
    COPIED = "copied"
    """It waited in a list that turned out to be a copy."""
    OTHER_KEY = "other key"
    """It was queued with another key than the one in use, which may be another organization's."""
    APPROVAL = "approval"
    """Another program asked for it: `Hold.client`."""
    ASK_PERSON = "ask the person"
    """For a reason that this version does not know. Such a task is treated like a restored one."""
    FILE_CHANGED = "file changed"
    """A file has other bytes than when another program asked for the task."""
    FILE_MISSING = "file missing"
    FILE_UNREADABLE = "file unreadable"
    FILE_EMPTY = "file empty"
    UPLOAD_FAILED = "upload failed"
    NOT_SENT = "not sent"
    """Surely nothing reached Runway, or Runway turned it away unread."""
    NOT_PREPARED = "not prepared"
    """The program made a mistake before anything was sent."""

    @property
    def waits_for_person(self) -> bool:
        """Whether the lane leaves the task alone until the person sends it."""
        return self not in _SENT_IN_TURN

    @property
    def may_be_sent_already(self) -> bool:
        """Whether sending the task may pay for it a second time, so that the person is asked first."""
        return self.waits_for_person and self not in _NEVER_SENT


_NEVER_SENT = (HoldCode.WAITS_FOR_PERSON, HoldCode.OTHER_KEY, HoldCode.APPROVAL, HoldCode.FILE_CHANGED)
"""What waits for the person for a reason that has nothing to do with an earlier sending."""
_SENT_IN_TURN = frozenset(
    {
        HoldCode.ITS_TURN,
        HoldCode.NOT_SENT,
        HoldCode.NOT_PREPARED,
        HoldCode.UPLOAD_FAILED,
        HoldCode.FILE_MISSING,
        HoldCode.FILE_UNREADABLE,
        HoldCode.FILE_EMPTY,
    }
)
"""What the lane sends by itself. A code that is not named here waits for the person, who is asked first."""


class Hold(Struct, frozen=True):
    """Why a held task waits, with what is needed to say it. `usecases.words.holds` makes the sentence.

    `file` is the name of the file concerned, `client` the program that asked, `cause` the error. Nothing is ever
    decided by `small_print`, what the server or the system said."""

    code: HoldCode = HoldCode.ITS_TURN
    file: str = ""
    client: str = ""
    cause: Reason | None = None
    small_print: str = ""


ITS_TURN = Hold()
"""Why a task waits that just waits for its turn."""


MOST_STARS = 5


class Pick(StrEnum):
    """What the person decided of a result."""

    NONE = ""
    PICK = "pick"
    REJECT = "reject"


class OutputState(StrEnum):
    WAITING = "waiting"
    DOWNLOADING = "downloading"
    SAVED = "saved"
    FAILED = "failed"
    """The last attempt failed for a reason on this machine (disk full, folder missing); `Output.problem` says it. Tried
    again."""
    EXPIRED = "expired"
    """Runway keeps it no longer and it was never saved."""


class Output(Struct, frozen=True, kw_only=True):
    """One result of a task. `index` counts from 0 in the server's order."""

    task_id: TaskId
    index: int
    url: str
    url_fetched_at: float
    state: OutputState = OutputState.WAITING
    media: Media = Media.OTHER
    path: str = ""
    size: int = 0
    sha256: str = ""
    saved_at: float | None = None
    problem: Reason | None = None
    """Why it is not saved, or is lost; None while nothing is the matter."""
    poster: str = ""
    """Path of the poster picture, made once by whoever can decode the file; empty until then."""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    binned_from: str = ""
    """Where the file was before it was moved to the trash, as the person wished. Empty else, and where that was done by
    a version that did not note it."""
    look: Look = NEVER_LOOKED
    """What the disk said last. A store forgets it when the file is another one: see `ports.Store.save_output`."""

    @property
    def is_kept(self) -> bool:
        """Saved, and not moved to the trash since: there should be a file at `path`."""
        return self.state is OutputState.SAVED and bool(self.path)

    @property
    def is_here(self) -> bool:
        """Kept, and as far as is known the file is there."""
        return self.is_kept and self.look.presence is not Presence.MISSING

    @property
    def is_missing(self) -> bool:
        return self.is_kept and self.look.presence is Presence.MISSING

    @property
    def is_changed(self) -> bool:
        return self.is_kept and self.look.presence is Presence.CHANGED

    @property
    def is_binned(self) -> bool:
        """Moved to the trash on purpose."""
        return self.state is OutputState.SAVED and not self.path


class Input(Struct, frozen=True, kw_only=True):
    """A file or link that a request uses. `field_path` leads to it in the request's values, such as ("promptImage",) or
    ("references", 0, "uri")."""

    task_id: TaskId
    field_path: tuple[str | int, ...]
    uri: str
    media: Media = Media.OTHER
    path: str = ""
    sha256: str = ""
    size: int = 0
    upload_uri: str = ""
    uploaded_at: float | None = None
    upload_key: Fingerprint = NO_KEY
    """Of the key that uploaded it: no other organization can use it."""


class Request(Struct, frozen=True, kw_only=True):
    """What is asked of Runway. `values` is the wire JSON without `model`; a local file stands there as a file://
    URI."""

    endpoint: str
    model: str
    values: Mapping[str, Any] = field(default_factory=dict)
    prompt: str = ""
    """The words of the request, for the list and the search. Derived from `values` by whoever builds the request."""


class Batch(Struct, frozen=True, kw_only=True):
    """Tasks that were made together. `created_at` in Unix seconds."""

    id: BatchId
    name: str
    """As a person or a file calls it; empty where nothing did."""
    created_at: float

    @property
    def title(self) -> str:
        """What it is called where it is shown: its name, else when it was made, by this machine's clock."""
        return self.name or f"{local_time(self.created_at):%Y-%m-%d %H:%M}"


class Refusal(Struct, frozen=True, kw_only=True):
    """One thing that Runway did not like about a request (HTTP 400 `issues`). `path` names the field; empty means the
    whole."""

    path: tuple[str | int, ...]
    message: str
    code: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """What was known about money and counts around a sending that got no answer. None: could not be asked.

    The first reading was asked for at `asked_before` and answered at `answered_before`, in Unix seconds."""

    asked_before: float | None = None
    answered_before: float | None = None
    balance_before: float | None = None
    balance_after: float | None = None
    daily_before: int | None = None
    daily_after: int | None = None
    accepted_between: int = 0
    """Sendings of the same model, by this program, that did get an answer between the two readings."""
    charged_between: float = 0.0
    """Credits that this program's other sendings, of any model, were estimated at between the two readings."""
    doubtful: int = 0
    """Other tasks of the same model, by this program, that may stand in the one count, in both or in none: they were
    being sent while it was read, got no answer themselves, or just leave the rolling day."""
    is_balance_doubtful: bool = False
    """Something else may have moved the balance: another task was sent, ran or ended between the two readings."""
    is_early: bool = False
    """The second reading came so soon after the sending that a slow server may still make the task."""
    price: float | None = None
    """What the task would probably cost, where it is known."""
    cause: Reason | None = None
    """What happened to the sending; None before it has ended."""
    answer: str = ""
    """The beginning of what came instead of a good answer, without secrets; empty where nothing came."""
    model: str = ""
    """The model whose count this is: the request may name another by now. Empty in evidence of an older version."""


class Task(Struct, frozen=True, kw_only=True):
    """One request, what became of it, and what the person made of that. Times in Unix seconds."""

    id: TaskId
    request: Request
    created_at: float
    state: State = State.HELD
    batch_id: BatchId | None = None
    project: str = ""
    parent_id: TaskId | None = None
    """The task of which this is a retry, an edit or a remix."""
    position: float = 0.0
    """Order in the local lane; smaller is sent sooner."""
    remote_id: RemoteId | None = None
    remote_status: str = ""
    sent_at: float | None = None
    remote_created_at: float | None = None
    running_since: float | None = None
    ended_at: float | None = None
    asked_at: float | None = None
    progress: float | None = None
    estimated_credits: float | None = None
    cost_credits: float | None = None
    failure: Failure | None = None
    refusals: tuple[Refusal, ...] = ()
    evidence: Evidence | None = None
    cancel_asked: bool = False
    adopted: bool = False
    imported: bool = False
    """It came with its results from another list. What it cost is in no sum of this one."""
    key: Fingerprint = NO_KEY
    """Of the key that sees it at Runway, as far as is known: the one that it was sent or adopted with, or under which
    Runway answered with it last. While it is held, the one in use when the person queued or released it. `NO_KEY` for
    what was queued without a key, and what an older version sent, until Runway answers with it."""
    hidden_from: Fingerprint = NO_KEY
    """Of a key that is not its own, under which Runway answered 404: it cannot be asked for with that one. `NO_KEY`
    while it is seen."""
    not_found_at: float | None = None
    """When Runway answered 404 under its own key, and has not answered with it since. One more, later, is the end. Kept
    by a canceled task that no DELETE has reached."""
    deleted_remotely: bool = False
    """Its results were deleted at Runway; what was saved before is still here."""
    hold: Hold = ITS_TURN
    """Why a held task waits. Of one that is being sent: why it will wait if Runway turns it away, if the person held
    it meanwhile. Of one that was canceled: why it may have been sent already. Else `ITS_TURN`."""
    removed_at: float | None = None
    """Removed from the list (undo is possible); files and ledger stay."""
    title: str = ""
    """A name given by the person (F2); empty: the prompt stands for it."""
    rating: int = 0
    """1 to 5 stars; 0: not rated."""
    pick: Pick = Pick.NONE
    tags: tuple[str, ...] = ()
    """Each as `domain.search.clean_tag` spells it, each once, in the order in which they were given."""
    shot: str = ""
    """The shot that it is meant for, such as "010"."""
    note: str = ""

    @property
    def credits(self) -> float | None:
        """The best known price: the actual one, else the estimate."""
        return self.cost_credits if self.cost_credits is not None else self.estimated_credits

    @property
    def was_denied(self) -> bool:
        """It was sent and Runway said that it did not take it. Servers have said so of tasks that they made, and what
        the counts say was not looked at before it came to wait again, or was canceled."""
        is_over = self.state in (State.HELD, State.CANCELLED)
        return is_over and self.evidence is not None and self.evidence.cause is not None

    @property
    def waits_for_person(self) -> bool:
        """It stays in the lane until the person sends it, whoever's turn it is."""
        return self.hold.code.waits_for_person

    @property
    def may_be_made(self) -> bool:
        """It waits here, or was canceled while it did, and Runway may have made it all the same."""
        is_here = self.state in (State.HELD, State.CANCELLED)
        return is_here and (self.was_denied or self.may_be_sent_already)

    def is_for(self, key: Fingerprint) -> bool:
        """Whether a held task may be sent with this key without asking: it was queued with it, or with none."""
        return self.key in (NO_KEY, key)

    @property
    def may_be_sent_already(self) -> bool:
        """It waits in a list that is a picture of the past or a copy, or nobody knows why it waits: sending it is asked
        about first."""
        return self.hold.code.may_be_sent_already

    @property
    def is_hidden(self) -> bool:
        """At Runway, and not to be seen with the key in use."""
        return self.state.is_live and self.hidden_from != NO_KEY

    @property
    def is_canceling(self) -> bool:
        """Its cancel was asked and not answered yet: the DELETE leaves when it is seen."""
        return self.state.is_live and self.cancel_asked and not self.is_hidden

    @property
    def is_missed(self) -> bool:
        """It ended by 404s alone: Runway may know it after all."""
        by_404 = self.state is State.GONE or (self.state is State.CANCELLED and self.not_found_at is not None)
        return by_404 and self.remote_id is not None

    @property
    def let_go(self) -> bool:
        return self.state is State.GONE and self.remote_id is None


def new_task_id() -> TaskId:
    from uuid import uuid4

    return TaskId(uuid4().hex)


def new_batch_id() -> BatchId:
    from uuid import uuid4

    return BatchId(uuid4().hex)


_UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def parse_remote_id(text: str) -> RemoteId | None:
    """A version-4 UUID in its usual spelling, whatever the case and the blanks around it; None for anything else.
    Source: the API's description gives task ids the format uuid4."""
    word = text.strip().lower()
    return RemoteId(word) if _UUID4.fullmatch(word) else None


def accepted_id(text: str) -> RemoteId | None:
    """What an answer to a create calls its task: a version-4 UUID in its usual spelling, else any word that may stand
    in a path, because it was paid for; None for anything else."""
    word = text.strip()
    return parse_remote_id(word) or (RemoteId(word) if REMOTE_ID.fullmatch(word) else None)
