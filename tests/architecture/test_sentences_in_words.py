"""Texts for people are above the engine: domain and services return codes and values, `usecases/words` has the
sentences.

A sentence is a string of several words with final punctuation. Docstrings, log messages and texts of our own exceptions
are exempt: an exception is shown as it is to the caller of what failed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runway_desktop.domain import errors

ROOT = Path(__file__).resolve().parents[2] / "runway_desktop"

SENTENCES: Mapping[str, int] = {
    "domain.filenames": 7,
    "domain.profiles": 4,
    "services.account": 3,
    "services.backup.backups": 2,
    "services.backup.damaged_list": 1,
    "services.backup.disk": 1,
    "services.backup.finishing": 2,
    "services.backup.packing": 1,
    "services.backup.unpacking": 4,
    "services.disk.disk_words": 19,
    "services.disk.system_trash": 4,
    "services.exchange.folder_reading": 1,
    "services.exchange.found_ids": 5,
    "services.exchange.id_import": 1,
    "services.intake.documents": 5,
    "services.intake.inputs": 10,
    "services.intake.intake": 5,
    "services.intake.parts": 4,
    "services.intake.reading": 3,
    "services.intake.rows": 14,
    "services.intake.sources": 9,
    "services.intake.tables": 9,
    "services.media.input_fixes": 1,
    "services.profiles.profiles": 7,
    "services.results.downloads": 1,
    "services.results.fresh_links": 5,
    "services.settings": 1,
}
"""How many sentences are still made below the words, by module. The numbers may only shrink. Each variant of a sentence
counts: a text that is translated stands whole."""

OWN_ERRORS = {name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, Exception)}
ERRORS_FOR = {"worded"}
"""What turns an error of the system into one of our own, in the words that it is given."""
LOGGED = {"debug", "info", "warning", "error", "exception"}


def sentences(node: ast.AST) -> Iterator[str]:
    """Those of a module, in their order."""
    match node:
        case ast.Raise() | ast.Assert() | ast.Expr(value=ast.Constant()):
            return
        case ast.Call(func=ast.Name(id=name)) if name in OWN_ERRORS | ERRORS_FOR:
            return
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="log"))) if name in LOGGED:
            return
        case ast.JoinedStr(values=values):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)
            if is_sentence(text):
                yield text
        case ast.Constant(value=str() as text) if is_sentence(text):
            yield text
        case _:
            for child in ast.iter_child_nodes(node):
                yield from sentences(child)


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


def test_sentences_are_made_in_the_words_alone():
    more = {name: amount for name, amount in found().items() if amount > SENTENCES.get(name, 0)}
    assert more == {}


def test_what_was_moved_up_is_taken_from_the_list():
    counts = found()
    assert {name: counts.get(name, 0) for name in SENTENCES} == dict(SENTENCES)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ('why = "The disk is full."', ["The disk is full."]),
        ('why = f"The disk of {folder} is full."', ["The disk of {} is full."]),
        ('raise DiskError("The disk is full.", advice="Make room.")', []),
        ('error = DiskError("The disk is full.")', []),
        ('log.warning("The disk of %s is full.", folder)', []),
        ('def f():\n    """The disk is full."""', []),
        ('kind = "disk full"', []),
    ],
)
def test_a_sentence_for_people_is_told_from_one_for_programmers(source: str, seen: list[str]):
    assert list(sentences(ast.parse(source))) == seen
