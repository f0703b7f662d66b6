"""Parser of the commands' arguments. Standard library only."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from runway_desktop.usecases.clients.refusals import CallRefused, Code

PROGRAM = "runway-desktop"
FIELDS = (
    "id", "status", "createdAt", "state", "task_id", "endpoint", "model", "prompt", "progress", "credits", "error",
    "failure", "failureCode", "next", "waits_because", "waits_for", "waits_since",
    "asked_by", "request_id", "decision", "refused_because", "note", "files",
)  # fmt: skip
"""Fields that `list --json` can select: the members of a task's answer."""
MOST_LISTED = 200
ABOUT = """\
Commands for scripts, servers and agents; no display is needed. If a window is open, they go through it. Without a
command, a window opens and takes files, folders, https links and task ids: runway-desktop [--demo] [--profile NAME]
[--profile-dir DIR] [ITEM ...]. For a file that has the name of a command, write ./list."""
EXIT_CODES = """\
exit codes: 0 done; 1 the task failed; 2 the request is wrong; 3 a temporary problem, safe to try again; 4 no key, or it
is refused; 5 not found; 6 uncertain: maybe made and charged, do not repeat; 7 refused by a cap, a missing grant or the
person; 8 the time for waiting is over, the task continues; 9 Runway Desktop has to be opened first; 11 made, and
Runway's price is above --max-credits, do not repeat; 130, 143, 129 interrupted, which stops no task: stderr names the
command that continues"""


class Parser(argparse.ArgumentParser):
    """Raises CallRefused for invalid arguments. Flags cannot be abbreviated, so that new flags of a later version do
    not break scripts."""

    def __init__(self, *, allow_abbrev: bool = False, **more: Any) -> None:
        super().__init__(allow_abbrev=allow_abbrev, **more)

    def error(self, message: str) -> NoReturn:
        raise _refused(f"{message[:1].upper()}{message[1:]}.", self.prog)


def read(words: Sequence[str]) -> argparse.Namespace:
    """The command comes first. `json` is None without `--json`, else the selected fields. Raises CallRefused."""
    found, unknown = parser().parse_known_args(list(words))
    if unknown:
        raise _refused(f"“{unknown[0]}” is nothing that {words[0]} takes.", f"{PROGRAM} {words[0]}")
    return found


def parser() -> argparse.ArgumentParser:
    """Also used by packaging, for completions and the man page."""
    found = Parser(prog=PROGRAM, description=ABOUT, epilog=EXIT_CODES)
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, does: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=EXIT_CODES)
        if name != "mcp":
            _with_json(command, fields=name == "list")
        _with_profile(command)
        return command

    command = add("get", "show a task; an unknown one is added to the list, so that its result is saved")
    command.add_argument("id", metavar="ID", help="the task's id, Runway's or the program's")
    _with_waiting(command)

    command = add("create", "make a task; agrees to a price up to --max-credits, and to nothing else")
    command.add_argument("endpoint", metavar="ENDPOINT", help="such as text_to_video; see “models”")
    command.add_argument("--model", required=True, metavar="NAME", help="one of the endpoint's models")
    command.add_argument("--prompt", metavar="TEXT", help="the prompt, in the model's own field for it")
    command.add_argument("--from", dest="source", metavar="FILE", help="the request's fields as JSON; - reads stdin")
    command.add_argument(
        "--set", dest="fields", action="append", default=[], metavar="NAME=VALUE", help="a field; VALUE as JSON or text"
    )
    command.add_argument(
        "--file", dest="files", action="append", default=[], metavar="NAME=PATH", help="a field that is a file"
    )
    command.add_argument("--project", default="", metavar="NAME", help="the task's project")
    command.add_argument("--max-credits", type=_credits, metavar="N", help="agree to a price of at most N")
    command.add_argument("--request-id", default="", metavar="WORD", help="the same WORD gives the same task")
    command.add_argument("--dry-run", action="store_true", help="say the price and what would happen, make nothing")
    _with_waiting(command)

    command = add("wait", "wait until tasks have ended; interrupting it stops none of them")
    command.add_argument("ids", nargs="+", metavar="ID", help="a task's id, Runway's or the program's")
    _with_waiting(command, always=True)

    command = add("list", "list tasks, latest first")
    command.add_argument("--query", default="", metavar="WORDS", help="as in the window: model:gen4.5 rating:>=4")
    command.add_argument("--limit", type=_amount, default=50, metavar="N", help=f"1 to {MOST_LISTED}")

    command = add("adopt", "add tasks that were started elsewhere to the list, so that their results are saved")
    command.add_argument("ids", nargs="+", metavar="ID", help="a task's id, Runway's or the program's")

    command = add("cancel", "cancel running or queued tasks; a finished one is never deleted")
    command.add_argument("ids", nargs="+", metavar="ID", help="a task's id, Runway's or the program's")

    command = add("models", "list what can be made, with the fields of each model")
    command.add_argument("--endpoint", default="", metavar="NAME", help="only this endpoint")

    add("balance", "say how many credits are left")

    command = add("grant", "let commands spend up to this many credits a day from this profile; asks at the terminal")
    command.add_argument("credits", type=_credits, metavar="CREDITS", help="a day; 0 revokes it")

    # Handled by `mcp/main.py`; here for completions and the man page.
    add("mcp", "serve an agent on stdin and stdout, by the Model Context Protocol")
    return found


def _with_waiting(command: argparse.ArgumentParser, *, always: bool = False) -> None:
    if not always:
        command.add_argument("--wait", action="store_true", help="wait until it has ended and its results are saved")
    command.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="wait no longer than this")
    command.add_argument("--save", type=Path, metavar="DIR", help="wait, and copy the saved results there as well")


def _with_json(command: argparse.ArgumentParser, *, fields: bool) -> None:
    said = "one JSON object on stdout; words go to stderr"
    if fields:
        said += "; with FIELDS, such as id,state,files, those of each task only"
        command.add_argument("--json", nargs="?", const=(), type=_fields, metavar="FIELDS", help=said)
    else:
        command.add_argument("--json", action="store_const", const=(), help=said)


def _with_profile(command: argparse.ArgumentParser) -> None:
    command.add_argument("--profile", metavar="NAME", help="the profile with this name")
    command.add_argument("--profile-dir", type=Path, metavar="DIR", help="the profile in this folder")
    command.add_argument("--demo", action="store_true", help="the demo's profile, which costs nothing")
    command.add_argument("--verbose", action="store_true", help="say more in the log and on stderr")


def _refused(message: str, program: str) -> CallRefused:
    return CallRefused(message, code=Code.INPUT, advice=f"See “{program} --help”.")


def _number(word: str, what: str, read: Callable[[str], float], least: float, most: float) -> float:
    try:
        found = read(word)
    except ValueError:
        found = math.nan
    if not least <= found <= most:
        raise argparse.ArgumentTypeError(f"“{word}” is no {what}")
    return found


def _credits(word: str) -> float:
    return _number(word, "amount of credits", float, 0, 1e9)


def _seconds(word: str) -> float:
    return _number(word, "number of seconds", float, 0, 1e9)


def _amount(word: str) -> int:
    return int(_number(word, f"whole number from 1 to {MOST_LISTED}", int, 1, MOST_LISTED))


def _fields(word: str) -> tuple[str, ...]:
    wanted = tuple(word.split(","))
    if unknown := [name for name in wanted if name not in FIELDS]:
        raise argparse.ArgumentTypeError(f"“{unknown[0]}” is no field of a task; there are {', '.join(FIELDS)}")
    return wanted
