"""The real program, through whose window tasks pass: rows, posters, counts and all that follows them.

    python -m tests.benchmarks.passing_window_child PROFILE_DIR portions TASKS PORTION
    python -m tests.benchmarks.passing_window_child PROFILE_DIR steadily RATE AFTER FOR

With "portions" it says "passed" as `passing_child` does. With "steadily" RATE tasks are sent each second, and once that
has gone on for AFTER seconds it says "lag" (`lag_probe`) for the FOR seconds that follow, and "saved" with how many
results were saved in them. Closes as a person would close it, when its input ends. Where Runway is, and the key, are in
the environment.
"""

from __future__ import annotations

import asyncio
import sys
import threading
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

    folder, way, *numbers = sys.argv[1:]
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
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._close_when_input_ends, args=(loop,), daemon=True).start()
            if way == "portions":
                from tests.benchmarks.passing_child import pass_through

                await pass_through(engines[0], *map(int, numbers))
            else:
                await _steadily(engines[0], *map(float, numbers))

        def _close_when_input_ends(self, loop: asyncio.AbstractEventLoop) -> None:
            sys.stdin.read()
            loop.call_soon_threadsafe(self.close)

    vars(session).update(UseCases=WatchedCases, Session=WatchedSession)
    return start(["--profile-dir", folder])


async def _steadily(engine: Any, rate: float, after: float, length: float) -> None:
    from PySide6.QtCore import QCoreApplication

    from runway_desktop.domain.events import Event, OutputChanged
    from runway_desktop.domain.task import OutputState
    from tests import sent
    from tests.benchmarks.lag_probe import LagProbe
    from tests.benchmarks.passing_child import request

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
        requests = [request(at, MODELS[at % len(MODELS)]) for at in range(number, wanted)]
        await sent.submit(engine, requests)
        number = wanted
        await asyncio.sleep(STEP)
    # Whoever listens passes over what comes before the lag.
    await asyncio.sleep(2.0)
    say("saved", count=sum(after <= at < after + length for at in saved.values()), sent=number)


if __name__ == "__main__":
    raise SystemExit(main())
