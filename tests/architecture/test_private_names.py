"""Tests speak to public names: how many still reach into a private one may only fall."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from tests.rigs.sources import nodes

TESTS = Path(__file__).parents[1]
MOST = 170
"""What is left of tests that reach into private names. Lower it with each that goes."""


def reaches_into_private(node: ast.AST) -> bool:
    """`thing._name`, but for a test's own `self`, `cls` and `super()`, and for `os._exit`, which is public."""
    if not isinstance(node, ast.Attribute) or not node.attr.startswith("_") or node.attr.startswith("__"):
        return False
    owner = node.value
    if isinstance(owner, ast.Call):
        owner = owner.func
    return not (isinstance(owner, ast.Name) and owner.id in ("self", "cls", "super", "os"))


def found_in(everything: Iterable[ast.AST]) -> int:
    return sum(map(reaches_into_private, everything))


def test_private_name_check_counts_only_names_of_the_program():
    assert found_in(ast.walk(ast.parse("thing._name\nthing.other._name()"))) == 2
    assert found_in(ast.walk(ast.parse("self._name\ncls._name\nsuper()._name\nthing.__dict__\nthing.name"))) == 0


def test_number_of_private_names_used_in_tests_does_not_grow():
    found = sum(found_in(nodes(path)) for path in TESTS.rglob("*.py"))
    assert found <= MOST, "use the public name, or give the program one"
