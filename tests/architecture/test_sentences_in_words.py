"""Texts for people are above the engine, in `usecases/words`; below it a sentence stands in the record that carries it.

A sentence is a string of several words with final punctuation. Right where they are: docstrings, log messages, and the
texts of our own exceptions and records (structs), since these are shown as they are. A text counts as the record's if
it is an argument of it, or has a name that is one, or stands in a table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runway_desktop.domain import errors

ROOT = Path(__file__).resolve().parents[2] / "runway_desktop"

SENTENCES: Mapping[str, int] = {
    "domain.profiles": 4,
    "services.account": 1,
    "services.backup.disk": 1,
    "services.disk.disk_words": 1,
    "services.disk.system_trash": 1,
    "services.exchange.folder_reading": 1,
    "services.exchange.id_import": 1,
    "services.exchange.id_search": 5,
    "services.intake.intake": 4,
    "services.intake.parts": 3,
    "services.intake.reading": 2,
    "services.profiles.profile_folders": 7,
    "services.results.fresh_links": 5,
    "services.settings": 1,
}
"""How many sentences below the words are neither a record's nor an error's, by module. The numbers may only shrink.
Each variant of a sentence counts: a text that is translated stands whole."""

MAKERS = {"_at", "finding", "worded", "told", "scratch"}
"""Functions that make a record or an error of the text that they are given."""
LOGGED = {"debug", "info", "warning", "error", "exception"}


def structs() -> Iterator[str]:
    """Names of the classes of records."""
    for layer in ("domain", "services"):
        for file in (ROOT / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Struct" for base in node.bases):
                    yield node.name


OWN_ERRORS = {name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, Exception)}
RECORDS = OWN_ERRORS | MAKERS | set(structs())


def makes_record(node: ast.AST) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in RECORDS
    return False


def sentences(tree: ast.AST) -> Iterator[str]:
    """Those of a module that no record carries, in their order."""
    made = [node for node in ast.walk(tree) if makes_record(node)]
    return _sentences(tree, {one.id for node in made for one in ast.walk(node) if isinstance(one, ast.Name)})


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


def found() -> dict[str, int]:
    counts = {}
    for layer in ("domain", "services"):
        for file in sorted((ROOT / layer).rglob("*.py")):
            amount = len(list(sentences(ast.parse(file.read_text("utf-8")))))
            if amount:
                counts[file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")] = amount
    return counts


def test_sentences_for_people_are_only_in_the_words_modules():
    more = {name: amount for name, amount in found().items() if amount > SENTENCES.get(name, 0)}
    assert more == {}


def test_sentence_exceptions_list_no_sentence_that_was_moved():
    counts = found()
    assert {name: counts.get(name, 0) for name in SENTENCES} == dict(SENTENCES)


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
        ('log.warning("The disk of %s is full.", folder)', []),
        ('def f():\n    """The disk is full."""', []),
        ('kind = "disk full"', []),
    ],
)
def test_sentence_check_tells_user_texts_from_error_messages(source: str, seen: list[str]):
    assert list(sentences(ast.parse(source))) == seen
