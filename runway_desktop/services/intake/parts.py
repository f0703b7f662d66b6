"""What one source turned out to hold, while it is being read. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from runway_desktop.domain.task import RemoteId, parse_remote_id
from runway_desktop.services.results.sidecar import Sidecar

from .gathered import AssetDrop, Draft, IntakeFinding
from .lines import bad_id_in_words
from .rows import RowReader

MOST_DRAFTS = 10_000
"""Of one source. Nobody can review more in one sitting, and every one of them costs money."""


@dataclass(slots=True)
class Parts:
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
