"""Reads one source, a file or a text, by its format. Blocks; runs in the executor. Raises nothing for bad files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runway_desktop.catalog import asset_items
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import Size
from runway_desktop.domain.inputs import AssetDrop, IntakeFinding
from runway_desktop.domain.media import Media, MediaFormat, format_by_name, format_of
from runway_desktop.domain.task import Request
from runway_desktop.services.disk.disk_steps import storable_text
from runway_desktop.services.results import embedding, sidecar
from runway_desktop.services.results.sidecar import Sidecar, with_files_beside
from runway_desktop.texts import Text, in_turn

from . import documents
from .documents import read_document, read_json_lines
from .found_inputs import FoundInput, InputFinder, is_link, path_of
from .gathered import CLIPBOARD, GatheredDraft
from .parts import MOST_DRAFTS, Parts, looks_like_id, parts_of, words_of
from .reading import (
    DOCUMENTS,
    JSON_LINES,
    LARGEST_TEXT,
    LOGS,
    PLAIN,
    TABLES,
    TEXTS,
    Dropped,
    FileUnreadable,
    is_empty,
)
from .rows import ITEM, LINE, ROW, RowReader
from .tables import looks_like_table, read_table
from .vocabulary import PROMPT, Vocabulary

_TEXT_TOO_LARGE = Text("The text is too long. A list of prompts may have up to {limit}.").with_(
    limit=Size(LARGEST_TEXT)
)


@dataclass(eq=False, repr=False)
class SourceReader:
    """For one drop: reads each file once, even if several rows name it. `prefer`: the composer's endpoint and model."""

    _words: Vocabulary
    _dropped: Dropped
    _prefer: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self._finder = InputFinder()

    def read_file(self, path: Path) -> Parts:
        """Any file: media by content, else a list by extension."""
        try:
            return self._read_file(path)
        except FileUnreadable as error:
            return Parts(findings=[IntakeFinding(source=path.name, said=error.said)])
        except DiskError as error:
            return Parts(findings=[IntakeFinding(source=path.name, said=about(path.name, error.text))])
        except (OSError, ValueError) as error:
            # ValueError: a path with a zero byte.
            said = Text("“{file}” cannot be read ({reason}).").with_(file=path.name, reason=str(error))
            return Parts(findings=[IntakeFinding(source=path.name, said=said)])

    def read_clipboard(self, text: str) -> Parts:
        """Selected or pasted text: JSON, spreadsheet cells, or lines."""
        if len(text) > LARGEST_TEXT:
            return Parts(findings=[IntakeFinding(source=CLIPBOARD, said=_TEXT_TOO_LARGE)])
        text = storable_text(text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            return Parts()
        if text.lstrip()[:1] in ("{", "["):
            try:
                document = documents.parse(text, CLIPBOARD)
            except FileUnreadable:
                # A prompt may start with a bracket, for example "{a|b}".
                pass
            else:
                return read_document(document, self._reader(CLIPBOARD, ITEM, None))
        if looks_like_table(text, self._words):
            return read_table(text, self._reader(CLIPBOARD, ROW, None), tabs_only=True)
        return self._lines(text, CLIPBOARD, None)

    def read_address(self, address: str) -> Parts:
        """A dropped link or file:// URL."""
        address = address.strip()
        if address[:5].lower() == "file:":
            path = path_of(address)
            if path is not None:
                return self.read_file(path)
        return self._link(address, CLIPBOARD, None)

    def missing_inputs(self, request: Request, source: str) -> list[IntakeFinding]:
        """Findings for missing files of a restored request."""
        pair = self._words.pair(request.endpoint, request.model)
        fields = pair.asset_fields if pair else ()
        items = [item for field in fields for item in asset_items(field, request.values.get(field.name))]
        findings = []
        for item in items:
            found = self._finder.find(item.uri, None)
            if found.said and item.uri.startswith("file:"):
                findings.append(
                    IntakeFinding(
                        source=source, said=about(source, in_turn(found.said, Text("Choose the input again.")))
                    )
                )
        return findings

    def _read_file(self, path: Path) -> Parts:
        source = self._dropped.source(path)
        ending = source.ending
        found = format_of(source.head)
        if found is not None and not (found.name == "SVG" and ending in PLAIN | TABLES | JSON_LINES):
            return self._medium(path, found)
        if not source.size:
            raise is_empty(path.name)
        promised = format_by_name(path.name)
        if promised is not None and promised.media is not Media.OTHER:
            said = Text("“{file}” does not contain {media}, although its name says so. It may be damaged.")
            raise FileUnreadable(said.with_(file=path.name, media=promised.name))
        if ending not in TEXTS - LOGS:
            said = Text(
                "“{file}” cannot be used here. Drop pictures, clips or sound, or prompts as .txt, .csv or .jsonl."
            )
            raise FileUnreadable(said.with_(file=path.name))
        read = source.text()
        parts = Parts(findings=[IntakeFinding(source=path.name, said=remark) for remark in read.remarks])
        parts.add(self._text_file(path, ending, read.text))
        return parts

    def _text_file(self, path: Path, ending: str, text: str) -> Parts:
        if ending in TABLES:
            tabs_only = ending != ".csv" and "\t" in text
            return read_table(text, self._reader(path.name, ROW, path.parent), tabs_only=tabs_only)
        if ending in JSON_LINES:
            return read_json_lines(text, self._reader(path.name, LINE, path.parent))
        if ending in DOCUMENTS:
            return self._json(text, path)
        return self._lines(text, path.name, path.parent)

    def _json(self, text: str, path: Path) -> Parts:
        try:
            document: Any = documents.parse(text, path.name)
        except FileUnreadable:
            lines = [line for line in text.split("\n") if line.strip()]
            if len(lines) < 2 or not all(line.strip()[:1] == "{" for line in lines):
                raise
            # JSON lines in a file named .json.
            return read_json_lines(text, self._reader(path.name, LINE, path.parent))
        return read_document(document, self._reader(path.name, ITEM, path.parent))

    def _medium(self, path: Path, found: MediaFormat) -> Parts:
        if found.media is Media.OTHER:
            said = Text("“{file}” is in {media} format. Runway takes pictures, clips and sound.")
            raise FileUnreadable(said.with_(file=path.name, media=found.name))
        looked = self._finder.look_at(path)
        if not looked.uri:
            raise FileUnreadable(about(path.name, looked.said))
        return Parts(assets=[_asset(looked, path.name)])

    def _lines(self, text: str, source: str, beside: Path | None) -> Parts:
        """A line that consists of ids or links is read as those; any other line is a prompt."""
        reader = self._reader(source, LINE, beside)
        parts = Parts()
        lines, total = parts_of(text, MOST_DRAFTS)
        for line in lines:
            words = words_of(line.text)
            if words and all(map(looks_like_id, words)):
                for word in words:
                    parts.take_id(word, line.number, reader)
            elif words and all(map(is_link, words)):
                for word in words:
                    parts.add(self._link(word, source, line.number))
            else:
                parts.drafts.append(GatheredDraft(values={PROMPT: line.text}, source=source, row=line.number))
        if total > MOST_DRAFTS:
            said = Text("It has {total} prompts. Only the first {most} are used.")
            parts.findings.append(reader.finding(said.with_(total=total, most=MOST_DRAFTS)))
        return parts

    def _link(self, address: str, source: str, number: int | None) -> Parts:
        reader = self._reader(source, LINE, None)
        if not is_link(address):
            said = Text("“{link}” is not an https:// link.").with_(link=address[:80])
            return Parts(findings=[reader.finding(said, number)])
        if address[:7].lower() == "file://" and (path := path_of(address)) is not None:
            return self.read_file(path)
        found = self._finder.find(address, None)
        if found.said or not found.uri:
            return Parts(findings=[reader.finding(found.said or Text("The address cannot be used."), number, "link")])
        return Parts(assets=[_asset(found, source)])

    def _reader(self, source: str, where: Text, beside: Path | None) -> RowReader:
        return RowReader(self._words, self._finder, source, where, beside, self._prefer)


def about(source: str, said: Text | str) -> Text:
    """A sentence about a file or another source, which it begins with."""
    return Text("{where}: {problem}").with_(where=source, problem=said)


def draft_of(found: Sidecar, source: str) -> GatheredDraft:
    """A draft of a sidecar's request, when several sidecars were dropped."""
    return GatheredDraft(
        endpoint=found.request.endpoint or None,
        model=found.request.model or None,
        values=found.request.values,
        source=source,
        project=found.project,
        shot=found.title,
        is_literal=True,
    )


def _asset(found: FoundInput, source: str) -> AssetDrop:
    findings: tuple[IntakeFinding, ...] = ()
    if found.said:
        findings = (IntakeFinding(source=source, said=about(source, found.said)),)
    return AssetDrop(
        uri=found.uri,
        path=found.path,
        media=found.media,
        facts=found.facts,
        made_by=_made_by(found.path) if found.path is not None and not found.said else None,
        findings=findings,
    )


def _made_by(path: Path) -> Request | None:
    """The request of a result: from its own sidecar, or embedded in the file, also after a rename."""
    document: Mapping[str, Any] | None = sidecar.document_in(sidecar.path_for(path))
    if document is None or sidecar.part_of(document, "output").get("file") != path.name:
        try:
            document = embedding.read(path)
        except OSError:
            return None
    found = sidecar.read(with_files_beside(document, path.parent)) if document is not None else None
    return found.request if found is not None else None
