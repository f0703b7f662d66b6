"""Finds every id in a text of any length: a script's log, JSON, a table, clipboard text.

Blocks; call it in the executor, `step` by `step`. Raises `Unreadable`, with a sentence, for a file that is no text or
too large, and DiskError. An id's context is its columns in a table, the object around it in JSON, else its line.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from runway_desktop.domain.folders import Size
from runway_desktop.domain.media import MEGABYTE
from runway_desktop.domain.task import RemoteId
from runway_desktop.services.disk.disk_steps import parsed
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.intake.reading import DOCUMENTS, TABLES, FileUnreadable, Source
from runway_desktop.services.intake.tables import delimiter_of
from runway_desktop.services.intake.vocabulary import Content, TableColumn, Vocabulary, normalized
from runway_desktop.texts import Text

from .found_ids import UUID, FoundId, Known, LineReader, weigh

LARGEST = 500 * MEGABYTE
LARGEST_DOCUMENT = 4 * MEGABYTE
"""JSON up to this size is parsed as a whole; larger files are searched line by line, like a log."""
MOST_IDS = 20_000
BLOCK = 256 * 1024
"""Characters per call of the worker."""
NEAR = 4_000
"""Characters before and after an id that count as its line: some programs write one endless line."""
JUST_BEFORE = 90
"""Characters before an id that are used to classify it."""
_WESTERN = "as western european"
"""Name of the error handler for bytes that are not UTF-8."""
_SPLIT = "0123456789abcdefABCDEF-"
_TIMES = frozenset(map(normalized, ("date", "time", "when", "created", "created at", "started", "sent", "timestamp")))
_FILES = frozenset(map(normalized, ("file", "files", "filename", "path", "output", "saved", "saved as", "result")))


class IdSearch:
    """`found`: each id once, in the order of the text. `read` and `total` count characters or bytes."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._line_reader = LineReader(words.model_names)
        self.found: dict[RemoteId, FoundId] = {}
        self.is_full = False
        """There were more than `MOST_IDS`; the rest was not searched."""
        self.document: Any = None
        """The parsed JSON; None if it is no JSON or too large."""
        self.read = 0
        self.total = 0
        self._work: Iterator[None] = iter(())

    @classmethod
    def in_text(cls, text: str, words: Vocabulary) -> IdSearch:
        search = cls(words)
        search.total = len(text)
        search._work = search._whole(text) if _is_document(text) else search._lines(io.StringIO(text))
        return search

    @classmethod
    def in_file(cls, source: Source, words: Vocabulary) -> IdSearch:
        search = cls(words)
        search.total = source.size
        if search.total > LARGEST:
            raise FileUnreadable(
                Text(
                    "“{file}” is too large ({size}). IDs are searched in files of up to {limit}. Split it, or drop the "
                    "part that you need."
                ).with_(file=source.path.name, size=Size(search.total), limit=Size(LARGEST))
            )
        search._work = search._file(source)
        return search

    def step(self) -> bool:
        """Reads some more; False at the end."""
        return not self.is_full and next(self._work, self) is None

    def _file(self, source: Source) -> Iterator[None]:
        encoding = _encoding(source.head, source.path.name)
        codecs.register_error(_WESTERN, _as_western)
        with (
            spoken_for(source.path.parent),
            source.open() as binary,
            io.TextIOWrapper(binary, encoding, _WESTERN, newline="") as file,
        ):
            if source.ending in TABLES:
                yield from self._table(file)
            elif source.ending in DOCUMENTS and self.total <= LARGEST_DOCUMENT:
                yield from self._whole(file.read())
            else:
                yield from self._lines(file)

    def _lines(self, file: TextIO) -> Iterator[None]:
        """Block by block. The incomplete last line of a block is searched with the next one."""
        rest, line = "", 1
        while block := file.read(BLOCK):
            self.read = min(self.total, self.read + len(block))
            text = rest + block
            cut = text.rfind("\n") + 1
            if not cut and len(text) > BLOCK:
                # Split an endless line where there is no id.
                cut = len(text.rstrip(_SPLIT)) or len(text)
            rest = text[cut:]
            line = self._search(text[:cut], line)
            yield
        self._search(rest, line)

    def _search(self, text: str, line: int) -> int:
        """Collects the ids of a text whose first line has this number; returns the number of the line after it."""
        at = 0
        for match in UUID.finditer(text):
            begin, end = match.span()
            if _goes_on(text, begin, end):
                continue
            line += text.count("\n", at, begin)
            at = begin
            first = max(text.rfind("\n", 0, begin) + 1, begin - NEAR)
            last = text.find("\n", end, end + NEAR)
            whole = text[first : last if last >= 0 else end + NEAR]
            before = text[max(first, begin - JUST_BEFORE) : begin]
            self._take(match[0], line, before, text[end : end + 60], self._line_reader.known(whole.strip()))
        return line + text.count("\n", at)

    def _whole(self, text: str) -> Iterator[None]:
        """A JSON document: an id's context is the object that contains it."""
        try:
            self.document = parsed(text)
        except ValueError:
            yield from self._lines(io.StringIO(text))
            return
        self.read = self.total
        for number, (key, word, inner, outer) in enumerate(_words_of(self.document)):
            if match := UUID.search(word):
                known = self._of_object(inner).completed(self._of_object(outer))
                before = f'"{key}": "{word[: match.start()]}'
                self._take(match[0], number + 1, before[-JUST_BEFORE:], word[match.end() :][:60], known)
        yield

    def _table(self, file: TextIO) -> Iterator[None]:
        head = file.read(BLOCK)
        delimiter, start = delimiter_of(head, self._words)
        rows = csv.reader(_rejoined(head[start:], file), delimiter=delimiter)
        titles: list[str] = []
        columns: list[TableColumn | None] = []
        try:
            for number, row in enumerate(rows, 1):
                if number == 1:
                    titles, columns = row, [self._words.column(title) for title in row]
                self._row(row, number, titles if number > 1 else [], columns)
                if number % 500 == 0:
                    self.read = min(self.total, self.read + sum(map(len, row)) * 500)
                    yield
        except csv.Error:
            # Malformed CSV: search the whole file as plain text. What was found stays.
            file.seek(0)
            yield from self._lines(file)

    def _row(self, row: list[str], number: int, titles: list[str], columns: list[TableColumn | None]) -> None:
        matches = [(at, match) for at, cell in enumerate(row) for match in UUID.finditer(cell)]
        if not matches:
            return
        known = self._known(zip(titles, columns, row, strict=False))
        for at, match in matches:
            cell, column = row[at], columns[at] if at < len(columns) else None
            if _goes_on(cell, *match.span()):
                continue
            title = titles[at] if at < len(titles) else ""
            called = "task_id" if column is not None and column.meaning is Content.REMOTE_ID else title
            before = f"{called}: {cell[: match.start()]}"
            self._take(match[0], number, before[-JUST_BEFORE:], cell[match.end() :][:60], known)

    def _of_object(self, holder: Mapping[str, Any]) -> Known:
        return self._known((title, self._words.column(title), value) for title, value in _members(holder))

    def _known(self, cells: Iterable[tuple[str, TableColumn | None, Any]]) -> Known:
        """Facts about a task from titles, columns and values; the first of each kind counts."""
        said: dict[str, str] = {}
        for title, column, value in cells:
            name = _role(title, column)
            if name and isinstance(value, str) and value.strip():
                said.setdefault(name, value.strip())
        model = self._words.model(said.get("model", "")) or ""
        time = said.get("time", "").replace("T", " ")[:19]
        file = said.get("file", "").replace("\\", "/").split("\n")[0].rsplit("/", 1)[-1]
        return Known(prompt=said.get("prompt", ""), model=model, time=time, file=file)

    def _take(self, word: str, line: int, before: str, after: str, known: Known) -> None:
        weight, doubt = weigh(before, word, after)
        remote_id = RemoteId(word.lower())
        found = FoundId(remote_id, line, weight, doubt, known)
        there = self.found.get(remote_id)
        if there is not None:
            self.found[remote_id] = there.merged(found)
        elif len(self.found) < MOST_IDS:
            self.found[remote_id] = found
        else:
            self.is_full = True


def _goes_on(text: str, begin: int, end: int) -> bool:
    """Whether the match is part of a longer word."""
    return (begin > 0 and text[begin - 1] in _SPLIT) or (end < len(text) and text[end] in _SPLIT)


def _encoding(head: bytes, name: str) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise FileUnreadable(Text("“{file}” is not a text file.").with_(file=name))
    return "utf-8-sig"


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Decodes non-UTF-8 bytes as Windows-1252, which European spreadsheets write."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


def _is_document(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") and len(text) <= LARGEST_DOCUMENT


def _role(title: str, column: TableColumn | None) -> str:
    """The field of `Known` that a column or member holds; empty if none."""
    if column is not None and column.meaning in (Content.PROMPT, Content.MODEL):
        return column.meaning.value
    name = normalized(title)
    return "time" if name in _TIMES else "file" if name in _FILES else ""


def _members(holder: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Also yields the members of nested requests."""
    for title, value in holder.items():
        yield title, value
        if isinstance(value, Mapping):
            yield from value.items()
        elif isinstance(value, list) and value and isinstance(value[0], str):
            yield title, value[0]


def _words_of(document: Any) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Every text of a document with its name, the object that contains it, and the next outer object."""
    nothing: Mapping[str, Any] = {}
    waiting: list[tuple[str, Any, Mapping[str, Any], Mapping[str, Any]]] = [("", document, nothing, nothing)]
    while waiting:
        key, value, inner, outer = waiting.pop()
        match value:
            case str():
                yield key, value, inner, outer
            case dict():
                waiting += [(str(name), member, value, inner) for name, member in reversed(list(value.items()))]
            case list():
                waiting += [(key, member, inner, outer) for member in reversed(value)]


def _rejoined(head: str, file: TextIO) -> Iterator[str]:
    """The lines of a text whose beginning was already read."""
    lines = head.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += file.readline()
    yield from lines
    yield from file
