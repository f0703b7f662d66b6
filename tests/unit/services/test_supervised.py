"""A supervised loop reports an exception and continues."""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.task import Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.results.downloads import Downloads
from runway_desktop.services.results.integrity import Integrity
from runway_desktop.services.results.sidecar_keeper import BEHIND, SidecarKeeper
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import LONGEST_PAUSE, keep_going, shielded, survived
from runway_desktop.services.tasks.adoption import Adoption
from runway_desktop.services.tasks.asking import Asking
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.services.tasks.missing_inputs import MissingInputs
from runway_desktop.services.tasks.queue_acts import QueueActs
from runway_desktop.services.tasks.submission import Submission
from tests.rigs.engine_rig import CATALOG, AtOnce, with_picture
from tests.rigs.fake_runway import FakeFetcher, FakeRunway
from tests.rigs.fakes import FakeClock, MemoryStore, settle
from tests.rigs.mistakes import Mistakes

pytestmark = pytest.mark.usefixtures("survived_mistakes")


class Turns:
    """Fails in the turns of these numbers."""

    def __init__(self, clock: FakeClock, *failing: int) -> None:
        self.clock = clock
        self.failing = failing
        self.began: list[float] = []

    async def __call__(self) -> None:
        self.began.append(self.clock.monotonic())
        if len(self.began) in self.failing:
            raise RuntimeError("ours")
        await self.clock.sleep(100)


async def going(turns: Turns, seconds: float) -> list[float]:
    """When each turn began, in seconds from the first."""
    loop = asyncio.create_task(keep_going("turning", turns, turns.clock))
    await turns.clock.advance(seconds)
    assert not loop.done()
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop
    return [began - turns.began[0] for began in turns.began]


async def test_supervised_loop_runs_turn_after_turn():
    assert await going(Turns(FakeClock()), 250) == [0, 100, 200]


async def test_failed_turn_is_followed_by_the_next_after_a_growing_pause():
    assert await going(Turns(FakeClock(), 1, 2, 3), 20) == [0, 1, 3, 7]


async def test_pause_is_short_again_after_a_good_turn():
    assert await going(Turns(FakeClock(), 1, 2, 4), 110) == [0, 1, 3, 103, 104]


async def test_pause_after_failures_is_bounded():
    turns = Turns(FakeClock(), *range(1, 100))
    began = await going(turns, 3_000)
    assert began[-1] - began[-2] == LONGEST_PAUSE


async def test_each_exception_is_reported_with_its_traceback(mistakes: Mistakes):
    await going(Turns(FakeClock(), 1, 2, 3), 20)
    assert mistakes.take("A mistake of the program while turning").count("RuntimeError: ours") == 3


def test_attempt_tells_whether_it_failed():
    with survived("trying") as attempt:
        pass
    assert not attempt.failed
    with survived("trying") as attempt:
        raise RecursionError
    assert attempt.failed


def test_keyboard_interrupt_is_not_survived():
    with pytest.raises(KeyboardInterrupt), survived("trying"):
        raise KeyboardInterrupt


class BrokenStore(MemoryStore):
    """While `is_broken` it raises what no store may raise, from whatever it is asked. `asked` counts that."""

    is_broken = False
    asked = 0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not inspect.iscoroutinefunction(found) or not self.is_broken:
            return found

        async def fails(*_arguments: object, **_more: object) -> None:
            self.asked += 1
            raise RuntimeError("ours")

        return fails


class Room:
    """What a loop of the engine needs, on a store that breaks."""

    def __init__(self, folder: Path) -> None:
        self.store, self.bus, self.clock = BrokenStore(), Bus(), FakeClock()
        self.settings = Settings(self.store, self.bus, self.clock, default_library=folder)
        self.folder = LibraryFolder(self.settings, self.bus, self.clock, lambda *_: AtOnce())
        self.ledger = Ledger(self.store, self.bus, self.clock, Catalog.load().makes)


def settings(room: Room) -> Callable[[], Coroutine[Any, Any, None]]:
    room.settings.set("theme", "dark")
    return room.settings.run


def sidecars(room: Room) -> Callable[[], Coroutine[Any, Any, None]]:
    room.settings.set(BEHIND, ["t1"])
    return SidecarKeeper(room.store, room.bus, room.clock, room.settings, FileLocks(), AtOnce()).run


def missing_inputs(room: Room) -> Callable[[], Coroutine[Any, Any, None]]:
    adoption = Adoption(room.ledger, room.store, room.clock, key_in_use=lambda: NO_KEY)
    queue = cast(QueueActs, None)
    submission = Submission(room.ledger, room.store, queue, adoption, CATALOG, room.clock, AtOnce())
    return MissingInputs(room.ledger, room.store, submission, CATALOG, room.bus, room.clock, AtOnce()).run


def integrity(room: Room) -> Callable[[], Coroutine[Any, Any, None]]:
    return Integrity(room.store, room.folder, room.bus, room.clock, AtOnce()).run


def downloads(room: Room) -> Callable[[], Coroutine[Any, Any, None]]:
    return Downloads(
        room.store, room.ledger, Asking(FakeRunway(), room.ledger, room.clock), FakeFetcher(), room.bus, room.clock,
        room.settings, random.Random(1), room.folder,
        Path("/rescued"),
    ).run  # fmt: skip


@pytest.mark.parametrize(
    "make", [settings, sidecars, missing_inputs, integrity, downloads], ids=lambda make: make.__name__
)
async def test_every_supervised_loop_continues_after_an_exception(tmp_path, make):
    room = Room(tmp_path)
    [held] = [Task(id=TaskId("t1"), request=with_picture((tmp_path / "in.png").as_uri()), created_at=1.0)]
    await room.ledger.add([held], [])
    run = make(room)
    room.store.is_broken = True
    loop = asyncio.create_task(run())
    await room.clock.advance(600)
    assert not loop.done()
    asked = room.store.asked
    assert asked > 0
    room.store.is_broken = False
    await room.clock.advance(600)
    await settle()
    assert not loop.done()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_settings_unsaved_due_to_an_exception_are_saved_afterwards(tmp_path):
    room = Room(tmp_path)
    room.store.is_broken = True
    loop = asyncio.create_task(room.settings.run())
    room.settings.set("theme", "dark")
    await room.clock.advance(10)
    room.store.is_broken = False
    await room.clock.advance(120)
    assert (await room.store.settings())["theme"] == "dark"
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_downloads_try_again_after_an_exception_though_nothing_succeeded_since(tmp_path):
    room = Room(tmp_path)
    request = Request(endpoint="text_to_video", model="gen4.5", prompt="Fox")
    done = Task(id=TaskId("t1"), request=request, created_at=1.0, state=State.SUCCEEDED)
    await room.store.add([done], [], None, [])
    room.store.is_broken = True
    run = downloads(room)
    loop = asyncio.create_task(run())
    await room.clock.advance(60)
    before = room.store.asked
    await room.clock.advance(600)
    assert room.store.asked > before
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_failure_after_the_caller_was_canceled_is_no_loop_exception() -> None:
    loop, told = asyncio.get_running_loop(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _, context: told.append(context))
    work: asyncio.Future[int] = loop.create_future()
    caller = asyncio.create_task(shielded(work))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    work.set_exception(OSError("later"))
    await asyncio.sleep(0)
    assert isinstance(work.exception(), OSError)
    assert told == []


async def test_shielded_caller_gets_the_result_or_the_error_of_its_work() -> None:
    loop = asyncio.get_running_loop()
    done, later, failed = loop.create_future(), loop.create_future(), loop.create_future()
    done.set_result(1)
    loop.call_soon(later.set_result, 2)
    loop.call_soon(failed.set_exception, OSError("no"))
    assert (await shielded(done), await shielded(later)) == (1, 2)
    with pytest.raises(OSError, match="no"):
        await shielded(failed)
