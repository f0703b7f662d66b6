"""Every result that was paid for reaches the disk, whatever happens on the way."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link
from runway_desktop.domain.errors import KeyRefused, LinkExpired, NoReply, NotReached, NotThere, SlowDown, StoreError
from runway_desktop.domain.events import (
    ConnectionChanged,
    DownloadProgressed,
    DownloadsCounted,
    KeyChanged,
    OutputChanged,
)
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.folders import SPARE
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, OutputState, Request, State, Task, TaskId
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.results import embedding, part_file, saving, sidecar
from runway_desktop.services.results.downloads import DISK_AGAIN_AFTER
from runway_desktop.services.tasks.schedule import LEAST_GAP
from runway_desktop.usecases.words.failures import saving_words
from runway_desktop.values import replace
from tests.rigs.content_credentials import signed, state_of
from tests.rigs.downloads_bench import FRESH, LINK, Bench, clip
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import in_time, settle
from tests.rigs.short_names import LONGEST, refuse_long_names

PICTURE_LINK = LINK.replace("mp4", "png")


def picture() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def desk(tmp_path):
    return Bench(tmp_path / "library")


async def test_result_is_saved_as_soon_as_the_task_succeeds(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"')
    task = await desk.one_run()
    saved = await desk.output(task)
    path = desk.library / "gen4.5_Fox.mp4"
    assert saved.state is OutputState.SAVED
    assert saved.path == str(path)
    assert saved.media is Media.VIDEO
    assert path.read_bytes() == clip()
    assert (saved.size, saved.sha256) == (len(clip()), hashlib.sha256(clip()).hexdigest())
    assert saved.saved_at == desk.clock.now()
    assert desk.files() == ["gen4.5_Fox.mp4"]
    assert [entry.kind for entry in await desk.store.ledger(task.id)][-1] == "saved"
    assert desk.told(OutputChanged)[-1].output == saved


async def test_sidecar_has_the_whole_request_with_ids_times_and_cost(desk):
    desk.fetcher.serve(LINK, clip())
    task = await desk.one_run()
    kept = json.loads((desk.library / "gen4.5_Fox.mp4.json").read_text(encoding="utf-8"))
    assert kept["request"] == {
        "endpoint": "text_to_video", "model": "gen4.5", "prompt": "Fox", "values": {"promptText": "Fox", "seed": 7},
    }  # fmt: skip
    assert kept["task"]["runway_id"] == task.remote_id
    assert kept["cost"]["credits"] == 25
    assert kept["output"]["sha256"] == hashlib.sha256(clip()).hexdigest()
    assert LINK not in json.dumps(kept)


async def test_rating_given_during_a_download_is_in_its_sidecar(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip())
    gate = desk.fetcher.hold(LINK)
    beside = desk.library / "gen4.5_Fox.mp4.json"
    async with desk.running():
        task = await desk.tried()
        await desk.ledger.change(task.id, lambda now: replace(now, rating=4), "rated")
        write = sidecar.write

        def write_while_tagged(result: Path, document: Any) -> Path:
            monkeypatch.undo()
            tagging = asyncio.ensure_future(desk.ledger.change(task.id, lambda now: replace(now, tags=("fox",)), ""))
            taggings.append(tagging)
            return write(result, document)

        taggings: list[Any] = []
        monkeypatch.setattr(sidecar, "write", write_while_tagged)
        gate.open()
        await settle()
        await asyncio.gather(*taggings)
        await settle()
    document = json.loads(beside.read_bytes())
    assert (document["judgement"]["rating"], document["judgement"]["tags"]) == (4, ["fox"])


@pytest.mark.parametrize("at", [1785931200250.0, 253402300799.0, 1e308, -1e308, -1.0])
async def test_result_with_any_timestamp_is_saved(desk, at):
    desk.settings.name_template = "{date}_{time}_{year}"
    desk.settings.embed = True
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried(sent_at=None, remote_created_at=at, running_since=at)
        saved = await desk.output(task)
        assert saved.state is OutputState.SAVED
        assert sidecar.document_in(sidecar.path_for(Path(saved.path))) is not None


async def test_exception_while_naming_does_not_stop_saving(desk, monkeypatch, mistakes):
    def careless(*_arguments):
        raise OverflowError("a bug")

    monkeypatch.setattr(saving, "render", careless)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried()
        assert (await desk.output(task)).state is OutputState.SAVED
    assert desk.files() == [f"{task.remote_id}-1.mp4"]
    assert "a bug" in mistakes.take("naming a result")


@pytest.mark.parametrize("where", ["compose", "write"])
async def test_exception_in_a_sidecar_does_not_stop_saving(desk, monkeypatch, mistakes, where):
    def careless(*_arguments, **_more):
        raise ValueError("a bug")

    monkeypatch.setattr(sidecar, where, careless)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried()
        assert (await desk.output(task)).state is OutputState.SAVED
    assert "a bug" in mistakes.take("writing a sidecar")


@pytest.mark.parametrize("trouble", [StoreError("The disk is full."), RuntimeError("a bug")])
async def test_saved_result_stays_saved_after_later_errors(desk, monkeypatch, mistakes, trouble):
    async def fails(*_arguments):
        raise trouble

    monkeypatch.setattr(saving.Saving, "_with_latest", fails)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried()
        await desk.clock.advance(600)
        assert (await desk.output(task)).state is OutputState.SAVED
        assert len(desk.fetcher.openings) == 1
        assert desk.downloads.waiting == 0
    assert isinstance(trouble, StoreError) or "a bug" in mistakes.take("keeping what belongs to a saved result")


async def test_sidecar_is_omitted_if_disabled(desk):
    desk.settings.sidecars = False
    desk.fetcher.serve(LINK, clip())
    await desk.one_run()
    assert os.listdir(desk.library) == ["gen4.5_Fox.mp4"]


async def test_saved_result_has_its_request_embedded_and_the_final_hash_stored(desk):
    desk.settings.embed = True
    sample = resource("samples", "sand-1x1-5s.mp4").read_bytes()
    desk.fetcher.serve(LINK, sample)
    task = await desk.one_run()
    saved = await desk.output(task)
    path = desk.library / "gen4.5_Fox.mp4"
    assert embedding.read(path)["task"]["runway_id"] == task.remote_id
    assert saved.state is OutputState.SAVED
    assert saved.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert saved.size == path.stat().st_size > len(sample)
    beside = json.loads((desk.library / "gen4.5_Fox.mp4.json").read_text(encoding="utf-8"))
    assert (beside["output"]["size"], beside["output"]["sha256"]) == (saved.size, saved.sha256)
    assert desk.files() == ["gen4.5_Fox.mp4"]


async def test_file_being_embedded_at_closing_is_recognized_at_the_next_start(desk, monkeypatch):
    desk.settings.embed = True
    desk.fetcher.serve(PICTURE_LINK, picture())

    closing: list[asyncio.Task[None]] = []

    def embed_while_closing(*arguments: Any) -> bytes | None:
        closing.append(asyncio.ensure_future(desk.downloads.settle(0.0)))
        for running in desk.downloads._running.values():
            running.cancel()
        return embedding.embedded(*arguments)

    monkeypatch.setattr(saving, "embedded", embed_while_closing)
    async with desk.running():
        task = await desk.tried(PICTURE_LINK)
        await asyncio.gather(*closing)
    path = desk.library / "gen4.5_Fox.png"
    assert embedding.read(path) is not None
    found = part_file.find_finished(path, (task.id, 0))
    assert found is not None
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


async def test_complete_result_is_not_downloaded_again_after_a_failed_hash_write(desk, monkeypatch):
    desk.settings.embed = True
    desk.fetcher.serve(PICTURE_LINK, picture())

    def embed_while_the_disk_fills(*arguments: Any) -> bytes | None:
        desk.store.trouble = StoreError("full")
        return embedding.embedded(*arguments)

    monkeypatch.setattr(saving, "embedded", embed_while_the_disk_fills)
    async with desk.running():
        task = await desk.tried(PICTURE_LINK)
        desk.store.trouble = None
        await desk.clock.advance(3_600)
    assert (await desk.output(task)).state is OutputState.SAVED
    assert len(desk.fetcher.openings) == 1
    assert desk.files() == ["gen4.5_Fox.png", "gen4.5_Fox.png.json"]


async def test_exception_while_embedding_keeps_the_result_as_received(desk, monkeypatch, mistakes):
    desk.settings.embed = True
    desk.fetcher.serve(PICTURE_LINK, picture())

    def stumble(*_: Any) -> bool:
        raise IndexError("a mistake")

    monkeypatch.setattr(saving, "embedded", stumble)
    task = await desk.one_run(PICTURE_LINK)
    assert (await desk.output(task)).state is OutputState.SAVED
    assert (desk.library / "gen4.5_Fox.png").read_bytes() == picture()
    assert "IndexError: a mistake" in mistakes.take("a mistake of ours")


FILM = resource("samples", "sand-1x1-5s.mp4").read_bytes()


@pytest.mark.parametrize("cut", [40, 600, 3_000, 60_000, len(FILM) - 1])
async def test_video_download_interrupted_anywhere_ends_with_its_request_embedded(desk, cut):
    desk.settings.embed = True
    desk.fetcher.serve(LINK, FILM, etag='"1"', cut=cut)
    async with desk.running():
        task = await desk.tried()
        await desk.clock.advance(600)
    saved = await desk.output(task)
    content = Path(saved.path).read_bytes()
    assert saved.state is OutputState.SAVED
    assert embedding.read(Path(saved.path))["task"]["runway_id"] == task.remote_id
    assert (saved.size, saved.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert content.endswith(FILM[-100_000:])
    assert len(desk.fetcher.openings) == 2


async def test_request_of_a_large_result_is_only_in_its_sidecar(desk, monkeypatch):
    desk.settings.embed = True
    monkeypatch.setattr(saving, "MOST_EMBEDDED", len(FILM) - 1)
    desk.fetcher.serve(LINK, FILM, etag='"1"', cut=60_000)
    async with desk.running():
        task = await desk.tried()
        await desk.clock.advance(600)
    saved = await desk.output(task)
    assert saved.state is OutputState.SAVED
    assert Path(saved.path).read_bytes() == FILM
    beside = json.loads(Path(f"{saved.path}.json").read_text(encoding="utf-8"))
    assert beside["task"]["runway_id"] == task.remote_id


@pytest.mark.parametrize("cut", [None, 60_000], ids=["whole", "in pieces"])
async def test_signed_result_is_saved_unchanged_with_a_sidecar(desk, cut):
    desk.settings.embed = True
    film = signed(FILM, "video/mp4")
    desk.fetcher.serve(LINK, film, etag='"1"', cut=cut)
    async with desk.running():
        task = await desk.tried()
        await desk.clock.advance(600)
    saved = await desk.output(task)
    assert Path(saved.path).read_bytes() == film
    assert state_of(Path(saved.path)) == "Valid"
    assert saved.sha256 == hashlib.sha256(film).hexdigest()
    beside = json.loads(Path(f"{saved.path}.json").read_text(encoding="utf-8"))
    assert beside["task"]["runway_id"] == task.remote_id
    [line] = [entry for entry in await desk.store.ledger(task.id) if entry.kind == "saved"]
    assert line.detail["credentials"] == "kept"


async def test_result_whose_format_holds_no_note_is_saved_unchanged(desk):
    desk.settings.embed = True
    link, content = LINK.replace("mp4", "webm"), b"\x1aE\xdf\xa3webm" + bytes(range(200))
    desk.fetcher.serve(link, content)
    task = await desk.one_run(link)
    assert (await desk.output(task)).state is OutputState.SAVED
    assert (desk.library / "gen4.5_Fox.webm").read_bytes() == content


PROMPT = "霧の中の灯台、" * 40
LONG = "{project}/{model}_{prompt:400}_{id}"


@pytest.mark.parametrize("cut", [None, 60_000], ids=["whole", "in pieces"])
async def test_result_gets_a_shorter_name_where_the_disk_refuses_the_long_one(desk, monkeypatch, cut):
    desk.settings.embed, desk.settings.name_template = True, LONG
    refuse_long_names(monkeypatch, desk.library)
    desk.fetcher.serve(LINK, FILM, etag='"1"', cut=cut)
    async with desk.running():
        task = await desk.tried(prompt=PROMPT, project="灯台" * 30)
        await desk.clock.advance(600)
    saved = await desk.output(task)
    assert saved.state is OutputState.SAVED
    path = Path(saved.path)
    assert embedding.read(path)["task"]["runway_id"] == task.remote_id
    assert sidecar.owner_of(sidecar.path_for(path)) == (task.id, 0)
    assert path.name.startswith("gen4.5_霧の中の灯台")
    assert path.stem.endswith(task.remote_id.replace("-", "")[-8:])
    assert sorted(os.listdir(path.parent)) == [path.name, f"{path.name}.json"]


async def test_result_keeps_its_long_name_where_the_disk_accepts_it(desk):
    desk.settings.name_template = LONG
    desk.fetcher.serve(LINK, clip())
    task = await desk.one_run(prompt=PROMPT)
    saved = await desk.output(task)
    assert len(os.fsencode(Path(saved.path).name)) > LONGEST
    assert sidecar.path_for(Path(saved.path)).is_file()
    assert len(os.listdir(desk.library)) == 2


async def test_results_unsaved_by_an_earlier_run_are_downloaded_at_start(desk):
    task = await desk.finished_task()
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        await settle()
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_interrupted_download_continues_where_it_stopped(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=400_000)
    async with desk.running():
        task = await desk.tried()
        waiting = await desk.output(task)
        assert waiting.state is OutputState.WAITING
        assert waiting.problem.code is ReasonCode.NO_REPLY
        await desk.clock.advance(3)
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip()
    assert [(opening.offset, opening.etag) for opening in desk.fetcher.openings] == [(0, ""), (400_000, '"1"')]
    assert (await desk.output(task)).problem is None


async def test_download_continues_after_a_kill(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=600_000)
    task = await desk.one_run()
    assert desk.files() == ["gen4.5_Fox.mp4.part", "gen4.5_Fox.mp4.part.json"]
    again = Bench(desk.library, store=desk.store, clock=desk.clock)
    again.fetcher.serve(LINK, clip(), etag='"1"')
    async with again.running():
        await settle()
    assert again.fetcher.openings[0].offset == 600_000
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip()
    assert (await again.output(task)).sha256 == hashlib.sha256(clip()).hexdigest()
    assert again.files() == ["gen4.5_Fox.mp4"]


@pytest.mark.parametrize("ranges", [True, False])
async def test_file_changed_at_runway_is_downloaded_from_the_start(desk, ranges):
    desk.fetcher.serve(LINK, clip(seed=1), etag='"1"', cut=500_000)
    async with desk.running():
        await desk.tried()
        desk.fetcher.serve(LINK, clip(900_000, seed=2), etag='"2"', ranges=ranges)
        await desk.clock.advance(3)
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip(900_000, seed=2)


async def test_rest_of_another_file_is_never_appended(desk):
    """A host that has no etags and now serves a file of another length."""
    desk.fetcher.serve(LINK, clip(seed=1), cut=500_000)
    async with desk.running():
        await desk.tried()
        desk.fetcher.serve(LINK, clip(900_000, seed=2))
        await desk.clock.advance(30)
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip(900_000, seed=2)


@pytest.mark.parametrize(
    ("before", "then", "length", "is_same"),
    [
        (('"1"', True), ('"1"', True), 1_000_000, True), (('"1"', True), ('"2"', True), 1_000_000, False),
        (("", True), ('"2"', True), 1_000_000, True), (('"1"', True), ("", True), 1_000_000, True),
        (("", True), ("", True), 900_000, False), (('"1"', True), ('"1"', True), 900_000, False),
        (("", False), ("", True), 1_000_000, True), (("", True), ("", False), 1_000_000, True),
        (('"1"', False), ('"2"', False), 1_000_000, False),
    ],
)  # fmt: skip
async def test_rest_of_a_file_is_appended_if_neither_etag_nor_length_differ(
    desk, monkeypatch, before, then, length, is_same
):
    """A host that resumes whatever it is asked for. Each is an etag, and whether the host says the length."""
    monkeypatch.setattr(desk.fetcher, "_resumes", lambda *_: True)
    desk.fetcher.serve(LINK, clip(), etag=before[0], says_length=before[1], cut=500_000)
    async with desk.running():
        task = await desk.tried()
        desk.fetcher.serve(LINK, clip(length), etag=then[0], says_length=then[1])
        await desk.clock.advance(3)
        if not is_same:
            words = saving_words(await desk.output(task))
            assert words == "Runway sent part of another file. Saving continues automatically."
        await desk.clock.advance(60)
    assert [opening.offset for opening in desk.fetcher.openings] == ([0, 500_000] if is_same else [0, 500_000, 0])
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip(length)


async def test_body_shorter_than_its_length_is_not_complete(desk, monkeypatch):
    short = clip(300_000)
    desk.fetcher.serve(LINK, clip(), etag='"1"')
    whole = desk.fetcher._pieces

    async def ends_early(content: bytes, cut: int | None) -> AsyncIterator[bytes]:
        async for piece in whole(content[: len(short)], None):
            yield piece

    monkeypatch.setattr(desk.fetcher, "_pieces", ends_early)
    async with desk.running():
        task = await desk.tried()
        assert (await desk.output(task)).state is OutputState.WAITING
        assert saving_words(await desk.output(task)).startswith("The download ended before the file was complete. ")
        assert not (desk.library / "gen4.5_Fox.mp4").exists()
        monkeypatch.setattr(desk.fetcher, "_pieces", whole)
        await desk.clock.advance(3)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert desk.fetcher.openings[-1].offset == len(short)


async def test_body_longer_than_its_length_is_received_again_from_the_start(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip(2_000_000), etag='"1"')
    whole = desk.fetcher._pieces

    async def goes_on(content: bytes, cut: int | None) -> AsyncIterator[bytes]:
        async for piece in whole(content + b"more", None):
            yield piece

    with monkeypatch.context() as host:
        host.setattr(desk.fetcher, "_pieces", goes_on)
        async with desk.running():
            task = await desk.tried()
            assert (await desk.output(task)).state is OutputState.WAITING
            host.undo()
            await desk.clock.advance(3)
            assert (await desk.output(task)).state is OutputState.SAVED
    assert [opening.offset for opening in desk.fetcher.openings] == [0, 0]


async def test_expired_link_is_renewed(desk):
    desk.fetcher.serve(FRESH, clip())
    async with desk.running():
        task = await desk.finished_task()
        assert task.remote_id
        desk.runway.finish(task.remote_id, FRESH)
        await settle()
        saved = await desk.output(task)
    assert saved.state is OutputState.SAVED
    assert saved.url == FRESH
    assert len(desk.runway.named("task")) == 1


async def test_link_that_expires_midway_is_renewed_and_the_download_continues(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=400_000)
    async with desk.running():
        task = await desk.tried()
        desk.fetcher.forget(LINK)
        desk.fetcher.serve(FRESH, clip(), etag='"1"')
        assert task.remote_id
        desk.runway.finish(task.remote_id, FRESH)
        await desk.clock.advance(3)
    assert desk.fetcher.openings[-1].offset == 400_000
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip()


async def test_link_is_renewed_once_per_attempt(desk):
    async with desk.running():
        task = await desk.tried()
        assert len(desk.runway.named("task")) == 1
        assert (await desk.output(task)).state is OutputState.FAILED
        await desk.clock.advance(31)
        assert len(desk.runway.named("task")) == 2


async def test_renewed_links_serve_all_outputs_of_the_task(desk):
    old = [f"https://out.example.com/{index}.mp4?sig=1" for index in range(3)]
    new = [f"https://out.example.com/{index}.mp4?sig=2" for index in range(3)]
    for index, url in enumerate(new):
        desk.fetcher.serve(url, clip(5_000, seed=index))
    async with desk.running():
        task = await desk.finished_task(*old)
        assert task.remote_id
        desk.runway.finish(task.remote_id, *new)
        await settle()
        assert {output.state for output in await desk.store.outputs(task.id)} == {OutputState.SAVED}
    assert len(desk.runway.named("task")) == 1


async def test_result_no_longer_kept_by_runway_is_expired_permanently(desk):
    async with desk.running():
        task = await desk.finished_task()
        await desk.vanish(task)
        await settle()
        lost = await desk.output(task)
        assert (lost.state, lost.problem) == (OutputState.EXPIRED, Reason(ReasonCode.KEPT_NO_LONGER))
        kept = await desk.ledger.task(task.id)
        assert kept is not None
        assert (kept.state, kept.deleted_remotely) == (State.SUCCEEDED, True)
        asked = len(desk.runway.calls)
        await desk.clock.advance(3_600)
        assert len(desk.runway.calls) == asked
    assert await desk.store.unsaved() == []


async def test_partial_file_no_longer_kept_by_runway_is_expired_too(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=400_000)
    async with desk.running():
        task = await desk.tried()
        desk.fetcher.forget(LINK)
        await desk.vanish(task)
        await desk.clock.advance(3)
        assert (await desk.output(task)).state is OutputState.EXPIRED
        assert desk.files() == []
        asked = len(desk.runway.calls)
        await desk.clock.advance(3_600)
        assert len(desk.runway.calls) == asked


async def test_expired_output_is_not_retried_for_its_sibling(desk):
    task = await desk.finished_task(LINK, FRESH)
    lost = await desk.output(task, 0)
    await desk.store.save_output(replace(lost, state=OutputState.EXPIRED, problem=Reason(ReasonCode.KEPT_NO_LONGER)))
    desk.fetcher.serve(FRESH, clip())
    async with desk.running():
        await settle()
    assert {opening.url for opening in desk.fetcher.openings} == {FRESH}


async def test_full_disk_is_recorded_once_in_the_ledger(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip(5_000_000))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": SPARE + 4_000_000}))
    async with desk.running():
        task = await desk.finished_task()
        await desk.clock.advance(10 * DISK_AGAIN_AFTER)
        assert len(desk.fetcher.openings) > 5
        assert [entry.kind for entry in await desk.store.ledger(task.id)].count("not saved") == 1


async def test_html_page_is_never_saved_as_a_clip(desk):
    desk.fetcher.serve(LINK, b"<!doctype html><title>Sorry</title>" + b" " * 9_000, content_type="text/html")
    async with desk.running():
        task = await desk.tried()
        failed = await desk.output(task)
        assert failed.state is OutputState.FAILED
        assert failed.problem == Reason(ReasonCode.PAGE_OF_TEXT)
        assert desk.files() == []
        desk.fetcher.serve(LINK, clip())
        await desk.clock.advance(60)
        assert (await desk.output(task)).state is OutputState.SAVED
        assert len(desk.runway.named("task")) == 1, "wrong content asks for a fresh link"


@pytest.mark.parametrize("content", [b"", b"gibberish" * 1_000, b'{"error": "no"}'])
async def test_content_that_contradicts_its_file_name_is_refused(desk, content):
    desk.fetcher.serve(LINK, content)
    async with desk.running():
        task = await desk.tried()
        assert (await desk.output(task)).state is OutputState.FAILED
    assert desk.files() == []


@pytest.mark.parametrize("length", [1_000_000, 3_000_000], ids=["in one go", "in pieces"])
async def test_truncated_file_is_downloaded_again_and_accepted_if_unchanged(desk, length):
    desk.fetcher.serve(LINK, clip(length)[:-5])
    async with desk.running():
        task = await desk.tried()
        failed = await desk.output(task)
        assert failed.state is OutputState.FAILED
        assert failed.problem == Reason(ReasonCode.CUT_SHORT)
        await desk.clock.advance(60)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip(length)[:-5]


@pytest.mark.parametrize(
    ("link", "content_type"),
    [
        ("https://out.test/result.exe?sig=1", ""),
        ("https://out.test/result.mp4.lnk", "application/octet-stream"),
        ("https://out.test/result", "text/html"),
        ("https://out.test/result.html", "application/x-msdownload"),
    ],
)
async def test_result_never_gets_an_executable_extension(desk, link, content_type):
    desk.fetcher.serve(link, b"MZ" + bytes(range(256)) * 4, content_type=content_type)
    await desk.one_run(link)
    assert [name for name in desk.files() if not name.endswith(".json")] == ["gen4.5_Fox.bin"]


async def test_file_extension_follows_the_content(desk):
    desk.fetcher.serve("https://out.example.com/x", b"\x89PNG\r\n\x1a\n" + b"0" * 100 + b"IEND")
    task = await desk.one_run("https://out.example.com/x")
    assert (await desk.output(task)).media is Media.IMAGE
    assert "gen4.5_Fox.png" in desk.files()


async def test_two_results_of_equal_name_are_both_kept(desk):
    desk.fetcher.serve(LINK, clip(seed=1))
    desk.fetcher.serve(FRESH, clip(seed=2))
    async with desk.running():
        first = await desk.finished_task(LINK)
        second = await desk.tried(FRESH)
    assert desk.files() == ["gen4.5_Fox (2).mp4", "gen4.5_Fox.mp4"]
    contents = {Path((await desk.output(task)).path).read_bytes() for task in (first, second)}
    assert contents == {clip(seed=1), clip(seed=2)}


async def test_existing_file_of_the_person_is_never_replaced(desk):
    desk.library.mkdir()
    (desk.library / "gen4.5_Fox.mp4").write_text("mine")
    (desk.library / "gen4.5_Fox (2).mp4.part").write_text("of another program")
    desk.fetcher.serve(LINK, clip())
    task = await desk.one_run()
    assert (desk.library / "gen4.5_Fox.mp4").read_text() == "mine"
    assert Path((await desk.output(task)).path).name == "gen4.5_Fox (3).mp4"


async def test_name_taken_during_the_download_is_not_used(desk):
    desk.fetcher.serve(LINK, clip(), cut=500_000)
    async with desk.running():
        task = await desk.tried()
        (desk.library / "gen4.5_Fox.mp4").write_text("mine")
        await desk.clock.advance(3)
    assert (desk.library / "gen4.5_Fox.mp4").read_text() == "mine"
    saved = await desk.output(task)
    assert Path(saved.path).name == "gen4.5_Fox (2).mp4"
    assert Path(saved.path).read_bytes() == clip()
    assert desk.files() == ["gen4.5_Fox (2).mp4", "gen4.5_Fox.mp4"]


async def test_result_is_saved_on_a_file_system_without_hard_links(desk, monkeypatch):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    desk.fetcher.serve(LINK, clip())
    task = await desk.one_run()
    assert Path((await desk.output(task)).path).read_bytes() == clip()
    assert desk.files() == ["gen4.5_Fox.mp4"]


async def test_kill_between_naming_and_storing_does_not_download_twice(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"')
    put = desk.store.save_output

    async def dies_at_the_end(output: Output, entry: Any = None) -> None:
        if output.state is OutputState.SAVED:
            raise StoreError("The program was killed here.")
        await put(output, entry)

    desk.store.save_output = dies_at_the_end
    task = await desk.one_run()
    assert (desk.library / "gen4.5_Fox.mp4").exists()
    assert (await desk.output(task)).state is OutputState.DOWNLOADING
    desk.store.save_output = put
    again = Bench(desk.library, store=desk.store, clock=desk.clock)
    async with again.running():
        await settle()
    saved = await again.output(task)
    assert saved.state is OutputState.SAVED
    assert saved.sha256 == hashlib.sha256(clip()).hexdigest()
    assert again.fetcher.openings == []
    assert again.files() == ["gen4.5_Fox.mp4"]


async def test_kill_between_the_last_byte_and_naming_does_not_download_twice(desk, monkeypatch):
    def dies(*_: object) -> None:
        raise OSError(errno.EIO, "The program was killed here")

    desk.fetcher.serve(LINK, clip(), etag='"1"')
    with monkeypatch.context() as patch:
        patch.setattr(part_file, "rename_exclusively", dies)
        task = await desk.one_run()
    again = Bench(desk.library, store=desk.store, clock=desk.clock)
    async with again.running():
        await settle()
    assert (await again.output(task)).state is OutputState.SAVED
    assert again.fetcher.openings == []
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip()


async def test_file_named_before_a_kill_and_damaged_since_does_not_count_as_finished(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"')
    task = await desk.one_run()
    saved = await desk.output(task)
    path = Path(saved.path)
    note = part_file.PartNote(task_id=task.id, index=0, size=saved.size, sha256=saved.sha256)
    part_file.write_note(path, note)
    path.write_bytes(b"x" * saved.size)
    assert part_file.find_finished(path, (task.id, 0)) is None


async def test_full_disk_is_reported_and_retried(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip(5_000_000))
    usage = type("Usage", (), {"free": SPARE + 4_000_000})
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage)
        async with desk.running():
            task = await desk.tried()
            failed = await desk.output(task)
            assert failed.state is OutputState.FAILED
            assert (failed.problem.code, failed.problem.name) == (ReasonCode.DISK_FULL, str(desk.library))
            assert saving_words(failed).startswith(f"The disk with “{desk.library}” is full: 5.0 MB are needed.")
            assert desk.files() == []
            patch.undo()
            await desk.clock.advance(DISK_AGAIN_AFTER)
            assert (await desk.output(task)).state is OutputState.SAVED


async def test_disk_filled_during_a_download_keeps_received_bytes(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip(3_000_000), etag='"1"')
    write = part_file.PartFile.write
    room = [1_500_000]

    def fills(part: part_file.PartFile, block: bytes) -> None:
        if part.size + len(block) > room[0]:
            with spoken_for(part.final.parent, needed=part._missing()):
                raise OSError(errno.ENOSPC, "No space left on device")
        write(part, block)

    monkeypatch.setattr(part_file.PartFile, "write", fills)
    async with desk.running():
        task = await desk.tried()
        failed = await desk.output(task)
        assert failed.state is OutputState.FAILED
        assert failed.problem.code is ReasonCode.DISK_FULL
        room[0] = 10_000_000
        desk.downloads.resume_waiting()
        await settle()
        assert (await desk.output(task)).state is OutputState.SAVED
    assert desk.fetcher.openings[-1].offset > 0
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip(3_000_000)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Limits of a process's files are a thing of POSIX")
async def test_file_size_limit_of_the_system_is_reported(desk):
    import resource
    import signal

    desk.fetcher.serve(LINK, clip(3_000_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        async with desk.running():
            task = await desk.tried()
            failed = await desk.output(task)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert failed.state is OutputState.FAILED
    assert failed.problem.code is ReasonCode.FILE_TOO_LARGE


async def test_missing_drive_is_reported_and_not_replaced_by_a_folder(desk, tmp_path):
    gone = tmp_path / "drive" / "deep" / "Runway"
    desk.settings.library_folder = str(gone)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried()
        failed = await desk.output(task)
        assert failed.state is OutputState.FAILED
        assert failed.problem == Reason(ReasonCode.FOLDER_MISSING, str(gone))
        assert not gone.parent.exists()
        desk.settings.library_folder = str(tmp_path / "elsewhere")
        await settle()
        assert (await desk.output(task)).path == str(tmp_path / "elsewhere" / "gen4.5_Fox.mp4")


async def test_parallel_downloads_stay_within_the_limit(desk):
    desk.settings.download_limit = 2
    urls = [f"https://out.example.com/{index}.mp4" for index in range(6)]
    for index, url in enumerate(urls):
        desk.fetcher.serve(url, clip(50_000, seed=index))
    gates = [desk.fetcher.hold(url) for url in urls]
    async with desk.running():
        tasks = [await desk.finished_task(url, prompt=f"Fox {index}") for index, url in enumerate(urls)]
        await settle()
        assert desk.fetcher.open_now == 2
        assert desk.downloads.running == 2
        desk.settings.download_limit = 4
        await settle()
        assert desk.fetcher.open_now == 4
        for gate in gates:
            gate.open()
        await settle()
        assert desk.fetcher.most_open == 4
        assert [(await desk.output(task)).state for task in tasks] == [OutputState.SAVED] * 6


async def test_download_without_network_waits_ever_longer_and_continues_when_back(desk):
    desk.fetcher.serve(LINK, clip())
    for _ in range(5):
        desk.fetcher.refuse(LINK, NotReached("There is no connection."))
    async with desk.running():
        task = await desk.tried()
        await desk.clock.advance(20)
        waiting = await desk.output(task)
        assert waiting.state is OutputState.WAITING
        assert waiting.problem.words == "There is no connection."
        before = len(desk.fetcher.openings)
        assert 3 <= before <= 5
        desk.fetcher.files[LINK].script.clear()
        desk.bus.tell(ConnectionChanged(Connectivity(link=Link.OFFLINE)))
        desk.bus.tell(ConnectionChanged(Connectivity(link=Link.CONNECTED)))
        await settle()
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_retry_after_of_a_download_server_is_obeyed(desk):
    desk.fetcher.serve(LINK, clip())
    desk.fetcher.refuse(LINK, SlowDown("Too many.", retry_after=90.0))
    async with desk.running():
        await desk.finished_task()
        await desk.clock.advance(89)
        assert len(desk.fetcher.openings) == 1
        await desk.clock.advance(3)
        assert len(desk.fetcher.openings) == 2


async def test_expired_links_wait_for_a_key(desk):
    async with desk.running():
        task = await desk.finished_task()
        desk.runway.then("task", KeyRefused("The key was refused.", status=401))
        await settle()
        waiting = await desk.output(task)
        assert waiting.state is OutputState.WAITING
        assert waiting.problem == Reason(ReasonCode.WAITS_FOR_KEY)
        desk.fetcher.serve(FRESH, clip())
        assert task.remote_id
        desk.runway.finish(task.remote_id, FRESH)
        desk.bus.tell(KeyChanged(KeyStatus(source=KeySource.MEMORY)))
        await desk.clock.advance(LEAST_GAP)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_exception_in_one_download_does_not_stop_the_others(desk, monkeypatch, mistakes):
    desk.fetcher.serve(LINK, clip(seed=1))
    desk.fetcher.serve(FRESH, clip(seed=2))
    desk.fetcher.refuse(LINK, RuntimeError("a bug"))
    async with desk.running():
        broken = await desk.finished_task(LINK)
        sound = await desk.tried(FRESH)
        assert (await desk.output(sound)).state is OutputState.SAVED
        assert (await desk.output(broken)).problem == Reason(ReasonCode.OUR_MISTAKE)
    assert "a bug" in mistakes.take("a mistake of ours")


async def test_failed_store_write_loses_no_result(desk):
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.finished_task()
        desk.store.trouble = StoreError("The database is busy.")
        await settle()
        desk.store.trouble = None
        await desk.clock.advance(31)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_closing_lets_a_nearly_finished_download_end(desk):
    desk.fetcher.serve(LINK, clip())
    gate = desk.fetcher.hold(LINK)
    loop = asyncio.create_task(desk.downloads.run())
    task = await desk.finished_task()
    await gate.arrived()
    closing = asyncio.create_task(desk.downloads.settle(8.0))
    await settle()
    gate.open()
    await asyncio.gather(closing, loop)
    assert (await desk.output(task)).state is OutputState.SAVED


async def test_closing_stops_a_long_download_and_starts_no_other(desk):
    desk.settings.download_limit = 1
    desk.fetcher.serve(LINK, clip())
    desk.fetcher.serve(FRESH, clip())
    gate = desk.fetcher.hold(LINK)
    loop = asyncio.create_task(desk.downloads.run())
    await desk.finished_task(LINK)
    await desk.finished_task(FRESH)
    await gate.arrived()
    closing = asyncio.create_task(desk.downloads.settle(8.0))
    await desk.clock.advance(8.1)
    await asyncio.gather(closing, loop)
    assert [opening.url for opening in desk.fetcher.openings] == [LINK]
    assert len(await desk.store.unsaved()) == 2


async def test_result_that_is_here_is_not_downloaded_again_on_request(desk):
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried()
        opened = len(desk.fetcher.openings)
        await desk.downloads.fetch_again(task.id)
        await settle()
    assert len(desk.fetcher.openings) == opened


async def test_repeated_download_of_an_expired_result_says_so(desk):
    async with desk.running():
        task = await desk.finished_task()
        await desk.vanish(task)
        with pytest.raises(NotThere, match="no longer keeps this result"):
            await in_time(desk.clock, desk.downloads.fetch_again(task.id))
        assert (await desk.output(task)).state is OutputState.EXPIRED


async def test_waiting_results_of_a_task_are_tried_at_once_on_request(desk):
    async with desk.running():
        tasks = [await desk.finished_task(link, prompt=link) for link in (LINK, FRESH)]
        await settle()
        before = [(await desk.output(task)).state for task in tasks]
        for link in (LINK, FRESH):
            desk.fetcher.serve(link, clip())
        desk.downloads.resume_waiting([tasks[1].id])
        await settle()
        assert before == [OutputState.FAILED, OutputState.FAILED]
        assert [(await desk.output(task)).state for task in tasks] == [OutputState.FAILED, OutputState.SAVED]


async def test_download_progress_is_signaled_once_while_no_time_passes(desk):
    urls = [LINK, FRESH]
    for url in urls:
        desk.fetcher.serve(url, clip(3_000_000))
    async with desk.running():
        for url in urls:
            await desk.finished_task(url)
        await settle()
    told = desk.told(DownloadProgressed)
    assert len(told) == 2, "no time passed, so each was told once"
    assert {event.total for event in told} == {3_000_000}


async def test_download_counts_are_signaled_with_a_delay_and_end_at_zero(desk):
    desk.fetcher.serve(LINK, clip())
    gate = desk.fetcher.hold(LINK)
    async with desk.running():
        await desk.tried()
        gate.open()
        await settle()
        assert [(event.running, event.waiting) for event in desk.told(DownloadsCounted)] == [(1, 0)]
        await desk.clock.advance(1)
    assert [(event.running, event.waiting) for event in desk.told(DownloadsCounted)] == [(1, 0), (0, 0)]


async def test_batch_and_row_may_be_in_a_file_name(desk):
    from runway_desktop.domain.task import Batch, new_batch_id

    batch = Batch(id=new_batch_id(), name="Foxes", created_at=1.0)
    desk.settings.name_template = "{batch}/{row:3}"
    desk.fetcher.serve(LINK, clip())
    tasks = [
        Task(
            id=TaskId(f"t{number}"), request=Request(endpoint="text_to_video", model="gen4.5"), created_at=1.0 + number,
            state=State.RUNNING, remote_id=remote_id(number), batch_id=batch.id, sent_at=2.0 + number,
        )
        for number in (1, 2)
    ]  # fmt: skip
    await desk.ledger.add(tasks, [], batch)
    async with desk.running():
        await desk.succeed(tasks[1], LINK)
        await settle()
    assert (desk.library / "Foxes" / "002.mp4").exists()


async def test_connection_lost_while_renewing_a_link_is_retried(desk):
    async with desk.running():
        task = await desk.finished_task()
        desk.runway.then("task", NoReply("No answer came."))
        await settle()
        assert (await desk.output(task)).state is OutputState.WAITING
        desk.fetcher.serve(LINK, clip())
        await desk.clock.advance(5)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_link_that_expires_while_opening_twice_is_retried(desk):
    desk.fetcher.serve(LINK, clip())
    desk.fetcher.refuse(LINK, LinkExpired("Gone."))
    desk.fetcher.refuse(LINK, LinkExpired("Gone."))
    async with desk.running():
        task = await desk.tried()
        assert (await desk.output(task)).state is OutputState.FAILED
        await desk.clock.advance(60)
        assert (await desk.output(task)).state is OutputState.SAVED
