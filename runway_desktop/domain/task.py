"""A task: its request, inputs and outputs, its state, price and failure.

Immutable values. `advance.py` has what can happen to a task, and the function that computes its next state. Times are
Unix seconds (UTC) but for modification times, which are nanoseconds as the disk reports them; sizes are bytes, credits
are floats, identifiers are strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, NewType

from runway_desktop.values import Struct, field

from .account import NO_KEY, Fingerprint
from .failures import Failure, Reason, ReasonCode
from .media import Media
from .moments import local_time
from .workflows.routing import RouterSeen, Routing
from .workflows.runs import WORKFLOW, Run


class Presence(StrEnum):
    HERE = "here"
    MISSING = "missing"
    """Not where it was saved, though its folder is reachable."""
    CHANGED = "changed"
    """Its bytes differ from the saved ones, and this program did not write them."""


class Signs(Struct, frozen=True):
    """Size and modification time of a file."""

    size: int
    modified: int


class Look(Struct, frozen=True, kw_only=True):
    """The last check of a file. `at` None: not checked since it was saved. `signs` are those of that check; None if the
    file was never seen."""

    presence: Presence = Presence.HERE
    at: float | None = None
    signs: Signs | None = None

    @property
    def modified_at(self) -> float | None:
        """When the file was last modified."""
        return None if self.signs is None else self.signs.modified / 1e9


NEVER_LOOKED = Look()


TaskId = NewType("TaskId", str)
RemoteId = NewType("RemoteId", str)
REMOTE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Which ids of Runway may be put into a URL path."""
BatchId = NewType("BatchId", str)
MemberId = NewType("MemberId", str)
"""Of a character, prop or style."""
StepId = NewType("StepId", str)
"""Of a step of a chain."""


class State(StrEnum):
    """QUEUED and SENDING are local, in UNCERTAIN the outcome of the create is unknown, the others are the server's
    status."""

    QUEUED = "held"
    """The word is stored, and told to programs. On screen, *Held* is a queued task that waits for the person."""
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    PENDING = "pending"
    THROTTLED = "throttled"
    RUNNING = "running"
    OTHER = "other"
    """A status that this program does not know; it is in `Task.remote_status`. The task is polled as usual."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"
    """Answered with 404 twice under its own key without our cancel: deleted at Runway. Or adopted and never found. Or
    uncertain and dismissed by the user."""

    @property
    def is_live(self) -> bool:
        """At Runway and not ended, so the poller polls it."""
        return self in LIVE

    @property
    def is_final(self) -> bool:
        return self in FINAL

    @property
    def is_local(self) -> bool:
        return self in LOCAL


RANKS: Mapping[State, int] = MappingProxyType(
    {
        State.QUEUED: 0,
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
"""The number stored for each state; rows are sorted and counted by it. Independent of the order in the enum: a new
state gets a number that was never used, and no number changes."""

LOCAL = frozenset({State.QUEUED, State.SENDING})
LIVE = frozenset({State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER})
FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.GONE})


class HoldCode(Enum):
    """Why a queued task is not sent. Values are stored and must not change.

    A plain `Enum`, so that the type check refuses comparison with text: a text never decides what may be sent.
    """

    ITS_TURN = ""
    """Only waits for its turn in the lane."""
    WAITS_FOR_PERSON = "waits for the person"
    """Added without being sent."""
    RESTORED = "restored"
    """Was queued when a backup was made. Sent automatically, it might be paid for twice."""
    COPIED = "copied"
    """Was queued in a list that turned out to be a copy."""
    OTHER_KEY = "other key"
    """Queued with another key than the present one, which may belong to another organization."""
    APPROVAL = "approval"
    """Requested by another program. `Hold.client` is its name."""
    ROUTER_GONE = "router gone"
    """Runway does not know its router, so nothing was sent."""
    CREDITS = "waits for credits"
    """Ordered although the balance does not suffice for it. A higher balance alone sends nothing."""
    WHEN_CREDITS = "when the balance allows"
    """The user agreed that it is sent as soon as the balance suffices for its likely price."""
    REFUSED = "refused"
    """A program's request that the user refused. Only of canceled tasks, as is the next."""
    EXPIRED = "expired"
    """A program's request that nobody answered in time."""
    ASK_PERSON = "ask the person"
    """The reason is not known to this version. Treated like RESTORED."""
    FILE_CHANGED = "file changed"
    """A file's content differs from when another program requested the task."""
    FILE_MISSING = "file missing"
    FILE_UNREADABLE = "file unreadable"
    FILE_EMPTY = "file empty"
    UPLOAD_FAILED = "upload failed"
    NOT_SENT = "not sent"
    """Nothing reached Runway, or Runway refused it without reading it."""
    NO_COST = "no cost told"
    """A run of a workflow whose price is not known, after a run of the same version that told no cost."""
    NOT_PREPARED = "not prepared"
    """A bug of this program, before anything was sent."""

    @property
    def waits_for_person(self) -> bool:
        """Whether the task is not sent until the user releases it."""
        return self not in _SENT_IN_TURN

    @property
    def may_be_sent_already(self) -> bool:
        """Whether sending the task may pay for it twice, so that the user is asked first."""
        return self.waits_for_person and self not in _NEVER_SENT


_NEVER_SENT = (
    HoldCode.WAITS_FOR_PERSON,
    HoldCode.OTHER_KEY,
    HoldCode.APPROVAL,
    HoldCode.ROUTER_GONE,
    HoldCode.CREDITS,
    HoldCode.NO_COST,
    HoldCode.FILE_CHANGED,
    HoldCode.REFUSED,
    HoldCode.EXPIRED,
)
"""Codes that wait for the user for a reason unrelated to an earlier sending."""
_SENT_IN_TURN = frozenset(
    {
        HoldCode.ITS_TURN,
        HoldCode.WHEN_CREDITS,
        HoldCode.NOT_SENT,
        HoldCode.NOT_PREPARED,
        HoldCode.UPLOAD_FAILED,
        HoldCode.FILE_MISSING,
        HoldCode.FILE_UNREADABLE,
        HoldCode.FILE_EMPTY,
    }
)
"""Codes whose tasks are sent automatically. All others wait for the user, who is asked first."""


_OF_CONNECTION = frozenset(
    {
        ReasonCode.NOT_REACHED,
        ReasonCode.NO_REPLY,
        ReasonCode.BAD_REPLY,
        ReasonCode.KEY_REFUSED,
        ReasonCode.SLOW_DOWN,
        ReasonCode.SERVER_TROUBLE,
    }
)


class Hold(Struct, frozen=True):
    """Why a queued task is not sent, with the details of its text in `usecases.words.holds`.

    `small_print` (of the server or the system) never decides anything. `file` is the name of the file concerned.
    """

    code: HoldCode = HoldCode.ITS_TURN
    file: str = ""
    client: str = ""
    cause: Reason | None = None
    small_print: str = ""

    @property
    def is_by_connection(self) -> bool:
        """An earlier failure of the connection, which may be over."""
        return self.code is HoldCode.NOT_SENT and self.cause is not None and self.cause.code in _OF_CONNECTION


ITS_TURN = Hold()
"""The hold of a task that only waits for its turn."""


MOST_STARS = 5


class Pick(StrEnum):
    """The user's decision about a result."""

    NONE = ""
    PICK = "pick"
    REJECT = "reject"


class OutputState(StrEnum):
    WAITING = "waiting"
    DOWNLOADING = "downloading"
    SAVED = "saved"
    FAILED = "failed"
    """The last attempt failed for a reason on this machine (disk full, folder missing), see `Output.problem`.
    Retried."""
    EXPIRED = "expired"
    """No longer available at Runway, and it was never saved."""


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
    """Why it is not saved, or is lost; None if there is no problem."""
    poster: str = ""
    """Path of the poster picture; empty until it was made."""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    binned_from: str = ""
    """Path of the file before the user moved it to the trash. Empty otherwise, and where a version moved it that did
    not record this."""
    look: Look = NEVER_LOOKED
    """Result of the last check of the file. A store drops it when the file is replaced: see
    `ports.Store.save_output`."""

    @property
    def is_kept(self) -> bool:
        """Saved, and not in the trash: a file should exist at `path`."""
        return self.state is OutputState.SAVED and bool(self.path)

    @property
    def is_here(self) -> bool:
        """Kept, and as far as known the file exists."""
        return self.is_kept and self.look.presence is not Presence.MISSING

    @property
    def is_missing(self) -> bool:
        return self.is_kept and self.look.presence is Presence.MISSING

    @property
    def is_changed(self) -> bool:
        return self.is_kept and self.look.presence is Presence.CHANGED

    @property
    def is_binned(self) -> bool:
        """Moved to the trash by the user."""
        return self.state is OutputState.SAVED and not self.path


class Input(Struct, frozen=True, kw_only=True):
    """A file or link used by a request. `field_path` is its path in the request's values, such as ("promptImage",) or
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
    """Of the key that uploaded it: no other organization can use the upload."""


class Request(Struct, frozen=True, kw_only=True):
    """A request to Runway. `values` is the wire JSON without `model`; a local file is given as a file:// URI."""

    endpoint: str
    model: str
    values: Mapping[str, Any] = field(default_factory=dict)
    prompt: str = ""
    """The prompt, for list and search. The code that builds the request derives it from `values`."""


class MadeSheet(Enum):
    """Placeholder name of a sheet that the user did not name. Values are stored and must not change."""

    BLANK = "<blank>"
    PASTED = "<pasted>"
    CONTINUED = "<continued>"


class Batch(Struct, frozen=True, kw_only=True):
    """Tasks that were made together. `created_at` in Unix seconds."""

    id: BatchId
    name: str
    """From the user or a file; empty, or the value of a `MadeSheet`, if there is none."""
    created_at: float

    @property
    def title(self) -> str:
        """The title to show: its name, else its local creation time."""
        is_named = self.name and all(self.name != made.value for made in MadeSheet)
        return self.name if is_named else f"{local_time(self.created_at):%Y-%m-%d %H:%M:%S}"


class Refusal(Struct, frozen=True, kw_only=True):
    """One problem of a request that Runway refused (HTTP 400 `issues`). `path` names the field; empty: the request as a
    whole."""

    path: tuple[str | int, ...]
    message: str
    code: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """Balance and counts around a create that got no answer. None: could not be read.

    The first reading was requested at `asked_before` and answered at `answered_before`, in Unix seconds.
    """

    asked_before: float | None = None
    answered_before: float | None = None
    balance_before: float | None = None
    balance_after: float | None = None
    daily_before: int | None = None
    daily_after: int | None = None
    accepted_between: int = 0
    """Other creates of the same model by this program that were answered between the two readings."""
    charged_between: float = 0.0
    """Estimated credits of this program's other creates, of any model, between the two readings."""
    doubtful: int = 0
    """Other tasks of the same model, by this program, that may be in one count, in both or in none: they were being
    sent during a reading, got no answer themselves, or just leave the 24 hours counted."""
    is_balance_doubtful: bool = False
    """Something else may have changed the balance: another task was sent, ran or ended between the two readings."""
    is_early: bool = False
    """The second reading came so soon after the create that a slow server may still create the task."""
    price: float | None = None
    """Probable price of the task, if known."""
    cause: Reason | None = None
    """Why the create got no answer; None before it has ended."""
    answer: str = ""
    """The beginning of an invalid answer, without secrets; empty if none came."""
    router: RouterSeen | None = None
    """What the router's list of requests says, for a request whose model a router chooses."""
    model: str = ""
    """The model of these counts; the request may name another by now. Empty in evidence of an older version."""


class Source(Struct, frozen=True):
    """One result of a task, as the source of another one."""

    task_id: TaskId
    index: int


class Trim(Struct, frozen=True):
    """In and out of one result, in seconds of its own time; its file stays whole."""

    index: int
    start: float
    end: float


class Mark(Struct, frozen=True, kw_only=True):
    """A note at a time of one result, in seconds of its own time. `by`: a client's or reviewer's name; empty: the user.
    `made_at`: Unix seconds."""

    id: str
    index: int = 0
    at: float
    text: str
    by: str = ""
    made_at: float
    is_done: bool = False


class Task(Struct, frozen=True, kw_only=True):
    """One request, its outcome, and the user's notes on it. Times in Unix seconds."""

    id: TaskId
    request: Request
    created_at: float
    state: State = State.QUEUED
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
    """Imported with its results from another list. Its cost is not included in any sum of this list."""
    key: Fingerprint = NO_KEY
    """The key that sees it at Runway, as far as known: the one it was sent or adopted with, or under which Runway last
    answered with it. While queued: the key in use when the user queued or released it. `NO_KEY` if queued without a key
    or sent by an older version, until Runway answers with it."""
    hidden_from: Fingerprint = NO_KEY
    """Another key, under which Runway answered 404: the task cannot be read with that one. `NO_KEY` while it is
    seen."""
    not_found_at: float | None = None
    """Time of a 404 under its own key with no other answer since. A second 404, later, ends the task. Also kept by a
    canceled task that no DELETE has reached."""
    deleted_remotely: bool = False
    """Its results were deleted at Runway; what was saved before is still here."""
    hold: Hold = ITS_TURN
    """Why a queued task is not sent. While it is being sent: the hold it returns to if Runway refuses it, when the user
    held it meanwhile. If canceled: why it may have been sent before, or that a request was not approved. Otherwise
    `ITS_TURN`."""
    removed_at: float | None = None
    """When it was removed from the list (can be undone); files and ledger stay."""
    title: str = ""
    """A name given by the user (F2); empty: the prompt is shown."""
    rating: int = 0
    """1 to 5 stars; 0: not rated."""
    pick: Pick = Pick.NONE
    tags: tuple[str, ...] = ()
    """Normalized by `clean_tag`, without duplicates, in the order in which they were added."""
    shot: str = ""
    """The shot that it is for, such as "010"."""
    note: str = ""
    picked_by: str = ""
    """Who picked or rejected it: a client's or reviewer's name; empty: the user."""
    picked_at: float | None = None
    """When; None for neither, and for a judgment of an older version."""
    cast: tuple[MemberId, ...] = ()
    """The members that its prompt named when it was stored."""
    step: StepId | None = None
    """The step of a chain that it was made for."""
    made_of: Source | None = None
    """The result that the step went on from."""
    trims: tuple[Trim, ...] = ()
    """Of its results, at most one each; a whole result has none."""
    marks: tuple[Mark, ...] = ()
    """In no order."""
    run: Run | None = None
    """Of a run of a workflow that was sent or found."""
    routing: Routing | None = None
    """What a router chose for it, once it was sent."""

    def trim(self, index: int) -> Trim | None:
        return next((trim for trim in self.trims if trim.index == index), None)

    def out(self, index: int) -> float | None:
        """Of a result, in seconds of its own time; None: its end."""
        trim = self.trim(index)
        return trim.end if trim is not None else None

    @property
    def is_run(self) -> bool:
        """A run of a workflow, which is asked for at its own address and can't be canceled or deleted there."""
        return self.run is not None or self.request.endpoint == WORKFLOW

    def node(self, index: int) -> str:
        """Id of the node of a workflow that made a result; empty of any other task."""
        nodes = self.run.nodes if self.run is not None else ()
        return nodes[index] if index < len(nodes) else ""

    @property
    def awaits_cost(self) -> bool:
        """An ended run that is asked for its cost."""
        return self.run is not None and self.run.cost_due is not None and self.state in (State.SUCCEEDED, State.FAILED)

    @property
    def has_results(self) -> bool:
        """Ended, with results that Runway may still have: a failed run has those of its other nodes."""
        return self.state is State.SUCCEEDED or (
            self.state is State.FAILED and self.run is not None and bool(self.run.nodes)
        )

    def has_more_outputs(self, before: Task) -> bool:
        """Whether it succeeded since, or its run has made more."""
        if self.run is not None:
            return self.run.nodes != (before.run.nodes if before.run is not None else ())
        return self.state is State.SUCCEEDED and before.state is not State.SUCCEEDED

    @property
    def credits(self) -> float | None:
        """The best known price: the actual one, else the estimate."""
        return self.cost_credits if self.cost_credits is not None else self.estimated_credits

    @property
    def was_denied(self) -> bool:
        """Sent, and Runway answered that it did not accept it. Servers have said so of tasks that they did create, and
        the counts were not checked before it was queued again or canceled."""
        is_over = self.state in (State.QUEUED, State.CANCELLED)
        return is_over and self.evidence is not None and self.evidence.cause is not None

    @property
    def waits_for_person(self) -> bool:
        """Not sent until the user releases it."""
        return self.hold.code.waits_for_person

    @property
    def is_free(self) -> bool:
        """Whether the task is queued and sent in its turn, without a decision of the user."""
        return self.state is State.QUEUED and not self.waits_for_person

    @property
    def may_be_made(self) -> bool:
        """Queued or canceled here, though Runway may have created it."""
        is_here = self.state in (State.QUEUED, State.CANCELLED)
        return is_here and (self.was_denied or self.may_be_sent_already)

    def is_for(self, key: Fingerprint) -> bool:
        """Whether a queued task may be sent with this key without asking: it was queued with it, or without a key."""
        return self.key in (NO_KEY, key)

    @property
    def may_be_sent_already(self) -> bool:
        """Held in a restored or copied list, or for an unknown reason: the user is asked before it is sent."""
        return self.hold.code.may_be_sent_already

    @property
    def is_hidden(self) -> bool:
        """At Runway, but not visible with the key in use."""
        return self.state.is_live and self.hidden_from != NO_KEY

    @property
    def is_canceling(self) -> bool:
        """Its cancel was requested and not answered yet. For a hidden task, the DELETE is sent once it is visible
        again."""
        return self.state.is_live and self.cancel_asked and not self.is_hidden

    @property
    def is_sought(self) -> bool:
        """Added by its id, and Runway has not shown it yet."""
        is_answered = self.asked_at is not None and self.not_found_at is None
        return self.adopted and self.state is State.PENDING and self.remote_created_at is None and not is_answered

    @property
    def is_missed(self) -> bool:
        """Ended by 404s alone: it may still exist at Runway."""
        by_404 = self.state is State.GONE or (self.state is State.CANCELLED and self.not_found_at is not None)
        return by_404 and self.remote_id is not None

    @property
    def let_go(self) -> bool:
        return self.state is State.GONE and self.remote_id is None


def with_trim(trims: Iterable[Trim], trim: Trim | None, index: int = 0) -> tuple[Trim, ...]:
    """The same with another one for its result; None: the result `index` is whole again."""
    at = index if trim is None else trim.index
    return (*(one for one in trims if one.index != at), *(() if trim is None else (trim,)))


def new_task_id() -> TaskId:
    from uuid import uuid4

    return TaskId(uuid4().hex)


def new_batch_id() -> BatchId:
    from uuid import uuid4

    return BatchId(uuid4().hex)


_UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def parse_remote_id(text: str) -> RemoteId | None:
    """A version-4 UUID in canonical form, ignoring case and surrounding blanks; None for anything else. Source: the
    API's description gives task ids the format uuid4."""
    word = text.strip().lower()
    return RemoteId(word) if _UUID4.fullmatch(word) else None


def accepted_id(text: str) -> RemoteId | None:
    """The task id in an answer to a create: a version-4 UUID in canonical form, else any word that is valid in a URL
    path, because the task was paid for. None for anything else."""
    word = text.strip()
    return parse_remote_id(word) or (RemoteId(word) if REMOTE_ID.fullmatch(word) else None)
