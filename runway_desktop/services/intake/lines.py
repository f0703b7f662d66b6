"""Plain text: prompts, a line or a paragraph each; ids of tasks; links. Pure.

A line that is nothing but an id or a link is that, wherever it stands; everything else is a prompt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice

_LOOKS_LIKE_ID = re.compile(
    r"(?:urn:uuid:)?\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;]+")
_QUOTES = "\"'“”‘’`[](){}<>"


@dataclass(frozen=True, slots=True)
class Line:
    """A line or a paragraph; `number` is the line where it begins, from 1."""

    number: int
    text: str


def parts_of(text: str, most: int) -> tuple[list[Line], int]:
    """The paragraphs of a text that is written in such, else its lines, and how many there are; at most `most` of them.
    Blank ones are left out."""
    lines = [line.strip() for line in text.split("\n")]
    blocks = _blocks(lines)
    # A single line among paragraphs is still a paragraph; a few groups of lines with a gap between them are mostly
    # single lines.
    if len(blocks) > 1 and sum(size > 1 for _, size in blocks) * 2 > len(blocks):
        paragraphs = [Line(start + 1, "\n".join(lines[start : start + size])) for start, size in blocks[:most]]
        return paragraphs, len(blocks)
    filled = (Line(number, line) for number, line in enumerate(lines, 1) if line)
    return list(islice(filled, most)), sum(size for _, size in blocks)


def words_of(line: str) -> list[str]:
    """The parts of a line between blanks, commas and semicolons, without what quotes them."""
    return [word for part in _BETWEEN.split(line) if (word := part.strip(_QUOTES))]


def looks_like_id(word: str) -> bool:
    return _LOOKS_LIKE_ID.fullmatch(word.strip()) is not None


def bad_id_in_words(word: str) -> str:
    """Why something of the form of an id is none of Runway's."""
    if not looks_like_id(word):
        return f"“{word[:60]}” is no id of a task. Ids look like 0f8fad5b-d9cb-469f-a165-70867728950e."
    version = word.lower().removeprefix("urn:uuid:").strip("{}")[14:15]
    other = "this one is not, though it says so" if version == "4" else f"this is one of version {version}"
    return f"{word} is no id of Runway's: those are UUIDs of version 4, {other}."


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """Where each group of lines without a gap begins, from 0, and how many lines it has."""
    blocks: list[tuple[int, int]] = []
    start = -1
    for place, line in enumerate(chain(lines, [""])):
        if line and start < 0:
            start = place
        elif not line and start >= 0:
            blocks.append((start, place - start))
            start = -1
    return blocks
