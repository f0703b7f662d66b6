"""Texts for people are above the engine, in `usecases/words`; below it a sentence stands in the record that carries it.

A sentence is a string of several words with final punctuation. Right where they are: docstrings, log messages, and the
texts of our own exceptions and records (structs), since these are shown as they are. A text counts as the record's if
it is an argument of it, or has a name that is one, or is appended to a list that has, or stands in a table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from runway_desktop.domain import errors
from tests.rigs.sources import nodes, tree

ROOT = Path(__file__).resolve().parents[2] / "runway_desktop"

MAKERS = {"_at", "_do_or_say", "finding", "replace", "scratch", "told", "worded"}
"""Functions that make a record or an error of the text that they are given."""
LOGGED = {"debug", "info", "warning", "error", "exception"}


def structs() -> Iterator[str]:
    """Names of the classes of records, and of errors beside `domain.errors`."""
    for layer in ("domain", "services"):
        for file in (ROOT / layer).rglob("*.py"):
            for node in nodes(file):
                if isinstance(node, ast.ClassDef) and any(
                    getattr(base, "id", "") in ("Struct", "Exception") for base in node.bases
                ):
                    yield node.name


OWN_ERRORS = {name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, Exception)}


@cache
def records() -> set[str]:
    return OWN_ERRORS | MAKERS | set(structs())


def makes_record(node: ast.AST) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in records()
    return False


def sentences(module: ast.AST) -> Iterator[str]:
    """Those of a module that no record carries, in their order."""
    made = [node for node in ast.walk(module) if makes_record(node)]
    return _sentences(module, {one.id for node in made for one in ast.walk(node) if isinstance(one, ast.Name)})


def _sentences(node: ast.AST, carried: set[str]) -> Iterator[str]:
    match node:
        case _ if makes_record(node):
            return
        case ast.Assert() | ast.Expr(value=ast.Constant()) | ast.Assign(value=ast.Dict()):
            return
        case ast.AnnAssign(value=ast.Dict()):
            return
        case ast.Assign(targets=[ast.Name(id=name)]) if name in carried:
            return
        case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=name))) if name in carried:
            return
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="log" | "re"))) if name in LOGGED | {"compile"}:
            return
        case ast.JoinedStr(values=values):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)
            if is_sentence(text):
                yield text
        case ast.Constant(value=str() as text) if is_sentence(text):
            yield text
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _sentences(child, carried)


def is_sentence(text: str) -> bool:
    return " " in text.strip() and text.rstrip().endswith((".", "?", "!")) and any(letter.islower() for letter in text)


@pytest.mark.parametrize("layer", ["domain", "services"])
def test_sentences_are_made_in_the_words_alone(layer: str):
    found = {
        file.relative_to(ROOT).as_posix(): said
        for file in sorted((ROOT / layer).rglob("*.py"))
        if (said := list(sentences(tree(file))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ('why = "The disk is full."', ["The disk is full."]),
        ('why = f"The disk of {folder} is full."', ["The disk of {} is full."]),
        ('raise DiskError("The disk is full.", advice="Make room.")', []),
        ('error = DiskError("The disk is full.")', []),
        ('said = Text("The disk is full.")\nfound = Notice(said)', []),
        ('_SAID = {Code.FULL: Text("The disk is full.")}', []),
        ('with worded(Text("The disk is full.")):\n    pass', []),
        ('return Text("The disk is full.")', ["The disk is full."]),
        ('why.append(Text("The disk is full."))\nfound = Notice(why)', []),
        ('why.append(Text("The disk is full."))', ["The disk is full."]),
        ('log.warning("The disk of %s is full.", folder)', []),
        ('def f():\n    """The disk is full."""', []),
        ('kind = "disk full"', []),
    ],
)
def test_sentence_check_tells_user_texts_from_error_messages(source: str, seen: list[str]):
    assert list(sentences(ast.parse(source))) == seen
