"""The simulator in a process of its own, for what is measured of the program's process.

`with Simulated(rate) as runway: … runway.address … runway.journal()`. The child keeps the same time as a `Clock(rate)`
here: both read the machine's one monotonic clock. It ends with the block, or with its parent.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.connection import Connection
from typing import Any, Self

from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from tests.rigs.engine_rig import CATALOG

from .scene import ROOM, Clock, Journal, journal_of

# A copy of this process would hold what it holds.
_context = multiprocessing.get_context("spawn")


class Simulated:
    """Blocking, all of it."""

    def __init__(self, rate: float, **knobs: Any) -> None:
        self._rate = rate
        self._knobs = {**ROOM, "concurrency": None, **knobs}

    def __enter__(self) -> Self:
        self._pipe, theirs = _context.Pipe()
        self._child = _context.Process(target=_serve, args=(theirs, self._rate, self._knobs), daemon=True)
        self._child.start()
        theirs.close()
        self.address, self.secret = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._child.join(10)
        if self._child.exitcode is None:
            self._child.kill()
            self._child.join()

    def journal(self) -> Journal:
        """What it accepted so far."""
        self._pipe.send("journal")
        found = self._pipe.recv()
        assert isinstance(found, Journal)
        return found


def _serve(pipe: Connection, rate: float, knobs: dict[str, Any]) -> None:
    asyncio.run(_run(pipe, rate, knobs))


async def _run(pipe: Connection, rate: float, knobs: dict[str, Any]) -> None:
    async with running_simulator(Knobs(**knobs), clock=Clock(rate).at_runway, catalog=CATALOG) as simulator:
        pipe.send((simulator.base_url, simulator.secret))
        try:
            while await asyncio.to_thread(pipe.recv) == "journal":
                pipe.send(journal_of(simulator))
        except EOFError:
            return
