"""Python as our modules and tests find it on the system named by the variable ELSEWHERE, "win32" or "darwin": what only
Linux has is absent, and `os.name` and `sys.platform` name that system. Libraries see the real modules.

A plugin of pytest, for collecting: tests that run would meet this system again. As a program it imports all modules of
Runway Desktop and prints those that cannot be imported there.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import os
import pkgutil
import sys
import types
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SYSTEM = os.environ["ELSEWHERE"]
ROOT = Path(__file__).resolve().parents[2]
ABSENT = {"win32": {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}, "darwin": set[str]()}
ONLY_THERE = {"win32": {"msvcrt", "winreg"}, "darwin": set[str]()}
DIFFERENT: dict[str, dict[str, object]] = {
    "os": {"name": "nt" if SYSTEM == "win32" else "posix"},
    "signal": {},
    "socket": {},
    "sys": {"platform": SYSTEM},
    "time": {},
}
"""Modules that have other names there, with what they answer."""


class Elsewhere(types.ModuleType):
    """A module of this system without its `absent` names. What is set in it is set in the real one."""

    def __init__(self, real: types.ModuleType, absent: frozenset[str], answers: Mapping[str, object]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(_real=real, _absent=absent, **answers)

    def __getattr__(self, name: str) -> Any:
        if name in self._absent:
            raise AttributeError(f"{self.__name__}.{name} is not there on {SYSTEM}")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)


def only_here(module: str) -> frozenset[str]:
    """Names of a module of the standard library that the other system lacks, as the stubs in mypy tell them apart."""
    spec = importlib.util.find_spec("mypy")
    assert spec is not None
    assert spec.origin is not None
    stubs = Path(spec.origin).parent / "typeshed" / "stdlib"
    stub = next(path for path in (stubs / f"{module}.pyi", stubs / module / "__init__.pyi") if path.exists())
    body = ast.parse(stub.read_text("utf-8")).body
    return frozenset(_names(body, sys.platform) - _names(body, SYSTEM))


def _names(body: Sequence[ast.stmt], system: str) -> set[str]:
    found: set[str] = set()
    for each in body:
        match each:
            case ast.If():
                there = {"sys": SimpleNamespace(platform=system, version_info=sys.version_info)}
                holds = eval(ast.unparse(each.test), there)  # noqa: S307 - a condition of the stubs
                found |= _names(each.body if holds else each.orelse, system)
            case ast.FunctionDef() | ast.ClassDef():
                found.add(each.name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.ImportFrom():
                found |= {alias.asname or alias.name for alias in each.names}
            case _:
                pass
    return found


@cache
def _elsewhere(name: str) -> types.ModuleType:
    return Elsewhere(sys.modules[name], only_here(name), DIFFERENT[name])


def _import(
    name: str,
    variables: Mapping[str, object] | None = None,
    locals_: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> types.ModuleType:
    file = str((variables or {}).get("__file__"))
    is_ours = file.startswith(str(ROOT)) and not file.startswith(sys.prefix)
    top = name.partition(".")[0]
    if is_ours and not level and top in ABSENT[SYSTEM]:
        raise ModuleNotFoundError(f"{name} is not there on {SYSTEM}", name=name)
    if is_ours and not level and top in ONLY_THERE[SYSTEM]:
        return types.ModuleType(name)
    found = _real_import(name, variables, locals_, fromlist, level)
    return _elsewhere(name) if is_ours and not level and name in DIFFERENT else found


_real_import = builtins.__import__
builtins.__import__ = _import  # type: ignore[assignment]
# A library that is installed on Linux alone. None: importing it fails, for `pytest.importorskip` too.
sys.modules["jeepney"] = None


def _cannot_be_imported() -> list[str]:
    import runway_desktop

    def fails(module: str) -> bool:
        try:
            importlib.import_module(module)
        except (ImportError, AttributeError):
            return True
        return False

    modules = pkgutil.walk_packages(runway_desktop.__path__, "runway_desktop.", onerror=lambda _: None)
    return [module.name for module in modules if not module.name.endswith("__main__") and fails(module.name)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(_cannot_be_imported()))
