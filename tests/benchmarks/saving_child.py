"""The engine on the loop that the program ships, without a window: saves the COUNT results that wait in its list.

    python -m tests.benchmarks.saving_child PROFILE_DIR BASE_URL COUNT

Says "ready" once what it needs is imported; begins at the first line on its input; says "saved" with the seconds that
it took, the CPU of the process and of the loop's thread, and how many bytes lie in the library. Set `PROFILE_TO` to
have cProfile's result of the loop's thread in a file.
"""

from __future__ import annotations

import asyncio
import cProfile
import importlib
import logging
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from runway_desktop.app.collector import Collector, spare_what_is_there
from runway_desktop.app.event_loop import EventLoop
from runway_desktop.domain.events import Event, OutputChanged
from runway_desktop.domain.task import OutputState
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.wiring.build import Address, build
from runway_desktop.wiring.environment import folders_of, profile
from runway_desktop.wiring.stages import Supervisor, go_down
from tests.benchmarks.children import say

log = logging.getLogger(__name__)

LOOPS = {"keep settings", "library folder", "downloads", "sidecars", "integrity"}
"""Those that have to do with results: what asks Runway would ask nobody here."""


OPENED_LATE = (
    "runway_desktop.api.fetcher",
    "httpx",
    "httpcore",
    "anyio._backends._asyncio",
    "mutagen.mp4",
    "mutagen.id3",
)
"""What the program imports with its first result, and has from then on."""


def main() -> None:
    for name in OPENED_LATE:
        importlib.import_module(name)
    logging.basicConfig(level=logging.WARNING)
    folder, base_url, count = sys.argv[1:]
    loop = EventLoop(QCoreApplication([]))
    asyncio.set_event_loop(loop)
    workers = DiskThreads(4, "default")
    loop.set_default_executor(workers)
    loop.run_until_complete(_run(Path(folder), base_url, int(count)))
    workers.shutdown()
    loop.close()


async def _run(folder: Path, base_url: str, left: int) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(4) as workers, ThreadPoolExecutor(6) as file_workers:
        own = profile(demo=False, folder=folder)
        address = Address(base_url=base_url, secret="key_of_nobody")
        assembly = await build(own, folders_of(own), address, workers, file_workers, state=folder / "state")
        supervisor = Supervisor(lambda where, error: log.error("%s", where, exc_info=error))
        loops = dict(await assembly.prepare())
        await assembly.check()
        done = asyncio.Event()

        def hear(event: Event) -> None:
            nonlocal left
            if isinstance(event, OutputChanged) and event.output.state is OutputState.SAVED:
                left -= 1
                if not left:
                    done.set()

        stop = assembly.engine.bus.listen(hear)
        spare_what_is_there()
        collector = Collector()
        say("ready")
        await loop.run_in_executor(None, sys.stdin.readline)
        profiler = cProfile.Profile() if "PROFILE_TO" in os.environ else None
        if profiler is not None:
            profiler.enable()
        wall, cpu, own_cpu = time.perf_counter(), time.process_time(), time.thread_time()
        for name in LOOPS:
            supervisor.spawn(loops[name](), name)
        await done.wait()
        # The last ones still put the request into their files.
        while assembly.engine.downloads.running:
            await asyncio.sleep(0.002)
        took = time.perf_counter() - wall
        if profiler is not None:
            profiler.disable()
            profiler.dump_stats(os.environ["PROFILE_TO"])
        stop()
        files = [path for path in assembly.engine.settings.library.rglob("*.mp4") if path.is_file()]
        say(
            "saved", took=took, cpu=time.process_time() - cpu, loop=time.thread_time() - own_cpu,
            files=len(files), size=sum(path.stat().st_size for path in files),
        )  # fmt: skip
        await loop.run_in_executor(None, sys.stdin.read)
        collector.close()
        await go_down(list(assembly.settling))
        await supervisor.close(5)
        await go_down(list(assembly.closing))


if __name__ == "__main__":
    main()
