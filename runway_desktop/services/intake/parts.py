"""Accumulates what was read from one source, and splits plain text into prompts (lines or paragraphs) and task ids.
Pure."""

from __future__ import annotations

import re
from itertools import groupby, islice

from runway_desktop.domain.inputs import AssetDrop, IntakeFinding
from runway_desktop.domain.task import RemoteId, parse_remote_id
from runway_desktop.services.results.sidecar import Sidecar
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field

from .gathered import GatheredDraft
from .rows import RowReader

_LOOKS_LIKE_ID = re.compile(
    r"(?:urn:uuid:)?\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;]+")
_QUOTES = "\"'“”‘’`[](){}<>"
_EXAMPLE = "17f20503-6c24-4c16-946b-35dbbce2af2f"
MOST_DRAFTS = 10_000
"""Per source. More cannot be reviewed at once, and each of them costs money."""


class TextLine(Struct, frozen=True):
    """A line or paragraph; `number`: its first line, from 1."""

    number: int
    text: str


def parts_of(text: str, most: int) -> tuple[list[TextLine], int]:
    """The paragraphs of a text that has paragraphs, else its lines, at most `most`; and their total number. Blank ones
    are left out."""
    lines = [line.strip() for line in text.split("\n")]
    blocks = _blocks(lines)
    # A text counts as paragraphs if most of its blocks have several lines.
    if len(blocks) > 1 and sum(size > 1 for _, size in blocks) * 2 > len(blocks):
        paragraphs = [TextLine(start + 1, "\n".join(lines[start : start + size])) for start, size in blocks[:most]]
        return paragraphs, len(blocks)
    filled = (TextLine(number, line) for number, line in enumerate(lines, 1) if line)
    return list(islice(filled, most)), sum(size for _, size in blocks)


def words_of(line: str) -> list[str]:
    """The words between blanks, commas and semicolons, without quotes and brackets."""
    return [word for part in _BETWEEN.split(line) if (word := part.strip(_QUOTES))]


def looks_like_id(word: str) -> bool:
    return _LOOKS_LIKE_ID.fullmatch(word.strip()) is not None


def bad_id(word: str, number: int | None, reader: RowReader) -> IntakeFinding:
    """Why a word is no Runway id."""
    version = word.lower().removeprefix("urn:uuid:").strip("{}")[14:15]
    if not looks_like_id(word):
        said = Text("“{word}” is not a task ID. Task IDs look like {example}.")
    elif version == "4":
        said = Text("“{word}” is not a task ID of Runway, although it looks like one.")
    else:
        said = Text("“{word}” is not a task ID of Runway: those are version 4 UUIDs, this is version {version}.")
    return reader.finding(said.with_(word=word[:60], example=_EXAMPLE, version=version), number, "id")


class Parts(Struct):
    drafts: list[GatheredDraft] = field(default_factory=list)
    assets: list[AssetDrop] = field(default_factory=list)
    ids: dict[RemoteId, None] = field(default_factory=dict)
    """An ordered set."""
    sidecars: list[Sidecar] = field(default_factory=list)
    findings: list[IntakeFinding] = field(default_factory=list)

    def take_id(self, word: str, number: int | None, reader: RowReader) -> None:
        """Adds an id, or a finding why it is none."""
        found = parse_remote_id(word.strip().lower().removeprefix("urn:uuid:").strip("{}"))
        if found is None:
            self.findings.append(bad_id(word.strip(), number, reader))
        else:
            self.ids[found] = None

    def is_full(self, reader: RowReader, number: int) -> bool:
        """Whether there is no space for another draft; then adds a finding."""
        if len(self.drafts) < MOST_DRAFTS:
            return False
        self.findings.append(
            reader.finding(Text("Only the first {number} are used.").with_(number=MOST_DRAFTS), number)
        )
        return True

    def add(self, other: Parts) -> None:
        """Appends the content of another source."""
        self.drafts += other.drafts
        self.assets += other.assets
        self.ids |= other.ids
        self.sidecars += other.sidecars
        self.findings += other.findings


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """Start (from 0) and number of lines of each block without blank lines."""
    groups = (list(group) for filled, group in groupby(enumerate(lines), lambda line: bool(line[1])) if filled)
    return [(group[0][0], len(group)) for group in groups]
