"""Other programs reach no more of a profile than `usecases.clients` documents."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_type_hints

import pytest

from runway_desktop.domain.permissions import Act
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.verbs import VERBS, Verb

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "runway_desktop" / "usecases" / "clients"

SERVICES = {
    "account",
    "actions",
    "adoption",
    "asking",
    "bus",
    "cast",
    "catalog",
    "clients",
    "clock",
    "intake",
    "is_made",
    "ledger",
    "lane",
    "library",
    "links",
    "pricing",
    "profile_folder",
    "routers",
    "settings",
}
OF_SERVICE = {
    "routers": {"refresh"},
    "account": {"key", "organization", "refresh", "connection"},
    "settings": {"confirm_above", "library"},
    "ledger": {"task", "answer", "open"},
    "actions": {"cancel"},
    "clients": {
        "are_paused",
        "changed",
        "client",
        "keep_untold",
        "known",
        "latest",
        "look_again",
        "note",
        "of",
        "permit",
        "record",
        "reserved_today",
        "saw",
        "suggest",
        "tell_read_only",
        "waiting",
        "withdraw",
    },
    "cast": {"load", "now"},
    "intake": {"look"},
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
    members = {name for verb in VERBS.values() for name in verb.takes.__struct_fields__}
    assert not members & {"answers", "answer", "asks", "confirm", "yes", "force"}
    decided = {name: verb for name, verb in VERBS.items() if "agreed" in verb.takes.__struct_fields__}
    assert set(decided) == {"release", "resolve"}, "by a person at a terminal"
    assert all(verb.needs is Act.DECIDE and verb.tool is None for verb in decided.values())


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_verb_is_answered_by_a_method_that_takes_and_gives_what_it_says(verb: Verb):
    hints = get_type_hints(getattr(ClientCases, verb.method or verb.name))
    assert (hints.pop("return"), list(hints.values())) == (verb.gives, [str, verb.takes])
    if verb.kept:
        assert get_type_hints(getattr(ClientCases, verb.kept))["return"] == verb.gives | None


def test_every_verb_refuses_members_that_it_does_not_know():
    for name, verb in VERBS.items():
        assert verb.takes.__struct_config__.forbid_unknown_fields, name
