"""No test file imports from another: what two of them share stands in a module without tests, in `tests/rigs/` or
beside them."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]


def imported_test_files(text: str) -> list[str]:
    """Names of the test modules, and of tests, that a file imports."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found += [node.module or "", *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if name.rpartition(".")[2].startswith("test_")]


def test_check_for_test_imports_finds_each_form_of_import():
    assert imported_test_files("from tests.unit.test_a import b") == ["tests.unit.test_a"]
    assert imported_test_files("from . import test_a, c") == ["test_a"]
    assert imported_test_files("import tests.unit.test_a") == ["tests.unit.test_a"]
    assert imported_test_files("from tests.rigs.a import *") == []


def test_no_file_imports_a_test_file():
    found = {str(path): imported_test_files(path.read_text(encoding="utf-8")) for path in TESTS.rglob("*.py")}
    assert {path: names for path, names in found.items() if names} == {}
