"""Parser of the commands' arguments, made from the records of the verbs."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from runway_desktop.remote.opening import add_flags
from runway_desktop.usecases.clients.refusals import EXITS, CallRefused, Code
from runway_desktop.usecases.clients.verbs import VERBS, Command, Member, TaskAnswer, Verb, members

PROGRAM = "runway-desktop"
COMMANDS = (*(verb.name for verb in VERBS.values() if verb.command is not None), "completion", "mcp")
SHELLS = ("bash", "zsh", "fish")
FIELDS = tuple(one.name for one in members(TaskAnswer))
"""Fields that `list --json` can select."""
ABOUT = """\
Commands for scripts, servers and agents; no display is needed. If a window is open, they go through it. Without a
command, a window opens and takes files, folders, https links and task ids: runway-desktop [--demo] [--profile NAME]
[--profile-dir DIR] [ITEM ...]. For a file that has the name of a command, write ./list."""
EVERY = (Code.FAILED, Code.INPUT, Code.AGAIN, Code.REFUSED, Code.PERSON)
"""Exit codes that any command may have."""
_INTERRUPTED = "130, 143, 129 interrupted, which stops no task: stderr names the command that continues"


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
    if (verb := VERBS.get(found.command)) is not None and verb.command is not None and verb.command.makes:
        _check_batch(found, verb, verb.command)
    return found


def parser() -> argparse.ArgumentParser:
    """Also used by packaging, for completions and the man page."""
    found = Parser(prog=PROGRAM, description=ABOUT, epilog=exit_codes(tuple(EXITS)))
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for verb in VERBS.values():
        if verb.command is not None:
            command = commands.add_parser(
                verb.name, help=_help(verb.says), description=verb.says, epilog=exit_codes(verb.command.exits)
            )
            _with_members(command, verb, verb.command)
            _with_flags(command, verb.command, selects=verb.name == "list")
            add_flags(command)
    says = "Print the completions of a shell, to be put where it looks for them."
    commands.add_parser("completion", help=_help(says), description=says).add_argument(
        "shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}"
    )
    # Handled by `mcp/main.py`; here for completions and the man page.
    says = "Serve an agent on stdin and stdout, by the Model Context Protocol."
    add_flags(commands.add_parser("mcp", help=_help(says), description=says))
    return found


def _check_batch(found: argparse.Namespace, verb: Verb, typed: Command) -> None:
    program = f"{PROGRAM} {found.command}"
    if found.batch is None:
        lacks = [one for one in members(verb.takes) if one.required and getattr(found, one.name) is None]
        if lacks:
            names = ", ".join(one.name.upper() if one.name in typed.positional else f"--{one.name}" for one in lacks)
            raise _refused(f"The following arguments are required: {names}.", program)
        if found.batch_name:
            raise _refused("Argument --batch-name: it is for --batch.", program)
    elif found.request_id:
        raise _refused("Argument --request-id: each row of a batch has its own.", program)
    elif found.batch == found.source == "-":
        raise _refused("Argument --batch: stdin is read by --from.", program)


def exit_codes(some: Sequence[Code]) -> str:
    """What the codes of a command mean, as one line of its help."""
    known = sorted({*some, *EVERY}, key=lambda code: code.value)
    return "exit codes: " + "; ".join(["0 done", *(f"{code.value} {EXITS[code]}" for code in known), _INTERRUPTED])


def _help(says: str) -> str:
    return says[0].lower() + says[1:].rstrip(".")


def _with_members(command: argparse.ArgumentParser, verb: Verb, typed: Command) -> None:
    """What the verb takes: positional, or an option of its name."""
    for one in members(verb.takes):
        if one.name in typed.given:
            continue
        if one.kind == "dict":
            _with_values(command)
        elif one.name in typed.positional:
            word = one.name.removesuffix("s").upper() if one.kind == "list" else one.name.upper()
            word = str(one.default) if one.kind == "literal" else word
            several = "+" if one.kind == "list" else None if one.required and not typed.makes else "?"
            says = f"{one.says}; - reads them from stdin" if several == "+" else one.says
            command.add_argument(one.name, metavar=word, type=_reader(one), nargs=several, help=says)
        else:
            flag = f"--{one.name.replace('_', '-')}"
            if one.kind == "bool":
                command.add_argument(flag, action="store_true", help=one.says)
            else:
                command.add_argument(
                    flag, required=one.required and not typed.makes,
                    default=None if one.required or one.kind == "int" else one.default,
                    type=_reader(one), help=one.says,
                    metavar="FILE" if one.unit == "file" else "N" if one.kind in ("int", "float") else None,
                )  # fmt: skip


def _with_values(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="source", metavar="FILE", help="the request's fields as JSON; - reads stdin")
    command.add_argument(
        "--set", dest="fields", action="append", default=[], metavar="NAME=VALUE", help="a field; VALUE as JSON or text"
    )
    command.add_argument(
        "--file", dest="files", action="append", default=[], metavar="NAME=PATH", help="a field that is a file"
    )


def _with_flags(command: argparse.ArgumentParser, typed: Command, *, selects: bool) -> None:
    """What the command line does itself, whatever the verb: wait, copy, print."""
    if typed.makes:
        command.add_argument("--dry-run", action="store_true", help="say the price and what would happen, make nothing")
        command.add_argument(
            "--batch", metavar="FILE", help="make a task of each row: JSON lines or CSV; - reads stdin. What is on the "
            "command line is for rows that do not name it; --max-credits is for all of them",
        )  # fmt: skip
        command.add_argument(
            "--batch-name", default="", metavar="NAME", help="another name makes rows without a request_id once more"
        )
    if typed.waits is False:
        command.add_argument("--wait", action="store_true", help="wait until it has ended and its results are saved")
    if typed.waits is not None:
        seconds = Member(name="timeout", kind="float", says="", unit="seconds", least=0, most=1e9)
        command.add_argument("--timeout", type=_reader(seconds), metavar="SECONDS", help="wait no longer than this")
        command.add_argument("--save", type=Path, metavar="DIR", help="wait, and copy the saved results there as well")
    said = "one JSON object on stdout; words go to stderr"
    if selects:
        said += "; with FIELDS, such as id,state,files, those of each task only"
        command.add_argument("--json", nargs="?", const=(), type=_fields, metavar="FIELDS", help=said)
        said = "all tasks that are found (or --limit), one JSON object a line; with FIELDS as --json"
        command.add_argument("--jsonl", nargs="?", const=(), type=_fields, metavar="FIELDS", help=said)
    else:
        command.add_argument("--json", action="store_const", const=(), help=said)


def _refused(message: str, program: str) -> CallRefused:
    return CallRefused(message, code=Code.INPUT, advice=f"See “{program} --help”.")


def _reader(one: Member) -> Callable[[str], Any]:
    """Reads a word of the command line, within the member's bounds."""
    if one.unit == "file":
        return lambda word: os.path.abspath(os.path.expanduser(word)) if word else ""
    if one.kind not in ("int", "float"):
        return str

    def read(word: str) -> float:
        number: Callable[[str], float] = int if one.kind == "int" else float
        try:
            found = number(word)
        except ValueError:
            found = math.nan
        if not (one.least or 0) <= found <= (math.inf if one.most is None else one.most):
            raise argparse.ArgumentTypeError(f"“{word}” is no {_meant(one)}")
        return found

    return read


def _meant(one: Member) -> str:
    if one.unit:
        return "amount of credits" if one.unit == "credits" else f"number of {one.unit}"
    return f"whole number from {one.least:g} to {one.most:g}"


def _fields(word: str) -> tuple[str, ...]:
    wanted = tuple(word.split(","))
    if unknown := [name for name in wanted if name not in FIELDS]:
        raise argparse.ArgumentTypeError(f"“{unknown[0]}” is no field of a task; there are {', '.join(FIELDS)}")
    return wanted
