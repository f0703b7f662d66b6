"""The tables of `docs/commands-and-agents.md`, made from the records of the verbs.

`python -m tests.rigs.verb_tables` writes them, each between its comment and the next blank line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runway_desktop.cli.options import parser
from runway_desktop.usecases.clients.refusals import EXITS
from runway_desktop.usecases.clients.verbs import FileAnswer, TaskAnswer, members
from runway_desktop.values import Struct

SHARED = ("json", "profile", "profile_dir", "demo", "quiet", "verbose")
"""Flags that every command has."""
DOCS = Path(__file__).resolve().parents[2] / "docs" / "commands-and-agents.md"


def _table(*rows: tuple[str, ...]) -> str:
    head, *rest = rows
    lines = [head, tuple("---" for _ in head), *rest]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _commands() -> str:
    return _table(("command", "takes", "does"), *_typed())


def _typed() -> Iterator[tuple[str, str, str]]:
    [commands] = [action.choices for action in parser()._actions if action.choices]
    for name, command in dict(commands or {}).items():
        known = [action for action in command._actions if not {"help", *SHARED} & {action.dest}]
        words = " ".join(f"{one.metavar}{'…' if one.nargs == '+' else ''}" for one in known if not one.option_strings)
        flags = ", ".join(f"`{one.option_strings[0]}`" for one in known if one.option_strings)
        yield f"`{name} {words}`".replace(" `", "`"), flags, str(command.description)


def _exit_codes() -> str:
    return _table(("exit code", "means"), ("0", "done"), *((str(code.value), says) for code, says in EXITS.items()))


def _members(struct: type[Struct]) -> str:
    return _table(("member", "means"), *((f"`{one.name}`", one.says) for one in members(struct)))


TABLES: Mapping[str, Callable[[], str]] = {
    "commands": _commands,
    "exit codes": _exit_codes,
    "task": lambda: _members(TaskAnswer),
    "file": lambda: _members(FileAnswer),
}


def with_tables(text: str) -> str:
    for name, table in TABLES.items():
        text, found = re.subn(rf"<!-- {name} -->\n(\|.*\n)*", f"<!-- {name} -->\n{table()}", text)
        if found != 1:
            raise ValueError(f"There is not one place for the table “{name}”")
    return text


if __name__ == "__main__":
    DOCS.write_text(with_tables(DOCS.read_text("utf-8")), "utf-8")
