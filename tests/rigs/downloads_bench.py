"""Downloads on a store in memory, a fake fetcher and a real folder."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.advance import GONE_AFTER
from runway_desktop.domain.events import Event
from runway_desktop.domain.task import Output, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.library_folder import LibraryFolder, MakeThreads
from runway_desktop.services.results.downloads import Downloads
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.asking import Asking
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.values import replace
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fake_runway import FakeFetcher, FakeRunway, remote_id
from tests.rigs.fakes import FakeClock, MemoryStore, settle

LINK = "https://out.example.com/fox.mp4?sig=1"


FRESH = "https://out.example.com/fox.mp4?sig=2"


def clip(size: int = 1_000_000, seed: int = 1) -> bytes:
    """Bytes that begin as an MP4 file does."""
    content = random.Random(seed).randbytes(size - 40)
    return b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x00\x00\x08moov" + _box(b"mdat", content)


def _box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


class Bench:
    """Downloads on a real disk and a fake everything else."""

    def __init__(
        self,
        folder: Path,
        *,
        store: MemoryStore | None = None,
        clock: FakeClock | None = None,
        threads: MakeThreads = lambda *_: AtOnce(),
        profile: Path | None = None,
    ) -> None:
        self.library = folder
        self.store = store or MemoryStore()
        self.clock = clock or FakeClock()
        self.runway, self.fetcher, self.bus = FakeRunway(), FakeFetcher(), Bus()
        self.events: list[Event] = []
        self.bus.listen(self.events.append)
        self.ledger = Ledger(self.store, self.bus, self.clock, Catalog.load().makes)
        self.settings = Settings(self.store, self.bus, self.clock, default_library=folder)
        # These promises are about the bytes as they came; the note inside them has tests of its own.
        self.settings.embed = False
        self.settings.name_template = "{model}_{prompt}"
        self.folder = LibraryFolder(self.settings, self.bus, self.clock, threads)
        self.rescued = (profile or folder.parent) / "Rescued"
        self.downloads = Downloads(
            self.store, self.ledger, Asking(self.runway, self.ledger, self.clock), self.fetcher, self.bus, self.clock,
            self.settings, random.Random(1), self.folder,
            self.rescued,
        )  # fmt: skip
        self._made = 0

    async def live_task(self, prompt: str = "Fox", **more: Any) -> Task:
        self._made += 1
        request = Request(
            endpoint="text_to_video", model="gen4.5", values={"promptText": prompt, "seed": 7}, prompt=prompt
        )
        task = Task(
            id=TaskId(f"task{self._made}"), request=request, created_at=self.clock.now(), state=State.RUNNING,
            remote_id=remote_id(self._made), key=self.runway.key, **more,
        )  # fmt: skip
        await self.ledger.add([task], [])
        return task

    async def succeed(self, task: Task, *urls: str) -> None:
        assert task.remote_id
        self.runway.finish(task.remote_id, *urls, cost=25)
        await self.ledger.answer(task.id, self.runway.answers[task.remote_id])

    async def finished_task(self, *urls: str, prompt: str = "Fox", **more: Any) -> Task:
        task = await self.live_task(prompt, **more)
        await self.succeed(task, *(urls or (LINK,)))
        return task

    async def tried(self, *urls: str, **more: Any) -> Task:
        """A finished task, once all has happened that needs no time."""
        task = await self.finished_task(*urls, **more)
        await settle()
        return task

    async def one_run(self, *urls: str, **more: Any) -> Task:
        """The same in a run of its own, which is over then."""
        async with self.running():
            return await self.tried(*urls, **more)

    async def vanish(self, task: Task) -> None:
        """Runway has it no longer, and has said so once before, long enough ago."""
        assert task.remote_id
        self.runway.vanish(task.remote_id)
        long_ago = self.clock.now() - GONE_AFTER
        await self.ledger.change(task.id, lambda known: replace(known, not_found_at=long_ago), "not found")

    async def output(self, task: Task, index: int = 0) -> Output:
        return (await self.store.outputs(task.id))[index]

    def files(self) -> list[str]:
        found = (path.relative_to(self.library).as_posix() for path in self.library.rglob("*") if path.is_file())
        return sorted(name for name in found if not name.endswith(".mp4.json"))

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loops = [asyncio.create_task(work()) for work in (self.folder.run, self.downloads.run)]
        await settle()
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
