"""The two other origins: uploads, and downloads of outputs. Neither must ever get a secret.

Uploads: `POST /uploads/{slot}`, a multipart form with the slot's fields and one file: 204, or 403 for a wrong form or
slot. Outputs: `GET` or `HEAD /outputs/{task}/{index}.{ending}?exp=…&sig=…`: the bytes, with Range, ETag and
Last-Modified; 403 for an expired or forged link, 404 if the task was deleted, 416 for an invalid range. Files are
made in a thread pool of the simulator, since a large picture takes half a second.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from concurrent.futures import Executor
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .app import Simulator
from .knobs import DAY
from .outputs import FORMATS, make_output
from .world import TaskStatus, UnknownTask

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

    async def output(request: Request) -> Response:
        _watch_for_secret(simulator, request, "outputs")
        task_id, name = request.path_params["task"], request.path_params["name"]
        now = simulator.clock()
        words = request.query_params
        stem, _, _ = name.partition(".")
        index = int(stem) if stem.isdecimal() else -1
        if not simulator.links.is_good(task_id, index, words.get("exp", ""), words.get("sig", ""), now):
            return _denied("The link has expired or is not valid.")
        try:
            task = simulator.organizations.task(task_id, now)
        except UnknownTask:
            return Response(status_code=404)
        if task.status(now) is not TaskStatus.SUCCEEDED:
            return Response(status_code=404)
        if request.method == "GET":
            simulator.witness.downloads[task_id] += 1
        body = await asyncio.get_running_loop().run_in_executor(executor, made, task.recipe, index, samples)
        content_type = FORMATS[task.recipe.format].content_type
        return _served(request, body, content_type, task.ends_at or task.created_at)

    return Starlette(routes=[Route("/outputs/{task}/{name}", output, methods=["GET", "HEAD"])])


def _served(request: Request, body: bytes, content_type: str, made_at: float) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    modified = formatdate(made_at, usegmt=True)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Last-Modified": modified,
        "Content-Type": content_type,
    }
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
