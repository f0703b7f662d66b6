"""Puts the studio into the open list of a new demo, once, after the window is shown.

The order makes a crash at any time recoverable: create the files in a temporary folder; record their names, and move
them to the library; write the simulated organization's file; store settings and sheet; last all tasks, in one
transaction. Loop's thread; files are created on a worker thread. Raises OSError and StoreError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from threading import Event
from typing import Any, TypeVar

from runway_desktop.catalog import FieldKind
from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.library import Filter, KeptSheet, new_sheet_id
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.engine import Engine
from runway_desktop.services.library import sheets
from runway_desktop.services.library.sheets import KeptRow, SentTask, SheetContent
from runway_desktop.services.ports import Store
from runway_desktop.simulator.keeping import keep
from runway_desktop.simulator.links import Uploads
from runway_desktop.usecases.requests.presets import Preset, Presets
from runway_desktop.usecases.searching.language import read as read_search
from runway_desktop.usecases.searching.pages import SavedSearches
from runway_desktop.usecases.sheets.cells import inputs_of_wire
from runway_desktop.usecases.sheets.columns import ENDPOINT, MODEL, PROMPT, SHOT
from runway_desktop.values import replace

from . import demo_state
from .demo_state import Begins, DemoState
from .history import History, Played, play
from .results import MadeFiles, ResultWorkshop, StudioStopped, bring_home, names_in
from .script import Script, read_script

Result = TypeVar("Result")


class Furnishing:
    """`speed` is the simulator's. `workers` are for blocking work."""

    def __init__(
        self, engine: Engine, store: Store, profile: Profile, workers: Executor, *, speed: float = 1.0
    ) -> None:
        self._engine = engine
        self._store = store
        self._profile = profile
        self._workers = workers
        self._speed = speed
        self._stop = Event()
        self._sheet_id = new_sheet_id()

    async def furnish(self) -> TaskId | None:
        """Returns the task to show first if the studio was created now, else None. After a cancellation the next start
        repeats it."""
        state = await self._in_worker(demo_state.read, self._profile)
        match state.begins:
            case Begins.NEW:
                # A demo of an older version that was in use keeps its list.
                is_used = bool(self._engine.ledger.open()) or await self._store.amount(Filter()) > 0
            case Begins.MAKING:
                is_used = await self._store.get(TaskId(state.task)) is not None
            case _:
                return None
        if is_used:
            await self._in_worker(self._stands)
            return None
        await self._in_worker(demo_state.take_away_half, self._profile, state)
        if state.sheet:
            await self._store.delete_sheet(state.sheet)
        try:
            script, history, made = await self._in_worker(self._make)
        except StudioStopped:
            return None
        finally:
            self._stop.set()
        await self._engine.folder.look()
        await self._bring_in(script, history, made)
        await self._in_worker(self._stands)
        return next(history.of_batch(_sheet_of(script))).task.id

    def _make(self) -> tuple[Script, History, MadeFiles]:
        """On a worker thread: creates everything on disk except the list."""
        profile, settings, staging = self._profile, self._engine.settings, demo_state.staging(self._profile)
        script = read_script()
        history = play(
            script,
            self._engine.catalog,
            self._engine.clock.now(),
            library=settings.library,
            template=settings.name_template,
            speed=self._speed,
        )
        making = DemoState(Begins.MAKING, task=history.tasks[0].task.id, sheet=self._sheet_id)
        demo_state.note(profile, making)
        made = ResultWorkshop(self._engine.catalog, staging, settings.library, self._stop).make(history)
        demo_state.note(profile, replace(making, files=tuple(names_in(staging))))
        bring_home(staging, settings.library, self._look)
        keep(history.world, Uploads(), demo_state.simulated(profile))
        return script, history, made

    def _look(self) -> None:
        if self._stop.is_set():
            raise StudioStopped

    def _stands(self) -> None:
        demo_state.note(self._profile, DemoState(Begins.STUDIO))
        demo_state.clear_staging(self._profile)

    async def _bring_in(self, script: Script, history: History, made: MadeFiles) -> None:
        for batch in history.batches.values():
            await self._store.add((), (), batch, ())
        await self._store.save_sheet(self._sheet(script, history))
        await self._learn(history)
        self._set(script)
        await self._engine.settings.flush()
        tasks = tuple(played.task for played in history.tasks)
        entries = [entry for played in history.tasks for entry in played.entries]
        await self._store.add(tasks, made.inputs, None, entries, made.outputs)
        await self._engine.ledger.load()
        self._engine.bus.tell(TasksAdded(tasks))

    async def _learn(self, history: History) -> None:
        """Stores the estimates of the simulated requests."""
        for played in history.tasks:
            if played.task.estimated_credits is not None:
                await self._engine.pricing.learn(played.task.request, played.task.estimated_credits)

    def _set(self, script: Script) -> None:
        settings = self._engine.settings
        settings.day_cap = script.caps.day
        settings.project_caps = dict(script.caps.projects)
        presets, searches = Presets(settings), SavedSearches(settings)
        for wanted in script.presets:
            endpoint, model, values = script.kinds[wanted.kind]
            presets.save(Preset(name=wanted.name, endpoint=endpoint, model=model, values=values, key=wanted.key))
        for search in script.searches:
            searches.save(read_search(search.line), search.name)

    def _sheet(self, script: Script, history: History) -> KeptSheet:
        """The sheet from which a batch was sent, with its unsent rows."""
        name = _sheet_of(script)
        members, batch = list(history.of_batch(name)), history.batches[name]
        project = members[0].task.project
        rows = [self._row(played) for played in members] + [KeptRow(cells=cells) for cells in script.unsent]
        endpoint, model, values = script.kinds["clip"]
        content = SheetContent(
            name=batch.name,
            composed=Request(endpoint=endpoint, model=model, values=values),
            project=project,
            source=batch.name,
        )
        return KeptSheet(
            id=self._sheet_id,
            name=batch.name,
            changed_at=self._engine.clock.now(),
            rows=len(rows),
            unsent=len(script.unsent),
            batch_id=batch.id,
            text=sheets.write(content, [sheets.write_row(row) for row in rows]),
        )

    def _row(self, played: Played) -> KeptRow:
        request = played.task.request
        cells: dict[str, Any] = {PROMPT: request.prompt, ENDPOINT: request.endpoint, MODEL: request.model}
        cells[SHOT] = played.task.shot
        pair = self._engine.catalog.pair(request.endpoint, request.model)
        for field in () if pair is None else pair.fields:
            value = request.values.get(field.name)
            if value is not None and field.kind is not FieldKind.PROMPT:
                cells[field.name] = inputs_of_wire(field, value) if field.is_asset else value
        return KeptRow(cells=cells, sent=(SentTask(played.task.id),))

    async def _in_worker(self, work: Callable[..., Result], *arguments: object) -> Result:
        try:
            return await in_worker(self._workers, work, *arguments)
        except asyncio.CancelledError:
            self._stop.set()
            raise


def _sheet_of(script: Script) -> str:
    """The batch that has a sheet."""
    return next(name for name, batch in script.batches.items() if batch.sheet)
