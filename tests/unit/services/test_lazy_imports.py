"""Stepwise imports: a module is imported after its dependencies."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

import pytest

from runway_desktop.services.lazy_imports import leaves_first, module_imports
from tests.rigs.made_modules import Makes, there


def order(entry: str) -> list[list[str]]:
    """What each step has brought."""
    steps, before = [], there(entry)
    for _lines in leaves_first(entry):
        steps.append([name for name in there(entry) if name not in before])
        before = there(entry)
    return [step for step in steps if step]


def test_modules_without_imports_are_imported_first(makes: Makes):
    package = makes(
        a="from .b import x\nfrom . import c\n",
        b="import json\nfrom .d import x\n",
        c="from .d import x\n",
        d="x = 1\n",
    )
    assert order(f"{package}.a") == [["d"], ["b"], ["c"], ["a"]]


def test_import_cycle_does_not_hang(makes: Makes):
    package = makes(a="from . import b\n", b="from . import c\n", c="from . import a\n")
    assert sorted(name for step in order(f"{package}.a") for name in step) == ["a", "b", "c"]


def test_function_level_and_type_checking_imports_are_left_out(makes: Makes):
    package = makes(
        a="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import x\n    from . import b\n"
        "else:\n    from . import d\n\ndef later():\n    from . import c\n",
        b="",
        c="",
        d="",
    )
    assert order(f"{package}.a") == [["d"], ["a"]]


def test_package_is_imported_before_its_modules(makes: Makes):
    package = makes(
        **{"a": "from .sub.c import x\n", "sub/__init__": "from . import d\n", "sub/d": "", "sub/c": "x = 1\n"}
    )
    assert [sorted(step) for step in order(f"{package}.a")] == [["sub", "sub.d"], ["sub.c"], ["a"]]


class BundleLoader:
    """Has the code, and no class in common with Python's own loaders."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, _spec: object) -> None: ...

    def get_code(self, name: str) -> Any:
        return self._loader.get_code(name)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)


class BundleFinder:
    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        spec: Any = PathFinder.find_spec(name, path, target) if name.startswith("package_") else None
        if spec is not None:
            spec.loader = BundleLoader(spec.loader)
        return spec


def test_import_order_is_the_same_in_a_bundle(makes: Makes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "meta_path", [BundleFinder, *sys.meta_path])
    package = makes(a="from . import b\n", b="from .c import x\n", c="x = 1\n")
    assert order(f"{package}.a") == [["c"], ["b"], ["a"]]


def test_names_and_levels_are_read_where_there_are_many_constants():
    text = "\n".join(f"x{n} = 'value {n}'" for n in range(600)) + "\nfrom ..y.z import p, q\nimport os.path\n"
    assert list(module_imports(compile(text, "module", "exec"))) == [("y.z", 2, ("p", "q")), ("os.path", 0, ())]
