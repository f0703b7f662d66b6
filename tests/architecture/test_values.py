"""Values are structs of `runway_desktop.values`: what of dataclasses would fail only when it is reached is not used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.rigs.sources import nodes

ROOT = Path(__file__).parents[2] / "runway_desktop"
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.name != "values.py")
FOR_DATACLASSES = {"replace", "asdict", "astuple", "fields"}
"""mypy takes a struct for a dataclass; Python does not."""


@pytest.fixture(scope="module")
def imported() -> dict[Path, dict[str, set[str]]]:
    """For each module what it imports by name, from where."""
    found: dict[Path, dict[str, set[str]]] = {}
    for path in MODULES:
        names = found[path] = {}
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                names.setdefault(node.module, set()).update(name.name for name in node.names)
            elif isinstance(node, ast.Import):
                for name in node.names:
                    names.setdefault(name.name, {"*"})
    return found


def test_structs_are_changed_only_by_functions_of_the_values_module(imported: dict[Path, dict[str, set[str]]]):
    wrong = {
        str(path.relative_to(ROOT)): sorted(names)
        for path, modules in imported.items()
        if (names := modules.get("dataclasses", set()) & {*FOR_DATACLASSES, "*"})
    }
    assert not wrong, "dataclasses' own functions refuse structs: take those of runway_desktop.values"


def test_struct_defaults_use_the_field_function_of_their_own_module():
    """A dataclass takes the `field` of a struct for the default itself, and the other way round."""
    wrong: list[str] = []
    for path in MODULES:
        origin = {
            name.asname or name.name: node.module
            for node in nodes(path)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
            if name.name == "field"
        }
        for made in (node for node in nodes(path) if isinstance(node, ast.ClassDef)):
            wanted = "dataclasses" if made.decorator_list else "runway_desktop.values"
            calls = [line.value for line in made.body if isinstance(line, ast.AnnAssign)]
            names = [call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)]
            wrong += [made.name for name in names if origin.get(name, wanted) != wanted]
    assert not wrong
