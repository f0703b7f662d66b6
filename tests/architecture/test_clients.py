"""What other programs may reach of a profile: no more than `usecases.clients` says."""

from __future__ import annotations

import ast
from pathlib import Path

from runway_desktop.__main__ import COMMANDS
from runway_desktop.cli.options import parser
from runway_desktop.remote.answers import CALLS
from runway_desktop.usecases.clients.client_cases import ClientCases

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "runway_desktop" / "usecases" / "clients"

SERVICES = {
    "account",
    "actions",
    "adoption",
    "asking",
    "bus",
    "catalog",
    "clients",
    "clock",
    "is_made",
    "ledger",
    "lane",
    "library",
    "links",
    "pricing",
    "profile_folder",
    "settings",
}
OF_SERVICE = {
    "account": {"key", "organization", "refresh", "connection"},
    "settings": {"confirm_above", "library"},
    "ledger": {"task", "answer", "open"},
    "actions": {"cancel"},
    "clients": {
        "are_paused",
        "changed",
        "client",
        "known",
        "latest",
        "look_again",
        "note",
        "of",
        "permit",
        "record",
        "reserved_today",
        "saw",
        "tell_read_only",
        "waiting",
        "withdraw",
    },
    "lane": {"keeps"},
}
"""What is used of those that can do more than a client may."""


def chains() -> set[tuple[str, ...]]:
    """Names behind `engine` or `self._engine`, such as ("account", "key")."""
    found = set()
    for file in CLIENTS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names: list[str] = []
            inner: ast.AST = node
            while isinstance(inner, ast.Attribute):
                names.append(inner.attr)
                inner = inner.value
            if isinstance(inner, ast.Name):
                names.append(inner.id)
            while names and names[-1] in ("self", "_engine", "engine"):
                was = names.pop()
                if was.endswith("engine") and names:
                    found.add(tuple(reversed(names)))
    return found


def test_clients_use_no_service_that_is_none_of_their_business():
    used = {chain[0] for chain in chains()}
    assert used <= SERVICES
    assert used >= SERVICES, "one that is not used any more is not allowed any more"


def test_of_a_service_that_can_do_more_they_use_what_only_reads_or_is_theirs():
    for chain in chains():
        if chain[0] in OF_SERVICE and len(chain) > 1:
            assert chain[1] in OF_SERVICE[chain[0]], chain


def test_no_call_carries_an_answer_to_a_question():
    members = {name for call in CALLS.values() for name in call.takes.__struct_fields__}
    assert not members & {"answers", "answer", "asks", "confirm", "yes", "force"}


def test_every_call_is_one_of_the_cases_and_refuses_what_it_does_not_know():
    for name, call in CALLS.items():
        assert getattr(ClientCases, getattr(call.answer, "__name__", "")) is call.answer, name
        assert call.takes.__struct_config__.forbid_unknown_fields, name


def test_the_commands_are_those_that_are_looked_for():
    [commands] = [action.choices for action in parser()._actions if action.choices]
    assert set(commands) == set(COMMANDS)
