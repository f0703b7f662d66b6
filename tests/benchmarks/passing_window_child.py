"""The real program, through whose window tasks pass in portions: rows, posters, counts and all that follows them.

    python -m tests.benchmarks.passing_window_child PROFILE_DIR TASKS PORTION

Says "passed" as `passing_child` does. Closes as a person would close it, when its input ends. Where Runway is, and the
key, are in the environment.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

from tests.benchmarks.passing_child import pass_through


def main() -> int:
    from runway_desktop.__main__ import main as start
    from runway_desktop.app import session
    from runway_desktop.services.engine import Engine
    from runway_desktop.usecases.use_cases import UseCases

    folder, tasks, portion = sys.argv[1:]
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
            await pass_through(engines[0], int(tasks), int(portion))

        def _close_when_input_ends(self, loop: asyncio.AbstractEventLoop) -> None:
            sys.stdin.read()
            loop.call_soon_threadsafe(self.close)

    vars(session).update(UseCases=WatchedCases, Session=WatchedSession)
    return start(["--profile-dir", folder])


if __name__ == "__main__":
    raise SystemExit(main())
