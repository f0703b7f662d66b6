"""Missing files are searched and fetched again; changes are accepted; deletions are undone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from runway_desktop.domain.library import Page, Row
from runway_desktop.domain.task import Output, State, TaskId
from runway_desktop.usecases.commands.ending import DELETE_FILE
from runway_desktop.usecases.commands.results import CHOOSE_FILE, FETCH_AGAIN, KEEP_CHANGE, LOOK_FOR, LOOK_IN
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.commands.tasks import steps_of
from runway_desktop.usecases.words.files import Searching
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, rest, until
from tests.rigs.rows import saved, task


async def kept(rig: Rig, number: int = 1, content: bytes = b"") -> Output:
    """A saved result in the library, listed."""
    path = rig.folder / "library" / f"{number}.mp4"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content or f"film {number}".encode())
    one = task(number, State.SUCCEEDED)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    output = saved(one, str(path), size=path.stat().st_size, sha256=digest)
    await rig.put(one, outputs=[output])
    return output


async def noticed(rig: Rig) -> None:
    await rig.engine.integrity.look(await rig.store.kept_files(None, 100))


async def rows(rig: Rig, *numbers: int) -> list[Row]:
    return list(await rig.store.rows([TaskId(f"t{number}") for number in numbers]))


async def gone(rig: Rig, number: int = 1, to: Path | None = None) -> Output:
    output = await kept(rig, number)
    path = Path(output.path)
    if to is None:
        path.unlink()
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        path.rename(to)
    await noticed(rig)
    return output


async def now(rig: Rig, number: int = 1) -> Output:
    [output] = await rig.store.outputs(TaskId(f"t{number}"))
    return output


async def test_file_search_reports_progress_and_outcome(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig, to=tmp_path / "library" / "best" / "renamed.mp4")
        said: list[Searching | None] = []
        rig.task_commands.searching.connect(said.append)
        rig.task_commands.carry_out(LOOK_FOR, await rows(rig, 1))
        await until(lambda: "Found 1 file." in rig.told)
        assert (await now(rig)).is_here
        first, *_, last = said
        assert first is not None
        assert last is None
        assert any(
            one and one.headline == "Looking for 1 missing file…" and "1 file checked" in one.detail for one in said
        )


async def test_unfound_file_can_be_searched_in_a_folder(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig, to=tmp_path / "elsewhere" / "1.mp4")
        offered, folders = [], []
        rig.task_commands.next_offered.connect(lambda *said: offered.append(said))
        rig.task_commands.path_wanted.connect(lambda *said: folders.append(said))
        rig.task_commands.carry_out(LOOK_FOR, await rows(rig, 1))
        await until(lambda: offered)
        [(sentence, command, missing)] = offered
        assert sentence == "The file was not found in the library, nor where it was."
        assert command is LOOK_IN
        rig.task_commands.carry_out(command, missing)
        await until(lambda: folders)
        [(_, _, wanted)] = folders
        assert (str(wanted.folder_for), wanted.near) == ("Search a folder for missing files", tmp_path / "library")
        rig.task_commands.carry_out(command, missing, Given(path=tmp_path / "elsewhere"))
        await until(lambda: "Found 1 file." in rig.told)


async def test_partially_successful_search_reports_both(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig, 1, to=tmp_path / "library" / "best" / "1.mp4")
        await gone(rig, 2)
        offered = []
        rig.task_commands.next_offered.connect(lambda *said: offered.append(said[0]))
        rig.task_commands.carry_out(LOOK_FOR, await rows(rig, 1, 2))
        await until(lambda: offered)
        assert offered == ["Found 1 of 2 files. The others are not in the library, nor where they were."]


async def test_files_found_beside_another_are_reported(tmp_path):
    async with Rig(tmp_path) as rig:
        for number in (1, 2):
            await gone(rig, number, to=tmp_path / "library" / "best" / f"{number}.mp4")
        rig.task_commands.carry_out(LOOK_FOR, await rows(rig, 1))
        await until(lambda: "Found 1 file, and 1 more that had moved with it." in rig.told)
        assert (await now(rig, 2)).is_here


async def test_stopped_search_reports_nothing_more(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig)
        said: list[Searching | None] = []
        rig.task_commands.searching.connect(said.append)
        rig.task_commands.carry_out(LOOK_FOR, await rows(rig, 1))
        rig.task_commands.stop_search()
        await rest()
        assert said[-1] is None
        assert rig.told == []


async def test_file_shown_by_the_person_is_used(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig, to=tmp_path / "elsewhere" / "found.mp4")
        wanted = []
        rig.task_commands.path_wanted.connect(lambda *said: wanted.append(said))
        rig.task_commands.carry_out(CHOOSE_FILE, await rows(rig, 1))
        await until(lambda: wanted)
        [(command, missing, what)] = wanted
        assert (what.path.name, what.near) == ("1.mp4", tmp_path / "library")
        rig.task_commands.carry_out(command, missing, Given(path=tmp_path / "elsewhere" / "found.mp4"))
        await rest()
        assert (await now(rig)).path == str(tmp_path / "elsewhere" / "found.mp4")


async def test_different_file_needs_an_answer_first(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig)
        other = tmp_path / "other.mp4"
        other.write_bytes(b"another film")
        asked = []
        rig.task_commands.answer_wanted.connect(lambda *said: asked.append(said))
        rig.task_commands.carry_out(CHOOSE_FILE, await rows(rig, 1), Given(path=other))
        await until(lambda: asked)
        [(command, missing, path, question)] = asked
        assert question.title == "other.mp4 is a different file. Use it anyway?"
        assert (await now(rig)).is_missing
        rig.task_commands.carry_out(command, missing, Given(path=path, anyway=True))
        await rest()
        assert (await now(rig)).path == str(other)


async def test_expired_result_does_not_stop_fetching_the_others(tmp_path):
    async with Rig(tmp_path) as rig:
        for number in (1, 2, 3):
            await gone(rig, number)
            one = await rig.by_id(number)
            rig.runway.finish(one.remote_id, f"https://out.example/{number}.mp4")
        for number in (1, 2):
            await rig.vanish(number)
        rig.task_commands.carry_out(FETCH_AGAIN, await rows(rig, 1, 2, 3))
        await until(lambda: "Runway no longer has 2 of these results." in rig.told)
        assert [(await now(rig, number)).is_missing for number in (1, 2, 3)] == [True, True, False]


async def test_expired_result_says_so(tmp_path):
    async with Rig(tmp_path) as rig:
        await gone(rig)
        await rig.vanish(1)
        rig.task_commands.carry_out(FETCH_AGAIN, await rows(rig, 1))
        await until(lambda: rig.told == ["Runway no longer keeps this result."])


async def test_accepted_change_is_stored_and_shown_as_saved(tmp_path):
    async with Rig(tmp_path) as rig:
        output = await kept(rig)
        await noticed(rig)
        Path(output.path).write_bytes(b"graded")
        await noticed(rig)
        assert (await now(rig)).is_changed
        rig.task_commands.carry_out(KEEP_CHANGE, await rows(rig, 1))
        await rest()
        assert (await now(rig)).sha256 == hashlib.sha256(b"graded").hexdigest()


async def test_delete_file_offers_undo_and_undo_restores_it(tmp_path):
    async with Rig(tmp_path) as rig:
        output = await kept(rig)
        offered, released = [], []
        rig.task_commands.undo_offered.connect(lambda *said: offered.append(said))
        rig.task_commands.release_wanted.connect(released.append)
        rig.task_commands.carry_out(DELETE_FILE, await rows(rig, 1))
        await until(lambda: offered)
        assert offered == [("1 file moved to the trash.", DELETE_FILE, ["t1"])]
        assert released == [[Path(output.path)]]
        assert not Path(output.path).exists()
        rig.task_commands.undo(*offered[0][1:])
        await until(lambda: "1 file put back from the trash." in rig.told)
        assert Path(output.path).exists()


async def test_trash_without_a_known_place_explains_how_to_restore(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.parts.bin.tells = False
        await kept(rig)
        rig.task_commands.carry_out(DELETE_FILE, await rows(rig, 1))
        await until(lambda: rig.told)
        assert rig.told == ["1 file moved to the trash. To undo, put it back from there."]


async def test_pages_list_missing_and_changed_files_while_there_are_any(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.pages.follow(rig.filter)

        def titles() -> list[str]:
            return [entry.title for entry in rig.pages.entries()]

        output = await kept(rig)
        rig.pages.refresh()
        await until(lambda: rig.pages.counts.pages.get(Page.ALL) == 1)
        assert "Missing files" not in titles()
        away = Path(output.path).rename(tmp_path / "away.mp4")
        await noticed(rig)
        rig.bridge.flush()
        await until(lambda: "Missing files" in titles())
        entry = next(entry for entry in rig.pages.entries() if entry.title == "Missing files")
        assert entry.count == 1
        # An open page does not vanish under the person.
        assert entry.filter is not None
        rig.filter.open_page(entry.filter, entry.title)
        away.rename(output.path)
        await noticed(rig)
        rig.bridge.flush()
        await until(lambda: rig.pages.counts.pages.get(Page.MISSING) == 0)
        assert "Missing files" in titles()
        rig.filter.open_page(replace(entry.filter, page=Page.ALL), "All tasks")
        assert "Missing files" not in titles()


async def test_visible_and_selected_files_are_checked(tmp_path):
    async with Rig(tmp_path) as rig:
        for number in (1, 2):
            output = await kept(rig, number)
            Path(output.path).unlink()
        rig.supervisor.spawn(rig.engine.integrity.run(), "integrity")
        await rest()
        rig.task_commands.look_at([TaskId("t1")])
        rig.details.choose([TaskId("t2")])
        await rest()
        await rig.clock.advance(0.2)
        await rest()
        assert [(await now(rig, number)).is_missing for number in (1, 2)] == [True, True]
        await until(lambda: rig.details.row is not None and rig.details.row.outputs[0].is_missing)
        assert [shown.text for shown in rig.details.showing] == ["2.mp4 is not where it was saved."]
        step = rig.details.next_step()
        assert step is not None
        assert step.command is LOOK_FOR
        assert [more.text for more in steps_of(rig.details.row)[1:]] == ["Fetch again from Runway", "Choose the file…"]
