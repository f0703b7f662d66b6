"""Client programs of the same user (scripts, agents): what each may do, their requests and the outcome of each. Pure.

May this program? A call, by the first line that fits. "Agent" is every client but the command line.

| call | client | verdict |
| --- | --- | --- |
| grant, without a person at a terminal (`--unattended`) | command line, revoked or paused | as any other call |
| grant | command line, also revoked or paused | allowed; 0 leaves a revoked one revoked |
| grant, release, resolve | agent | refused: `NOT_DECIDING` |
| any | without a name | refused: `NAMELESS` |
| any | revoked | refused: `REVOKED` |
| list, models, balance, price; get and wait for a task of the list | any | allowed, also while paused |
| what follows; get and wait for an unknown id | any, while all are paused | refused: `PAUSED` |
| adopt, suggest; get and wait for an unknown id, which adopts it | any | allowed |
| cancel | command line; agent for its own task | allowed |
| cancel | agent for another's task | refused: `NOT_OWN` |
| release, resolve | command line, whatever it may spend | allowed: asks at the terminal |
| create | agent that may only read | refused: `READS_ONLY` |
| create | command line that may only read | refused: `COMMANDS_READ_ONLY` |
| create that names a member of the cast | agent without permission for the cast | refused: `NO_CAST` |

A create beyond these, by its price:

| permission | price | agent | command line |
| --- | --- | --- | --- |
| ask | any | waits for approval | waits for approval |
| allowance | not known | waits: `NO_PRICE` | refused; next line with `price_up_to` |
| allowance | sending asks about something else, such as a cap | waits: `QUESTIONS` | refused |
| allowance | known only as "at least" | waits: `OPEN_PRICE` | refused; next line with `price_up_to` |
| allowance | above `price_up_to`, which is booked, or the only maximum | next line | refused: `ABOVE_UP_TO` |
| allowance | above the person's limit, and no maximum was given | next line | refused: `NOT_AGREED` |
| allowance | above the maximum that the call gives | waits: `ABOVE_MAXIMUM` | refused |
| allowance | more than is left of the day's credits | waits: `ABOVE_ALLOWANCE` | refused |
| allowance | within | allowed | allowed |

`price_up_to` is booked instead of a price that is not known or "at least": it counts in the lines that follow, and of
the day's credits. It agrees to nothing else; an agent's is ignored. What would wait is refused (`TOO_MANY`) while
`MOST_WAITING` requests wait already.

A task queued within an allowance is held for approval when all are paused, the permission is no allowance any more, or
the day's tasks cost more than it. The command line may name any file, an agent only those in its folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from unicodedata import normalize

from runway_desktop.texts import _
from runway_desktop.values import Struct, replace

from .task import HoldCode, Request, State, Task, TaskId

COMMAND_LINE = "command line"
KNOWN_AS: Mapping[str, str] = {
    "claude-code": "Claude Code",
    "claude-ai": "Claude Desktop",
    "codex-mcp-client": "Codex",
    "cursor-vscode": "Cursor",
    "cursor": "Cursor",
    "visual studio code": "VS Code",
    "gemini-cli-mcp-client": "Gemini CLI",
    "zed": "Zed",
    "goose": "Goose",
}
"""Product names, by the name a client reports for itself (lower case)."""
LONGEST_WAIT = 45.0
"""Seconds of one wait. Hosts of agents time out after 60 at the earliest."""
EXPIRES_AFTER = 86_400.0
"""Seconds after which a request without the user's decision expires."""
MOST_WAITING = 500
"""Maximum number of requests that wait for the user at a time."""
_ENOUGH = 1e-6
LONGEST_NAME = 60
NAMELESS = "agent"
"""Name of a client that reports none."""
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\ufe00-\ufe0f\U0001d159\U000e0100-\U000e01ef]")
"""Printable to Python, but not seen: Unicode's Default_Ignorable_Code_Point after NFKC, and two empty symbols."""
WITHOUT_ID = "without "
"""Prefix of the ids that this program makes for requests without one."""


def clean_name(said: str) -> str:
    """Normalizes a client's reported name: visible characters only, one letter width (NFKC). A name that imitates the
    command line, which may spend by a grant, becomes `NAMELESS`."""
    seen = "".join(letter for letter in normalize("NFKC", said) if letter.isprintable() and not _BLANK.match(letter))
    name = " ".join(seen.split())[:LONGEST_NAME].rstrip()
    return NAMELESS if name.casefold() == COMMAND_LINE and said != COMMAND_LINE else name


def called(client: str) -> str:
    """Product name of a client, else the name it reports."""
    name = client.casefold()
    return _("Command line") if name == COMMAND_LINE else KNOWN_AS.get(name, client)


class Permission(Enum):
    """What a client may do. The values are stored and must not change."""

    READ = "read"
    """May read tasks and prices; its creates are refused. The default of every client."""
    ASK = "ask"
    """Its creates wait for the user's approval."""
    ALLOWANCE = "allowance"
    """May spend so many credits a day; what exceeds them waits for approval."""
    REVOKED = "revoked"
    """No access."""


class Client(Struct, frozen=True, kw_only=True):
    """A client program, identified by its reported name. `credits` a day apply to an allowance; it may use files of
    `folders` only. `seen_at` in Unix seconds; 0: never."""

    name: str
    permission: Permission = Permission.READ
    credits: float = 0.0
    folders: tuple[str, ...] = ()
    may_use_cast: bool = False
    """Of an agent: whether its prompts may name members of the cast."""
    seen_at: float = 0.0


class Act(Enum):
    READ = auto()
    ADOPT = auto()
    CANCEL = auto()
    CREATE = auto()
    DECIDE = auto()
    SUGGEST = auto()
    GRANT = auto()


class Why(Enum):
    """Why a call is refused, or a request waits. Its sentence is in `usecases/words/approvals.py`."""

    NOT_DECIDING = auto()
    NAMELESS = auto()
    REVOKED = auto()
    PAUSED = auto()
    NOT_OWN = auto()
    READS_ONLY = auto()
    COMMANDS_READ_ONLY = auto()
    NO_CAST = auto()
    NO_PRICE = auto()
    QUESTIONS = auto()
    OPEN_PRICE = auto()
    NOT_AGREED = auto()
    ABOVE_UP_TO = auto()
    ABOVE_MAXIMUM = auto()
    ABOVE_ALLOWANCE = auto()
    TOO_MANY = auto()


class Priced(Struct, frozen=True, kw_only=True):
    """The price of a request. `most` is the most that it may cost as far as known; `maximum` is what the caller agreed
    to, `up_to` what is booked if the price is not known or open; `asks_more`: sending asks about more than the price.
    """

    most: float
    is_known: bool = True
    is_open: bool = False
    asks_more: bool = False
    maximum: float | None = None
    up_to: float | None = None


class Verdict(Struct, frozen=True):
    """Waits for approval, or is refused because of `why`, or (neither) is allowed."""

    why: Why | None = None
    waits: bool = False


def refusal(client: Client, act: Act, *, is_paused: bool, is_own: bool = True) -> Why | None:
    """Why a call is refused whatever it costs; None if it is not. `is_own`: it is about tasks of the client itself."""
    is_command = client.name == COMMAND_LINE
    if act in (Act.GRANT, Act.DECIDE) and not is_command:
        return Why.NOT_DECIDING
    if act is Act.GRANT:
        return None
    if not client.name:
        return Why.NAMELESS
    if client.permission is Permission.REVOKED:
        return Why.REVOKED
    if act is Act.READ:
        return None
    if is_paused:
        return Why.PAUSED
    if act is Act.CANCEL and not (is_own or is_command):
        return Why.NOT_OWN
    if act is Act.CREATE and client.permission is Permission.READ:
        return Why.COMMANDS_READ_ONLY if is_command else Why.READS_ONLY
    return None


def creation(
    client: Client, priced: Priced, *, is_paused: bool, reserved: float, limit: float | None, waiting: int,
    names_cast: bool = False,
) -> Verdict:  # fmt: skip
    """`reserved` credits of the client's day are used; above `limit` the person wants to be asked; `waiting` requests
    of all clients wait for approval; `names_cast`: a prompt names a member."""
    if (why := refusal(client, Act.CREATE, is_paused=is_paused)) is not None:
        return Verdict(why)
    if names_cast and not may_name_cast(client):
        return Verdict(Why.NO_CAST)
    if client.permission is Permission.ALLOWANCE:
        why = _beyond(client, priced, reserved, limit)
        if why is None or client.name == COMMAND_LINE:
            return Verdict(why)
    return Verdict(why, waits=True) if waiting < MOST_WAITING else Verdict(Why.TOO_MANY)


def _beyond(client: Client, priced: Priced, reserved: float, limit: float | None) -> Why | None:
    """Why an allowance does not cover a request. Written so that NaN, which JSON may contain, approves nothing."""
    most, maximum, booked = priced.most, priced.maximum, booked_for(client, priced)
    if not priced.is_known and booked is None:
        return Why.NO_PRICE
    if priced.asks_more:
        return Why.QUESTIONS
    if priced.is_open and booked is None:
        return Why.OPEN_PRICE
    if client.name == COMMAND_LINE:
        if priced.up_to is not None and (booked is not None or maximum is None) and not most <= priced.up_to + _ENOUGH:
            return Why.ABOVE_UP_TO
        if booked is None and maximum is None and limit is not None and not most <= limit:
            return Why.NOT_AGREED
    most = most if booked is None else booked
    if maximum is not None and not most <= maximum + _ENOUGH:
        return Why.ABOVE_MAXIMUM
    return None if most <= left_today(client, reserved) + _ENOUGH else Why.ABOVE_ALLOWANCE


def booked_for(client: Client, priced: Priced) -> float | None:
    """What counts against the day's credits instead of a price that is not known or open; None if nothing does."""
    return None if client.name != COMMAND_LINE or (priced.is_known and not priced.is_open) else priced.up_to


def left_today(client: Client, reserved: float) -> float:
    """Credits of the client's day that are left."""
    return max(0.0, client.credits - reserved)


def is_still_within(client: Client, *, is_paused: bool, reserved: float) -> bool:
    """Whether a client's tasks of today, queued within its allowance, may be sent without the person."""
    return not is_paused and client.permission is Permission.ALLOWANCE and reserved <= client.credits + _ENOUGH


def is_less(client: Client, permission: Permission, credits: float) -> bool:
    """Whether a new permission may not cover what was queued within the client's present one."""
    return permission is not Permission.ALLOWANCE or credits < client.credits


def granted(client: Client, credits: float) -> Client:
    """The command line with a grant of so many credits a day, or with none."""
    is_revoked = not credits and client.permission is Permission.REVOKED
    permission = Permission.ALLOWANCE if credits else Permission.REVOKED if is_revoked else Permission.READ
    return replace(client, permission=permission, credits=credits)


def may_name_cast(client: Client) -> bool:
    return client.name == COMMAND_LINE or client.may_use_cast


def folders_of(client: Client) -> Sequence[str] | None:
    """The folders whose files the client may name; None: any file."""
    return None if client.name == COMMAND_LINE else client.folders


class ClientRequest(Struct, frozen=True, kw_only=True):
    """A client's request for one task. `client` and `request_id` are an idempotency key: repeats are the same request.

    `digest` covers the whole request. `task_id` is chosen before the task is stored, so that a crash in between cannot
    create a second one. `credits` is the estimated price. `at` in Unix seconds.
    """

    client: str
    request_id: str
    digest: str
    task_id: TaskId
    credits: float
    at: float
    request: Request
    """As the client sent it. The user may have changed the task since."""
    is_within: bool = False
    """Sent within the client's allowance, without asking the user."""
    reason: str = ""
    """The user's reason for refusing, in their words for the client."""
    is_expired: bool = False
    """The user did not decide in time."""
    is_withdrawn: bool = False
    """Canceled by the client."""

    @property
    def shown_id(self) -> str:
        """The id that the client gave; empty if it gave none."""
        return "" if self.request_id.startswith(WITHOUT_ID) else self.request_id


class Suggestion(Struct, frozen=True, kw_only=True):
    """A take that a client suggests to the person. Not a judgment: the person alone picks. `reason` is the client's."""

    client: str
    reason: str
    at: float


class Decision(Enum):
    """Outcome of a client's request."""

    WAITING = "waiting"
    ALLOWANCE = "allowance"
    APPROVED = "approved"
    EDITED = "edited"
    """Approved after the user changed it."""
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Canceled by its client before it was sent."""


def decision(asked: ClientRequest, task: Task) -> Decision:
    """Derived from the task's state, so that no second copy of the outcome must be kept in sync."""
    if task.state is State.QUEUED and (task.waits_for_person or task.removed_at is not None):
        return Decision.REFUSED if task.removed_at is not None else Decision.WAITING
    if task.state is State.CANCELLED and task.remote_id is None:
        if asked.is_withdrawn:
            return Decision.WITHDRAWN
        return Decision.EXPIRED if asked.is_expired else Decision.REFUSED
    if was_edited(asked, task):
        return Decision.EDITED
    return Decision.ALLOWANCE if asked.is_within else Decision.APPROVED


def was_edited(asked: ClientRequest, task: Task) -> bool:
    """Whether the user has changed what was requested."""
    return _meaning(asked.request) != _meaning(task.request)


def _meaning(request: Request) -> tuple[object, ...]:
    """What is compared of a request. File paths are left out: a moved file is the same input."""
    return request.endpoint, request.model, _without_files(request.values)


def _without_files(value: object) -> object:
    match value:
        case str() if value.startswith("file:"):
            return "file:"
        case Mapping():
            return {name: _without_files(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_without_files(inner) for inner in value]
        case _:
            return value


def waits_for_approval(task: Task) -> bool:
    return task.state is State.QUEUED and task.hold.code is HoldCode.APPROVAL


def waiting(queued: Iterable[Task]) -> list[Task]:
    """The queued tasks that wait for approval, oldest first."""
    found = (task for task in queued if task.removed_at is None and waits_for_approval(task))
    return sorted(found, key=lambda task: task.created_at)


class RecordLine(Struct, frozen=True, kw_only=True):
    """One line of the clients' log: either a request that became a task, or a call with its `answer`.

    `call` is the name of the call. `about` and `answer` are texts of this program; `about` may contain the client's.
    """

    at: float
    client: str
    call: str
    about: str = ""
    answer: str = ""
    task_id: TaskId | None = None
