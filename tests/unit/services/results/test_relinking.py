"""A missing result is found again by name, size and bytes, with its neighbors and its sidecar; nothing else is taken
for it, and what a person changed is kept when the person says so."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.task import Output, OutputState, Presence, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.integrity import Integrity
from runway_desktop.services.results.relinking import Relinking, RelinkProgress
from runway_desktop.services.settings import Settings
from runway_desktop.values import replace
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fakes import FakeClock, MemoryStore, settle
from tests.rigs.known_folders import KnownFolders


class Attic:
    """A library on a real disk from which files go astray."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.store, self.bus, self.clock = MemoryStore(), Bus(), FakeClock()
        self.settings = Settings(self.store, self.bus, self.clock, default_library=self.library)
        self.integrity = Integrity(self.store, KnownFolders(), self.bus, self.clock, AtOnce())
        self.locks = FileLocks()
        self.relinking = Relinking(
            self.store, self.integrity, self.bus, self.clock, self.settings, self.locks, AtOnce()
        )  # fmt: skip
        self.told: list[Output] = []
        self.bus.listen(lambda event: self.told.append(event.output) if isinstance(event, OutputChanged) else None)

    async def keep(self, name: str, content: bytes = b"", *, folder: str = "2026") -> Output:
        """A rated task with its result, sidecar and all."""
        path = self.library / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content or name.encode())
        request = Request(endpoint="text_to_video", model="gen4.5", prompt="Fox")
        task = Task(id=TaskId(name), request=request, created_at=1.0, state=State.SUCCEEDED, rating=4, tags=("fox",))
        await self.store.add([task], [], None, [])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path),
            size=path.stat().st_size, sha256=digest, poster="/posters/1.jpg", width=16,
        )  # fmt: skip
        await self.store.save_output(output)
        sidecar.write(path, sidecar.compose(task, output, []))
        return output

    async def noticed(self) -> None:
        await self.integrity.look(await self.store.kept_files(None, 1000))

    async def output(self, name: str) -> Output:
        [output] = await self.store.outputs(TaskId(name))
        return output

    async def kinds(self, name: str) -> list[str]:
        return [entry.kind for entry in await self.store.ledger(TaskId(name))]


@pytest.fixture
def attic(tmp_path: Path) -> Attic:
    return Attic(tmp_path)


def moved(old: str, new: Path, *, alone: bool = False) -> Path:
    """As a file manager does it; with its sidecar, or alone."""
    new.parent.mkdir(parents=True, exist_ok=True)
    if not alone:
        sidecar.path_for(Path(old)).rename(sidecar.path_for(new))
    return Path(old).rename(new)


async def test_moved_and_renamed_file_is_found_by_content(attic: Attic):
    output = await attic.keep("fox.mp4")
    new = moved(output.path, attic.library / "best" / "the fox.mp4", alone=True)
    await attic.noticed()
    found = await attic.relinking.look_for([output.task_id])
    now = await attic.output("fox.mp4")
    assert (found.outputs, found.missing) == ((now,), 0)
    assert (now.path, now.is_here, now.poster) == (str(new), True, output.poster)
    assert attic.told[-1] == now
    assert await attic.kinds("fox.mp4") == ["file missing", "file found"]
    task = await attic.store.get(output.task_id)
    assert task is not None
    assert (task.rating, task.tags) == (4, ("fox",))


async def test_search_waits_for_a_locked_file_and_leaves_one_trashed_meanwhile(attic: Attic):
    output = await attic.keep("fox.mp4")
    new = moved(output.path, attic.library / "best" / "the fox.mp4", alone=True)
    await attic.noticed()
    async with attic.locks.hold([(output.task_id, 0)]):
        looking = asyncio.create_task(attic.relinking.look_for([output.task_id]))
        await settle()
        assert not looking.done()
        await attic.store.change_output(output.task_id, 0, lambda now: replace(now, path="", binned_from=now.path))
    assert (await looking).outputs == ()
    assert (await attic.output("fox.mp4")).is_binned
    assert sidecar.path_for(Path(output.path)).exists(), "it lies where its result was thrown away from"
    assert not sidecar.path_for(new).exists()


async def test_sidecar_of_a_found_file_is_moved_and_updated(attic: Attic):
    output = await attic.keep("fox.mp4")
    new = moved(output.path, attic.library / "best" / "the fox.mp4", alone=True)
    beside = sidecar.path_for(Path(output.path))
    beside.write_text(json.dumps({**json.loads(beside.read_text()), "of a newer program": True}))
    await attic.noticed()
    await attic.relinking.look_for([output.task_id])
    kept = json.loads(sidecar.path_for(new).read_text())
    assert (kept["output"]["file"], kept["of a newer program"]) == ("the fox.mp4", True)
    assert not beside.exists()


@pytest.mark.parametrize("wanted", [True, False])
async def test_missing_sidecar_of_a_found_file_is_written_if_wanted(attic: Attic, wanted: bool):
    output = await attic.keep("fox.mp4")
    attic.settings.sidecars = wanted
    sidecar.path_for(Path(output.path)).unlink()
    new = moved(output.path, attic.library / "best" / "fox.mp4", alone=True)
    await attic.noticed()
    await attic.relinking.look_for([output.task_id])
    assert sidecar.path_for(new).exists() == wanted
    if wanted:
        kept = json.loads(sidecar.path_for(new).read_text())
        assert (kept["output"]["sha256"], kept["judgement"]["rating"]) == (output.sha256, 4)


async def test_foreign_file_with_the_name_of_the_sidecar_is_not_touched(attic: Attic):
    output = await attic.keep("fox.mp4")
    new = moved(output.path, attic.library / "best" / "fox.mp4", alone=True)
    sidecar.path_for(new).write_text('{"shopping": ["milk"]}')
    await attic.noticed()
    await attic.relinking.look_for([output.task_id])
    assert json.loads(sidecar.path_for(new).read_text()) == {"shopping": ["milk"]}


async def test_file_moved_with_its_neighbors_leads_to_the_neighbors(attic: Attic):
    outputs = [await attic.keep(name) for name in ("a.mp4", "b.mp4", "c.mp4")]
    for output in outputs[:2]:
        moved(output.path, attic.library / "best" / Path(output.path).name)
    Path(outputs[2].path).unlink()
    await attic.noticed()
    found = await attic.relinking.look_for([outputs[0].task_id])
    assert [output.task_id for output in found.outputs] == ["a.mp4", "b.mp4"]
    assert (await attic.output("c.mp4")).is_missing


async def test_file_of_equal_name_and_size_with_other_content_is_not_used(attic: Attic):
    output = await attic.keep("fox.mp4", b"fox")
    Path(output.path).unlink()
    other = attic.library / "best" / "fox.mp4"
    other.parent.mkdir()
    other.write_bytes(b"owl")
    await attic.noticed()
    assert (await attic.relinking.look_for([output.task_id])).missing == 1
    assert await attic.output("fox.mp4") == replace(output, look=(await attic.output("fox.mp4")).look)


async def test_equal_file_of_another_task_stays_with_that_task(attic: Attic):
    output = await attic.keep("fox.mp4", b"fox")
    await attic.keep("twin.mp4", b"fox")
    Path(output.path).unlink()
    await attic.noticed()
    assert (await attic.relinking.look_for([output.task_id])).missing == 1


async def test_two_missing_results_with_equal_bytes_find_one_file_each(attic: Attic):
    for name in ("a.mp4", "b.mp4"):
        output = await attic.keep(name, b"the same")
        moved(output.path, attic.library / "best" / f"new {name}", alone=True)
    await attic.noticed()
    found = await attic.relinking.look_for([TaskId("a.mp4"), TaskId("b.mp4")])
    assert sorted(Path(output.path).name for output in found.outputs) == ["new a.mp4", "new b.mp4"]


async def test_folder_outside_of_the_library_is_searched_only_when_named(attic: Attic, tmp_path: Path):
    output = await attic.keep("fox.mp4")
    moved(output.path, tmp_path / "elsewhere" / "deep" / "fox.mp4")
    await attic.noticed()
    assert (await attic.relinking.look_for([output.task_id])).missing == 1
    said: list[RelinkProgress] = []
    found = await attic.relinking.look_for([output.task_id], tmp_path / "elsewhere", said.append)
    assert found.missing == 0
    assert (said[-1].found, said[-1].asked) == (1, 1)


async def test_former_library_folder_is_searched_after_a_change(attic: Attic, tmp_path: Path):
    output = await attic.keep("fox.mp4")
    moved(output.path, Path(output.path).with_name("fox renamed.mp4"))
    attic.settings.library_folder = str(tmp_path / "new library")
    await attic.noticed()
    assert (await attic.relinking.look_for([output.task_id])).missing == 0


async def test_trash_and_hidden_folders_are_not_searched(attic: Attic, tmp_path: Path):
    output = await attic.keep("fox.mp4")
    moved(output.path, attic.library / ".Trash-1000" / "files" / "fox.mp4")
    await attic.noticed()
    assert (await attic.relinking.look_for([output.task_id])).missing == 1


async def test_returned_file_needs_no_search(attic: Attic):
    output = await attic.keep("fox.mp4")
    away = moved(output.path, attic.library.parent / "fox.mp4")
    await attic.noticed()
    moved(str(away), Path(output.path))
    assert await attic.relinking.look_for([output.task_id]) == await attic.relinking.look_for([])
    assert (await attic.output("fox.mp4")).is_here


async def test_stopped_search_keeps_found_files(attic: Attic, monkeypatch: pytest.MonkeyPatch):
    names = [f"{number}.mp4" for number in range(20)]
    for name in names:
        output = await attic.keep(name)
        moved(output.path, attic.library / "new" / name / f"renamed {name}", alone=True)
    await attic.noticed()
    # Each time somebody looks at the clock a second has passed: a step is as short as can be.
    seconds = iter(range(10_000))
    monkeypatch.setattr(attic.clock, "monotonic", lambda: next(seconds))
    searches: list[asyncio.Task[object]] = []

    def give_up(progress: RelinkProgress) -> None:
        if progress.found == 3:
            searches[0].cancel()

    searches.append(asyncio.ensure_future(attic.relinking.look_for(list(map(TaskId, names)), None, give_up)))
    with pytest.raises(asyncio.CancelledError):
        await searches[0]
    here = [name for name in names if (await attic.output(name)).is_here]
    assert 3 <= len(here) < 20


async def test_file_shown_by_the_person_is_used_if_equal(attic: Attic, tmp_path: Path):
    output, other = await attic.keep("fox.mp4"), await attic.keep("owl.mp4")
    for one in (output, other):
        moved(one.path, tmp_path / "elsewhere" / Path(one.path).name)
    await attic.noticed()
    chosen = await attic.relinking.choose(output.task_id, 0, tmp_path / "elsewhere" / "fox.mp4")
    assert [found.task_id for found in chosen.outputs] == ["fox.mp4", "owl.mp4"]


async def test_different_file_is_used_only_after_a_question(attic: Attic, tmp_path: Path):
    output = await attic.keep("fox.mp4")
    Path(output.path).unlink()
    other = tmp_path / "graded.mov"
    other.write_bytes(b"graded fox")
    await attic.noticed()
    assert (await attic.relinking.choose(output.task_id, 0, other)).is_other
    assert (await attic.output("fox.mp4")).is_missing
    await attic.relinking.choose(output.task_id, 0, other, anyway=True)
    now = await attic.output("fox.mp4")
    assert (now.path, now.size, now.sha256) == (str(other), 10, hashlib.sha256(b"graded fox").hexdigest())
    assert (now.is_here, now.poster, now.width) == (True, "", 0)
    assert await attic.kinds("fox.mp4") == ["file missing", "file chosen"]


async def test_shown_file_that_belongs_to_another_task_is_refused(attic: Attic):
    output, other = await attic.keep("fox.mp4"), await attic.keep("owl.mp4")
    Path(output.path).unlink()
    await attic.noticed()
    with pytest.raises(NotPossible, match=r"“owl\.mp4” belongs to another task"):
        await attic.relinking.choose(output.task_id, 0, Path(other.path), anyway=True)


async def test_unreadable_shown_file_is_reported(attic: Attic, tmp_path: Path):
    output = await attic.keep("fox.mp4")
    Path(output.path).unlink()
    await attic.noticed()
    with pytest.raises(DiskError, match="cannot be read"):
        await attic.relinking.choose(output.task_id, 0, tmp_path)


async def test_accepted_change_becomes_the_result(attic: Attic):
    output = await attic.keep("fox.mp4")
    await attic.noticed()
    Path(output.path).write_bytes(b"a graded fox")
    await attic.noticed()
    [kept] = await attic.relinking.keep_changes([output.task_id])
    assert kept == await attic.output("fox.mp4")
    assert (kept.look.presence, kept.size, kept.poster) == (Presence.HERE, 12, "")
    document = json.loads(sidecar.path_for(Path(output.path)).read_text())
    assert document["output"]["sha256"] == kept.sha256
    assert await attic.kinds("fox.mp4") == ["file changed", "change kept"]
    await attic.noticed()
    assert (await attic.output("fox.mp4")).look.presence is Presence.HERE


async def test_accepting_changes_leaves_unchanged_files_alone(attic: Attic):
    output = await attic.keep("fox.mp4")
    await attic.noticed()
    assert await attic.relinking.keep_changes([output.task_id]) == ()
