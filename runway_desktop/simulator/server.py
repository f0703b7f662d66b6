"""Runs the simulator on the current loop, for tests and for the child process of `child`.

Three servers on loopback share one world: API, uploads and outputs, each an origin of its own: `async with
running_simulator(Knobs(speed=100)) as simulator: … simulator.base_url …`. Leaving the block closes every connection,
also those that a fault holds open. Raises `OSError` if the port is in use.

Uploads: `POST /uploads/{slot}`, a multipart form with the slot's fields and one file: 204, or 403 for a wrong form or
slot. Outputs: `GET` or `HEAD /outputs/{task}/{index}.{ending}?exp=…&sig=…`: the bytes, with Range, ETag and
Last-Modified; 403 for an expired or forged link, 404 if the task was deleted, 416 for an invalid range. Files are made
in a thread pool, since a large picture takes half a second. Neither must ever get a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Scope

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource

from .app import SimulatedClock, Simulator, api_app, api_route_of
from .faults import Fault, Faults, FaultyApp
from .organizations import Links, Organizations, Uploads, keep, take_up
from .outputs import FORMATS, make_output
from .witness import Witness
from .world import DAY, Knobs, UnknownTask

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
                # The API tells the simulated time.
                date_header=False,
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


_LARGEST_UPLOAD = 200 * 1024 * 1024


_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


_DENIED = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>{}</Message></Error>"


def upload_app(simulator: Simulator) -> Starlette:
    """The uploads' origin as an ASGI application."""

    async def upload(request: Request) -> Response:
        _watch_for_secret(simulator, request, "uploads")
        now = simulator.clock()
        async with request.form(max_files=1, max_fields=20) as form:
            slot = simulator.uploads.slot(request.path_params["slot"], str(form.get("policy", "")), now)
            if slot is None:
                return _denied("The slot is unknown, used or expired.")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                return Response(_DENIED.format("The form holds no file."), 400, media_type="application/xml")
            digest, size = hashlib.sha256(), 0
            while part := await file.read(1 << 20):
                digest.update(part)
                size += len(part)
            if size > _LARGEST_UPLOAD:
                return Response(_DENIED.format("The file is larger than 200 MB."), 400, media_type="application/xml")
            simulator.uploads.arrived(slot, now + DAY)
            arrival = {"uri": slot.uri, "filename": slot.filename, "type": file.content_type}
            simulator.witness.uploads.append({**arrival, "size": size, "sha256": digest.hexdigest()})
        return Response(status_code=204)

    return Starlette(routes=[Route("/uploads/{slot}", upload, methods=["POST"])])


def output_app(simulator: Simulator, executor: Executor, samples: Path) -> Starlette:
    """The outputs' origin as an ASGI application. `samples` is the folder of the sample clips and sounds."""
    # Cached, so that a resumed download need not make the output again.
    made = lru_cache(4)(make_output)

    def is_good(request: Request, name: str, index: int) -> bool:
        _watch_for_secret(simulator, request, "outputs")
        words = request.query_params
        return simulator.links.is_good(name, index, words.get("exp", ""), words.get("sig", ""), simulator.clock())

    async def output(request: Request) -> Response:
        now, task_id = simulator.clock(), request.path_params["task"]
        stem, _, _ = request.path_params["name"].partition(".")
        index = int(stem) if stem.isdecimal() else -1
        if not is_good(request, task_id, index):
            return _denied("The link has expired or is not valid.")
        try:
            task = simulator.organizations.task(task_id, now)
            if not task.is_made(index, now):
                raise UnknownTask
        except UnknownTask:
            return Response(status_code=404)
        if request.method == "GET":
            simulator.witness.downloads[task_id] += 1
        recipe = task.recipe_at(index)
        body = await asyncio.get_running_loop().run_in_executor(executor, made, recipe, index, samples)
        content_type = FORMATS[recipe.format].content_type
        return _served(request, body, content_type, task.ends_at or task.created_at)

    async def voice(request: Request) -> Response:
        if not is_good(request, request.path_params["name"], 0):
            return _denied("The link has expired or is not valid.")
        return _served(request, (samples / "speech-6s.mp3").read_bytes(), "audio/mpeg", simulator.clock())

    return Starlette(
        routes=[
            Route("/outputs/{task}/{name}", output, methods=["GET", "HEAD"]),
            Route("/voices/{name}.mp3", voice, methods=["GET", "HEAD"]),
        ]
    )


def _served(request: Request, body: bytes, content_type: str, made_at: float) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    modified = formatdate(made_at, usegmt=True)
    headers = {"Accept-Ranges": "bytes", "ETag": tag, "Last-Modified": modified, "Content-Type": content_type}
    span = _span(request, len(body), (tag, modified))
    if span is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(body)}"})
    first, last = span
    status, part = 200, body
    if "range" in request.headers and (first, last) != (0, -1):
        status, part = 206, body[first : last + 1]
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    if request.method == "HEAD":
        return Response(None, status, {**headers, "Content-Length": str(len(part))})
    return Response(part, status, headers)


def _span(request: Request, length: int, validators: tuple[str, str]) -> tuple[int, int] | None:
    """First and last requested byte; (0, -1) for the whole; None for an invalid range."""
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if found is None or (condition is not None and condition not in validators):
        return 0, -1
    start, end = found.groups()
    if start:
        first, last = int(start), min(int(end) if end else length - 1, length - 1)
    elif end:
        first, last = max(0, length - int(end)), length - 1
    else:
        return 0, -1
    return (first, last) if first <= last else None


def _denied(words: str) -> Response:
    return Response(_DENIED.format(words), 403, media_type="application/xml")


def _watch_for_secret(simulator: Simulator, request: Request, origin: str) -> None:
    if "authorization" in request.headers:
        simulator.witness.misplaced_secrets[origin] += 1
