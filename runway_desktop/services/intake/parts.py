"""What was found in one source so far, while it is being read; and splitting plain text into prompts (a line or a
paragraph each) and ids of tasks. Pure."""

from __future__ import annotations

import re
from itertools import groupby, islice

from runway_desktop.domain.inputs import AssetDrop, IntakeFinding
from runway_desktop.domain.task import RemoteId, parse_remote_id
from runway_desktop.services.results.sidecar import Sidecar
from runway_desktop.values import Struct, field

from .gathered import Draft
from .rows import RowReader

_LOOKS_LIKE_ID = re.compile(
    r"(?:urn:uuid:)?\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;]+")
_QUOTES = "\"'“”‘’`[](){}<>"
MOST_DRAFTS = 10_000
"""Of one source. Nobody can review more in one sitting, and every one of them costs money."""


class Line(Struct, frozen=True):
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


class Parts(Struct):
    drafts: list[Draft] = field(default_factory=list)
    assets: list[AssetDrop] = field(default_factory=list)
    ids: dict[RemoteId, None] = field(default_factory=dict)
    """In order, each once."""
    sidecars: list[Sidecar] = field(default_factory=list)
    findings: list[IntakeFinding] = field(default_factory=list)

    def take_id(self, word: str, number: int | None, reader: RowReader) -> None:
        """An id, or a sentence that says why it is none."""
        found = parse_remote_id(word.strip().lower().removeprefix("urn:uuid:").strip("{}"))
        if found is None:
            self.findings.append(reader.finding(bad_id_in_words(word.strip()), number, "id"))
        else:
            self.ids[found] = None

    def is_full(self, reader: RowReader, number: int, things: str = "") -> bool:
        """Whether there is no place for another draft, which has its sentence then."""
        if len(self.drafts) < MOST_DRAFTS:
            return False
        self.findings.append(reader.finding(f"Only the first {MOST_DRAFTS:,}{things} are taken.", number))
        return True

    def add(self, other: Parts) -> None:
        """Everything of another source after what is here."""
        self.drafts += other.drafts
        self.assets += other.assets
        self.ids |= other.ids
        self.sidecars += other.sidecars
        self.findings += other.findings


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """Where each group of lines without a gap begins, from 0, and how many lines it has."""
    groups = (list(group) for filled, group in groupby(enumerate(lines), lambda line: bool(line[1])) if filled)
    return [(group[0][0], len(group)) for group in groups]
