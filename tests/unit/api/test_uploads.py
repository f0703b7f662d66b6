"""Upload of a file to its host."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest

from runway_desktop.api import uploads
from runway_desktop.api.client import RunwayClient
from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    DiskError,
    NoReply,
    RequestRefused,
    RunwayDesktopError,
    ServerTrouble,
)
from tests.rigs.raw_server import RawConnection, RawServer, answers, raw_server


@asynccontextmanager
async def hosts(
    status: int = 204, fields: dict[str, Any] | None = None, upload_url: str = ""
) -> AsyncIterator[tuple[RunwayClient, RawServer, RawServer]]:
    """A client, the API that gives it slots, and the host where these are."""

    async with raw_server(
        answers(status, b"<Error><Message>Policy expired</Message></Error>" if status > 299 else b"")
    ) as storage:
        slot = {"uploadUrl": upload_url or f"{storage.url}/put", "fields": fields or {}, "runwayUri": "runway://new"}

        async def give(connection: RawConnection) -> None:
            await connection.read()
            await connection.answer(200, json.dumps(slot).encode())

        async with raw_server(give) as api:
            with ThreadPoolExecutor(1, thread_name_prefix="reads-files") as pool:
                client = RunwayClient(api.url, "key_a", executor=pool)
                try:
                    yield client, api, storage
                finally:
                    await client.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is read in several pieces."""
    path = tmp_path / "a.png"
    path.write_bytes(b"x" * 600_000)
    return path


async def test_uploaded_file_is_sent_complete_after_its_form_fields(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4000
    path = tmp_path / "Möwe am Meer.mp4"
    path.write_bytes(content)
    seen: list[tuple[int, int]] = []
    threads: set[threading.Thread] = set()

    def progress(sent: int, total: int) -> None:
        seen.append((sent, total))
        threads.add(threading.current_thread())

    async with hosts(fields={"key": "uploads/1", "policy": 'a"b', "number": 5}) as (client, api, storage):
        assert await client.upload(path, progress) == "runway://new"
    assert json.loads(api.requests[0].body) == {"filename": "Mowe_am_Meer.mp4", "type": "ephemeral"}
    (request,) = storage.requests
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + request.body).get_payload()
    found = [(part.get_param("name", header="content-disposition"), part.get_payload(decode=True)) for part in parts]
    assert found == [("key", b"uploads/1"), ("policy", b'a"b'), ("number", b"5"), ("file", content)]
    assert parts[-1].get_filename() == "Mowe_am_Meer.mp4"
    assert parts[-1].get_content_type() == "video/mp4"
    assert seen[0] == (0, len(content))
    assert seen[-1] == (len(content), len(content))
    assert [sent for sent, _ in seen] == sorted({sent for sent, _ in seen})
    assert threads == {threading.current_thread()}


async def test_disk_is_never_read_on_the_loop(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: set[str] = set()
    open_path = Path.open

    def opening(self: Path, *arguments: Any, **keywords: Any) -> Any:
        readers.add(threading.current_thread().name)
        return open_path(self, *arguments, **keywords)

    monkeypatch.setattr(Path, "open", opening)
    async with hosts() as (client, _, _):
        await client.upload(path, lambda sent, total: None)
    assert readers == {"reads-files_0"}


async def test_missing_empty_or_oversized_file_is_refused_before_any_request(
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    large = tmp_path / "large.mov"
    with large.open("wb") as opened:
        opened.truncate(uploads.LARGEST + 1)
    async with hosts() as (client, api, _):
        for path, kind in [
            (tmp_path / "none.png", DiskError),
            (tmp_path, DiskError),
            (empty, RequestRefused),
            (large, RequestRefused),
        ]:
            with pytest.raises(RunwayDesktopError) as caught:
                await client.upload(path, lambda sent, total: None)
            assert type(caught.value) is kind
            assert path.name in caught.value.message
    assert not api.connections


async def test_file_that_shrinks_during_its_upload_is_a_disk_error(path: Path) -> None:

    def shrink(sent: int, total: int) -> None:
        if not sent:
            path.write_bytes(b"x" * 300_000)

    async with hosts() as (client, _, _):
        with pytest.raises(DiskError, match="shorter"):
            await client.upload(path, shrink)


async def test_file_that_grows_during_its_upload_is_sent_at_its_first_length(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x" * 1000)

    def grow(sent: int, total: int) -> None:
        if not sent:
            path.write_bytes(b"Q" * 2000)

    async with hosts() as (client, _, storage):
        assert await client.upload(path, grow) == "runway://new"
    assert storage.requests[0].body.count(b"Q" * 1000) == 1
    assert b"Q" * 1001 not in storage.requests[0].body


async def test_file_replaced_after_its_comparison_is_not_uploaded(path: Path) -> None:
    compared = hashlib.sha256(path.read_bytes()).hexdigest()
    other = path.with_name("private.png")
    other.write_bytes(b"p" * 600_000)
    other.replace(path)
    async with hosts() as (client, _, storage):
        with pytest.raises(DiskError, match="changed before"):
            await client.upload(path, lambda sent, total: None, compared)
    assert b"p" * 100 not in b"".join(bytes(request.body) for request in storage.requests)


async def test_file_changed_during_its_upload_fails(path: Path) -> None:
    compared = hashlib.sha256(path.read_bytes()).hexdigest()

    def write(sent: int, total: int) -> None:
        if 0 < sent < total:
            path.write_bytes(b"p" * 600_000)

    async with hosts() as (client, _, storage):
        with pytest.raises(DiskError, match="changed before"):
            await client.upload(path, write, compared)
        assert not storage.requests
        path.write_bytes(b"x" * 600_000)
        assert await client.upload(path, lambda sent, total: None, compared) == "runway://new"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, BadReply),
        (400, RequestRefused),
        (401, RequestRefused),
        (403, RequestRefused),
        (408, NoReply),
        (503, ServerTrouble),
    ],
)
async def test_errors_of_the_upload_host_are_no_refusals_of_the_key(
    path: Path, status: int, kind: type[ApiError]
) -> None:
    async with hosts(status) as (client, _, _):
        with pytest.raises(ApiError) as caught:
            await client.upload(path, lambda sent, total: None)
    assert type(caught.value) is kind
    assert caught.value.status == status


@pytest.mark.parametrize("url", ["http://storage.example/put", "ftp://127.0.0.1/", "file:///etc/hosts", "nonsense"])
async def test_upload_address_that_is_unsafe_gets_no_file(path: Path, url: str) -> None:
    async with hosts(upload_url=url) as (client, _, storage):
        with pytest.raises(BadReply, match="could not be read"):
            await client.upload(path, lambda sent, total: None)
    assert not storage.connections


async def test_upload_can_be_canceled_midway(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x" * 5_000_000)
    async with hosts() as (client, _, _):
        uploading: asyncio.Task[str]

        def cancel(sent: int, total: int) -> None:
            if sent:
                uploading.cancel()

        uploading = asyncio.create_task(client.upload(path, cancel))
        with pytest.raises(asyncio.CancelledError):
            await uploading


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("still.png", "still.png"),
        ("Ärger 1.JPG", "Arger_1.JPG"),
        ("猫.webp", "file.webp"),
        ("..", "file"),
        (".hidden.mov", "hidden.mov"),
        ('a"b\r\nc.mp4', "a_b_c.mp4"),
        ("x" * 300 + ".mp3", "x" * 80 + ".mp3"),
        ("no ending", "no_ending"),
    ],
)
def test_uploaded_file_names_become_plain_and_keep_their_extension(name: str, plain: str) -> None:
    assert uploads.name_for_upload(name) == plain


async def test_upload_address_of_the_real_api_is_never_this_machine_by_http(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    path.write_bytes(b"content")

    async with raw_server(answers(204)) as storage:
        slot = {"uploadUrl": f"{storage.url}/put", "fields": {}, "runwayUri": "runway://new"}
        network = httpx.MockTransport(lambda _: httpx.Response(200, json=slot))
        client = RunwayClient("https://runway.example", "key_a", transport=network)
        with pytest.raises(BadReply):
            await client.upload(path, lambda _sent, _total: None)
        await client.aclose()
        assert not storage.connections
