"""Other programs of the same person: what each may do, what it has asked for, and what became of that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from unicodedata import normalize

from runway_desktop.values import Struct

from .task import HoldCode, Request, State, Task, TaskId

COMMAND_LINE = "command line"
"""How commands are called among the clients."""
CONNECTION_TEST = "connection test"
"""How the test of the preferences is called. It is listed nowhere."""
KNOWN_AS: Mapping[str, str] = {
    COMMAND_LINE: "Command line",
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
"""What their makers call some programs, by what these call themselves, in small letters."""
EXPIRES_AFTER = 86_400.0
"""Seconds for which a request waits for the person."""


LONGEST_NAME = 60
NAMELESS = "agent"
"""How a program is called that says no name of its own."""
WITHOUT_ID = "without "
"""How the ids begin that this program gives to wishes without one."""


def clean_name(said: str) -> str:
    """How a program is known by what it calls itself: nothing unseen, letters of one width. What looks like the name of
    commands, which may pay by a grant, is not that."""
    seen = "".join(letter for letter in normalize("NFKC", said) if letter.isprintable())
    name = " ".join(seen.split())[:LONGEST_NAME].rstrip()
    return NAMELESS if name.casefold() == COMMAND_LINE and said != COMMAND_LINE else name


def called(client: str) -> str:
    """As its maker calls it, else as it calls itself."""
    return KNOWN_AS.get(client.casefold(), client)


class Permission(Enum):
    """What a client may do. The values are stored and never change."""

    READ = "read"
    """It looks at tasks and prices. What it wants made is refused. Every client begins so."""
    ASK = "ask"
    """What it wants made waits for the person."""
    ALLOWANCE = "allowance"
    """It may spend so many credits a day; what is beyond waits for the person."""
    REVOKED = "revoked"
    """Nothing."""


class Client(Struct, frozen=True, kw_only=True):
    """A program, known by the name that it gives itself. `credits` a day count with an allowance; `folders` are those
    whose files it may name. `seen_at` in Unix seconds; 0: never."""

    name: str
    permission: Permission = Permission.READ
    credits: float = 0.0
    folders: tuple[str, ...] = ()
    seen_at: float = 0.0


class ClientRequest(Struct, frozen=True, kw_only=True):
    """A client's wish for one task. The same `client` and `request_id` are the same wish, however often it is said.

    `digest` is of all that was asked for. `task_id` is the task's own before it is stored, so that a program that dies
    in between makes that one and no second. `credits` is what it was reckoned to cost. `at` in Unix seconds."""

    client: str
    request_id: str
    digest: str
    task_id: TaskId
    credits: float
    at: float
    request: Request
    """As it was asked for: the person may have changed it since."""
    is_within: bool = False
    """It was sent within the client's allowance, and the person was not asked."""
    reason: str = ""
    """Why the person refused it, in their words for the client."""
    is_expired: bool = False
    """Nobody answered it in time."""
    is_withdrawn: bool = False
    """Its client canceled it itself."""

    @property
    def shown_id(self) -> str:
        """The id that the client gave it; empty where it gave none."""
        return "" if self.request_id.startswith(WITHOUT_ID) else self.request_id


class Decision(Enum):
    """What became of a client's wish."""

    WAITING = "waiting"
    ALLOWANCE = "allowance"
    APPROVED = "approved"
    EDITED = "edited"
    """Approved after the person had changed it."""
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Its client canceled it before it was sent."""


def decision(asked: ClientRequest, task: Task) -> Decision:
    """Read from the task itself, so that nothing has to be kept in step with it."""
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
    """The person has changed what was asked for."""
    return _meaning(asked.request) != _meaning(task.request)


def _meaning(request: Request) -> tuple[object, ...]:
    """A file that was moved since is the same input."""
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
    """Those of the held tasks that wait for approval, in the order in which they were asked for."""
    found = (task for task in held if task.removed_at is None and waits_for_approval(task))
    return sorted(found, key=lambda task: task.created_at)


class RecordLine(Struct, frozen=True, kw_only=True):
    """A line of the record of what clients asked for. Either a wish that became a task, or a call with its `answer`.

    `call` is the name of the call; `about` and `answer` are words of this program, `about` possibly with a client's."""

    at: float
    client: str
    call: str
    about: str = ""
    answer: str = ""
    task_id: TaskId | None = None
