"""How much code there is and where: a table by package and room, which `dev.py check` prints. Standard library only.

Blank lines, comments and docstrings are no lines of code.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from steps.places import ROOT, say


@dataclass
class Count:
    """Lines of code, those of them that import, and modules other than `__init__.py`."""

    lines: int = 0
    imports: int = 0
    modules: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.lines + other.lines, self.imports + other.imports, self.modules + other.modules)


def count(file: Path) -> Count:
    """Counts one file. Raises `SyntaxError`."""
    text = file.read_text("utf-8")
    lines = {number for number, line in enumerate(text.split("\n"), 1) if line.strip() and line.strip()[0] != "#"}
    imports: set[int] = set()
    for node in _statements(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.update(_lines_of(node))
        match node:
            # Of a module, a class, a function or an attribute.
            case ast.Expr(ast.Constant(str())):
                lines.difference_update(_lines_of(node))
    return Count(len(lines), len(imports & lines), int(file.name != "__init__.py"))


def counted(root: Path = ROOT) -> dict[str, Count]:
    """The counts of a working copy: of each package of the program, each room, and what stands beside the program."""
    found: dict[str, Count] = defaultdict(Count)
    for file in (*_files(root / "runway_desktop"), *_files(root / "packaging"), *_files(root / "resources")):
        found[_part_of(file.relative_to(root))] += count(file)
    for file in _files(root / "tests"):
        found["tests"] += count(file)
    return dict(sorted(found.items(), key=lambda one: (not one[0].startswith("runway_desktop"), one[0])))


def show(root: Path = ROOT) -> None:
    """Prints the table, and the sums of the program, its rooms, and all but the tests."""
    found = counted(root)
    of_program = {name: one for name, one in found.items() if name.startswith("runway_desktop")}
    of_rooms = {name: one for name, one in of_program.items() if ".rooms." in name}
    sums = {
        "all rooms": sum(of_rooms.values(), Count()),
        "program": sum(of_program.values(), Count()),
        "program and scripts": sum((one for name, one in found.items() if name != "tests"), Count()),
    }
    say(f"{'code':32} {'lines':>7} {'modules':>8} {'imports':>8}")
    for name, one in (*found.items(), *sums.items()):
        if one.lines:
            share = f"{100 * one.imports / one.lines:.1f} %"
            say(f"{name.removeprefix('runway_desktop.'):32} {one.lines:7,} {one.modules:8} {share:>8}")


def _files(folder: Path) -> Iterator[Path]:
    return folder.rglob("*.py") if folder.is_dir() else iter(())


def _part_of(file: Path) -> str:
    top, *rest = file.parts[:-1] or (file.stem,)
    return ".".join([top, *rest[: 2 if rest[:1] == ["rooms"] else 1]]) if top == "runway_desktop" else top


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All below the node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield child
            yield from _statements(child)


def _lines_of(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
