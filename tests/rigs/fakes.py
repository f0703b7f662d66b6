"""In-memory fakes for tests of the engine and the layers above: time, keychain, trash and store.

Each implements its port in `services.ports`. Time stands still unless advanced; only `MemoryBin` touches the disk,
removing what it receives.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import shutil
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from runway_desktop.domain.errors import DiskError, SecretStoreError, SecretTrouble
from runway_desktop.services.tasks.schedule import LEAST_GAP
from tests.rigs.stores import MemoryStore

__all__ = ["FakeClock", "MemoryBin", "MemorySecrets", "MemoryStore", "in_time", "settle"]

Result = TypeVar("Result")


class FakeClock:
    """Time that passes only in `advance` and `jump`. Sleepers wake in the order of their times, and of their going to
    sleep."""

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self._now = now
        self._monotonic = 1_000.0
        self._numbers = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        bell = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._numbers), bell))
        await bell

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        loop = asyncio.get_running_loop()
        if seconds <= 0:
            return loop.call_soon(call).cancel
        bell = loop.create_future()
        bell.add_done_callback(lambda _: None if bell.cancelled() else call())
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._numbers), bell))
        return bell.cancel

    @property
    def sleeping(self) -> int:
        """How many sleep right now."""
        return sum(not bell.done() for _, _, bell in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Lets time pass: wakes one sleeper after the other, each at its own time, and lets everyone run between
        them."""
        end = self._monotonic + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, bell = heapq.heappop(self._sleepers)
            if bell.done():
                continue
            self._pass(due - self._monotonic)
            bell.set_result(None)
            await settle()
        self._pass(end - self._monotonic)
        await settle()

    def jump(self, seconds: float) -> None:
        """The wall clock is set, or the machine slept: `now` moves, `monotonic` does not, nobody wakes."""
        self._now += seconds

    def _pass(self, seconds: float) -> None:
        if seconds > 0:
            self._now += seconds
            self._monotonic += seconds


async def in_time(clock: FakeClock, work: Coroutine[Any, Any, Result], seconds: float = LEAST_GAP) -> Result:
    """What the work gives; `seconds` pass meanwhile, in which it must end. Runway is asked for a task no more often."""
    running = asyncio.ensure_future(work)
    await clock.advance(seconds)
    assert running.done(), f"It takes longer than {seconds} s"
    return await running


async def settle(turns: int = 1_000) -> None:
    """Lets every task on the loop run until all of them wait for time or the world. Does not wait for threads."""
    loop = asyncio.get_running_loop()
    # Both kinds of loop tell whether anybody else has something to do; that of Qt not what its own timers have.
    waiting, least = (loop._ready, 0) if hasattr(loop, "_ready") else (loop.soon, 50)  # type: ignore[attr-defined]
    for turn in range(turns):
        await asyncio.sleep(0)
        if turn >= least and not waiting:
            return
    raise AssertionError(f"The loop did not come to rest in {turns} turns")


class MemorySecrets:
    """A keychain in a dict. With `trouble` set every call fails like that."""

    def __init__(self, secrets: Mapping[str, str] | None = None, *, trouble: SecretTrouble | None = None) -> None:
        self.secrets = dict(secrets or {})
        self.trouble = trouble

    async def name(self) -> str:
        self._check()
        return "Test keychain"

    async def get(self, profile: str) -> str | None:
        self._check()
        return self.secrets.get(profile)

    async def set(self, profile: str, secret: str) -> None:
        self._check()
        self.secrets[profile] = secret.strip()

    async def delete(self, profile: str) -> None:
        self._check()
        self.secrets.pop(profile, None)

    def _check(self) -> None:
        if self.trouble is not None:
            raise SecretStoreError("The test keychain does not answer.", kind=self.trouble, advice="Try again.")


class MemoryBin:
    """A trash that remembers what was thrown into it: the file is really gone, and what it held is in `contents`. With
    `trouble` set it takes nothing and gives nothing. `tells` False: it does not say where things are in it."""

    def __init__(self, *, trouble: str = "", tells: bool = True) -> None:
        self.thrown: list[Path] = []
        self.contents: dict[Path, bytes] = {}
        self.trouble = trouble
        self.tells = tells

    async def throw(self, path: Path) -> Path | None:
        if self.trouble or not path.exists():
            raise DiskError(self.trouble or f"“{path.name}” is not there any more.")
        place = Path("/bin") / str(len(self.thrown)) / path.name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            self.contents[place] = path.read_bytes()
            path.unlink()
        self.thrown.append(path)
        return place if self.tells else None

    async def take_back(self, binned: Path, place: Path) -> None:
        if self.trouble or binned not in self.contents:
            raise DiskError(self.trouble or f"{place.name} is not in the trash any more.")
        if place.exists():
            raise DiskError(f"There is another {place.name} in its place now.")
        place.write_bytes(self.contents.pop(binned))
