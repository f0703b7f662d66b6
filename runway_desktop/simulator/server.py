"""Runs the simulator on the current loop, for tests and for the child process of `child`.

Three servers on loopback share one world: API, uploads and outputs, each an origin of its own: `async with
running_simulator(Knobs(speed=100)) as simulator: … simulator.base_url …`. Leaving the block closes every connection,
also those that a fault holds open. Raises `OSError` if the port is in use.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Scope

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource

from .app import SimulatedClock, Simulator, api_app, api_route_of
from .faults import Fault, Faults, FaultyApp
from .keeping import keep, take_up
from .knobs import Knobs
from .links import Links, Uploads
from .organizations import Organizations
from .origins import output_app, upload_app
from .witness import Witness

HOST = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 75
_KEEPING_SECONDS = 3.0


@contextlib.asynccontextmanager
async def running_simulator(
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    other_secrets: Sequence[str] = (),
    faults: Sequence[Fault] = (),
    clock: Callable[[], float] = time.time,
    catalog: Catalog | None = None,
    kept_in: Path | None = None,
) -> AsyncIterator[Simulator]:
    """The simulator on the running loop, on `port` (0: a free one), until the block is left. Each of `other_secrets` is
    the key of a separate organization.

    With `kept_in` the first organization is loaded from that file, and saved there every few seconds and at the end.
    """
    knobs = knobs or Knobs()
    catalog = catalog or Catalog.load()
    organizations = Organizations(knobs, models_of(catalog))
    simulator = Simulator(
        catalog, organizations, SimulatedClock(clock), Faults(knobs.seed, faults), Witness(), Links(), Uploads()
    )
    for number, secret in enumerate(other_secrets, start=2):
        organizations.give(secret, f"organization {number}")
    if kept_in is not None:
        take_up(organizations.first, simulator.uploads, kept_in, simulator.clock())
    with contextlib.ExitStack() as undo:
        sockets = [undo.enter_context(_bound(number)) for number in (port, 0, 0)]
        addresses = [f"http://{HOST}:{bound.getsockname()[1]}" for bound in sockets]
        simulator.base_url, simulator.upload_url, simulator.output_url = addresses
        pool = undo.enter_context(ThreadPoolExecutor(2, thread_name_prefix="simulated-media"))
        origins = (
            _Origin(api_app(simulator), simulator.faults, api_route_of(catalog)),
            _Origin(upload_app(simulator), simulator.faults, lambda method, path: "upload"),
            _Origin(output_app(simulator, pool, resource("samples")), simulator.faults, lambda method, path: "output"),
        )
        serving = [
            asyncio.create_task(origin.serve([bound]), name=f"simulator on {address}")
            for origin, bound, address in zip(origins, sockets, addresses, strict=True)
        ]
        try:
            while not all(origin.started for origin in origins):
                if ended := [task for task in serving if task.done()]:
                    ended[0].result()
                await asyncio.sleep(0.001)
            if kept_in is not None:
                undo.callback(keep, organizations.first, simulator.uploads, kept_in)
                serving.append(asyncio.create_task(_keep_often(simulator, kept_in), name="simulator keeps its state"))
            yield simulator
        finally:
            for origin in origins:
                origin.stop()
            for task in serving[len(origins) :]:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)


def models_of(catalog: Catalog) -> list[str]:
    """Every model of the catalog once, in its order."""
    return list(dict.fromkeys(model for endpoint in catalog.endpoints for model in endpoint.models))


class _Origin(uvicorn.Server):
    """One origin: an application with fault injection. Does not handle signals, and stops without waiting for
    answers."""

    def __init__(self, app: ASGIApp, faults: Faults, route_of: Callable[[str, str], str]) -> None:
        super().__init__(
            uvicorn.Config(
                FaultyApp(app, faults, route_of, self._hang_up),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Closes every connection; `serve` returns soon after."""
        self.should_exit = True
        self._stopped.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def main_loop(self) -> None:
        second = 0
        while not await self.on_tick(10 * second):
            second += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for _ in range(3):  # a lost connection is reported at one of the loop's next iterations
            await asyncio.sleep(0)
        answering = list(self.server_state.tasks)
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)

    def _hang_up(self, scope: Scope, after_written: bool) -> None:
        for connection in self.server_state.connections:
            if getattr(connection, "client", None) == scope["client"]:
                if after_written:
                    connection.transport.close()
                else:
                    connection.transport.abort()
                return


async def _keep_often(simulator: Simulator, kept_in: Path) -> None:
    seen: tuple[int, int] | None = None
    while True:
        now = (len(simulator.witness.accepted), len(simulator.witness.deleted))
        if now != seen:
            keep(simulator.organizations.first, simulator.uploads, kept_in)
            seen = now
        await asyncio.sleep(_KEEPING_SECONDS)


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so that asyncio sets TCP_NODELAY
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound
