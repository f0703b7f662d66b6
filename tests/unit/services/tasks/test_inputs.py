"""Files of a request: embedded while small, else uploaded, once for equal bytes."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import FieldKind, Pair
from runway_desktop.domain.events import UploadProgressed
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.media import MEGABYTE
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.services.tasks import uploads as module
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, Rig, request, with_picture

DAY = 86_400.0
HEADS = {"image": b"\x89PNG\r\n\x1a\n", "video": b"\x00\x00\x00\x18ftypisom", "audio": b"ID3\x04"}


def file(folder: Path, kind: str, size: int, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(HEADS[kind] + bytes(size - len(HEADS[kind])))
    return path


def fields_with_a_limit() -> list[Any]:
    """Each pair's asset field, of one or of several, with what it takes."""
    found = []
    for pair in CATALOG.pairs():
        for field in pair.asset_fields:
            for kind in sorted(field.media):
                found.append(pytest.param(pair, field.name, kind.value, id=f"{pair.model} {field.name} {kind.value}"))
    return found


def sent_with(pair: Pair, name: str, uri: str) -> Request:
    field = pair.field(name)
    assert field is not None
    entry: Any = {field.uri_key: uri} if field.uri_key is not None else uri
    value = entry if field.kind is FieldKind.ASSET else [entry]
    return Request(endpoint=pair.endpoint, model=pair.model, values={name: value})


def uri_in(body: Mapping[str, Any], name: str) -> str:
    value = body[name][0] if isinstance(body[name], list) else body[name]
    return str(next(iter(value.values())) if isinstance(value, Mapping) else value)


@pytest.mark.parametrize(("pair", "name", "kind"), fields_with_a_limit())
async def test_data_uri_of_each_field_stays_below_its_limit(pair, name, kind, tmp_path):
    field = pair.field(name)
    limit = (field.data_uri_megabytes or {"image": 5}.get(kind, 16)) * MEGABYTE
    most = (limit - 40) * 3 // 4
    async with Rig(loops=()) as rig:
        for size, way in ((most, "data:"), (most + 64, "runway:")):
            path = file(tmp_path, kind, size)
            [task_id] = await rig.submit(sent_with(pair, name, path.as_uri()))
            body = await rig.inputs.prepare(await rig.task(task_id), rig.runway.key)
            uri = uri_in(body, name)
            assert uri.startswith(way)
            assert len(uri) <= limit


async def test_uploads_leave_no_locks_in_memory(tmp_path):
    async with Rig(loops=()) as rig:
        before = locks_in_memory()
        for number in range(20):
            path = file(tmp_path, "image", 6 * MEGABYTE + number)
            [task_id] = await rig.submit(with_picture(path.as_uri()))
            await rig.inputs.prepare(await rig.task(task_id), rig.runway.key)
        assert len(rig.runway.named("upload")) == 20
        assert locks_in_memory() == before


def locks_in_memory() -> int:
    gc.collect()
    return sum(isinstance(one, asyncio.Lock) for one in gc.get_objects())


async def test_limit_of_a_file_inside_an_object_is_that_of_its_field(tmp_path):
    path = file(tmp_path, "image", 4 * MEGABYTE)
    keyframes = [{"seconds": 1.0, "uri": path.as_uri()}]
    async with Rig(loops=()) as rig:
        values = {"videoUri": "https://media.example.com/a.mp4", "keyframes": keyframes}
        [task_id] = await rig.submit(Request(endpoint="video_to_video", model="aleph2", values=values))
        body = await rig.inputs.prepare(await rig.task(task_id), rig.runway.key)
    assert body["keyframes"][0]["uri"] == "runway://upload-1"


async def test_many_small_files_do_not_make_one_huge_request(tmp_path):
    paths = [file(tmp_path, "image", 3 * MEGABYTE + number, f"{number}.png") for number in range(7)]
    async with Rig(loops=()) as rig:
        values = {"promptText": "x", "referenceImages": [{"uri": path.as_uri()} for path in paths]}
        [task_id] = await rig.submit(Request(endpoint="text_to_image", model="gpt_image_2", values=values))
        body = await rig.inputs.prepare(await rig.task(task_id), rig.runway.key)
    uris = [entry["uri"] for entry in body["referenceImages"]]
    inline = [uri for uri in uris if uri.startswith("data:")]
    assert len(inline) == 3
    assert sum(map(len, inline)) <= module.MOST_INLINE
    assert [uri for uri in uris if not uri.startswith("data:")] == [f"runway://upload-{n}" for n in (1, 2, 3, 4)]


async def test_data_uri_in_the_request_holds_the_file(tmp_path):
    path = tmp_path / "still.png"
    path.write_bytes(HEADS["image"] + b"pixels")
    async with Rig(loops=()) as rig:
        [task_id] = await rig.submit(with_picture(path.as_uri()))
        body = await rig.inputs.prepare(await rig.task(task_id), rig.runway.key)
    head, _, data = str(body["promptImage"]).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == path.read_bytes()


async def test_upload_progress_is_signaled_for_its_task(tmp_path):
    path = file(tmp_path, "image", 6 * MEGABYTE)
    async with Rig() as rig:
        [task_id] = await rig.submit(with_picture(path.as_uri()))
        told = rig.told(UploadProgressed)
    assert told
    assert {event.task_id for event in told} == {task_id}
    assert told[-1].sent == told[-1].total


async def test_retry_after_a_week_uploads_the_stored_original_again(tmp_path):
    path = file(tmp_path, "image", 6 * MEGABYTE)
    async with Rig() as rig:
        [first] = await rig.submit(with_picture(path.as_uri()))
        remote = (await rig.task(first)).remote_id
        assert remote is not None
        rig.runway.fail(remote, "INTERNAL")
        await rig.clock.advance(60)
        assert await rig.state(first) is State.FAILED
        await rig.clock.advance(7 * DAY)
        again = await sent.again(rig, first)
        await rig.clock.advance(60)
        created = [call.arguments[1]["promptImage"] for call in rig.runway.named("create")]
        assert created == ["runway://upload-1", "runway://upload-2"]
        [noted] = await rig.store.inputs(again)
        assert noted.upload_uri == "runway://upload-2"


async def test_retry_knows_the_hash_of_its_file_from_the_start(tmp_path):
    path = file(tmp_path, "image", 100)
    async with Rig() as rig:
        [first] = await rig.submit(with_picture(path.as_uri()))
        [before] = await rig.store.inputs(first)
        rig.runway.vanish(str((await rig.task(first)).remote_id))
        await rig.clock.advance(60)
        await rig.lane.pause()
        again = await sent.again(rig, first)
        [after] = await rig.store.inputs(again)
    assert before.sha256
    assert after.sha256 == before.sha256


async def test_file_replaced_between_reading_and_uploading_is_read_again(tmp_path):
    path = file(tmp_path, "image", 6 * MEGABYTE)
    async with Rig() as rig:
        gate = rig.runway.hold("upload")
        [task_id] = await rig.submit(with_picture(path.as_uri()))
        await gate.arrived()
        path.write_bytes(path.read_bytes() + b"more")
        gate.open()
        await rig.clock.advance(0)
        assert (await rig.task(task_id)).state is State.QUEUED
        assert not rig.runway.named("create")
        await rig.clock.advance(600)
        [known] = await rig.store.inputs(task_id)
    assert known.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


async def test_missing_file_is_not_needed_while_runway_still_has_its_upload(tmp_path):
    path = file(tmp_path, "image", 6 * MEGABYTE)
    async with Rig() as rig:
        [first] = await rig.submit(with_picture(path.as_uri()))
        rig.runway.vanish(str((await rig.task(first)).remote_id))
        await rig.clock.advance(60)
        path.unlink()
        soon = await sent.again(rig, first)
        await rig.clock.advance(1)
        assert rig.runway.named("create")[-1].arguments[1]["promptImage"] == "runway://upload-1"
        assert await rig.state(soon) is State.PENDING
        rig.runway.vanish(str((await rig.task(soon)).remote_id))
        await rig.clock.advance(2 * DAY)
        late = await sent.again(rig, soon)
        await rig.clock.advance(1)
        assert misses_file(await rig.task(late))


async def test_task_reports_that_it_waits_for_its_file(tmp_path):
    async with Rig() as rig:
        [gone, fine] = await rig.submit(with_picture((tmp_path / "gone.png").as_uri()), request())
        assert misses_file(await rig.task(TaskId(gone)))
        assert not misses_file(await rig.task(TaskId(fine)))
