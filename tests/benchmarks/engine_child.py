"""The whole engine without a window, as the wiring builds it: sends tasks, and reports when each row would change.

    python -m tests.benchmarks.engine_child PROFILE_DIR BASE_URL SECRET REQUESTS.json

Prints "ready"; starts at the first line of its input; prints "done" with the wall time of the engine's event for each
task's end, by its id at Runway.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.task import RemoteId
from runway_desktop.wiring.build import Address, Assembly, build
from runway_desktop.wiring.environment import folders_of, profile
from runway_desktop.wiring.stages import Supervisor, go_down
from tests.benchmarks.children import say
from tests.benchmarks.seeding import request
from tests.rigs import sent

log = logging.getLogger(__name__)


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    folder, base_url, secret, requests = sys.argv[1:]
    asyncio.run(_run(Path(folder), Address(base_url=base_url, secret=secret), json.loads(Path(requests).read_text())))


async def _run(folder: Path, address: Address, prompts: list[str]) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(4) as workers, ThreadPoolExecutor(6) as file_workers:
        own = profile(demo=False, folder=folder)
        assembly = await build(own, folders_of(own), address, workers, file_workers, state=folder / "state")
        supervisor = Supervisor(lambda where, error: log.error("%s", where, exc_info=error))
        for name, work in await assembly.prepare():
            supervisor.spawn(work(), name)
        await assembly.check()
        await assembly.engine.account.start()
        say("ready")
        await loop.run_in_executor(None, sys.stdin.readline)
        ended = await _all_ended(assembly, prompts)
        say("done", ended=ended)
        await loop.run_in_executor(None, sys.stdin.read)
        await go_down(list(assembly.settling))
        await supervisor.close(5)
        await go_down(list(assembly.closing))


async def _all_ended(assembly: Assembly, prompts: list[str]) -> dict[RemoteId, float]:
    ended: dict[RemoteId, float] = {}
    enough = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, TaskChanged) and event.task.state.is_final and not event.before.state.is_final:
            if event.task.remote_id is not None:
                ended[event.task.remote_id] = time.time()
            if len(ended) == len(prompts):
                enough.set()

    assembly.engine.bus.listen(hear)
    await sent.submit(assembly.engine, [request(prompt) for prompt in prompts])
    await enough.wait()
    return ended


if __name__ == "__main__":
    main()
