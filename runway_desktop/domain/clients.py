"""Client programs of the same user (scripts, agents): their permissions, their requests and the outcome of each.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from unicodedata import normalize

from runway_desktop.texts import _
from runway_desktop.values import Struct

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
    seen_at: float = 0.0


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
    if task.state is State.HELD and (task.waits_for_person or task.removed_at is not None):
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
    return task.state is State.HELD and task.hold.code is HoldCode.APPROVAL


def waiting(held: Iterable[Task]) -> list[Task]:
    """The held tasks that wait for approval, oldest first."""
    found = (task for task in held if task.removed_at is None and waits_for_approval(task))
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
