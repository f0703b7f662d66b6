"""One attempt at saving one result: open the link, write, check, name, sidecar, store. `downloads` decides when, and
what a failure means.

Loop's thread; all that touches the disk runs on the threads of the library's folder. Raises what the fetcher raises
(LinkExpired, NotReached, NoReply and the other ApiErrors), DiskError, StoreError, and WrongContent. However it ends,
what has arrived stays for the next attempt, apart from content that is wrong. Canceling is safe at any point.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from runway_desktop.domain.errors import ApiError, BadReply, DiskError, NoReply, RunwayDesktopError, StoreError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import render
from runway_desktop.domain.kept_files import KeptFile
from runway_desktop.domain.presence import NEVER_LOOKED
from runway_desktop.domain.task import Output, OutputState, Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.media.media_facts import HEAD_LENGTH
from runway_desktop.services.ports import Clock, Fetcher, LedgerEntry, Store, Stream
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import report, survived

from . import own_folders, part_file, sidecar
from .batch_places import BatchPlaces
from .embedding import NotEmbedded, embed, note_of
from .part_file import Finished, Note, PartFile
from .result_file import WrongContent, judge, media_of, name_values

log = logging.getLogger(__name__)

BLOCK = 256 * 1024
"""Bytes that are gathered before a thread writes them."""
_NAME_TRIES = 5

Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class Job:
    """An output that is to be saved. `output` is what the store has of it; `received` and `total` count bytes of this
    attempt's file."""

    output: Output
    ended_at: float = 0.0
    """When its task ended, in Unix seconds: its link works for a day or two from then on."""
    rescue_to: Path | None = None
    """A folder to save it in while the library cannot be used."""
    received: int = 0
    total: int | None = None
    failures: int = 0
    """Attempts in a row that got nothing."""
    due: float = 0.0
    """Monotonic time before which it is not tried again."""
    wants_fresh_link: bool = False
    told: Reason | None = None
    """The last reason that went into the ledger, so that a disk that stays full is one line and not one every few
    minutes."""
    doubted: str = ""
    """Hash of a file that seemed to be cut short. If the same comes again, that is how it is, and it is kept."""

    @property
    def owner(self) -> Owner:
        return (self.output.task_id, self.output.index)


@dataclass(eq=False, repr=False)
class Saving:
    """`progressed` is called on the loop with the job and the number of new bytes."""

    _store: Store
    _fetcher: Fetcher
    _bus: Bus
    _clock: Clock
    _settings: Settings
    _folder: LibraryFolder
    _progressed: Callable[[Job, int], None]

    def __post_init__(self) -> None:
        self._namings: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()
        self._claimed: set[str] = set()

    async def save(self, job: Job, task: Task) -> None:
        """Saves the job's output; when it returns, the store has it as SAVED and everyone was told."""
        finished: Finished | None = None
        part: PartFile | None = None
        planned = Path(job.output.path)
        # What lies in a folder that is away is left to it: this one begins anew elsewhere.
        if job.output.path and not (job.rescue_to is not None and await self._folder.is_away(planned)):
            if await self._is_back(job, planned):
                return
            finished = await self._do(job, part_file.find_finished, planned, job.owner)
            if finished is None:
                part = await self._do(job, PartFile.resume, planned, job.owner, self._folder.room)
        if finished is None:
            finished = await self._fetch(job, task, part)
        await self._keep(job, task, finished)

    async def _is_back(self, job: Job, path: Path) -> bool:
        """A result that was saved once and was missing may lie in its place again, from the trash or another disk."""
        size, sha256 = job.output.size, job.output.sha256
        if not sha256 or not await self._do(job, part_file.holds, path, size, sha256):
            return False
        detail = {"index": job.output.index, "file": path.name}
        entry = LedgerEntry(task_id=job.output.task_id, at=self._clock.now(), kind="file there again", detail=detail)
        back = replace(job.output, state=OutputState.SAVED, problem=None, binned_from="", look=NEVER_LOOKED)
        await self.put(job, back, entry)
        return True

    async def put(self, job: Job, output: Output, entry: LedgerEntry | None = None) -> None:
        """Stores what is new about an output and tells of it."""
        if output == job.output and entry is None:
            return
        await self._store.save_output(output, entry)
        job.output = output
        self._bus.tell(OutputChanged(output))

    async def _fetch(self, job: Job, task: Task, part: PartFile | None) -> Finished:
        claims: set[str] = set()
        try:
            if part is not None and not part.final.is_relative_to(self._home(job)):
                part = await self._carry(job, task, part, claims)
            if part is not None:
                claims.add(part_file.claim(part.final))
                self._claimed |= claims
                job.received, job.total = part.received, part.note.total
            if part is None or not part.is_complete:
                part = await self._receive(job, task, part, claims)
            return await self._finish(job, part)
        finally:
            self._claimed -= claims

    async def _receive(self, job: Job, task: Task, part: PartFile | None, claims: set[str]) -> PartFile:
        """Every byte of the result in a part file. The part is closed if this fails, and kept."""
        offset, etag = (part.received, part.note.etag) if part else (0, "")
        job.received = offset
        try:
            async with self._fetcher.open(job.output.url, offset=offset, etag=etag) as stream:
                if part is not None:
                    await self._go_on(job, part, stream)
                buffer = bytearray()
                try:
                    async for chunk in stream.chunks:
                        buffer += chunk
                        if part is None and len(buffer) >= HEAD_LENGTH:
                            part = await self._begin(job, task, stream, bytes(buffer[:HEAD_LENGTH]), claims)
                        if len(buffer) >= BLOCK and part is not None:
                            await self._write(job, part, buffer)
                        job.received += len(chunk)
                        self._progressed(job, len(chunk))
                except ApiError:
                    if part is not None:
                        await self._write(job, part, buffer)
                    raise
                if part is None:
                    part = await self._begin(job, task, stream, bytes(buffer), claims)
                await self._write(job, part, buffer)
                await self._check_length(job, part, stream.total)
                return part
        except BaseException:
            if part is not None:
                await self._let_go(job, part)
            raise

    async def _carry(self, job: Job, task: Task, part: PartFile, claims: set[str]) -> PartFile:
        """What has arrived, taken along to the folder that it is saved in now. A kill leaves the first bytes of it
        there, which is a part like any other."""
        open_parts = [part]
        try:
            relative = await self._relative_name(job, task, part.final.suffix)
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
        """Closes a part that stays for the next attempt."""
        if job.rescue_to is not None and part.final.is_relative_to(job.rescue_to):
            await self._do(job, part.close)
        else:
            await self._folder.tidy(part.final, part.close)

    def _home(self, job: Job) -> Path:
        return job.rescue_to or self._settings.library

    async def _go_on(self, job: Job, part: PartFile, stream: Stream) -> None:
        """Makes the part fit what the server sends: the rest, or all of it anew."""
        same_file = stream.total is None or part.note.total in (None, stream.total)
        same_file = same_file and (not stream.etag or not part.note.etag or stream.etag == part.note.etag)
        if stream.offset == 0:
            await self._do(job, lambda: part.restart(etag=stream.etag, total=stream.total))
        elif stream.offset != part.received or not same_file:
            await self._do(job, part.discard)
            raise BadReply("Runway sent the rest of another file.", advice="It is fetched again from the start.")
        await self._do(job, part.expect, stream.total)
        job.received, job.total = part.received, stream.total
        await self.put(job, replace(job.output, state=OutputState.DOWNLOADING, problem=None))

    async def _begin(self, job: Job, task: Task, stream: Stream, head: bytes, claims: set[str]) -> PartFile:
        """Judges the first bytes, chooses the name, tells the store of it, and only then makes the part file."""
        found = judge(head, url=job.output.url, content_type=stream.content_type)
        relative = self._old_place(job, found.ext) or await self._relative_name(job, task, found.ext)
        note = Note(task_id=job.output.task_id, index=job.output.index, etag=stream.etag, total=stream.total)
        job.total = stream.total
        media = media_of(found, job.output, task)
        downloading = replace(job.output, state=OutputState.DOWNLOADING, media=media, problem=None)
        return await self._make_part(job, relative, note, claims, downloading)

    async def _make_part(
        self, job: Job, relative: tuple[str, ...], note: Note, claims: set[str], output: Output
    ) -> PartFile:
        """A new part under a free name. The store knows `output` with its path before the disk does."""
        home = self._home(job)
        for _ in range(_NAME_TRIES):
            # A lock for each folder: whoever hangs in one that does not answer holds up nobody elsewhere.
            async with self._namings.setdefault(home, asyncio.Lock()):
                mount = self._folder.known_mount if job.rescue_to is None else None
                final = await self._do(job, self._choose, home, mount, relative, job.owner)
                if mount is None and job.rescue_to is None:
                    # The library was made just now: from here on one that is missing is absent, and not new.
                    self._folder.doubt()
                claims.add(part_file.claim(final))
                self._claimed |= claims
            await self.put(job, replace(output, path=str(final)))
            try:
                return await self._do(job, PartFile.create, final, note, self._folder.room)
            except FileExistsError:
                continue
        raise part_file.names_taken(home.joinpath(*relative))

    def _old_place(self, job: Job, ext: str) -> tuple[str, ...] | None:
        """Where in its folder a result was that is saved once more; None for any other, and where that cannot be."""
        old, home = Path(job.output.path), self._home(job)
        if not job.output.sha256 or not old.is_relative_to(home) or old.suffix.lower() != f".{ext}":
            return None
        if ".." in old.parts:
            # No list of ours says so; one that came with a backup may.
            return None
        return old.relative_to(home).parts

    def _choose(self, library: Path, known_mount: str | None, relative: tuple[str, ...], owner: Owner) -> Path:
        """On a thread: a free name in a folder that is there."""
        part_file.prepare_folder(library, known_mount)
        return part_file.free_name(library.joinpath(*relative), self._may_choose(owner))

    def _may_choose(self, owner: Owner) -> Callable[[Path], bool]:
        return lambda path: part_file.claim(path) not in self._claimed and part_file.is_free(path, owner)

    async def _relative_name(self, job: Job, task: Task, ext: str) -> tuple[str, ...]:
        count = len(await self._store.outputs(task.id))
        template = self._settings.name_template
        batch, row = await BatchPlaces(self._store).of(task, template)
        try:
            return render(template, name_values(task, job.output, ext=ext, count=count, batch=batch, row=row))
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("naming a result", mistake)
            return (f"{task.remote_id or task.id}-{job.output.index + 1}.{ext}",)

    async def _write(self, job: Job, part: PartFile, buffer: bytearray) -> None:
        if buffer:
            block = bytes(buffer)
            buffer.clear()
            await self._do(job, part.write, block)

    async def _check_length(self, job: Job, part: PartFile, total: int | None) -> None:
        if total is None or part.received == total:
            return
        if part.received > total:
            await self._do(job, part.discard)
        raise NoReply(
            "The download ended before the file was complete.",
            advice="It goes on where it stopped.",
            detail=f"{part.received} of {total} bytes",
        )

    async def _finish(self, job: Job, part: PartFile) -> Finished:
        try:
            found = judge(part.head, url=job.output.url)
            if await self._do(job, part.seems_cut_short, found.format) and part.sha256 != job.doubted:
                job.doubted = part.sha256
                raise WrongContent(ReasonCode.CUT_SHORT)
            finished = await self._do(job, part.finish, self._may_choose(job.owner))
        except WrongContent:
            await self._do(job, part.discard)
            raise
        except BaseException:
            await self._let_go(job, part)
            raise
        return finished

    async def _keep(self, job: Job, task: Task, finished: Finished) -> None:
        found = judge(finished.head, url=job.output.url)
        saved = replace(
            job.output,
            state=OutputState.SAVED,
            media=media_of(found, job.output, task),
            path=str(finished.path),
            size=finished.size,
            sha256=finished.sha256,
            saved_at=self._clock.now(),
            problem=None,
            binned_from="",
            look=NEVER_LOOKED,
        )
        detail = {"index": saved.index, "file": finished.path.name, "size": saved.size, "sha256": saved.sha256}
        # What was made of it while it came stands in its sidecar too.
        task = await self._store.get(task.id) or task
        inputs = await self._store.inputs(task.id)
        count = len(await self._store.outputs(task.id))
        batch = await BatchPlaces(self._store).name(task.batch_id)
        document: dict[str, Any] | None = None
        try:
            document = sidecar.compose(task, saved, inputs, count=count, batch=batch)
            if self._settings.sidecars:
                await self._do(job, sidecar.write, finished.path, document)
        except RunwayDesktopError:
            raise
        except OSError as error:
            # The result itself is safe; a missing sidecar is told of, and is no reason to pay twice.
            log.warning("No sidecar beside %s: %s", finished.path.name, error)
            detail["sidecar"] = f"could not be written: {error.strerror}"
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("writing a sidecar", mistake)
            detail["sidecar"] = "could not be written"
        entry = LedgerEntry(task_id=task.id, at=self._clock.now(), kind="saved", detail=detail)
        await self.put(job, saved, entry)
        own_folders.note(self._settings, self._home(job))
        with survived("keeping what belongs to a saved result"):
            try:
                await self._do(job, part_file.forget_note, finished.path)
                if document is not None:
                    await self._describe(job, task, saved, document)
            except RunwayDesktopError as error:
                # It is saved; what is raised here would have it fetched again.
                log.warning("What belongs to %s is not complete: %s", finished.path.name, error)

    async def _describe(self, job: Job, task: Task, saved: Output, document: dict[str, Any]) -> None:
        """Brings the sidecar up to date, and puts the request into the file."""
        document = await self._with_latest(job, task, saved, document)
        if self._settings.embed:
            embedding = asyncio.create_task(self._embed(job, saved, document), name=f"embed {saved.task_id}")
            try:
                await asyncio.shield(embedding)
            finally:
                # Once begun it is finished, also when the program closes: a file whose new hash was not noted would
                # look like one that somebody changed.
                await embedding

    async def _with_latest(self, job: Job, task: Task, saved: Output, document: dict[str, Any]) -> dict[str, Any]:
        """The sidecar's document with what was made of the result while it was written; before it was stored as saved,
        nobody else would have."""
        now = await self._store.get(task.id)
        latest = document if now is None else sidecar.brought_up_to_date(document, now, saved)
        if latest != document and self._settings.sidecars:
            try:
                await self._do(job, sidecar.write, Path(saved.path), latest)
            except OSError as error:
                log.warning("The sidecar of %s is not up to date: %s", Path(saved.path).name, error)
        return latest

    async def _embed(self, job: Job, saved: Output, document: dict[str, Any]) -> None:
        """Puts the request into the file too. Only once the result is safe: whatever goes wrong here, it stays saved,
        and nothing is raised that would have it fetched again."""
        try:
            async with self._folder.locks.hold([job.owner]):
                await self._write_request(job, saved, document)
        except (OSError, DiskError, NotEmbedded, StoreError) as error:
            log.info("The request is not in %s, or not noted: %s", Path(saved.path).name, error)
        except Exception:
            log.exception("Writing the request into %s failed by a mistake of ours", job.owner)

    async def _write_request(self, job: Job, saved: Output, document: dict[str, Any]) -> None:
        path = Path(saved.path)
        [now] = [output for output in await self._store.outputs(saved.task_id) if output.index == saved.index]
        if not now.is_kept or now.path != saved.path:
            # It went to the trash, or to another folder, as soon as it was there.
            return
        if await self._do(job, self._embed_if_room, path, document):
            size, digest = await self._do(job, _measure, path)
            await note_rewritten(self._store, self._bus, saved, size, digest)
            if self._settings.sidecars:
                await self._do(job, _renew_sidecar, path, document, size, digest)

    def _embed_if_room(self, path: Path, document: Mapping[str, Any]) -> bool:
        """On a thread. Beside the file a copy of it is written."""
        with self._folder.room.share(path.parent, path.stat().st_size):
            return embed(path, note_of(document))

    async def _do(self, job: Job, work: Callable[..., Result], *arguments: object) -> Result:
        return await self._folder.do(work, *arguments, elsewhere=job.rescue_to is not None)


async def note_rewritten(store: Store, bus: Bus, saved: Output | KeptFile, size: int, digest: str) -> None:
    """A saved file has other bytes by our own hand, and all else of it is as it was. Where the database refuses, the
    next look at the file notes it."""

    def edit(now: Output) -> Output | None:
        is_same = now.is_kept and (now.path, now.sha256) == (saved.path, saved.sha256)
        return replace(now, size=size, sha256=digest, look=NEVER_LOOKED) if is_same else None

    output = await store.change_output(saved.task_id, saved.index, edit, None)
    if output is not None:
        bus.tell(OutputChanged(output))


def _measure(path: Path) -> tuple[int, str]:
    return path.stat().st_size, sha256_of(path)


def _renew_sidecar(result: Path, document: Mapping[str, Any], size: int, digest: str) -> None:
    """Its hash is that of the file as it lies there now, so that a later look can tell whether it was changed. What the
    person made of the result meanwhile stays."""
    found = sidecar.document_in(sidecar.path_for(result)) or document
    sidecar.write(result, {**found, "output": {**document["output"], "size": size, "sha256": digest}})
