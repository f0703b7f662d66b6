"""Plain text: prompts, a line or a paragraph each; ids of tasks; links. Pure.

A line that is nothing but an id or a link is that, wherever it stands; everything else is a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from runway_desktop.domain.task import RemoteId, parse_remote_id

from .inputs import is_link

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


@dataclass(frozen=True, slots=True)
class Sorted:
    """What stands in a text. `bad_ids`: what has the form of an id and is none of Runway's."""

    prompts: tuple[Line, ...]
    links: tuple[Line, ...]
    ids: tuple[RemoteId, ...]
    bad_ids: tuple[Line, ...]
    total: int
    """How many lines or paragraphs there are, those that were not taken too."""


def sort_lines(text: str, *, most: int) -> Sorted:
    """Sorts a text with plain newlines into what its parts are; at most the first `most` of them."""
    prompts: list[Line] = []
    links: list[Line] = []
    ids: dict[RemoteId, None] = {}
    bad: list[Line] = []
    parts, total = _parts(text, most)
    for line in parts:
        words = [word.strip(_QUOTES) for word in _BETWEEN.split(line.text) if word.strip(_QUOTES)]
        if words and all(_LOOKS_LIKE_ID.fullmatch(word) for word in words):
            for word in words:
                found = parse_remote_id(word.lower().removeprefix("urn:uuid:").strip("{}"))
                if found is None:
                    bad.append(Line(line.number, word))
                else:
                    ids[found] = None
        elif words and all(is_link(word) for word in words):
            links += [Line(line.number, word) for word in words]
        else:
            prompts.append(line)
    return Sorted(tuple(prompts), tuple(links), tuple(ids), tuple(bad), total)


def looks_like_id(word: str) -> bool:
    return _LOOKS_LIKE_ID.fullmatch(word.strip()) is not None


def bad_id_in_words(word: str) -> str:
    """Why something of the form of an id is none of Runway's."""
    if not looks_like_id(word):
        return f"“{word[:60]}” is no id of a task. Ids look like 0f8fad5b-d9cb-469f-a165-70867728950e."
    version = word.lower().removeprefix("urn:uuid:").strip("{}")[14:15]
    other = "this one is not, though it says so" if version == "4" else f"this is one of version {version}"
    return f"{word} is no id of Runway's: those are UUIDs of version 4, {other}."


def _parts(text: str, most: int) -> tuple[list[Line], int]:
    """The paragraphs of a text that is written in such, else its lines, and how many there are; at most `most` of them.
    Blank ones are left out."""
    lines = [line.strip() for line in text.split("\n")]
    blocks = _blocks(lines)
    # A single line among paragraphs is still a paragraph; a few groups of lines with a gap between them are mostly
    # single lines.
    if len(blocks) > 1 and sum(size > 1 for _, size in blocks) * 2 > len(blocks):
        paragraphs = [Line(start + 1, "\n".join(lines[start : start + size])) for start, size in blocks[:most]]
        return paragraphs, len(blocks)
    filled = [Line(number, line) for number, line in islice(_filled(lines), most)]
    return filled, sum(size for _, size in blocks)


def _filled(lines: list[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if line)


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
