"""The window and its view-models on an engine of fakes, for tests of the window and of its parts.

    async with Rig(tmp_path) as rig:                       # engine and view-models
        await rig.add(task(1), task(2))
    async with Desktop(tmp_path, theme) as desktop:        # and the main window, shown
        desktop.window.search.setText("fog")

Time of the engine passes only in `rig.clock.advance`; Qt's own timers are real. `until` awaits what is promised.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from runway_desktop.app.commands import COMMANDS
from runway_desktop.app.rooms import ROOMS, Rooms
from runway_desktop.domain.advance import GONE_AFTER
from runway_desktop.domain.events import Notice, OutputChanged, TaskChanged, TasksAdded
from runway_desktop.domain.prices import PublishedPrice
from runway_desktop.domain.task import Batch, BatchId, Output, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Runner
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.command_bindings import open_main_window
from runway_desktop.ui.window.interior import Interior
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.use_cases import Memory, UseCases
from runway_desktop.values import replace
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.folder_watch import FolderWatch
from runway_desktop.viewmodels.key_choices import KeyChoices
from runway_desktop.viewmodels.models import Models
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.status import Status
from runway_desktop.viewmodels.tasks.details import DetailsModel
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from runway_desktop.viewmodels.tasks.pages import Pages
from runway_desktop.viewmodels.tasks.posters import Posters
from runway_desktop.viewmodels.tasks.taking_in import TakingIn
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel
from runway_desktop.viewmodels.unsaved import Unsaved
from runway_desktop.wiring.stages import Supervisor
from tests.rigs import engine_rig
from tests.rigs.engines import Unasked, engine_of
from tests.rigs.fake_runway import FakeFetcher
from tests.rigs.fakes import MemoryStore
from tests.rigs.qt_loop import come_to_rest
from tests.rigs.waiting import IMPATIENCE

PATIENCE = IMPATIENCE or 60.0
"""Seconds of real time after which a promise counts as broken."""


async def until(holds: Callable[[], Any], promise: str = "") -> None:
    """Returns once `holds()` is true; lets Qt and every task run meanwhile."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"This did not come true: {promise or holds}")
        await asyncio.sleep(0.001)


def move_pointer(on: QWidget, to: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """The pointer comes by, with a button held or without. `QTest.mouseMove` would let a loop run within the test's
    coroutine, which loses a task that is due just then."""
    at = QPointF(to)
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, on.mapToGlobal(at), Qt.MouseButton.NoButton, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(on, event)


def painted(widget: QWidget) -> tuple[QColor, int]:
    """The color that most of the widget has now, and how many colors are in it: in a plain surface there is one."""
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = Counter(memoryview(picture.constBits()).cast("I"))
    return QColor.fromRgb(found.most_common(1)[0][0]), len(found)


async def rest(turns: int = 30) -> None:
    """Lets everything run until nobody has anything to do; for promises that something does not happen."""
    await come_to_rest(turns)


def named(command_id: str) -> Command[Any]:
    """The record that settings know by this id."""
    return next(one for one in COMMANDS if one.id == command_id)


class Rig:
    """Engine and view-models. `parts` is the engine's own rig, with all fakes."""

    def __init__(
        self,
        folder: Path,
        *,
        loops: tuple[str, ...] = (),
        secret: str | None = "key_test",
        prices: tuple[PublishedPrice, ...] = (),
        store: MemoryStore | None = None,
    ) -> None:
        self.folder = folder
        ids = folder / "accepted-ids.txt"
        self.parts = engine_rig.Rig(loops=loops, secret=secret, ids=ids, prices=prices, store=store)
        self.fetcher = FakeFetcher()
        self.bugs: list[tuple[str, BaseException]] = []
        self.notices: list[Notice] = []

    @property
    def store(self) -> Any:
        return self.parts.store

    @property
    def clock(self) -> Any:
        return self.parts.clock

    @property
    def runway(self) -> Any:
        return self.parts.runway

    async def __aenter__(self) -> Self:
        await self.parts.__aenter__()
        self.engine = self.make_engine()
        self.supervisor = Supervisor(lambda name, error: self.bugs.append((name, error)))
        self.owner = QObject()
        engine, owner = self.engine, self.owner
        self.bridge = bridge = Bridge(engine.bus, owner)
        bridge.notice.connect(self.notices.append)
        self.runner = runner = Runner(self.supervisor.spawn, engine.bus)
        self.cases = cases = UseCases(engine)
        cases.sending = Unasked(engine)
        self.rows = rows = TaskListModel(cases, bridge, runner, owner)
        self.pages = Pages(cases, bridge, runner, owner)
        self.composer = Composer(cases, bridge, runner, owner)
        status = Status(cases, bridge, self.pages, owner)
        activity = Activity(status, owner)
        self.models = Models(
            activity=activity,
            bridge=bridge,
            rows=rows,
            filter=ListFilter(cases, rows, owner),
            pages=self.pages,
            details=DetailsModel(cases, bridge, runner, rows, owner),
            composer=self.composer,
            status=status,
            task_commands=TaskCommands(cases, self.composer, runner, owner),
            unsaved=Unsaved(cases, bridge, runner, owner),
            posters=Posters(cases, bridge, runner, rows, self.folder / "posters", owner),
            memory=Memory(engine.settings),
            folder=FolderWatch(cases, bridge, runner, activity),
            keys=KeyChoices(engine.settings, bridge, owner),
            profiles=ProfilesModel(cases, runner, "Default", owner),
        )
        self.task_commands, self.filter, self.details = (
            self.models.task_commands,
            self.models.filter,
            self.models.details,
        )
        self.unsaved = self.models.unsaved
        return self

    async def __aexit__(self, *_: object) -> None:
        self.bridge.close()
        await self.supervisor.close(PATIENCE)
        await self.parts.close()
        self.owner.deleteLater()
        await rest(3)
        assert not self.bugs, f"The program made mistakes: {self.bugs}"

    def make_engine(self) -> Engine:
        return engine_of(self.parts, self.folder / "library", self.fetcher)

    @property
    def told(self) -> list[str]:
        """Every sentence that was told, oldest first."""
        return [str(notice.message) for notice in self.notices]

    async def put(
        self, *tasks: Task, outputs: Sequence[Output] = (), batch: str = "", inputs: Sequence[Any] = ()
    ) -> None:
        """On disk, as left by an earlier run; nobody is told."""
        named = Batch(id=BatchId(batch), name=f"Batch {batch}", created_at=tasks[0].created_at) if batch else None
        await self.store.add(
            [replace(one, batch_id=BatchId(batch)) if batch else one for one in tasks], list(inputs), named, ()
        )
        if outputs:
            await self.store.save_outputs(outputs)

    async def load(self) -> None:
        """Fills the list as the program's start does."""
        self.rows.refresh()
        await until(lambda: self.rows.is_loaded)

    async def shown(self, *tasks: Task, outputs: Sequence[Output] = (), batch: str = "") -> None:
        """On disk, in the list, and every row fetched."""
        await self.put(*tasks, outputs=outputs, batch=batch)
        await self.load()
        await self.fetch_rows()

    async def fetch_rows(self) -> None:
        for row in range(self.rows.rowCount()):
            self.rows.index(row, 1).data()
        ids = [found for row in range(self.rows.rowCount()) if (found := self.rows.task_id(row))]
        await until(lambda: all(self.rows.row_of(one) for one in ids), "all rows are fetched")

    async def add(self, *tasks: Task) -> None:
        """A new task comes up: stored, then told."""
        await self.put(*tasks)
        self.engine.bus.tell(TasksAdded(tuple(tasks)))

    async def change(self, after: Task, *, flush: bool = True) -> None:
        """A task moves: stored, then told, then gathered."""
        before = await self.store.get(after.id)
        await self.store.save(after)
        self.engine.bus.tell(TaskChanged(after, before))
        if flush:
            self.bridge.flush()

    async def output(self, output: Output, *, flush: bool = True) -> None:
        await self.store.save_output(output)
        self.engine.bus.tell(OutputChanged(output))
        if flush:
            self.bridge.flush()

    async def vanish(self, number: int) -> None:
        """Runway has it no longer, and has said so once before, long enough ago."""
        known = await self.by_id(number)
        self.runway.vanish(known.remote_id)
        await self.store.save(replace(known, not_found_at=self.clock.now() - GONE_AFTER))

    async def by_id(self, number: int) -> Task:
        found = await self.store.get(TaskId(f"t{number}"))
        assert found is not None
        return found

    @property
    def taking_in(self) -> TakingIn:
        return TakingIn(self.cases, self.composer, self.runner, self.task_commands)


class Desktop(Rig):
    """The rig with its main window on the screen. `room_requests`: what was to open, and opens if `opens_rooms`."""

    def __init__(
        self, folder: Path, theme: Theme, *, opens_rooms: bool = False, rooms: Sequence[Room] = ROOMS, **more: Any
    ) -> None:
        super().__init__(folder, **more)
        self.theme = theme
        self._opens_rooms = opens_rooms
        self._rooms = rooms
        self.room_requests: list[tuple[str, Any]] = []
        self.closes = 0

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        with self.theme.put_on_at_the_end():
            self.rooms = Rooms(self.cases, self.runner, self.theme, self.models, self._rooms)
            self.window = open_main_window(self.models, self.theme, self.open_room, COMMANDS)
        self.rooms.stand_over(self.window)
        self.interior = Interior(self.window)
        if self.models.memory.recall("window.geometry") is None:
            # The screen that is not there is small.
            self.window.resize(1440, 900)
        self.window.close_wanted.connect(self._count_close)
        self.composer.restore_draft()
        self.filter.restore()
        self.pages.refresh()
        self.rows.refresh()
        self.window.show()
        self.window.activateWindow()
        await until(lambda: self.rows.is_loaded)
        return self

    def open_room(self, room: str, wish: object = None, /) -> None:
        self.room_requests.append((room, wish))
        if (
            self._opens_rooms
            or room == "viewer"
            or any(one.id == room and one.kind is RoomKind.PAGE for one in self._rooms)
        ):
            self.rooms.open(room, wish)

    async def __aexit__(self, *error: object) -> None:
        self.rooms.open_no_more()
        await self.rooms.shutdown()
        self.window.let_close()
        self.window.deleteLater()
        await super().__aexit__(*error)

    def _count_close(self) -> None:
        self.closes += 1


@asynccontextmanager
async def after(signal: Any) -> AsyncIterator[list[Any]]:
    """Collects what a signal says inside the block; the block's end awaits its first word."""
    told: list[Any] = []
    signal.connect(lambda *words: told.append(words[0] if len(words) == 1 else words))
    yield told
    await until(lambda: told, f"{signal} speaks")
