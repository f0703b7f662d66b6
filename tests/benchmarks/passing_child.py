"""The whole engine on the loop that the program ships, without a window: tasks pass through it in portions, each saved
with its sidecar.

    python -m tests.benchmarks.passing_child PROFILE_DIR BASE_URL SECRET TASKS PORTION

After each portion it says "passed" with how many have passed by then, the megabytes that are resident, and the seconds
of CPU that the process and its loop's thread took for them so far. What is measured here itself, and the whole search
for garbage before it, is not counted. Ends by itself. Set `PROFILE_TO` to have cProfile's result of the loop's thread
in a file.
"""

from __future__ import annotations

import asyncio
import cProfile
import gc
import logging
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from runway_desktop.app.collector import Collector, spare_what_is_there
from runway_desktop.app.event_loop import EventLoop
from runway_desktop.domain.task import Request, new_task_id
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.engine import Engine
from runway_desktop.wiring.build import Address, build
from runway_desktop.wiring.environment import folders_of, profile
from runway_desktop.wiring.stages import Supervisor, go_down
from tests import sent
from tests.benchmarks.children import memory, say
from tests.saved import Saved

log = logging.getLogger(__name__)


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    folder, base_url, secret, tasks, portion = sys.argv[1:]
    loop = EventLoop(QCoreApplication([]))
    asyncio.set_event_loop(loop)
    workers = DiskThreads(4, "default")
    loop.set_default_executor(workers)
    address = Address(base_url=base_url, secret=secret)
    loop.run_until_complete(_run(Path(folder), address, int(tasks), int(portion)))
    workers.shutdown()
    loop.close()


async def _run(folder: Path, address: Address, tasks: int, portion: int) -> None:
    with ThreadPoolExecutor(4) as workers, ThreadPoolExecutor(6) as file_workers:
        own = profile(demo=False, folder=folder)
        assembly = await build(own, folders_of(own), address, workers, file_workers, state=folder / "state")
        supervisor = Supervisor(lambda where, error: log.error("%s", where, exc_info=error))
        for name, work in await assembly.prepare():
            supervisor.spawn(work(), name)
        await assembly.check()
        await assembly.engine.account.start()
        collector = Collector()
        spare_what_is_there()
        await pass_through(assembly.engine, tasks, portion)
        collector.close()
        await go_down(list(assembly.settling))
        await supervisor.close(5)
        await go_down(list(assembly.closing))


async def pass_through(engine: Engine, tasks: int, portion: int) -> None:
    """Each portion is sent when the one before is on the disk."""
    saved, used = Saved(engine.bus), _Used()
    profiler = cProfile.Profile(time.thread_time) if "PROFILE_TO" in os.environ else None
    used.tell(0)
    for start in range(0, tasks, portion):
        ids = [new_task_id() for _ in range(portion)]
        requests = [request(start + number) for number in range(portion)]
        saved.expect(ids)
        if profiler is not None and start >= tasks // 2:
            profiler.enable()
        used.begin()
        await sent.submit(engine, requests, ids=ids)
        await saved.until()
        used.end()
        if profiler is not None:
            profiler.disable()
        used.tell(start + portion)
    if profiler is not None:
        profiler.dump_stats(os.environ["PROFILE_TO"])


class _Used:
    """Seconds of CPU between `begin` and `end`, of the process and of the thread that calls."""

    def __init__(self) -> None:
        self._begun = self._before = (0.0, 0.0)

    def begin(self) -> None:
        self._begun = _clocks()

    def end(self) -> None:
        cpu, loop = _clocks()
        self._before = (self._before[0] + cpu - self._begun[0], self._before[1] + loop - self._begun[1])

    def tell(self, passed: int) -> None:
        gc.collect()
        resident = memory(os.getpid())["rss"]
        cpu, loop = self._before
        say("passed", passed=passed, resident=resident, cpu=cpu, loop=loop)


def _clocks() -> tuple[float, float]:
    return time.process_time(), time.thread_time()


def request(number: int, model: str = "veo3.1_fast") -> Request:
    """A clip that takes the simulator a second, or less where it is faster."""
    text = f"task {number} of many, with a prompt as long as people write them [seconds:1]"
    # A picture would take the simulator longer to draw than all that is measured here.
    values = {"promptText": text, "ratio": "1280:720", "duration": 4}
    return Request(endpoint="text_to_video", model=model, values=values, prompt=text)


if __name__ == "__main__":
    main()
