"""Other programs reach no more of a profile than `usecases.clients` documents."""

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


def test_client_use_cases_use_only_allowed_services():
    used = {chain[0] for chain in chains()}
    assert used <= SERVICES
    assert used >= SERVICES, "one that is not used any more is not allowed any more"


def test_client_use_cases_call_only_read_or_client_methods_of_services():
    for chain in chains():
        if chain[0] in OF_SERVICE and len(chain) > 1:
            assert chain[1] in OF_SERVICE[chain[0]], chain


def test_clients_cannot_pass_an_answer_to_a_question():
    members = {name for call in CALLS.values() for name in call.takes.__struct_fields__}
    assert not members & {"answers", "answer", "asks", "confirm", "yes", "force"}


def test_every_client_call_is_a_known_case_and_refuses_unknown_arguments():
    for name, call in CALLS.items():
        assert getattr(ClientCases, getattr(call.answer, "__name__", "")) is call.answer, name
        assert call.takes.__struct_config__.forbid_unknown_fields, name


def test_client_command_names_match_the_checked_list():
    [commands] = [action.choices for action in parser()._actions if action.choices]
    assert set(commands) == set(COMMANDS)
