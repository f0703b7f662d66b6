"""The whole engine without a window: tasks pass through it in portions, each saved with its sidecar.

    python -m tests.benchmarks.passing_child PROFILE_DIR BASE_URL SECRET TASKS PORTION

After each portion it says "passed" with how many have passed by then, the megabytes that are resident, and the seconds
of CPU that the process and its loop's thread took so far. Ends by itself.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runway_desktop.domain.task import Request, new_task_id
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
    asyncio.run(_run(Path(folder), Address(base_url=base_url, secret=secret), int(tasks), int(portion)))


async def _run(folder: Path, address: Address, tasks: int, portion: int) -> None:
    with ThreadPoolExecutor(4) as workers, ThreadPoolExecutor(6) as file_workers:
        own = profile(demo=False, folder=folder)
        assembly = await build(own, folders_of(own), address, workers, file_workers, state=folder / "state")
        supervisor = Supervisor(lambda where, error: log.error("%s", where, exc_info=error))
        for name, work in await assembly.prepare():
            supervisor.spawn(work(), name)
        await assembly.check()
        await assembly.engine.account.start()
        await pass_through(assembly.engine, tasks, portion)
        await go_down(list(assembly.settling))
        await supervisor.close(5)
        await go_down(list(assembly.closing))


async def pass_through(engine: Engine, tasks: int, portion: int) -> None:
    """Each portion is sent when the one before is on the disk."""
    saved = Saved(engine.bus)
    _tell(0)
    for start in range(0, tasks, portion):
        ids = [new_task_id() for _ in range(portion)]
        saved.expect(ids)
        await sent.submit(engine, [_request(start + number) for number in range(portion)], ids=ids)
        await saved.until()
        _tell(start + portion)


def _tell(passed: int) -> None:
    gc.collect()
    resident = memory(os.getpid())["rss"]
    say("passed", passed=passed, resident=resident, cpu=time.process_time(), loop=time.thread_time())


def _request(number: int) -> Request:
    text = f"task {number} of many, with a prompt as long as people write them [seconds:1]"
    # A clip: a picture takes the simulator longer to draw than all that is measured here.
    values = {"promptText": text, "ratio": "1280:720", "duration": 4}
    return Request(endpoint="text_to_video", model="veo3.1_fast", values=values, prompt=text)


if __name__ == "__main__":
    main()
