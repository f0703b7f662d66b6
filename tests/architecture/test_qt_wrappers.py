"""What kills Python's wrappers of Qt objects while the objects live, read from the syntax of each file.

PySide makes the wrapper of what a getter returns a child of the widget that was asked. Where that is not what owns it,
the end of the widget takes the wrapper's whole family along: every action and viewport that Qt made is "already
deleted" from then on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.rigs.sources import dotted, nodes

ROOT = Path(__file__).resolve().parents[2]

FOREIGN = {"nextInFocusChain", "previousInFocusChain", "focusProxy", "buddy"}
"""Getters that return what the asked widget does not own: the window, in the worst case."""
MADE_BY_QT = {
    "addAction", "addMenu", "addSection", "addSeparator", "menuAction",
    "viewport", "viewport_of", "verticalScrollBar", "horizontalScrollBar", "verticalHeader", "horizontalHeader",
    "header", "lineEdit", "screen", "windowHandle", "findChild",
}  # fmt: skip
"""Calls that return what Qt made, when they are given no object of ours."""


def files(room: str) -> Iterator[tuple[str, tuple[ast.AST, ...]]]:
    for file in sorted((ROOT / room).rglob("*.py")):
        yield str(file.relative_to(ROOT)), nodes(file)


def asked_of_foreign(everything: Iterable[ast.AST]) -> Iterator[str]:
    for node in everything:
        if isinstance(node, ast.Attribute) and node.attr in FOREIGN:
            yield f"{node.lineno} {node.attr}"


def kept(everything: Iterable[ast.AST]) -> Iterator[str]:
    """What is stored in an attribute, and bound methods that are handed on to be called later."""
    for node in everything:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) for target in targets) and _is_made_by_qt(node.value):
                yield f"{node.lineno} {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] not in ("connect", "disconnect"):
            # A slot of Qt's own is connected by Qt, without the wrapper.
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(given, ast.Attribute) and _is_made_by_qt(given.value):
                    yield f"{given.lineno} {ast.unparse(given)}"


def of_receivers(everything: Iterable[ast.AST]) -> Iterator[str]:
    for node in everything:
        if isinstance(node, ast.Call) and len(node.args) > 2 and dotted(node.func).endswith("QTimer.singleShot"):
            yield f"{node.lineno} {ast.unparse(node)}"


def _is_made_by_qt(value: ast.AST | None) -> bool:
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else dotted(value.func)
    return name in MADE_BY_QT


@pytest.mark.parametrize("room", ["runway_desktop", "tests"])
def test_code_never_asks_a_widget_for_objects_it_does_not_own(room):
    assert [f"{file}:{found}" for file, everything in files(room) for found in asked_of_foreign(everything)] == []


def test_code_keeps_no_python_wrapper_of_objects_created_by_qt():
    assert [f"{file}:{found}" for file, everything in files("runway_desktop") for found in kept(everything)] == []


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("self._star = self.addAction(icon, place)", True),
        ("self._viewport: QWidget = table.viewport()", True),
        ("self.line = self.findChild(QLineEdit)", True),
        ("FollowsTheme(theme, self, viewport_of(self).update)", True),
        ("Later(restyle=self.viewport().update)", True),
        ("action = menu.addAction('Quit')", False),
        ("theme.changed.connect(self.viewport().update)", False),
        ("FollowsTheme(theme, self, lambda: self.viewport().update())", False),
        ("self._width = self.viewport().width()", False),
    ],
)
def test_wrapper_check_reports_a_kept_wrapper(line, is_kept):
    assert bool([*kept(ast.walk(ast.parse(line)))]) == is_kept


def test_wrapper_check_reports_a_getter_of_a_foreign_object():
    assert [*asked_of_foreign(ast.walk(ast.parse("after = widget.nextInFocusChain()")))] == ["1 nextInFocusChain"]


def test_single_shot_callbacks_report_their_exceptions():
    """PySide drops what the callable raises where the timer is given a receiver beside it."""
    found = [f"{name}:{line}" for name, everything in files("runway_desktop") for line in of_receivers(everything)]
    assert found == []
    assert list(of_receivers(ast.walk(ast.parse("QTimer.singleShot(0, self, self.fit)"))))
