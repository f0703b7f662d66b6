"""The tables of commands, exit codes and fields in the docs, made from the records of the verbs.

`python -m tests.rigs.verb_tables` writes them, each in the place of the first table behind its mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runway_desktop.cli.options import EVERY, parser
from runway_desktop.usecases.clients.refusals import EXITS
from runway_desktop.usecases.clients.verbs import VERBS, Command, FileAnswer, TaskAnswer, members
from runway_desktop.values import Struct

SHARED = ("json", "profile", "profile_dir", "demo", "quiet", "verbose")
"""Flags that every command has."""
DOCS = Path(__file__).resolve().parents[2] / "docs"


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


TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "commands-and-agents.md": {"<!-- commands -->\n": _commands},
    "guide/answers.md": {
        "## Exit codes\n\n(?:.+\n)+\n": _exit_codes,
        "## A task\n\n(?:.+\n)+\n": lambda: _members(TaskAnswer),
        "## A result\n\n(?:.+\n)+\n": lambda: _members(FileAnswer),
    },
}
"""Of each page: what is in front of a table, as a pattern, and the table."""


def exits(command: str) -> set[int]:
    """Every exit code that a verb's command may have; the last are those of signals."""
    typed = VERBS[command].command or Command()
    return {0, *(code.value for code in (*EVERY, *typed.exits)), 130, 143, 129, 141}


def with_tables(page: str) -> str:
    text = (DOCS / page).read_text("utf-8")
    for mark, table in TABLES[page].items():
        before, *others = re.split(rf"({mark})(?:\|.*\n)*", text)
        if len(others) != 2:
            raise ValueError(f"There is not one place for the table behind “{mark}”")
        text = "".join((before, others[0], table(), others[1]))
    return text


if __name__ == "__main__":
    for page in TABLES:
        (DOCS / page).write_text(with_tables(page), "utf-8")
