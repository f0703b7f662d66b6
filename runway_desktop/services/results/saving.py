"""One attempt to save one result: open the link, write, check, name, sidecar, store. `downloads` schedules attempts and
handles failures.

Loop's thread; disk access runs on the threads of the library's folder. Raises the fetcher's errors (LinkExpired,
NotReached, NoReply and the other ApiErrors), DiskError, StoreError, and WrongContent. After a failure the received
bytes stay for the next attempt, except wrong content. Canceling is safe at any point.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from weakref import WeakValueDictionary

from runway_desktop.domain.errors import ApiError, BadReply, DiskError, NoReply, RunwayDesktopError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import render
from runway_desktop.domain.library import LedgerEntry, ResultFacts
from runway_desktop.domain.media import HEAD_LENGTH, Media
from runway_desktop.domain.outputs import Stream
from runway_desktop.domain.task import NEVER_LOOKED, Output, OutputState
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Clock, Fetcher, Store
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import report, shielded, survived
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from . import own_folders, part_file, sidecar
from .embedding import EmbeddedNote as RequestNote
from .embedding import NotEmbedded, embed_copy, embedded, has_credentials, note_of
from .part_file import Finished, PartFile, PartNote
from .result_file import BatchNames, ResultRecord, WrongContent, judge, name_values, seems_cut_short

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024
"""Bytes that are buffered before a thread writes them, while more are received."""
OFTEN = 1.0
"""Seconds after which the buffer is written, however small."""
MOST_EMBEDDED = 64 * 1024 * 1024
"""Bytes. The request is not embedded in a larger result, which would have to be copied; only its sidecar has it."""
_NAME_TRIES = 5

Result = TypeVar("Result")


class Job(Struct, eq=False):
    """An output to be saved. `output`: as in the store. `received`, `total`: bytes of this attempt's file."""

    output: Output
    ended_at: float = 0.0
    """Unix time of its task's end: the link works for a day or two from then on."""
    rescue_to: Path | None = None
    """Folder to save it in while the library cannot be used."""
    received: int = 0
    total: int | None = None
    failures: int = 0
    """Attempts in a row that received nothing."""
    due: float = 0.0
    """Monotonic time of the next attempt."""
    wants_fresh_link: bool = False
    told: Reason | None = None
    """The last reason in the ledger: a disk that stays full adds one line, not one every few minutes."""
    has_arrived: bool = False
    """All bytes are received: only work for the disk is left, so another download may start."""
    doubted: str = ""
    """Hash of a file that seemed truncated. If the same bytes are received again, they are kept."""

    @property
    def owner(self) -> Owner:
        return (self.output.task_id, self.output.index)


@dataclass(eq=False, repr=False)
class Saving:
    """`progressed` is called on the loop with the job and the number of new bytes, `arrived` when a job has all its
    bytes."""

    _store: Store
    _fetcher: Fetcher
    _bus: Bus
    _clock: Clock
    _settings: Settings
    _folder: LibraryFolder
    _progressed: Callable[[Job, int], None]
    _arrived: Callable[[], None]

    def __post_init__(self) -> None:
        self._namings: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()
        self._claimed: set[str] = set()

    async def save(self, job: Job, facts: ResultFacts) -> None:
        """Saves the job's output. When it returns, the store has it as SAVED and the event is sent."""
        job.has_arrived = False
        finished: Finished | None = None
        part: PartFile | None = None
        planned = Path(job.output.path)
        # A part in an unmounted folder stays there; this attempt starts again elsewhere.
        if job.output.path and not (job.rescue_to is not None and await self._folder.is_away(planned)):
            if await self._is_back(job, planned):
                return
            finished = await self._do(job, part_file.find_finished, planned, job.owner)
            if finished is None:
                part = await self._do(job, PartFile.resume, planned, job.owner, self._folder.space)
        if finished is not None:
            await self._keep(job, finished, self._sidecar(job, facts))
        else:
            await self._fetch(job, facts, part)

    def _note(self, job: Job, facts: ResultFacts) -> RequestNote:
        """Without values that are known only at the end."""
        output = replace(job.output, size=0, sha256="", saved_at=None)
        return note_of(sidecar.compose(facts.task, output, facts.inputs, count=facts.count, batch=facts.batch))

    async def _is_back(self, job: Job, path: Path) -> bool:
        """A missing result's file may be back in its place, from the trash or another disk."""
        size, sha256 = job.output.size, job.output.sha256
        if not sha256 or not await self._do(job, part_file.holds, path, size, sha256):
            return False
        detail = {"index": job.output.index, "file": path.name}
        entry = LedgerEntry(task_id=job.output.task_id, at=self._clock.now(), kind="file there again", detail=detail)
        back = replace(job.output, state=OutputState.SAVED, problem=None, binned_from="", look=NEVER_LOOKED)
        await self.put(job, back, entry)
        return True

    async def put(self, job: Job, output: Output, entry: LedgerEntry | None = None) -> None:
        """Stores a changed output and announces it."""
        if output == job.output and entry is None:
            return
        await self._store.save_output(output, entry)
        job.output = output
        self._bus.tell(OutputChanged(output))

    async def _fetch(self, job: Job, facts: ResultFacts, part: PartFile | None) -> None:
        claims: set[str] = set()
        try:
            if part is not None and not part.final.is_relative_to(self._home(job)):
                part = await self._carry(job, facts, part, claims)
            if part is not None:
                claims.add(part_file.claim(part.final))
                self._claimed |= claims
                job.received, job.total = part.size, part.note.total
            arrived: PartFile | _Whole | None = part
            if part is None or not part.is_complete:
                arrived = await self._receive(job, facts, part, claims)
            job.has_arrived = True
            if isinstance(arrived, _Whole):
                await self._save_whole(job, facts, arrived, claims)
            elif arrived is not None:
                await self._finish(job, facts, arrived)
        finally:
            self._claimed -= claims

    async def _receive(
        self, job: Job, facts: ResultFacts, part: PartFile | None, claims: set[str]
    ) -> PartFile | _Whole:
        """Receives all bytes: into a part file, or in memory if all came before the first write. On failure the part is
        closed and kept."""
        arrival = Arrival(part)
        offset, etag = (part.size, part.note.etag) if part else (0, "")
        job.received = offset
        try:
            async with self._fetcher.open(job.output.url, offset=offset, etag=etag) as stream:
                job.total = stream.total
                if part is not None:
                    await self._go_on(job, part, stream)

                async def put(block: bytes) -> PartFile:
                    if arrival.part is None:
                        arrival.part = await self._begin(job, facts, stream, block, claims)
                    else:
                        await self._do(job, arrival.part.write, block)
                    return arrival.part

                written_at = self._clock.monotonic()
                try:
                    async for chunk in stream.chunks:
                        arrival.add(chunk)
                        job.received += len(chunk)
                        self._progressed(job, len(chunk))
                        is_due = self._clock.monotonic() - written_at >= OFTEN
                        if arrival.count >= BLOCK or (is_due and (arrival.part or arrival.count >= HEAD_LENGTH)):
                            await arrival.write(put)
                            written_at = self._clock.monotonic()
                except ApiError:
                    await arrival.settle()
                    if arrival.part is not None or arrival.count >= HEAD_LENGTH:
                        await put(arrival.taken())
                    raise
            # Its connection serves the next download while this one is written.
            job.has_arrived = True
            self._arrived()
            await arrival.settle()
            if arrival.part is None and stream.total in (None, arrival.count):
                return _Whole(arrival.taken(), stream.content_type, stream.etag)
            whole = await put(arrival.taken())
            await self._check_length(job, whole, stream.total)
            return whole
        except BaseException:
            await arrival.give_up()
            if arrival.part is not None:
                await self._let_go(job, arrival.part)
            raise

    async def _carry(self, job: Job, facts: ResultFacts, part: PartFile, claims: set[str]) -> PartFile:
        """Moves the received bytes to the folder that the result is saved in now. After a kill during the copy, the
        copied bytes are a valid part."""
        open_parts = [part]
        try:
            relative = await self._relative_name(job, facts, part.final.suffix)
            moved = await self._make_part(job, relative, part.note, claims, job.output)
            open_parts.append(moved)
            await self._do(job, part.copy_into, moved)
            await self._do(job, part.discard)
        except BaseException:
            for one in open_parts:
                await self._let_go(job, one)
            raise
        return moved

    async def _let_go(self, job: Job, part: PartFile) -> None:
        """Closes a part and keeps it for the next attempt."""
        if job.rescue_to is not None and part.final.is_relative_to(job.rescue_to):
            await self._do(job, part.close)
        else:
            await self._folder.tidy(part.final, part.close)

    def _home(self, job: Job) -> Path:
        return job.rescue_to or self._settings.library

    async def _go_on(self, job: Job, part: PartFile, stream: Stream) -> None:
        """Prepares the part for the server's bytes: the rest of the file, or all of it again."""
        same_file = stream.total is None or part.note.total in (None, stream.total)
        same_file = same_file and (not stream.etag or not part.note.etag or stream.etag == part.note.etag)
        if stream.offset == 0:
            await self._do(job, lambda: part.restart(etag=stream.etag, total=stream.total))
        elif stream.offset != part.size or not same_file:
            await self._do(job, part.discard)
            raise BadReply(Text("Runway sent part of another file."), advice=Text("The download starts again."))
        await self._do(job, part.expect, stream.total)
        job.received, job.total = part.size, stream.total
        await self.put(job, replace(job.output, state=OutputState.DOWNLOADING, problem=None))

    async def _begin(self, job: Job, facts: ResultFacts, stream: Stream, begin: bytes, claims: set[str]) -> PartFile:
        """Checks the first bytes, chooses the name, stores it, and only then creates the part file with these bytes."""
        found = judge(begin[:HEAD_LENGTH], url=job.output.url, content_type=stream.content_type)
        relative = self._old_path(job, found.ending) or await self._relative_name(job, facts, found.ending)
        note = PartNote(task_id=job.output.task_id, index=job.output.index, etag=stream.etag, total=stream.total)
        job.total = stream.total
        media = found.media
        downloading = replace(job.output, state=OutputState.DOWNLOADING, media=media, problem=None)
        return await self._make_part(job, relative, note, claims, downloading, begin)

    async def _make_part(
        self, job: Job, relative: tuple[str, ...], note: PartNote, claims: set[str], output: Output, begin: bytes = b""
    ) -> PartFile:
        """Creates a part under a free name. The path is stored in `output` before the file exists."""
        home = self._home(job)
        for _ in range(_NAME_TRIES):
            final = await self._name(job, home, relative, claims)
            await self.put(job, replace(output, path=str(final)))
            try:
                return await self._do(job, PartFile.create, final, note, self._folder.space, begin)
            except FileExistsError:
                continue
        raise part_file.names_taken(home.joinpath(*relative))

    async def _save_whole(self, job: Job, facts: ResultFacts, whole: _Whole, claims: set[str]) -> None:
        """The path is stored before the file exists, as for a part."""
        content = whole.content
        found = judge(content[:HEAD_LENGTH], url=job.output.url, content_type=whole.content_type)
        relative = self._old_path(job, found.ending) or await self._relative_name(job, facts, found.ending)
        note = PartNote(task_id=job.output.task_id, index=job.output.index, etag=whole.etag, total=len(content))
        downloading = replace(job.output, state=OutputState.DOWNLOADING, media=found.media, problem=None)
        home = self._home(job)
        for _ in range(_NAME_TRIES):
            final = await self._name(job, home, relative, claims)
            await self.put(job, replace(downloading, path=str(final)))
            beside = self._sidecar(job, facts, downloading.media)
            try:
                finished = await self._do(job, self._write_whole, job, facts, final, note, content, found.name, beside)
                break
            except FileExistsError:
                continue
            except asyncio.CancelledError:
                beside.is_given_up = True
                raise
        else:
            raise part_file.names_taken(home.joinpath(*relative))
        await self._keep(job, finished, beside)

    def _write_whole(
        self,
        job: Job,
        facts: ResultFacts,
        final: Path,
        note: PartNote,
        content: bytes,
        form: str,
        beside: ResultRecord,
    ) -> Finished:
        """On a thread. FileExistsError if the name is taken."""
        mount = self._folder.known_mount if job.rescue_to is None else None
        part_file.check_folder(self._home(job), mount)
        if beside.is_given_up:
            # The drive hung until now; meanwhile the result is saved elsewhere, or at the next start.
            raise DiskError(Text("The download was stopped."))
        self._check(job, form, lambda: hashlib.sha256(content).hexdigest(), BytesIO(content))
        with_request = self._embedding(final, lambda: embedded(content, self._note(job, facts), final.suffix))
        return part_file.save_whole(final, note, self._folder.space, with_request or content, beside.write)

    async def _name(self, job: Job, home: Path, relative: tuple[str, ...], claims: set[str]) -> Path:
        """Reserves a free name for a result."""
        # A lock per folder: a folder that hangs must not block others.
        async with self._namings.setdefault(home, asyncio.Lock()):
            mount = self._folder.known_mount if job.rescue_to is None else None
            final = await self._do(job, self._choose, home, mount, relative, job.owner)
            claims.add(part_file.claim(final))
            self._claimed |= claims
            if mount is None and job.rescue_to is None:
                # The library was just created. From now on, a missing library is reported and not created again.
                await self._folder.look()
        return final

    def _old_path(self, job: Job, ext: str) -> tuple[str, ...] | None:
        """The result's earlier path, relative to its folder, if it is saved again or resumed after a kill; None for any
        other, or if that path cannot be used."""
        old, home = Path(job.output.path), self._home(job)
        is_known = job.output.sha256 or job.output.state is OutputState.DOWNLOADING
        if not is_known or not old.is_relative_to(home) or old.suffix.lower() != f".{ext}":
            return None
        if ".." in old.parts:
            # Never in our own lists, but possible in a restored one.
            return None
        return old.relative_to(home).parts

    def _choose(self, library: Path, known_mount: str | None, relative: tuple[str, ...], owner: Owner) -> Path:
        """On a thread: creates the folder and returns a free name."""
        part_file.prepare_folder(library, known_mount)
        return part_file.free_name(library.joinpath(*relative), self._may_choose(owner))

    def _may_choose(self, owner: Owner) -> Callable[[Path], bool]:
        return lambda path: part_file.claim(path) not in self._claimed and part_file.is_free(path, owner)

    async def _relative_name(self, job: Job, facts: ResultFacts, ext: str) -> tuple[str, ...]:
        template = self._settings.name_template
        batch, row = await BatchNames(self._store).of(facts.task, template)
        try:
            return render(
                template, name_values(facts.task, job.output, ext=ext, count=facts.count, batch=batch, row=row)
            )
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("naming a result", mistake)
            task = facts.task
            return (f"{task.remote_id or task.id}-{job.output.index + 1}.{ext}",)

    async def _check_length(self, job: Job, part: PartFile, total: int | None) -> None:
        if total is None or part.size == total:
            return
        if part.size > total:
            await self._do(job, part.discard)
        raise NoReply(
            Text("The download ended before the file was complete."),
            advice=Text("It resumes where it stopped."),
            detail=f"{part.size} of {total} bytes",
        )

    async def _finish(self, job: Job, facts: ResultFacts, part: PartFile) -> None:
        try:
            facts = await self._store.result_facts(job.output.task_id) or facts
            beside = self._sidecar(job, facts)
            embed = partial(self._embed, job, facts, part)
            look = partial(self._look, job, part)
            finished = await self._do(job, part.finish, self._may_choose(job.owner), look, embed, beside.write)
        except WrongContent:
            await self._do(job, part.discard)
            raise
        except BaseException:
            await self._let_go(job, part)
            raise
        await self._keep(job, finished, beside)

    def _look(self, job: Job, part: PartFile, file: BinaryIO) -> None:
        """On a thread. Raises WrongContent for bytes that are not the result, or at first seem truncated."""
        self._check(job, judge(part.head, url=job.output.url).name, lambda: part.sha256, file)

    def _check(self, job: Job, form: str, sha256: Callable[[], str], file: BinaryIO) -> None:
        """On a thread. Raises WrongContent for bytes that seem truncated, unless they were received twice."""
        if seems_cut_short(file, form) and (digest := sha256()) != job.doubted:
            job.doubted = digest
            raise WrongContent(ReasonCode.CUT_SHORT)

    def _embed(self, job: Job, facts: ResultFacts, part: PartFile, path: Path, draft: Path) -> bool:
        """On a thread: writes a copy with the request embedded."""

        def copy() -> bool:
            with self._folder.space.share(path.parent, part.size):
                return embed_copy(path, draft, self._note(job, facts), part.final.suffix)

        return part.size <= MOST_EMBEDDED and bool(self._embedding(part.final, copy))

    def _embedding(self, final: Path, work: Callable[[], Result]) -> Result | None:
        """On a thread. Errors are logged: the result is saved even without the embedded request."""
        try:
            return work() if self._settings.embed else None
        except (OSError, DiskError, NotEmbedded) as error:
            log.info("The request is not in “%s”: %s", final.name, error)
        except Exception:
            log.exception("Writing the request into “%s” failed by a mistake of ours", final.name)
        return None

    def _sidecar(self, job: Job, facts: ResultFacts, media: Media | None = None) -> ResultRecord:
        """The record that writes the result's sidecar, including changes of the task during the download."""
        return ResultRecord(job.output, facts, self._clock.now(), media, is_wanted=self._settings.sidecars)

    async def _keep(self, job: Job, finished: Finished, beside: ResultRecord) -> None:
        # A file that an earlier run completed has no current sidecar yet.
        if not beside.was_written:
            await self._do(job, beside.write, finished)
        saved = beside.output(finished)
        detail = {"index": saved.index, "file": finished.path.name, "size": saved.size, "sha256": saved.sha256}
        if beside.trouble:
            detail["sidecar"] = beside.trouble
        if await self._do(job, _is_signed, finished.path):
            detail["credentials"] = "kept"
        entry = LedgerEntry(task_id=saved.task_id, at=self._clock.now(), kind="saved", detail=detail)
        await self.put(job, saved, entry)
        own_folders.note(self._settings, self._home(job))
        with survived("keeping what belongs to a saved result"):
            try:
                if finished.is_noted:
                    await self._do(job, part_file.forget_note, finished.path)
                if beside.document is not None:
                    await self._with_latest(job, beside, beside.document, saved)
            except RunwayDesktopError as error:
                # The result is saved; raising would fetch it again.
                log.warning("What belongs to “%s” is not complete: %s", finished.path.name, error)

    async def _with_latest(self, job: Job, beside: ResultRecord, document: dict[str, Any], saved: Output) -> None:
        """Updates the sidecar if the task changed while it was written; `SidecarKeeper` handles only saved results."""
        task = await self._store.get(saved.task_id)
        if task in (None, beside.task) or not self._settings.sidecars:
            return
        latest = sidecar.brought_up_to_date(document, task, saved)
        if latest != document:
            try:
                await self._do(job, sidecar.write, Path(saved.path), latest)
            except OSError as error:
                log.warning("The sidecar of “%s” is not up to date: %s", Path(saved.path).name, error)

    async def _do(self, job: Job, work: Callable[..., Result], *arguments: object) -> Result:
        return await self._folder.do(work, *arguments, elsewhere=job.rescue_to is not None)


def _is_signed(path: Path) -> bool:
    """On a thread. Also False for a file that cannot be read: the result is saved all the same."""
    try:
        with path.open("rb") as file:
            return has_credentials(file)
    except OSError:
        return False


class _Whole(Struct, frozen=True):
    """A result that was received before anything was written."""

    content: bytes
    content_type: str
    etag: str


class Arrival:
    """Write-behind buffer of one download: collects received bytes while the previous block is written. Loop's thread.
    `part` is the file to write to, once it exists."""

    def __init__(self, part: PartFile | None) -> None:
        self.part = part
        self.count = 0
        self._pieces: list[bytes] = []
        self._writing: asyncio.Task[PartFile] | None = None

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.count += len(piece)

    def taken(self) -> bytes:
        block = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self.count = 0
        return block

    async def write(self, put: Callable[[bytes], Coroutine[Any, Any, PartFile]]) -> None:
        """Starts writing the buffer after the previous write has ended. Raises that write's errors."""
        await self.settle()
        self._writing = asyncio.create_task(put(self.taken()), name="write what came")

    async def settle(self) -> None:
        """Awaits the running write and raises its errors."""
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                await shielded(writing)
            except asyncio.CancelledError:
                self._writing = writing
                raise

    async def give_up(self) -> None:
        """Cancels the running write, so a hanging disk does not block."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.cancel()
            await asyncio.wait([writing])
