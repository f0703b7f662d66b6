"""No test file imports from another: what two of them share stands in a module without tests, in `tests/rigs/` or
beside them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.rigs.sources import nodes

TESTS = Path(__file__).parents[1]


def imported_test_files(everything: Iterable[ast.AST]) -> list[str]:
    """Names of the test modules, and of tests, that a file imports."""
    found = []
    for node in everything:
        if isinstance(node, ast.ImportFrom):
            found += [node.module or "", *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if name.rpartition(".")[2].startswith("test_")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from tests.unit.test_a import b", ["tests.unit.test_a"]),
        ("from . import test_a, c", ["test_a"]),
        ("import tests.unit.test_a", ["tests.unit.test_a"]),
        ("from tests.rigs.a import *", []),
    ],
)
def test_check_for_test_imports_finds_each_form_of_import(line: str, found: list[str]):
    assert imported_test_files(ast.walk(ast.parse(line))) == found


def test_no_file_imports_a_test_file():
    found = {str(path): imported_test_files(nodes(path)) for path in TESTS.rglob("*.py")}
    assert {path: names for path, names in found.items() if names} == {}
