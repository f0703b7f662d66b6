"""Text from outside is never interpreted as HTML, for which Qt would load resources, even from the network.

Every place where Qt guesses the text format uses one of two functions: labels are those of `ui/labels.py`, tool tips
use `tip`. Literal texts in the source are exempt, and their translations.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.rigs.sources import dotted, nodes

ROOT = Path(__file__).resolve().parents[2] / "runway_desktop"

LABELS = "ui/labels.py"
"""The only file that makes a `QLabel`, or a class of its own of it."""
GUIDE = "rooms/help/guide_window.py"
"""Shows Markdown without HTML: pages that ship with the program, never text from outside. It loads nothing but pictures
of their folder, see `gui/window/test_guide_window.py`."""
ITS_MARKDOWN = ["QTextBrowser", "setMarkdown"]
READS_HTML = {
    "QErrorMessage", "QFormLayout", "QInputDialog", "QProgressDialog", "QSplashScreen", "QTextBrowser", "QTextEdit",
    "appendHtml", "insertHtml", "setHtml", "setMarkdown", "setWhatsThis", "whatsThis",
}  # fmt: skip
"""What shows HTML, or makes labels of its own, without another choice."""
DECIDES = {"QMessageBox", "QStaticText"}
"""What takes a text for HTML unless the function that makes it sets its format."""
DOORS = {"tip", "plain.tip", "notice", "keys.tip", "_keys.tip", "window.keys.tip"}
"""What makes a text harmless; the keys' own are words of the program."""
ROLE = "ToolTipRole"


def found(everything: Iterable[ast.AST], *, makes_labels: bool = False) -> Iterator[str]:
    for node in everything:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in READS_HTML:
                yield f"{node.lineno} {name}"
            case ast.ClassDef(bases=bases) if not makes_labels and "QLabel" in map(dotted, bases):
                yield f"{node.lineno} class {node.name}"
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                calls = (call for call in ast.walk(node) if isinstance(call, ast.Call))
                made = [call for call in calls if dotted(call.func) in DECIDES]
                if made and "PlainText" not in ast.unparse(node):
                    yield from (f"{call.lineno} {dotted(call.func)}" for call in made)
            case ast.Call(func=func) if not makes_labels and dotted(func) == "QLabel":
                yield f"{node.lineno} QLabel"
            case ast.match_case() if ROLE in ast.unparse(node.pattern):
                yield from returned(node.body)
            case ast.If() if ROLE in ast.unparse(node.test):
                yield from returned(node.body)
        if isinstance(node, ast.Call):
            yield from (f"{text.lineno} {ast.unparse(text)}" for text in shown(node) if not is_plain(text))


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """The texts that a call gives to a tool tip."""
    match call:
        case ast.Call(func=ast.Attribute(attr="setToolTip"), args=args):
            yield args[-1]
        case ast.Call(func=ast.Attribute(attr="showText" | "showMessage"), args=[_, text, *_]):
            yield text
        case ast.Call(func=ast.Attribute(attr="setData"), args=args) if any(ROLE in ast.unparse(one) for one in args):
            yield args[-1]
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "toolTip")


def returned(body: list[ast.stmt]) -> Iterator[str]:
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.Return) and node.value is not None and not is_plain(node.value):
            yield f"{node.lineno} {ast.unparse(node.value)}"


def is_plain(text: ast.expr) -> bool:
    match text:
        case ast.Constant():
            return True
        case ast.IfExp(body=one, orelse=other):
            return is_plain(one) and is_plain(other)
        case ast.BoolOp(values=values):
            return all(map(is_plain, values))
        case ast.Call(func=ast.Name(id="_"), args=[ast.Constant()], keywords=[]):
            return True
        case ast.Call(func=func):
            return ast.unparse(func).removeprefix("self.") in DOORS
    return False


def test_external_text_is_shown_as_plain_text_in_labels_and_tool_tips():
    everywhere = {}
    for file in sorted(ROOT.rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        places = list(found(nodes(file), makes_labels=name == LABELS))
        if places:
            everywhere[name] = places
    assert [place.split()[1] for place in everywhere.pop(GUIDE)] == ITS_MARKDOWN
    assert everywhere == {}


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("label = QLabel(project)", True),
        ("class Title(QLabel): ...", True),
        ("label = words(parent, project)", False),
        ("labels = window.findChildren(QLabel)", False),
        ("item.setToolTip(project)", True),
        ("item.setToolTip(0, project)", True),
        ("item.setToolTip(f'Open {project}')", True),
        ("item.setToolTip(tip(project) if project else '')", False),
        ("item.setToolTip('' if is_on else project)", True),
        ("item.setToolTip('Copy')", False),
        ("item.setToolTip(self._keys.tip('Send', 'request.send'))", False),
        ("item.setToolTip(saying.tip(line))", True),
        ("QToolTip.showText(at, reason, view)", True),
        ("item.setData(Qt.ItemDataRole.ToolTipRole, project)", True),
        ("button = QPushButton(toolTip=project)", True),
        ("if role == Qt.ItemDataRole.ToolTipRole:\n    return line.title", True),
        (
            "match role:\n    case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.DisplayRole:\n        return title",
            True,
        ),
        ("match role:\n    case Qt.ItemDataRole.ToolTipRole:\n        return tip(title) or None", False),
        ("def show(text):\n    box = QMessageBox(text)", True),
        ("def show(text):\n    box = QMessageBox(text)\n    box.setTextFormat(Qt.TextFormat.PlainText)", False),
        ("layout = QFormLayout(self)", True),
        ("icon.showMessage(title, text, icon)", True),
    ],
)
def test_plain_text_check_finds_external_text_that_may_render_as_html(line: str, is_found: bool):
    # `return` stands in functions alone; for the syntax it does not matter.
    assert bool(list(found(ast.walk(ast.parse(line))))) is is_found
