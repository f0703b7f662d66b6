"""The studio's files: results made by the simulator, and their sidecars as the engine writes them.

They are created in a temporary folder, under their future names in the library. Blocking; uses several threads, since a
picture takes a fifth of a second. Raises OSError, and Stopped after the stop event was set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.media import HEAD_LENGTH, format_of
from runway_desktop.domain.task import BatchId, Input, Output, OutputState, TaskId
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.media.media_facts import probe
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.embedding import embed, note_of
from runway_desktop.services.tasks.inputs import inputs_of
from runway_desktop.simulator.media.make import make_output
from runway_desktop.values import Struct, replace

from .history import History, Played

_AT_ONCE = 2
_SAVED_AFTER = 1.6
"""Seconds from the end of a task until its first result is saved, and between two."""


class StudioStopped(Exception):
    """The program is closing."""


class MadeFiles(Struct, frozen=True):
    """All results as saved, and the inputs of all tasks."""

    outputs: tuple[Output, ...]
    inputs: tuple[Input, ...]


class ResultWorkshop:
    """`staging` is the temporary folder, `library` the final one."""

    def __init__(self, catalog: Catalog, staging: Path, library: Path, stop: Event) -> None:
        self._catalog = catalog
        self._staging = staging
        self._library = library
        self._stop = stop
        self._samples = resource("samples")
        self._names: Mapping[BatchId, str] = {}
        self._saved: dict[TaskId, tuple[Output, ...]] = {}
        self._inputs: dict[TaskId, list[Input]] = {}

    def make(self, history: History) -> MadeFiles:
        """Creates the files, and adds ledger entries for the saved results to the history's tasks."""
        self._names = {batch.id: batch.name for batch in history.batches.values()}
        for played in history.tasks:
            self._inputs[played.task.id] = inputs_of(played.task, self._catalog)
        with ThreadPoolExecutor(_AT_ONCE, "studio") as threads:
            left = list(history.tasks)
            while left:
                # Sources first, since their bytes belong to the inputs of other tasks.
                ready = [played for played in left if self._saved.keys() >= set(played.sources)]
                left = [played for played in left if played not in ready]
                for _ in threads.map(self._of_task, ready):
                    pass
        return MadeFiles(
            tuple(output for played in history.tasks for output in self._saved.get(played.task.id, ())),
            tuple(found for played in history.tasks for found in self._inputs[played.task.id]),
        )

    def _of_task(self, played: Played) -> None:
        task_id = played.task.id
        self._inputs[task_id] = [self._with_bytes(found, played) for found in self._inputs[task_id]]
        saved, lines = [], []
        for output in played.outputs:
            if self._stop.is_set():
                raise StudioStopped
            done, line = self._save(played, output)
            saved.append(done)
            lines.append(line)
        self._saved[task_id] = tuple(saved)
        # Inserted before the judgments, which came later.
        ended = next((n for n, entry in enumerate(played.entries) if entry.kind in _JUDGMENTS), len(played.entries))
        played.entries[ended:ended] = lines

    def _with_bytes(self, found: Input, played: Played) -> Input:
        made = (output for source in played.sources for output in self._saved.get(source, ()))
        known = next((output for output in made if output.path == found.path), None)
        return found if known is None else replace(found, sha256=known.sha256, size=known.size)

    def _save(self, played: Played, output: Output) -> tuple[Output, LedgerEntry]:
        task, recipe = played.task, played.recipe
        assert recipe is not None, "it was accepted"  # noqa: S101 - played so
        ended_at = task.ended_at or task.created_at
        body = make_output(recipe, output.index, self._samples)
        path = self._staging / Path(output.path).relative_to(self._library)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        found, facts = format_of(body[:HEAD_LENGTH]), probe(path)
        saved = replace(
            output,
            state=OutputState.SAVED,
            media=output.media if found is None else found.media,
            size=len(body),
            sha256=sha256_of(path),
            saved_at=ended_at + _SAVED_AFTER * (output.index + 1),
            width=(facts and facts.width) or 0,
            height=(facts and facts.height) or 0,
            duration=(facts and facts.duration) or 0.0,
        )
        detail: dict[str, object] = {
            "index": saved.index, "file": path.name, "size": saved.size, "sha256": saved.sha256,
        }  # fmt: skip
        if recipe.is_signed:
            detail["credentials"] = "kept"
        line = LedgerEntry(task_id=task.id, at=saved.saved_at or ended_at, kind="saved", detail=detail)
        if embed(path, note_of(self._document(played, saved))):
            saved = replace(saved, size=path.stat().st_size, sha256=sha256_of(path))
        sidecar.write(path, self._document(played, saved))
        return saved, line

    def _document(self, played: Played, saved: Output) -> Mapping[str, object]:
        task = played.task
        name = self._names.get(task.batch_id, "") if task.batch_id is not None else ""
        return sidecar.compose(task, saved, self._inputs[task.id], count=len(played.outputs), batch=name)


_JUDGMENTS = frozenset({"rating", "pick", "tags", "note"})


def names_in(folder: Path) -> list[str]:
    """All files of a folder, relative to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def bring_home(staging: Path, library: Path, look: Callable[[], object]) -> None:
    """Moves all files from the temporary folder into the library. `look` is called before each, and may raise."""
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(library)
        return
    for name in names_in(staging):
        look()
        target = library / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (staging / name).replace(target)
