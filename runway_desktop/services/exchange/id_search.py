"""Finds every id in a text of up to `LARGEST` bytes: a script's log, JSON, a table, clipboard text.

Blocks; call it in the executor. Raises `Unreadable`, with a sentence, for a file that is no text or too large, and
DiskError. No text proves that a UUID is a task id: only Runway knows. Ids that are certainly something else are marked
(`weigh`), so that Runway is not asked for them. An id's context is its columns in a table, the object around it in
JSON, else its line.

`IdImport` compares the ids with the list and adopts them, on the loop's thread; it raises StoreError. Adopted tasks are
polled at the usual rate; only Runway's answer tells whether an id is a task.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum, auto
from itertools import islice
from pathlib import Path
from typing import Any

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import Size
from runway_desktop.domain.media import MEGABYTE
from runway_desktop.domain.task import RemoteId, Request, State, Task, TaskId
from runway_desktop.services.disk.disk_steps import parsed
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.disk.spreadsheet import delimiter_of
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import DOCUMENTS, TABLES, Dropped, FileUnreadable, Source
from runway_desktop.services.intake.sources import about
from runway_desktop.services.intake.vocabulary import Content, TableColumn, Vocabulary, normalized
from runway_desktop.services.ports import Store
from runway_desktop.services.tasks.adoption import Adopting, Adoption
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

LARGEST = 20 * MEGABYTE
LARGEST_DOCUMENT = 4 * MEGABYTE
"""JSON up to this size is parsed as a whole; larger files are searched line by line, like a log."""
MOST_IDS = 20_000
BLOCK = 256 * 1024
"""Characters that are searched at a time."""
_LENGTH = 36
"""Characters of an id."""
LONG_LINE = 2_000
"""Characters of a line that counts as a whole: some programs write one endless line."""
NEAR = 1_000
"""Characters before and after an id that count in a longer one, but only up to the next id."""
JUST_BEFORE = 90
"""Characters before an id that are used to classify it."""
_JUST_AFTER = 60
_WESTERN = "as western european"
"""Name of the error handler for bytes that are not UTF-8."""
_SPLIT = "0123456789abcdefABCDEF-"
_TIMES = frozenset(map(normalized, ("date", "time", "when", "created", "created at", "started", "sent", "timestamp")))
_FILES = frozenset(map(normalized, ("file", "files", "filename", "path", "output", "saved", "saved as", "result")))


class IdSearch:
    """`found`: each id once, in the order of the text."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._line_reader = LineReader(words.model_names)
        self.found: dict[RemoteId, FoundId] = {}
        self.is_full = False
        """There were more than `MOST_IDS`; the rest was left out."""
        self.document: Any = None
        """The parsed JSON; None if it is no JSON or too large."""

    @classmethod
    def in_text(cls, text: str, words: Vocabulary) -> IdSearch:
        search = cls(words)
        if text.lstrip()[:1] in ("{", "["):
            search._whole(text)
        else:
            search._search(text)
        return search

    @classmethod
    def in_file(cls, source: Source, words: Vocabulary) -> IdSearch:
        search = cls(words)
        if source.size > LARGEST:
            raise FileUnreadable(
                Text(
                    "“{file}” is too large ({size}). IDs are searched in files of up to {limit}. Split it, or drop the "
                    "part that you need."
                ).with_(file=source.path.name, size=Size(source.size), limit=Size(LARGEST))
            )
        encoding = _encoding(source.head, source.path.name)
        codecs.register_error(_WESTERN, _as_western)
        with spoken_for(source.path.parent), source.open() as file:
            text = file.read().decode(encoding, _WESTERN)
        if source.ending in TABLES:
            search._table(text)
        elif source.ending in DOCUMENTS:
            search._whole(text)
        else:
            search._search(text)
        return search

    def _search(self, text: str) -> None:
        """Line by line. In blocks: one search of a long text would keep the interpreter from other threads."""
        line, at, ended = 1, 0, 0
        read, known = (0, 0), Known()
        for start in range(0, len(text), BLOCK):
            for match in UUID.finditer(text, start, start + BLOCK + _LENGTH - 1):
                begin, end = match.span()
                if self.is_full:
                    return
                if _goes_on(text, begin, end):
                    continue
                line += text.count("\n", at, begin)
                at = begin
                first = text.rfind("\n", max(0, begin - LONG_LINE), begin) + 1
                last = text.find("\n", end, first + LONG_LINE)
                last = last if last >= 0 else len(text)
                if last - first > LONG_LINE:
                    # Up to the neighbors, so that no part of an endless line is read more than twice.
                    first, last = max(ended, begin - NEAR), end + NEAR
                    after = UUID.search(text, end, last)
                    last = after.start() if after else last
                ended = end
                if read != (first, last):
                    read, known = (first, last), self._line_reader.known(text[first:last].strip())
                before = text[max(first, begin - JUST_BEFORE) : begin]
                self._take(match[0], line, before, text[end : end + _JUST_AFTER], known)

    def _whole(self, text: str) -> None:
        """A JSON document: an id's context is the object that contains it."""
        try:
            self.document = parsed(text) if len(text) <= LARGEST_DOCUMENT else None
        except ValueError:
            self.document = None
        if self.document is None:
            self._search(text)
            return
        facts: dict[int, Known] = {}
        for number, (key, word, inner, outer) in enumerate(_words_of(self.document)):
            if match := UUID.search(word):
                for holder in (inner, outer):
                    if id(holder) not in facts:
                        facts[id(holder)] = self._of_object(holder)
                known = facts[id(inner)].completed(facts[id(outer)])
                before = f'"{key}": "{word[: match.start()]}'
                self._take(match[0], number + 1, before[-JUST_BEFORE:], word[match.end() :][:_JUST_AFTER], known)

    def _table(self, text: str) -> None:
        delimiter, start = delimiter_of(text[:BLOCK], self._words.column)
        rows = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter)
        titles: list[str] = []
        columns: list[TableColumn | None] = []
        try:
            for number, row in enumerate(rows, 1):
                if self.is_full:
                    return
                if number == 1:
                    titles, columns = row, [self._words.column(title) for title in row]
                self._row(row, number, titles if number > 1 else [], columns)
        except csv.Error:
            # Malformed CSV: search the whole file as plain text. What was found stays.
            self._search(text)

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
            begin, end = match.span()
            before = f"{called}: {cell[: match.start()]}" if begin < JUST_BEFORE else cell[begin - JUST_BEFORE : begin]
            self._take(match[0], number, before[-JUST_BEFORE:], cell[end : end + _JUST_AFTER], known)

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


HEX = "0-9a-fA-F"
UUID = re.compile(rf"[{HEX}]{{8}}-[{HEX}]{{4}}-[{HEX}]{{4}}-[{HEX}]{{4}}-[{HEX}]{{12}}")
MEDIA = r"(?:mp4|mov|m4v|webm|mkv|png|jpe?g|webp|svg|gif|mp3|wav|ogg|flac|zip)"

_TASK_BEFORE = re.compile(
    r"(?:\b|_)(?:runway[ _-]?)?(?:tasks?|generation|job|clip|remote)s?[ _-]?(?:ids?|uuid)?"
    r"[\"'`]?\s*(?:[:=#>(\[|]|->|is|was)*\s*[\"'`(\[{]*$",
    re.IGNORECASE,
)
_ID_BEFORE = re.compile(r"(?:^|[^A-Za-z])(?:uu)?ids?[\"'`]?\s*[:=#(\[]?\s*[\"'`(\[{]*$", re.IGNORECASE)
_OTHER_BEFORE = re.compile(
    r"(organi[sz]ation|org|user|account|team|workspace|asset|upload|request|req|trace|span|session|correlation|client|"
    r"message|event|project|document|voice|avatar|workflow|invocation|node|batch|run|device|api[ _-]?key)"
    r"s?(?:[ _-]?(?:ids?|uuid)?[\"'`]?\s*[:=#(\[]\s*|[ _-]?(?:ids?|uuid)[\"'`]?\s+)[\"'`(\[{]*$",
    re.IGNORECASE,
)
_TASK_PATH = re.compile(r"/tasks/$", re.IGNORECASE)
_QUERY = re.compile(r"[?&]task_?(?:id)?=$", re.IGNORECASE)
_FILE_AFTER = re.compile(rf"[\w.-]{{0,40}}\.{MEDIA}\b", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d")
_FILE = re.compile(rf"(?<![^\s\"'`<>|=,;()\[\]])[^\s\"'`<>|=,;()\[\]]+\.{MEDIA}\b", re.IGNORECASE)
_PROMPT = re.compile(r"prompt(?:_?text)?[\"'`]?\s?[:=]\s?", re.IGNORECASE)
_PROMPT_TEXT = re.compile(
    r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|([^|\"'{\[\n]{1,2000}?)\s?(?:\||$|,?\s\w{1,40}=)", re.IGNORECASE
)
_OUTSIDE_ADDRESS = re.compile(r"[\s\"'`<>(){}\[\]]")
_BLANKS = re.compile(r"\s{2,}")
_MOST_TRIED = 3
"""Positions of "prompt" in a line that are tried."""


class Weight(IntEnum):
    """How likely it is a task id. If an id occurs several times, the best evidence counts."""

    NO_ID = 0
    """No task id: not the UUID version that Runway uses."""
    ELSE = 1
    PLAIN = 2
    TASK = 3


class DoubtCode(Enum):
    """Why an id is probably or certainly no task id. Texts are in `usecases.words.imports`."""

    VERSION = auto()
    """Not the UUID version that Runway uses."""
    LINK = auto()
    LABEL = auto()
    """Named as something else's id."""
    FILE_NAME = auto()
    PATH = auto()


class Doubt(Struct, frozen=True):
    """`of`: the version, or the label."""

    code: DoubtCode
    of: str = ""


class Known(Struct, frozen=True, kw_only=True):
    """What a text says about a task. Empty: nothing. `time`: unchanged from the text."""

    prompt: str = ""
    model: str = ""
    time: str = ""
    file: str = ""

    def completed(self, other: Known) -> Known:
        return Known(
            prompt=self.prompt or other.prompt,
            model=self.model or other.model,
            time=self.time or other.time,
            file=self.file or other.file,
        )


class FoundId(Struct, frozen=True):
    """`line` counts from 1."""

    remote_id: RemoteId
    line: int
    weight: Weight
    doubt: Doubt | None = None
    known: Known = Known()

    def merged(self, other: FoundId) -> FoundId:
        """Merges a second occurrence of the id."""
        best = other if other.weight > self.weight else self
        rest = self if best is other else other
        return replace(best, line=min(self.line, other.line), known=best.known.completed(rest.known))


def weigh(before: str, word: str, after: str) -> tuple[Weight, Doubt | None]:
    """The weight of the UUID `word` between these texts of its line, and the doubt."""
    version = word[14]
    if version != "4" or word[19] not in "89abAB":
        return Weight.NO_ID, Doubt(DoubtCode.VERSION, version)
    if _TASK_PATH.search(before) or _QUERY.search(before):
        return Weight.TASK, None
    address = _OUTSIDE_ADDRESS.split(before)[-1]
    if "://" in address:
        return Weight.ELSE, Doubt(DoubtCode.LINK)
    if other := _OTHER_BEFORE.search(before):
        return Weight.ELSE, Doubt(DoubtCode.LABEL, other[1].lower())
    if _FILE_AFTER.match(after):
        return Weight.ELSE, Doubt(DoubtCode.FILE_NAME)
    if address.endswith(("/", "\\")) or after[:1] in ("/", "\\"):
        return Weight.ELSE, Doubt(DoubtCode.PATH)
    if _TASK_BEFORE.search(before) or _ID_BEFORE.search(before):
        return Weight.TASK, None
    return Weight.PLAIN, None


class LineReader:
    """`models`: model names of the catalog."""

    def __init__(self, models: frozenset[str]) -> None:
        names = "|".join(re.escape(name) for name in sorted(models, key=len, reverse=True))
        self._model = re.compile(rf"(?<![\w.-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE) if names else None

    def known(self, line: str) -> Known:
        """What one line says about the task whose id is in it."""
        # Avoids quadratic backtracking on long runs of blanks.
        line = _BLANKS.sub(" ", line)
        starts = islice(_PROMPT.finditer(line), _MOST_TRIED)
        prompt = next((found for start in starts if (found := _PROMPT_TEXT.match(line, start.end()))), None)
        without_prompt = line.replace(prompt[0], " ") if prompt else line
        model = self._model.search(without_prompt) if self._model is not None else None
        time, file = _TIME.search(line), _FILE.search(without_prompt)
        name = re.split(r"[/\\]", file[0])[-1] if file is not None and "://" not in file[0] else ""
        return Known(
            prompt=_unescaped(next((part for part in prompt.groups() if part), "")) if prompt else "",
            model=model[0].lower() if model else "",
            time=time[0].replace("T", " ")[:19] if time else "",
            file="" if UUID.search(name) and len(name) < 42 else name,
        )


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text.strip()
    try:
        return str(json.loads(f'"{text}"')).strip()
    except ValueError:
        return text.strip()


PAGE = 500


class IdStanding(StrEnum):
    """Relation of an id in a text to this list."""

    NEW = "new"
    KNOWN = "known"
    REMOVED = "removed"
    """Known, but removed from the list: restored only on request."""
    MISSED = "missed"
    """Known, but Runway or the key in use did not find it: polled again."""
    ELSE = "something else"
    """Probably no task id; may be tried anyway."""
    NO_ID = "no id"

    @property
    def is_worth_asking(self) -> bool:
        return self in (IdStanding.NEW, IdStanding.MISSED)


class IdEntry(Struct, frozen=True):
    found: FoundId
    standing: IdStanding
    task_id: TaskId | None = None


class IdsLook(Struct, frozen=True, kw_only=True):
    """`troubles`: sentences about files that could not be searched, or not completely."""

    entries: tuple[IdEntry, ...] = ()
    troubles: tuple[Text | str, ...] = ()


@dataclass(eq=False, repr=False)
class IdImport:
    _adoption: Adoption
    _store: Store
    _intake: Intake
    _executor: Executor

    async def look(self, dropped: Dropped, searches: Sequence[IdSearch] = ()) -> IdsLook:
        """Every id in these files, or else in the text. `searches`: those of its files or text that are done."""
        words = self._intake.words

        def searched(path: Path) -> IdSearch:
            return IdSearch.in_file(dropped.source(path), words)

        found: dict[RemoteId, FoundId] = {}
        troubles: list[Text | str] = []
        for position, path in enumerate(dropped.paths):
            try:
                search = searches[position] if searches else await in_worker(self._executor, searched, path)
            except (FileUnreadable, DiskError) as error:
                troubles.append(error.said if isinstance(error, FileUnreadable) else about(path.name, error.said))
                continue
            _merge(found, search.found)
            if search.is_full:
                troubles.append(
                    Text("“{file}” has more than {most} IDs. Only the first are listed.").with_(
                        file=path.name, most=MOST_IDS
                    )
                )
        if not dropped.paths:
            search = searches[0] if searches else await in_worker(self._executor, IdSearch.in_text, dropped.text, words)
            _merge(found, search.found)
        return IdsLook(entries=tuple(await self._entries_of(list(found.values()))), troubles=tuple(troubles))

    async def adopt(self, chosen: Sequence[FoundId]) -> Adopting:
        """Adopts these ids with the facts of their text. Known tasks are listed again; missed ones are polled again."""
        added: list[TaskId] = []
        known: list[TaskId] = []
        for start in range(0, len(chosen), PAGE):
            page = chosen[start : start + PAGE]
            requests = {
                one.remote_id: Request(endpoint="", model=one.known.model, prompt=one.known.prompt) for one in page
            }
            adoption = await self._adoption.adopt([one.remote_id for one in page], requests=requests)
            added += adoption.added
            known += adoption.known
        return Adopting(added=tuple(added), known=tuple(known))

    async def _entries_of(self, found: Sequence[FoundId]) -> list[IdEntry]:
        entries: list[IdEntry] = []
        for start in range(0, len(found), PAGE):
            page = found[start : start + PAGE]
            here = await self._store.find_remote([one.remote_id for one in page])
            tasks = await self._store.get_many(list(here.values()))
            standings = {task.id: _standing(task) for task in tasks}
            entries += [_entry(one, here.get(one.remote_id), standings) for one in page]
        return entries


def _standing(task: Task) -> IdStanding:
    if task.removed_at is not None:
        return IdStanding.REMOVED
    return IdStanding.MISSED if task.state is State.GONE or task.is_hidden else IdStanding.KNOWN


def _entry(found: FoundId, task_id: TaskId | None, standings: Mapping[TaskId, IdStanding]) -> IdEntry:
    if task_id is not None:
        return IdEntry(found, standings.get(task_id, IdStanding.KNOWN), task_id)
    no_tasks = {Weight.NO_ID: IdStanding.NO_ID, Weight.ELSE: IdStanding.ELSE}
    return IdEntry(found, no_tasks.get(found.weight, IdStanding.NEW))


def _merge(found: dict[RemoteId, FoundId], more: dict[RemoteId, FoundId]) -> None:
    for remote_id, one in more.items():
        there = found.get(remote_id)
        found[remote_id] = one if there is None else there.merged(one)
