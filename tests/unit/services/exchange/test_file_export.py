"""Selected results are exported to a folder under names from a template, completely or not at all, never replacing a
foreign file."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections import deque, namedtuple
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.task import Batch, BatchId, Pick, Request, TaskId
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.exchange.file_export import FileChoice, FileExport, FilesExported, names_of
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.results import embedding, sidecar
from tests.rigs.content_credentials import sign, state_of
from tests.rigs.engine_rig import AtOnce
from tests.rigs.exchange_results import NOON, Results, a_task, files_in
from tests.rigs.fakes import settle
from tests.rigs.short_names import refuse_long_names

TEMPLATE = "{project}/{prompt}_{seed}"


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "library")


async def export(results: Results, folder: Path, *task_ids: TaskId, progress: Any = None, **more: Any) -> FilesExported:
    service = FileExport(results.store, AtOnce(), DiskSpace())
    ids = task_ids or tuple(results.store.tasks)
    choice = FileChoice(folder=folder, **({"template": TEMPLATE} | more))
    survey = await service.survey(ids, Progress(), only_picks=choice.only_picks)
    return await service.run(ids, choice, survey, progress or Progress())


async def test_exported_files_have_template_names_and_equal_bytes(results, tmp_path):
    [output] = await results.put(a_task(1, project="Aurora"))
    found = await export(results, tmp_path / "out")
    assert (found.copied, found.linked, found.there, found.failed) == (1, 0, 0, 0)
    assert files_in(tmp_path / "out") == ["Aurora/A-lighthouse-in-the-fog_1.png"]
    copy = tmp_path / "out/Aurora/A-lighthouse-in-the-fog_1.png"
    assert copy.read_bytes() == Path(output.path).read_bytes()
    assert embedding.read(copy) is not None


async def test_export_preview_shows_the_first_names(results, tmp_path):
    for number in range(1, 4):
        await results.put(a_task(number, project="Aurora"), files=2 if number == 1 else 1)
    service = FileExport(results.store, AtOnce(), DiskSpace())
    survey = await service.survey(list(results.store.tasks), Progress(), only_picks=False)
    assert (survey.files, survey.without) == (4, 0)
    shown = names_of(survey.first, "{prompt}")
    assert shown == [
        "A-lighthouse-in-the-fog_1.png", "A-lighthouse-in-the-fog_2.png", "A-lighthouse-in-the-fog.png",
        "A-lighthouse-in-the-fog (2).png",
    ]  # fmt: skip
    await export(results, tmp_path / "out", template="{prompt}")
    assert files_in(tmp_path / "out") == sorted(shown)


async def test_hard_linked_export_uses_no_space_and_a_stripped_file_is_always_a_copy(results, tmp_path):
    [output] = await results.put(a_task())
    found = await export(results, tmp_path / "linked", link=True)
    assert (found.copied, found.linked) == (0, 1)
    [name] = files_in(tmp_path / "linked")
    assert os.path.samefile(tmp_path / "linked" / name, output.path)
    before = Path(output.path).read_bytes()
    found = await export(results, tmp_path / "client", link=True, keep_request=False)
    assert (found.copied, found.linked) == (1, 0)
    [name] = files_in(tmp_path / "client")
    assert embedding.read(tmp_path / "client" / name) is None
    assert Path(output.path).read_bytes() == before


@pytest.mark.parametrize("keep_request", [True, False])
async def test_signed_file_is_exported_unchanged_with_or_without_its_request(results, tmp_path, keep_request):
    [output] = await results.put(a_task(), inside=False)
    sign(Path(output.path))
    found = await export(results, tmp_path / "client", keep_request=keep_request)
    assert (found.copied, found.failed) == (1, 0)
    [name] = files_in(tmp_path / "client")
    assert (tmp_path / "client" / name).read_bytes() == Path(output.path).read_bytes()
    assert state_of(tmp_path / "client" / name) == "Valid"


@pytest.mark.parametrize("sidecars", [True, False])
async def test_exported_files_get_shorter_names_where_the_disk_refuses_long_ones(
    results, tmp_path, monkeypatch, sidecars
):
    for number in (1, 2):
        await results.put(a_task(number, prompt="霧の中の灯台、" * 20, project="灯台" * 30))
    refuse_long_names(monkeypatch, tmp_path / "out")
    found = await export(results, tmp_path / "out", template="{project}/{prompt:400}", sidecars=sidecars)
    assert (found.copied, found.failed, found.problem) == (2, 0, "")
    assert len([name for name in files_in(tmp_path / "out") if name.endswith(".png")]) == 2


async def test_hard_link_export_to_another_disk_makes_copies(results, tmp_path, monkeypatch):
    await results.put(a_task())

    def refuses(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuses)
    found = await export(results, tmp_path / "out", link=True)
    assert (found.copied, found.linked) == (1, 0)


async def test_exported_sidecar_describes_its_own_file(results, tmp_path):
    batch = Batch(id=BatchId("b"), name="shots.csv", created_at=NOON)
    await results.put(a_task(batch_id=BatchId("b"), rating=4, tags=("night",)), batch=batch)
    await export(results, tmp_path / "out", sidecars=True, keep_request=False, template="{batch}_{row}")
    assert files_in(tmp_path / "out") == ["shots_1.png", "shots_1.png.json"]
    document = json.loads((tmp_path / "out/shots_1.png.json").read_text(encoding="utf-8"))
    found = sidecar.read(document)
    assert found.sha256 == sha256_of(tmp_path / "out/shots_1.png")
    assert (found.file, found.judgment.rating, found.batch) == ("shots_1.png", 4, "shots.csv")


async def test_export_without_sidecars_writes_none(results, tmp_path):
    await results.put(a_task())
    await export(results, tmp_path / "out")
    assert not [name for name in files_in(tmp_path / "out") if name.endswith(".json")]


async def test_export_can_be_limited_to_picks(results, tmp_path):
    await results.put(a_task(1, pick=Pick.PICK))
    await results.put(a_task(2, pick=Pick.REJECT))
    found = await export(results, tmp_path / "out", only_picks=True)
    assert found.copied == 1
    assert files_in(tmp_path / "out") == ["A-lighthouse-in-the-fog_1.png"]


async def test_export_never_replaces_foreign_files_and_a_repeat_copies_nothing(results, tmp_path):
    await results.put(a_task())
    stranger = tmp_path / "out/A-lighthouse-in-the-fog_1.png"
    stranger.parent.mkdir()
    stranger.write_text("mine", encoding="utf-8")
    first = await export(results, tmp_path / "out", sidecars=True)
    again = await export(results, tmp_path / "out", sidecars=True)
    assert (first.copied, first.there, again.copied, again.there) == (1, 0, 0, 1)
    assert files_in(tmp_path / "out") == [
        "A-lighthouse-in-the-fog_1 (2).png", "A-lighthouse-in-the-fog_1 (2).png.json", "A-lighthouse-in-the-fog_1.png"
    ]  # fmt: skip
    assert stranger.read_text(encoding="utf-8") == "mine"


async def test_foreign_json_file_beside_equal_bytes_is_never_replaced(results, tmp_path):
    await results.put(a_task())
    await export(results, tmp_path / "out")
    own = tmp_path / "out/A-lighthouse-in-the-fog_1.png.json"
    own.write_text('{"grade": "warm"}', encoding="utf-8")
    found = await export(results, tmp_path / "out", sidecars=True)
    assert found.copied == 1
    assert own.read_text(encoding="utf-8") == '{"grade": "warm"}'


async def test_exported_copy_and_sidecar_reveal_no_input_paths(results, tmp_path):
    values = {"promptImage": "file:///home/ada/Client/fox.png"}
    task = a_task(request=Request(endpoint="image_to_video", model="gen4.5", prompt="Fox", values=values))
    [output] = await results.put(task)
    content = Path(output.path).read_bytes()
    await export(results, tmp_path / "out", sidecars=True, template="{seed}")
    [copy, beside] = [tmp_path / "out" / name for name in files_in(tmp_path / "out")]
    for said in (embedding.read(copy), json.loads(beside.read_bytes())):
        assert said["request"]["values"] == {"promptImage": "file:///fox.png"}
    assert json.loads(beside.read_bytes())["output"]["sha256"] == hashlib.sha256(copy.read_bytes()).hexdigest()
    assert Path(output.path).read_bytes() == content


async def test_two_results_with_equal_bytes_are_exported_as_two_files(results, tmp_path):
    for number in (1, 2):
        await results.put(a_task(number), inside=False, ending="mp4")
    found = await export(results, tmp_path / "out", template="{prompt}")
    assert found.copied == 2
    assert len(files_in(tmp_path / "out")) == 2


async def test_missing_result_is_reported_and_the_others_are_exported(results, tmp_path):
    [gone] = await results.put(a_task(1))
    await results.put(a_task(2))
    Path(gone.path).unlink()
    found = await export(results, tmp_path / "out")
    assert (found.copied, found.failed, found.problem) == (1, 1, "")
    [(name, said)] = found.failures
    assert (name, str(said)) == (Path(gone.path).name, f"“{Path(gone.path).name}” is not where it was saved.")


async def test_file_whose_request_cannot_be_removed_is_not_exported_to_clients(results, tmp_path, monkeypatch):
    await results.put(a_task())

    def refuses(*_: object) -> bool:
        raise embedding.NotEmbedded("odd")

    monkeypatch.setattr(embedding, "remove", refuses)
    found = await export(results, tmp_path / "out", keep_request=False)
    assert (found.copied, found.failed) == (0, 1)
    assert files_in(tmp_path / "out") == []


async def test_refusing_target_folder_ends_the_export_without_partial_files(results, tmp_path, monkeypatch):
    for number in range(1, 4):
        await results.put(a_task(number))
    copyfile, copies = shutil.copyfile, []

    def full(source: Path, target: Path) -> Any:
        copies.append(target)
        if len(copies) == 2:
            Path(target).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        return copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", full)
    found = await export(results, tmp_path / "out")
    assert found.copied == 1
    assert str(found.problem).startswith("The disk with “")
    assert len(copies) == 2
    assert files_in(tmp_path / "out") == ["A-lighthouse-in-the-fog_1.png"]


async def test_disk_space_is_checked_before_the_export(results, tmp_path, monkeypatch):
    await results.put(a_task())
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1))
    with pytest.raises(DiskError, match="has only 0 B free"):
        await export(results, tmp_path / "out")
    assert not (tmp_path / "out").exists()


async def test_export_can_be_stopped_between_two_files(results, tmp_path):
    for number in range(1, 5):
        await results.put(a_task(number))
    told: list[tuple[int, int]] = []

    def hear() -> None:
        told.append((progress.done, progress.total))
        if progress.done == 2:
            progress.stop()

    progress = Progress(hear)
    found = await export(results, tmp_path / "out", progress=progress)
    assert (found.copied, found.is_stopped) == (2, True)
    assert told == [(1, 4), (2, 4)]


class ByHand(Executor):
    """Work that is done when the test says so."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, partial(fn, *arguments, **more)))
        return future

    def do_one(self) -> None:
        future, work = self.waiting.popleft()
        future.set_result(work())


async def test_two_exports_into_one_folder_run_in_turn_and_are_complete(results, tmp_path):
    outputs = [(await results.put(a_task(number)))[0] for number in (1, 2)]
    hands = ByHand()
    service = FileExport(results.store, hands, DiskSpace())
    choice = FileChoice(folder=tmp_path / "out", template="{prompt}")
    runs = []
    for output in outputs:
        survey = await service.survey([output.task_id], Progress(), only_picks=False)
        runs.append(asyncio.create_task(service.run([output.task_id], choice, survey, Progress())))
    while not all(run.done() for run in runs):
        await settle()
        assert len(hands.waiting) <= 1, "two drafts of one name would be one file"
        if hands.waiting:
            hands.do_one()
    kept = {path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert kept == {Path(output.path).read_bytes() for output in outputs}


async def test_export_killed_midway_leaves_no_final_name_and_a_repeat_completes_it(results, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    [output] = await results.put(a_task())
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _dies(Killed))
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(Killed):
            await export(results, tmp_path / "out")
    [left] = files_in(tmp_path / "out")
    assert left.endswith(".copying")
    found = await export(results, tmp_path / "out")
    assert found.copied == 1
    assert files_in(tmp_path / "out") == sorted(["A-lighthouse-in-the-fog_1.png", left])
    assert (tmp_path / "out/A-lighthouse-in-the-fog_1.png").read_bytes() == Path(output.path).read_bytes()


def _dies(error: type[BaseException]) -> Any:
    def dies(*_: object) -> None:
        raise error

    return dies
