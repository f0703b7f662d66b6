"""The real program, through whose window tasks pass: rows, posters, counts and all that follows them.

    python -m tests.benchmarks.passing_child PROFILE_DIR [RATE AFTER FOR]

For each number on its input it sends so many tasks, and says "passed" once all are saved. With RATE it sends so many
each second. Once that has gone on for AFTER seconds, it says "lag" (`lag_probe`) for the FOR seconds that follow, then
"passed" with how many were `saved` in these, once all are. Closes as a person would close it, when its input ends.
Where Runway is, and the key, are in the environment.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tests.benchmarks.children import as_started, say

STEP = 0.2
"""Seconds between two of those that send steadily."""
MODELS = ("veo3.1_fast", "veo3.1")
"""Two, since of each one is sent at a time."""


def main() -> int:
    start = as_started()
    from runway_desktop.app import session
    from runway_desktop.services.engine import Engine
    from runway_desktop.usecases.use_cases import UseCases

    folder, *steady = sys.argv[1:]
    engines: list[Engine] = []

    class WatchedCases(UseCases):
        def __init__(self, engine: Engine) -> None:
            super().__init__(engine)
            engines.append(engine)

    class WatchedSession(session.Session):
        async def run(self, *given: Any) -> int:
            work = asyncio.ensure_future(self._pass_through())
            try:
                return await super().run(*given)
            finally:
                work.cancel()

        async def _pass_through(self) -> None:
            await self.ready.wait()
            if steady:
                await _steadily(engines[0], *map(float, steady))
            while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
                await _once(engines[0], int(line))
            self.close()

    vars(session).update(UseCases=WatchedCases, Session=WatchedSession)
    return start(["--profile-dir", folder])


async def _once(engine: Any, tasks: int) -> None:
    from runway_desktop.domain.task import new_task_id
    from tests.rigs import sent
    from tests.rigs.saved import Saved

    saved, ids = Saved(engine.bus), [new_task_id() for _ in range(tasks)]
    saved.expect(ids)
    await sent.submit(engine, [_request(number) for number in range(tasks)], ids=ids)
    await saved.until()
    say("passed")


async def _steadily(engine: Any, rate: float, after: float, length: float) -> None:
    from PySide6.QtCore import QCoreApplication

    from runway_desktop.domain.events import Event, OutputChanged
    from runway_desktop.domain.task import OutputState
    from tests.benchmarks.lag_probe import LagProbe
    from tests.rigs import sent

    loop = asyncio.get_running_loop()
    begin = loop.time()
    saved: dict[Any, float] = {}

    def hear(event: Event) -> None:
        # It is told of again whenever somebody has looked at its file.
        if isinstance(event, OutputChanged) and event.output.state is OutputState.SAVED:
            saved.setdefault(event.output.task_id, loop.time() - begin)

    engine.bus.listen(hear)
    LagProbe(after, length, QCoreApplication.instance()).start()
    number = 0
    while (elapsed := loop.time() - begin) < after + length:
        wanted = int(rate * elapsed) + 1
        await sent.submit(engine, [_request(at, MODELS[at % len(MODELS)]) for at in range(number, wanted)])
        number = wanted
        await asyncio.sleep(STEP)
    while len(saved) < number:
        await asyncio.sleep(STEP)
    say("passed", saved=sum(after <= at < after + length for at in saved.values()))


def _request(number: int, model: str = MODELS[0]) -> Any:
    """A clip that takes the simulator 2 to 5 seconds."""
    from runway_desktop.domain.task import Request

    text = f"task {number} of many, with a prompt as long as people write them [seconds:{2 + number % 4}]"
    # A picture would take the simulator longer to draw than all that is measured here.
    values = {"promptText": text, "ratio": "1280:720", "duration": 4}
    return Request(endpoint="text_to_video", model=model, values=values, prompt=text)


if __name__ == "__main__":
    raise SystemExit(main())
