"""The demo's studio: puts two weeks of invented work (`studio_history`) into the open list of a new demo, once, after
the window is shown, with its result files from the simulator's samples, and their sidecars as the engine writes them.

The order makes a crash at any time recoverable: all files; settings, sheet, cast and chain; last all tasks, in one
transaction.
Loop's thread; files are made on a worker thread. Raises OSError and StoreError. Only the demo imports it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import CancelledError, Executor
from pathlib import Path
from threading import Event

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.cast import Member, MemberFile
from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.library import Document, KeptSheet, LedgerEntry
from runway_desktop.domain.media import HEAD_LENGTH, format_of
from runway_desktop.domain.task import Input, MemberId, Output, OutputState, Request, TaskId
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.engine import Engine
from runway_desktop.services.library import sheets
from runway_desktop.services.library.sheets import KeptRow, SentTask, SheetContent
from runway_desktop.services.media.media_facts import probe
from runway_desktop.services.ports import Store
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.embedding import embed, note_of
from runway_desktop.services.settings import CHAINS
from runway_desktop.services.tasks.uploads import inputs_of
from runway_desktop.simulator.organizations import Uploads, keep
from runway_desktop.simulator.outputs import Recipe, make_output
from runway_desktop.usecases.requests.presets import Preset, Presets
from runway_desktop.usecases.searching.language import read as read_search
from runway_desktop.usecases.searching.pages import SavedSearches
from runway_desktop.usecases.sheets.cells import cells_of
from runway_desktop.usecases.sheets.columns import SHOT
from runway_desktop.values import as_json, replace

from .studio_history import History, Played, Script, play, read_script

_SAVED_AFTER = 1.6
"""Seconds from the end of a task until its first result is saved, and between two."""
_JUDGMENTS = frozenset({"rating", "pick", "tags", "note"})
_SHEET_ID = "5d1a2f0e-0c57-4b7f-9f43-3c0a1e6d7b52"


async def furnish(engine: Engine, store: Store, workers: Executor, kept: Path, *, speed: float = 1.0) -> TaskId:
    """Call with an empty list. Returns the task to show first. `kept` is the simulator's state file, `speed` is the
    simulator's."""
    stop = Event()

    def make() -> tuple[Script, History, Results]:
        """Everything on disk except the list."""
        script, settings = read_script(), engine.settings
        library, template = settings.library, settings.name_template
        history = play(script, engine.catalog, engine.clock.now(), library=library, template=template, speed=speed)
        results = Results(history, engine.catalog, stop)
        keep(history.world, Uploads(), kept)
        return script, history, results

    try:
        script, history, results = await in_worker(workers, make)
    finally:
        stop.set()
    await engine.folder.look()
    sheet = _sheet(script, history, engine)
    await _bring_in(engine, store, script, history, results, sheet)
    return next(played.task.id for played in history.tasks if played.task.batch_id == sheet.batch_id)


async def _bring_in(
    engine: Engine, store: Store, script: Script, history: History, results: Results, sheet: KeptSheet
) -> None:
    for batch in history.batches.values():
        await store.add((), (), batch, ())
    await store.save_sheet(sheet)
    for played in history.tasks:
        if played.task.estimated_credits is not None:
            await engine.pricing.learn(played.task.request, played.task.estimated_credits)
    await _bring_cast(engine, script, history, results)
    chain = script.chain
    await store.save_document(Document.CHAIN, chain.id, chain.name, engine.clock.now(), json.dumps(as_json(chain)))
    _set(engine, script)
    await engine.settings.flush()
    tasks = tuple(played.task for played in history.tasks)
    inputs = [found for task in tasks for found in results.inputs[task.id]]
    outputs = [output for task in tasks for output in results.saved[task.id]]
    await store.add(tasks, inputs, None, [entry for played in history.tasks for entry in played.entries], outputs)
    await engine.ledger.load()
    engine.bus.tell(TasksAdded(tasks))


async def _bring_cast(engine: Engine, script: Script, history: History, results: Results) -> None:
    async def kept(key: str) -> MemberFile:
        output = results.saved[history.by_key[key].task.id][0]
        return await engine.cast.keep(Path(output.path), output.media)

    for name, found in script.cast.items():
        files = tuple([await kept(key) for key in found.files])
        voice = await kept(found.voice) if found.voice else None
        member = Member(id=MemberId(name), kind=found.kind, name=name, words=found.words, files=files, voice=voice)
        await engine.cast.save(member)


def _set(engine: Engine, script: Script) -> None:
    engine.settings.set(CHAINS, {next(iter(script.projects.values())): script.chain.id})
    engine.settings.day_cap = script.day_cap
    engine.settings.project_caps = dict(script.project_caps)
    presets, searches = Presets(engine.settings), SavedSearches(engine.settings)
    for name, (kind, key) in script.presets.items():
        endpoint, model, values = script.kinds[kind]
        presets.save(Preset(name=name, endpoint=endpoint, model=model, values=values, key=key))
    for name, line in script.searches.items():
        searches.save(read_search(line), name)


def _sheet(script: Script, history: History, engine: Engine) -> KeptSheet:
    """The sheet from which a batch was sent, with its unsent rows."""
    batch = next(history.batches[name] for name, wanted in script.batches.items() if wanted.sheet)
    members = [played.task for played in history.tasks if played.task.batch_id == batch.id]
    rows = [KeptRow(cells=cells) for cells in script.unsent]
    for task in reversed(members):
        pair = engine.catalog.pair(task.request.endpoint, task.request.model)
        cells = {**cells_of(task.request, pair), SHOT: task.shot}
        rows.insert(0, KeptRow(cells=cells, sent=(SentTask(task.id),)))
    endpoint, model, values = script.kinds["clip"]
    composed = Request(endpoint=endpoint, model=model, values=values)
    content = SheetContent(name=batch.name, composed=composed, project=members[0].project, source=batch.name)
    return KeptSheet(
        id=_SHEET_ID,
        name=batch.name,
        changed_at=engine.clock.now(),
        rows=len(rows),
        unsent=len(script.unsent),
        batch_id=batch.id,
        text=sheets.write(content, [sheets.write_row(row) for row in rows]),
    )


class Results:
    """Makes all result files, and adds ledger entries for them to the history's tasks. `saved` and `inputs` by task.
    Blocking, some seconds; raises CancelledError after `stop` was set."""

    def __init__(self, history: History, catalog: Catalog, stop: Event) -> None:
        self.saved: dict[TaskId, list[Output]] = {}
        self.inputs: dict[TaskId, list[Input]] = {}
        self._samples = resource("samples")
        self._names = {batch.id: batch.name for batch in history.batches.values()}
        # In order of creation, so that the sources of a task come before it.
        for played in history.tasks:
            task_id = played.task.id
            known = {output.path: output for source in played.sources for output in self.saved[source]}
            self.inputs[task_id] = [
                replace(found, sha256=known[found.path].sha256, size=known[found.path].size)
                if found.path in known
                else found
                for found in inputs_of(played.task, catalog)
            ]
            self.saved[task_id] = []
            for output in played.outputs:
                if stop.is_set():
                    raise CancelledError
                assert played.recipe is not None, "it was accepted"  # noqa: S101 - played so
                self._save(played, output, played.recipe)

    def _save(self, played: Played, output: Output, recipe: Recipe) -> None:
        path, body = Path(output.path), make_output(recipe, output.index, self._samples)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        found, facts = format_of(body[:HEAD_LENGTH]), probe(path)
        saved = replace(
            output,
            state=OutputState.SAVED,
            media=output.media if found is None else found.media,
            size=len(body),
            sha256=sha256_of(path),
            saved_at=(played.task.ended_at or played.task.created_at) + _SAVED_AFTER * (output.index + 1),
            width=(facts and facts.width) or 0,
            height=(facts and facts.height) or 0,
            duration=(facts and facts.duration) or 0.0,
        )
        detail = {"index": saved.index, "file": path.name, "size": saved.size, "sha256": saved.sha256}
        detail |= {"credentials": "kept"} if recipe.is_signed else {}
        line = LedgerEntry(task_id=saved.task_id, at=saved.saved_at or 0.0, kind="saved", detail=detail)
        if embed(path, note_of(self._document(played, saved))):
            saved = replace(saved, size=path.stat().st_size, sha256=sha256_of(path))
        sidecar.write(path, self._document(played, saved))
        self.saved[saved.task_id].append(saved)
        # Inserted before the judgments, which came later.
        ended = next((n for n, entry in enumerate(played.entries) if entry.kind in _JUDGMENTS), len(played.entries))
        played.entries.insert(ended, line)

    def _document(self, played: Played, saved: Output) -> Mapping[str, object]:
        task = played.task
        name = self._names.get(task.batch_id, "") if task.batch_id is not None else ""
        return sidecar.compose(task, saved, self.inputs[task.id], count=len(played.outputs), batch=name)
