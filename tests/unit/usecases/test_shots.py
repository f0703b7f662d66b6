"""Shots of a project: order, how far each take is from the first, and whose pick a take takes over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, Pick, Source, State, TaskId
from runway_desktop.usecases.use_cases import UseCases
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task


class Film:
    """A project whose tasks are told by their numbers."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.cases = UseCases(engine_of(rig, Path("/library")))
        self.shots = self.cases.shots

    async def take(
        self,
        number: int,
        shot: str = "010",
        of: int = 0,
        *,
        copy: bool = False,
        media: Media = Media.IMAGE,
        **members: Any,
    ) -> TaskId:
        """A task with one result. `of`: whose result it took as a file; `copy`: the program's own copy of it."""
        made = task(number, State.SUCCEEDED, **({"project": "Aurora", "shot": shot} | members))
        result = saved(made, f"/library/{number}", media=media, sha256=bytes_of(number))
        use = Input(
            task_id=made.id,
            field_path=("promptImage",),
            uri="file:///x",
            sha256="copied" if copy else bytes_of(of),
            path=f"/inputs/{bytes_of(of)[:16]}/last frame.png" if copy else f"/library/{of}",
        )
        await self.rig.store.add([made], [use] if of else [], None, ())
        await self.rig.store.save_outputs([result])
        return made.id

    async def generations(self) -> dict[str, list[tuple[str, int]]]:
        return {
            shot.name: [(take.row.task.id, take.generation) for take in shot.takes]
            for shot in await self.shots.of_project("Aurora")
        }

    async def picks(self) -> set[str]:
        return {one.id for one in self.rig.store.tasks.values() if one.pick is Pick.PICK}


def bytes_of(number: int) -> str:
    return f"{number:064x}"[::-1]


async def test_take_made_from_a_result_of_its_shot_is_a_later_step():
    async with Rig(loops=()) as rig:
        film = Film(rig)
        await film.take(1)
        await film.take(2, of=1, media=Media.VIDEO)
        await film.take(3, of=2, copy=True, media=Media.VIDEO)
        await film.take(4, made_of=Source(TaskId("t3"), 0), media=Media.VIDEO)
        await film.take(5, "020", of=1)
        assert await film.generations() == {
            "010": [("t1", 0), ("t2", 1), ("t3", 2), ("t4", 3)],
            "020": [("t5", 0)],
        }
        (shot, _) = await film.shots.of_project("Aurora")
        assert [take.source for take in shot.takes] == [None, *(Source(TaskId(f"t{n}"), 0) for n in (1, 2, 3))]


async def test_queued_take_stands_in_its_step_before_its_input_was_read():
    async with Rig(loops=()) as rig:
        film = Film(rig)
        await film.take(1)
        queued = task(2, project="Aurora", shot="010")
        use = Input(task_id=queued.id, field_path=("promptImage",), uri="file:///x", path="/library/1")
        await rig.store.add([queued], [use], None, ())
        assert await film.generations() == {"010": [("t1", 0), ("t2", 1)]}
        (shot,) = await film.shots.of_project("Aurora")
        assert shot.takes[1].place == (1, Media.VIDEO), "by what its endpoint makes"


async def test_shots_stand_in_the_order_of_their_numbers_and_takes_without_a_shot_last():
    async with Rig(loops=()) as rig:
        film = Film(rig)
        for number, shot in enumerate(("", "10", "9", "A2", "a10", "010", "9b"), start=1):
            await film.take(number, shot)
        await film.take(8, "1", project="Lagoon")
        await film.take(9, "1", removed_at=1.0)
        assert list(await film.generations()) == ["9", "9b", "010", "10", "A2", "a10", ""]


async def test_many_shots_take_no_more_queries_than_one():
    async with Rig(loops=()) as rig:
        film, amounts = Film(rig), []
        for number in range(1, 41):
            await film.take(number, f"{number // 2}", of=number - 1)
            if number in (1, 40):
                asked: list[str] = []
                rig.store.connection.set_trace_callback(asked.append)
                await film.shots.of_project("Aurora")
                rig.store.connection.set_trace_callback(None)
                amounts.append(len(asked))
        assert amounts[0] == amounts[1]


async def test_pick_instead_moves_the_pick_within_its_step_alone():
    async with Rig(loops=()) as rig:
        film = Film(rig)
        await film.take(1, pick=Pick.PICK)
        await film.take(2)
        await film.take(3, of=1, media=Media.VIDEO, pick=Pick.PICK)
        await film.take(4, media=Media.VIDEO, pick=Pick.PICK)
        await film.take(5, "020", pick=Pick.PICK)
        await film.take(6, pick=Pick.REJECT)
        judged = await film.shots.pick_instead([TaskId("t2")])
        assert set(judged.after) == {"t1", "t2"}, "clips, later steps and other shots keep theirs"
        assert await film.picks() == {"t2", "t3", "t4", "t5"}
        await film.cases.judging.put_back(judged.what, judged.before)
        assert await film.picks() == {"t1", "t3", "t4", "t5"}
        assert (await rig.task(TaskId("t2"))).picked_at is None


async def test_several_takes_are_picked_instead_of_the_others():
    async with Rig(loops=()) as rig:
        film = Film(rig)
        for number in (1, 2, 3):
            await film.take(number, pick=Pick.PICK if number == 1 else Pick.NONE)
        await film.take(4, "020", pick=Pick.PICK)
        await film.take(5, "020")
        await film.shots.pick_instead([TaskId("t2"), TaskId("t3"), TaskId("t5")])
        assert await film.picks() == {"t2", "t3", "t5"}


async def test_take_without_a_shot_takes_over_the_pick_of_its_prompt():
    async with Rig(loops=()) as rig:
        film = Film(rig)
        await film.take(1, "", prompt="A fox", pick=Pick.PICK)
        await film.take(2, "", prompt="a  fox")
        await film.take(3, "", prompt="A bear", pick=Pick.PICK)
        await film.take(4, "", prompt="A fox", pick=Pick.PICK, project="Lagoon")
        await film.shots.pick_instead([TaskId("t2")])
        assert await film.picks() == {"t2", "t3", "t4"}
