"""What stands in viewmodels needs Qt; what works without it belongs below, where a command line finds it too.

A function or class touches Qt where it names something that comes from PySide6, or a class of the view-models that is
made of such.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOM = ROOT / "runway_desktop" / "viewmodels"

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    name: str
    tree: ast.Module
    from_qt: set[str] = field(default_factory=set)
    """Names in it that are of Qt, or made of it."""

    @property
    def definitions(self) -> list[Definition]:
        return [node for node in self.tree.body if isinstance(node, Definition)]

    def touches_qt(self, node: ast.AST) -> bool:
        return any(isinstance(one, ast.Name) and one.id in self.from_qt for one in ast.walk(node))


def modules() -> dict[str, Module]:
    found = {}
    for file in sorted(ROOM.rglob("*.py")):
        if file.name != "__init__.py":
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found[name] = Module(name, ast.parse(file.read_text("utf-8")))
    known = -1
    while known != (known := sum(len(module.from_qt) for module in found.values())):
        for module in found.values():
            module.from_qt |= set(imported_from_qt(module, found))
            module.from_qt |= {one.name for one in module.definitions if is_of_qt(one, module)}
    return found


def imported_from_qt(module: Module, known: dict[str, Module]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            home = source_of(node, module.name)
            for alias in node.names:
                is_made_of_it = home in known and alias.name in known[home].from_qt
                if home.startswith("PySide6") or is_made_of_it:
                    yield alias.asname or alias.name
        elif isinstance(node, ast.Import):
            yield from (alias.asname or "PySide6" for alias in node.names if alias.name.startswith("PySide6"))


def source_of(node: ast.ImportFrom, importer: str) -> str:
    package = importer.split(".")[: -node.level] if node.level else []
    return ".".join([*package, *([node.module] if node.module else [])])


def is_of_qt(one: Definition, module: Module) -> bool:
    """A class with a base of Qt. What merely uses Qt is not passed on: who calls a function of strings needs no Qt."""
    return isinstance(one, ast.ClassDef) and any(module.touches_qt(base) for base in one.bases)


def free_of_qt() -> set[str]:
    found = set()
    for module in modules().values():
        short = module.name.removeprefix("runway_desktop.viewmodels.")
        free = [one.name for one in module.definitions if not module.touches_qt(one)]
        if len(free) == len(module.definitions):
            found.add(short)
        else:
            found |= {f"{short}.{name}" for name in free}
    return found


def test_every_function_in_viewmodels_needs_qt():
    assert sorted(free_of_qt()) == []


def test_viewmodel_check_tells_plain_functions_from_qt_functions():
    source = "from PySide6.QtCore import QObject\ndef plain(a: int) -> int: ...\ndef owned(a: QObject) -> None: ..."
    module = Module("runway_desktop.viewmodels.one", ast.parse(source))
    module.from_qt |= set(imported_from_qt(module, {}))
    assert [module.touches_qt(one) for one in module.definitions] == [False, True]
