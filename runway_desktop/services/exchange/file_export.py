"""Exports results as files to a folder, with names from a template.

Tasks are read page by page; each file is one call of the worker, which writes it atomically. Unreadable sources are
reported at the end; an error of the target folder ends the export. A repeated export skips files that are already
there. Loop's thread. `survey` raises StoreError, `run` also DiskError when there is too little space.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.filenames import numbered, render
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Input, Output, Pick, Task, TaskId
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_space import DiskSpace, no_space
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.ports import Store
from runway_desktop.services.results import embedding, sidecar
from runway_desktop.services.results.result_file import BatchNames, name_values
from runway_desktop.services.results.sidecar import shared
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field, replace

from .progress import Progress
from .whole_copy import How, Names, Put, SourceTrouble, put_whole

PAGE = 200
_WHOLE = "{batch}{row}"
"""A template that uses everything that has to be looked up."""
FIRST = 5
"""Files whose names are previewed."""
MOST_FAILURES = 200


class FileChoice(Struct, frozen=True, kw_only=True):
    """`link`: hard links where possible, which take no space. `keep_request`: keep the request embedded in files."""

    folder: Path
    template: str
    link: bool = False
    sidecars: bool = False
    keep_request: bool = True
    only_picks: bool = False


class Item(Struct, frozen=True):
    """One result to be exported."""

    task: Task
    output: Output
    count: int
    batch: str = ""
    row: int | None = None

    def name(self, template: str) -> tuple[str, ...]:
        """The parts of its path in the folder."""
        ext = Path(self.output.path).suffix.lstrip(".")
        return render(
            template,
            name_values(self.task, self.output, ext=ext, count=self.count, batch=self.batch, row=self.row),
        )


class Survey(Struct, frozen=True, kw_only=True):
    """What will be exported. `size` in known bytes; `first`: some items, to preview names."""

    files: int = 0
    size: int = 0
    without: int = 0
    """Tasks without a file here."""
    first: tuple[Item, ...] = ()


class FilesExported(Struct, kw_only=True):
    """`failures`: file name and reason. `problem`: the error that ended the export, if any."""

    folder: Path
    copied: int = 0
    linked: int = 0
    there: int = 0
    failed: int = 0
    failures: list[tuple[str, Text | str]] = field(default_factory=list)
    problem: Text | str = ""
    is_stopped: bool = False


class FileExport:
    def __init__(self, store: Store, executor: Executor, space: DiskSpace) -> None:
        self._store = store
        self._executor = executor
        self._space = space
        self._turn = asyncio.Lock()
        """Serializes exports: two that write the same name would share a draft."""

    async def survey(self, task_ids: Sequence[TaskId], progress: Progress, *, only_picks: bool) -> Survey:
        """Counts files and bytes. If stopped, returns the result so far."""
        files, size, without = 0, 0, 0
        first: list[Item] = []
        names = BatchNames(self._store)
        async for rows in self._pages(task_ids, progress):
            for row in rows:
                here = [output for output in row.outputs if output.is_here]
                if only_picks and row.task.pick is not Pick.PICK:
                    continue
                files, size, without = files + len(here), size + sum(one.size for one in here), without + (not here)
                if len(first) < FIRST:
                    first += [await self._item(row, output, _WHOLE, names) for output in here]
        return Survey(files=files, size=size, without=without, first=tuple(first[:FIRST]))

    async def run(
        self, task_ids: Sequence[TaskId], choice: FileChoice, survey: Survey, progress: Progress
    ) -> FilesExported:
        """Writes the files. Waits for a running export."""
        names = Names(beside=choice.sidecars)
        batch_names = BatchNames(self._store)
        came = FilesExported(folder=choice.folder)
        done = 0
        async with self._turn:
            if not choice.link:
                await in_worker(self._executor, _check_space, self._space, choice.folder, survey.size)
            async for rows in self._pages(task_ids, Progress()):
                for row in rows:
                    if choice.only_picks and row.task.pick is not Pick.PICK:
                        continue
                    inputs: Sequence[Input] | None = None
                    for output in row.outputs:
                        if progress.is_stopped or came.problem:
                            came.is_stopped = progress.is_stopped
                            return came
                        if not output.is_here:
                            continue
                        if inputs is None:
                            inputs = await self._store.inputs(row.task.id) if choice.sidecars else ()
                        # A sidecar contains the batch name, even if the template does not.
                        asked = choice.template + ("{batch}" if choice.sidecars else "")
                        item = await self._item(row, output, asked, batch_names)
                        await self._export(item, inputs, choice, names, came)
                        done += 1
                        progress.report(done, survey.files)
            came.is_stopped = progress.is_stopped
            return came

    async def _export(
        self, item: Item, inputs: Sequence[Input], choice: FileChoice, batch_names: Names, came: FilesExported
    ) -> None:
        try:
            put = await in_worker(self._executor, _put, item, inputs, choice, batch_names, self._space)
            came.copied += put.how is How.COPIED
            came.linked += put.how is How.LINKED
            came.there += put.how is How.THERE
        except SourceTrouble as error:
            came.failed += 1
            if len(came.failures) < MOST_FAILURES:
                came.failures.append((Path(item.output.path).name, error.said))
        except DiskError as error:
            came.problem = error.said

    async def _item(self, row: Row, output: Output, template: str, batch_names: BatchNames) -> Item:
        batch, number = await batch_names.of(row.task, template)
        return Item(row.task, output, len(row.outputs), batch, number)

    async def _pages(self, task_ids: Sequence[TaskId], progress: Progress) -> AsyncIterator[Sequence[Row]]:
        for start in range(0, len(task_ids), PAGE):
            if progress.is_stopped:
                return
            yield await self._store.rows(task_ids[start : start + PAGE])
            progress.report(min(start + PAGE, len(task_ids)), len(task_ids))


def names_of(items: Sequence[Item], template: str) -> list[str]:
    """The file names in an empty folder, with `/` between folders. Pure."""
    taken: set[str] = set()
    found = []
    for item in items:
        *folders, name = item.name(template)
        number = 1
        while (path := "/".join((*folders, numbered(name, number)))).casefold() in taken:
            number += 1
        taken.add(path.casefold())
        found.append(path)
    return found


def _put(item: Item, inputs: Sequence[Input], choice: FileChoice, names: Names, space: DiskSpace) -> Put:
    """In a worker."""
    source, wanted = Path(item.output.path), choice.folder.joinpath(*item.name(choice.template))
    strips = not choice.keep_request and _request_in(source) is not None
    change = partial(_without_request, source) if strips else None
    put = put_whole(
        source,
        wanted,
        names,
        space,
        link=choice.link,
        change=change,
        may_stand_for=lambda path: not choice.sidecars or sidecar.belongs_to(path, (item.task.id, item.output.index)),
    )
    if choice.sidecars:
        with spoken_for(put.path.parent):
            digest = item.output.sha256 if item.output.sha256 and change is None else sha256_of(put.path)
            as_it_is = replace(item.output, path=str(put.path), size=put.path.stat().st_size, sha256=digest)
            document = sidecar.compose(item.task, as_it_is, inputs, count=item.count, batch=item.batch)
            sidecar.write(put.path, shared(document), private.USUAL_FILE)
    return put


def _without_request(source: Path, draft: Path) -> None:
    """If the request cannot be removed, the file is not exported."""
    try:
        embedding.remove(draft, source.suffix)
    except embedding.NotEmbedded as error:
        raise SourceTrouble(
            Text("The request could not be removed from “{file}”.").with_(file=source.name), detail=str(error)
        ) from error


def _request_in(source: Path) -> Mapping[str, Any] | None:
    try:
        return embedding.read(source)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceTrouble(Text("“{file}” cannot be read.").with_(file=source.name), detail=str(error)) from error


def _check_space(space: DiskSpace, folder: Path, needed: int) -> None:
    """In a worker. For copies only, since links take no space."""
    with spoken_for(folder):
        left = space.left(folder)
    if left < needed:
        raise no_space(folder, needed, left, Text("Choose a folder on another disk, or export fewer results."))
