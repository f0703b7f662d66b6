"""Import and export for the window, and detection whether dropped data is an import.

Dropped or pasted data may be a record of tasks instead of prompts or inputs. In doubt it counts as prompts: a text with
some ids is still prompts, unless it looks like a log or consists mostly of ids. A few bare ids need no preview. Loop's
thread; dropped files are read in the executor.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.backups import MANIFEST, SCHEMA
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.review import SCHEMA as REVIEW
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.spreadsheet import delimiter_of
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import DOCUMENTS, JSON_LINES, LOGS, TABLES, Dropped, FileUnreadable, Source
from runway_desktop.services.intake.vocabulary import Vocabulary
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.sidecar import Sidecar
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.actions import TaskActions
from runway_desktop.services.tasks.adoption import Adoption
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.values import Struct

from .file_export import FileExport
from .folder_import import FolderImport
from .folder_reading import holds_results, local_id
from .id_search import UUID, FoundId, IdImport, IdSearch, Weight
from .list_export import ListExport

FEW = 10
"""Up to so many bare ids are adopted without a preview."""
HEAD = 1_000_000
"""Characters of the beginning of a text that are read to classify it."""
_MANIFEST_HEAD = 4_096
"""Bytes of a backup's manifest that hold its schema."""
_OF_TEXTS = LOGS | JSON_LINES | TABLES | DOCUMENTS | {".txt", ".text", ".md"}
_ENDINGS = _OF_TEXTS | {""}
_OF_ANSWERS = DOCUMENTS | {".txt"}
_LOG_LINE = re.compile(
    r"\s*(?:[\[(<]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d)"
    r"|[\[(<]?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|TRACE)\b|(?:GET|POST|DELETE) )|.*/v1/tasks/"
)
_BARE = re.compile(r"[\s,;|\"'`\[\](){}<>]+|urn:uuid:", re.IGNORECASE)


class BackupFile(Struct, frozen=True):
    """A backup of a profile, not verified."""

    path: Path


class TaskIds(Struct, frozen=True, eq=False):
    """A record of task ids that needs a preview. `searches`: those of its files or text; empty if none was needed to
    classify it."""

    dropped: Dropped
    searches: tuple[IdSearch, ...] = ()


class ResultsFolder(Struct, frozen=True):
    """A folder of results, some of them unknown here."""

    path: Path


class ReviewAnswers(Struct, frozen=True):
    """What clients sent back, not verified: the name and the text of each."""

    told: tuple[tuple[str, str], ...]


Brought = BackupFile | TaskIds | ResultsFolder | ReviewAnswers | Gathered


@dataclass(eq=False, repr=False)
class Exchange:
    _ledger: Ledger
    _store: Store
    _adoption: Adoption
    _actions: TaskActions
    _catalog: Catalog
    _settings: Settings
    _bus: Bus
    _clock: Clock
    _intake: Intake
    _executor: Executor
    _space: DiskSpace

    def __post_init__(self) -> None:
        self.ids = IdImport(self._adoption, self._store, self._intake, self._executor)
        self.folders = FolderImport(
            self._ledger,
            self._store,
            self._actions,
            self._catalog,
            self._settings,
            self._bus,
            self._clock,
            self._executor,
            self._space,
        )
        self.files = FileExport(self._store, self._executor, self._space)
        self.lists = ListExport(self._store, self._catalog, self._executor)

    async def gather(
        self, dropped: Dropped, *, prefer: tuple[str, str] | None = None, for_import: bool = True
    ) -> Brought:
        """Dropped or pasted data, parsed; its files are read once. `for_import`: data with a preview is allowed; else
        it is gathered as requests, inputs and a few ids. StoreError."""
        found = await self._recognized(dropped, for_import=for_import)
        return found or await self._intake.gather(dropped, prefer=prefer)

    async def _recognized(self, dropped: Dropped, *, for_import: bool) -> Brought | None:
        """A folder whose results are all known counts as inputs."""
        words = self._intake.words if for_import else None
        found = await in_worker(self._executor, _recognized, dropped, words)
        if not isinstance(found, list):
            return found
        ids = [task_id for told in found if (task_id := local_id(told.task_id)) is not None]
        known = {task.id for task in await self._store.get_many(ids) if task.removed_at is None}
        return ResultsFolder(dropped.paths[0]) if any(told.task_id not in known for told in found) else None


def _recognized(dropped: Dropped, words: Vocabulary | None) -> Brought | list[Sidecar] | None:
    """A folder of results is returned as its first sidecars. Without words only a backup and answers to a review are
    detected."""
    path = dropped.paths[0] if len(dropped.paths) == 1 else None
    if path is not None and _claims_to_be_backup(path):
        return BackupFile(path)
    if (answers := _review_answers(dropped)) is not None:
        return answers
    if words is None:
        return None
    if path is not None and path.is_dir():
        return holds_results(path)
    searches = searches_of_record(dropped, words)
    return TaskIds(dropped, searches) if searches else None


def _claims_to_be_backup(path: Path) -> bool:
    """Not verified: restoring does that. People save backups under other endings than ours, but not under those of
    texts, which are opened only once."""
    odd = (OSError, ValueError, LookupError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
    if path.suffix.lower() not in _OF_TEXTS and path.is_file():
        with contextlib.suppress(*odd), zipfile.ZipFile(path) as archive, archive.open(MANIFEST) as manifest:
            return SCHEMA.encode() in manifest.read(_MANIFEST_HEAD)
    return False


def _review_answers(dropped: Dropped) -> ReviewAnswers | None:
    """Files of which each is an answer, or a text with one. What only has the name of one is verified too, so that the
    person is told."""
    if not dropped.paths:
        return ReviewAnswers((("", dropped.text),)) if REVIEW in dropped.text else None
    told = []
    for path in dropped.paths:
        if path.suffix.lower() not in _OF_ANSWERS:
            return None
        try:
            content = dropped.source(path).content
        except (DiskError, FileUnreadable, ValueError):
            return None
        # Editors of Windows may save it as UTF-16.
        coding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
        text = content.decode(coding, "replace")
        if REVIEW not in text and not path.name.startswith("decisions"):
            return None
        told.append((path.name, text))
    return ReviewAnswers(tuple(told))


def searches_of_record(dropped: Dropped, words: Vocabulary) -> tuple[IdSearch, ...]:
    """The searches of a record of ids that needs a preview, one per file, or one for the text; empty if it is
    no such record. Files take precedence over a text."""
    if not dropped.paths:
        search = IdSearch.in_text(dropped.text, words)
        return (search,) if _text_is_record(dropped.text, search) else ()
    if any(path.suffix.lower() not in _ENDINGS for path in dropped.paths):
        return ()
    searches = []
    for path in dropped.paths:
        try:
            source = dropped.source(path)
            search = IdSearch.in_file(source, words)
        except (DiskError, FileUnreadable, ValueError):
            return ()
        if not _file_is_record(source, search, words):
            return ()
        searches.append(search)
    return tuple(searches)


def _file_is_record(source: Source, search: IdSearch, words: Vocabulary) -> bool:
    head = source.content[: 4 * HEAD].decode("utf-8-sig", "replace")[:HEAD]
    ids = _likely(search)
    ending = source.ending
    if ending in LOGS:
        return bool(ids)
    if not ids or _is_few(head, ids):
        return False
    if ending in TABLES:
        rows = _rows(head, words)
        return len({one.line for one in ids if one.line <= rows}) * 2 >= rows - 1
    if ending in JSON_LINES:
        return _most_lines(head, ids)
    if ending in DOCUMENTS:
        return _document_is_record(search.document, ids)
    return _prose_is_record(head, ids)


def _text_is_record(text: str, search: IdSearch) -> bool:
    ids, head = _likely(search), text[:HEAD]
    if not ids or _is_few(head, ids):
        return False
    if head.lstrip()[:1] in ("{", "["):
        return _document_is_record(search.document, ids) or _most_lines(head, ids)
    return _prose_is_record(head, ids)


def _likely(search: IdSearch) -> list[FoundId]:
    return [one for one in search.found.values() if one.weight in (Weight.PLAIN, Weight.TASK)]


def _is_few(head: str, ids: Sequence[FoundId]) -> bool:
    """At most `FEW` ids and nothing else."""
    return len(ids) <= FEW and not _BARE.sub("", UUID.sub("", head))


def _prose_is_record(head: str, ids: Sequence[FoundId]) -> bool:
    if len(ids) > 1 and _most_lines(head, ids):
        return True
    lines = [line for line in head.split("\n")[:400] if line.strip()]
    like_a_log = sum(_LOG_LINE.match(line) is not None for line in lines)
    return like_a_log * 2 >= len(lines) and any(one.weight is Weight.TASK for one in ids)


def _most_lines(head: str, ids: Sequence[FoundId]) -> bool:
    lines = [number for number, line in enumerate(head.split("\n"), 1) if line.strip()]
    with_id = {one.line for one in ids} & set(lines)
    return len(ids) > 1 and len(with_id) * 2 >= len(lines)


def _document_is_record(document: Any, ids: Sequence[FoundId]) -> bool:
    """A list whose items mostly have a Runway id. A single sidecar or answer of the API is no such list."""
    if document is None:
        return len(ids) > FEW
    if sidecar.read(document) is not None:
        return False
    items = document
    if isinstance(document, dict):
        items = max((value for value in document.values() if isinstance(value, list)), key=len, default=[document])
    if any(sidecar.read(item) is not None for item in items[:20]):
        return False
    return len(ids) > 1 and len(ids) * 2 >= len(items)


def _rows(head: str, words: Vocabulary) -> int:
    delimiter, start = delimiter_of(head, words.column)
    try:
        return sum(bool(row) for row in csv.reader(io.StringIO(head[start:]), delimiter=delimiter))
    except csv.Error:
        return head.count("\n") + 1
