"""A downloaded result: its format, whether it was cut short, what its name is made of, and its records.

A host that lost a file often answers 200 with an error page. Such a page must never be saved as a clip, so a result is
checked by its first bytes; its name gets the extension of its content. `seems_cut_short` and `ResultRecord.write`
block; `BatchNames` is for the loop's thread; the rest is pure.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Mapping
from posixpath import splitext
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from runway_desktop.catalog.labels import model_label, node_label
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import OTHER_ENDING, NameValues
from runway_desktop.domain.library import Filter, GroupBy, Listing, ResultFacts, SortKey
from runway_desktop.domain.media import ENDING_OF_TYPE, KNOWN_ENDINGS, RESULT_ENDINGS, Media, MediaFormat, format_of
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import NEVER_LOOKED, BatchId, Output, OutputState, Task, TaskId
from runway_desktop.services.media.film_boxes import boxes
from runway_desktop.services.media.media_facts import is_page
from runway_desktop.services.ports import Store
from runway_desktop.services.supervised import report
from runway_desktop.values import replace

from . import sidecar
from .part_file import Finished


class WrongContent(Exception):
    """The received bytes are not the result. `kind`: the extension that its name claims."""

    def __init__(self, code: ReasonCode, kind: str = "") -> None:
        super().__init__(code.value)
        self.reason = Reason(code, kind)


def judge(head: bytes, *, url: str, content_type: str = "") -> MediaFormat:
    """The format of the bytes. Raises WrongContent for an empty file, a page, or bytes that do not match the link's
    extension."""
    claim = claimed_ending(url, content_type)
    if not head:
        raise WrongContent(ReasonCode.EMPTY_FILE)
    if claim != "json" and is_page(head):
        raise WrongContent(ReasonCode.PAGE_OF_TEXT)
    found = format_of(head)
    if found is not None:
        return found
    if claim in KNOWN_ENDINGS:
        raise WrongContent(ReasonCode.OTHER_KIND, claim.upper())
    return MediaFormat(claim.upper() or "file", (claim or OTHER_ENDING,), (), b"")


def claimed_ending(url: str, content_type: str = "") -> str:
    """The extension in a link's path, else the one of its content type, without the dot; empty if neither gives one
    that results may have."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    ending = splitext(path)[1].lstrip(".").lower()
    if ending in RESULT_ENDINGS:
        return ending
    return ENDING_OF_TYPE.get(content_type.partition(";")[0].strip().lower(), "")


def name_values(
    task: Task, output: Output, *, ext: str, count: int, batch: str = "", row: int | None = None
) -> NameValues:
    """The values for a name template. Times are of this machine's zone."""
    values = task.request.values
    return NameValues(
        sent=local_time(task.sent_at or task.remote_created_at or task.created_at),
        project=task.project,
        shot=task.shot or task.title,
        model=model_label(task.request.model) if task.is_run else task.request.model,
        endpoint=task.request.endpoint,
        prompt=task.request.prompt,
        title=task.title,
        seed=_plain(values, "seed"),
        ratio=_plain(values, "ratio") or _plain(values, "resolution"),
        duration=_plain(values, "duration"),
        task_id=task.remote_id or task.id,
        batch=batch,
        row=row,
        index=output.index,
        node=node_label(task.request.model, task.node(output.index)),
        count=count,
        ext=ext,
    )


def _plain(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


_ZIP_TAIL = 66_000
_TAIL = 4_096
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)


def seems_cut_short(file: BinaryIO, form: str) -> bool:
    """Whether a complete download seems truncated: a host may announce and send half a file. This is a suspicion, not
    proof, since unusual files exist: the caller fetches once more and then accepts the same bytes.

    `form`: a format's name as `domain.media.format_of` gives it. Leaves the position at the end. Raises OSError."""
    size = file.seek(0, 2)
    try:
        match form:
            case "MP4" | "MOV" | "M4A":
                return _film_is_cut(file, size)
            case "PNG":
                return b"IEND" not in _tail(file, size, _TAIL)
            case "WAV" | "WebP" | "AVI":
                return _riff_is_cut(file, size)
            case "ZIP":
                return b"PK\x05\x06" not in _tail(file, size, _ZIP_TAIL)
            case "SVG":
                return b"</svg" not in _tail(file, size, _TAIL).lower() and b"/>" not in _tail(file, size, 16)
            case _:
                return False
    finally:
        file.seek(0, 2)


def _film_is_cut(file: BinaryIO, size: int) -> bool:
    """Boxes state their lengths: the last one must be complete, and one must describe the film."""
    kinds = set()
    for kind, _, _, said_end in boxes(file, 0, size):
        kinds.add(kind)
        if said_end > size:
            return True
    return not kinds & {b"moov", b"moof"}


def _riff_is_cut(file: BinaryIO, size: int) -> bool:
    file.seek(0)
    head = file.read(8)
    if len(head) < 8:
        return True
    length = struct.unpack("<I", head[4:])[0]
    return length not in _UNKNOWN_LENGTHS and length + 8 > size


def _tail(file: BinaryIO, size: int, count: int) -> bytes:
    file.seek(max(0, size - count))
    return file.read(count)


class BatchNames:
    """Batch name and row number of a task, for file names. Raises StoreError. Caches each batch: make a new instance
    when batches may have grown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[BatchId, str] = {}
        self._rows: dict[BatchId, dict[TaskId, int]] = {}

    async def name(self, batch_id: BatchId | None) -> str:
        if batch_id is None:
            return ""
        if batch_id not in self._names:
            self._names[batch_id] = (await self._store.batch_names([batch_id])).get(batch_id, "")
        return self._names[batch_id]

    async def row(self, task: Task) -> int | None:
        """From 1, by creation, as in the table."""
        if task.batch_id is None:
            return None
        if task.batch_id not in self._rows:
            only = Filter(batches=frozenset({task.batch_id}))
            order = Listing(filter=only, sort=SortKey.MADE, descending=False, group=GroupBy.NONE)
            members = await self._store.list(order)
            self._rows[task.batch_id] = {task_id: number for number, task_id in enumerate(members.ids, 1)}
        return self._rows[task.batch_id].get(task.id)

    async def of(self, task: Task, template: str) -> tuple[str, int | None]:
        """Name and row, each looked up only if the template uses it."""
        asked = template.lower()
        name = await self.name(task.batch_id) if "{batch" in asked else ""
        return name, await self.row(task) if "{row" in asked else None


log = logging.getLogger(__name__)


class ResultRecord:
    """A saved result's output for the store, and its sidecar; `write` raises nothing. For a result whose bytes are
    known. `media`: its kind, if already detected from these bytes."""

    def __init__(
        self, output: Output, facts: ResultFacts, now: float, media: Media | None = None, *, is_wanted: bool
    ) -> None:
        self._media = media
        self.task = facts.task
        self._before = output
        self._facts = facts
        self._now = now
        self._is_wanted = is_wanted
        self.is_given_up = False
        """Set when the caller gave up; the thread must stop before it writes."""
        self.was_written = False
        """Whether `write` was called."""
        self.document: dict[str, Any] | None = None
        self.trouble = ""
        """Why there is no sidecar."""

    def write(self, finished: Finished) -> bool:
        """Writes the sidecar; True if it exists afterwards."""
        self.trouble = ""
        self.was_written = True
        saved = self.output(finished)
        try:
            facts = self._facts
            self.document = sidecar.compose(self.task, saved, facts.inputs, count=facts.count, batch=facts.batch)
            if self._is_wanted:
                sidecar.write(finished.path, self.document)
                return True
        except OSError as error:
            # The result itself is safe. A missing sidecar is reported, but no reason to pay twice.
            log.warning("No sidecar next to “%s”: %s", finished.path.name, error)
            self.trouble = f"could not be written: {error.strerror}"
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("writing a sidecar", mistake)
            self.trouble = "could not be written"
        return False

    def output(self, finished: Finished) -> Output:
        """The saved output for the store."""
        media = self._media or judge(finished.head, url=self._before.url).media
        return replace(
            self._before,
            state=OutputState.SAVED,
            media=media,
            path=str(finished.path),
            size=finished.size,
            sha256=finished.sha256,
            saved_at=self._now,
            problem=None,
            binned_from="",
            look=NEVER_LOOKED,
        )
