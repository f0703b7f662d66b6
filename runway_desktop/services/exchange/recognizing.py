"""Whether what was dropped or pasted is a record of tasks, rather than prompts or inputs. Blocks; call it in the
executor. Raises nothing.

The rule is careful on the side of prompts: a text that holds an id somewhere is still prompts, unless it reads like a
log or most of it is ids. A few bare ids want no preview either.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runway_desktop.domain.errors import DiskError
from runway_desktop.services.intake.reading import Unreadable
from runway_desktop.services.intake.tables import delimiter_of
from runway_desktop.services.intake.vocabulary import Vocabulary
from runway_desktop.services.results import sidecar

from .found_ids import UUID, FoundId, Weight
from .id_search import DOCUMENTS, TABLES, IdSearch

FEW = 10
"""Bare ids that are taken up at once, as they were typed."""
GLANCE = 8
"""Steps of a search that tell what a long file is."""
HEAD = 1_000_000
"""Characters of its beginning that are looked at beside."""
LOGS = frozenset({".log", ".out", ".err"})
LINES = frozenset({".jsonl", ".ndjson"})
TEXTS = LOGS | LINES | TABLES | DOCUMENTS | {".txt", ".text", ".md", ""}
_LOG_LINE = re.compile(
    r"\s*(?:[\[(<]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d)"
    r"|[\[(<]?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|TRACE)\b|(?:GET|POST|DELETE) )|.*/v1/tasks/"
)
_BARE = re.compile(r"[\s,;|\"'`\[\](){}<>]+|urn:uuid:", re.IGNORECASE)


def is_record(paths: Sequence[Path], text: str, words: Vocabulary) -> bool:
    """Whether a preview of ids is what the person wants to see. Files win over a text beside them."""
    if not paths:
        return _text_is_record(text, words)
    return all(path.suffix.lower() in TEXTS for path in paths) and all(_file_is_record(path, words) for path in paths)


def _file_is_record(path: Path, words: Vocabulary) -> bool:
    try:
        search = IdSearch.in_file(path, words)
        for _ in range(GLANCE):
            if not search.step():
                break
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            head = file.read(HEAD)
    except (OSError, DiskError, Unreadable):
        return False
    ids = _likely(search)
    ending = path.suffix.lower()
    if ending in LOGS:
        return bool(ids)
    if not ids or _is_few(head, ids):
        return False
    if ending in TABLES:
        rows = _rows(head, words)
        return len({one.line for one in ids if one.line <= rows}) * 2 >= rows - 1
    if ending in LINES:
        return _most_lines(head, ids)
    if ending in DOCUMENTS:
        return _document_is_record(head, ids)
    return _prose_is_record(head, ids)


def _text_is_record(text: str, words: Vocabulary) -> bool:
    search = IdSearch.in_text(text, words)
    for _ in range(GLANCE):
        if not search.step():
            break
    ids, head = _likely(search), text[:HEAD]
    if not ids or _is_few(head, ids):
        return False
    if head.lstrip()[:1] in ("{", "["):
        return _document_is_record(head, ids) or _most_lines(head, ids)
    return _prose_is_record(head, ids)


def _likely(search: IdSearch) -> list[FoundId]:
    return [one for one in search.found.values() if one.weight in (Weight.PLAIN, Weight.TASK)]


def _is_few(head: str, ids: Sequence[FoundId]) -> bool:
    """A handful of ids and nothing else."""
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


def _document_is_record(head: str, ids: Sequence[FoundId]) -> bool:
    """A list of which most have an id at Runway. One sidecar, or one answer of Runway's, is what it always was."""
    try:
        document: Any = json.loads(head)
    except (ValueError, RecursionError):
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
    delimiter, start = delimiter_of(head, words)
    try:
        return sum(bool(row) for row in csv.reader(io.StringIO(head[start:]), delimiter=delimiter))
    except csv.Error:
        return head.count("\n") + 1
