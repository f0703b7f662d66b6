"""Ratings, tags and notes are stored, in one step for many tasks, and can be undone."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import Mark, Pick, State, Task, TaskId, Trim, with_trim
from runway_desktop.services.tasks.judging import Judged, Judging, without
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request


async def judged(rig: Rig, amount: int) -> tuple[Judging, tuple[TaskId, ...]]:
    return Judging(rig.ledger, rig.lane.caps.freed_by, rig.clock.now), await rig.submit(
        *(request(f"Prompt {n}") for n in range(amount))
    )


async def test_many_tasks_are_rated_and_restored_in_one_step():
    async with Rig(loops=()) as rig:
        judging, ids = await judged(rig, 3)
        await judging.rate(ids[:1], 5)
        writes = rig.store.writes
        done = await judging.rate(ids, 3)
        assert rig.store.writes == writes + 1
        assert [(await rig.task(i)).rating for i in ids] == [3, 3, 3]
        await judging.put_back(done.what, done.before)
        assert rig.store.writes == writes + 2, "undone in one step too"
        assert [(await rig.task(i)).rating for i in ids] == [5, 0, 0]
        back = await judging.put_back(done.what, done.after)
        assert [(await rig.task(i)).rating for i in ids] == [3, 3, 3]
        assert (len(back.tasks), back.held, (await rig.task(ids[0])).waits_for_person) == (3, 0, False)
        assert (await judging.rate(ids[:1], 0)).after == {ids[0]: 0}, "no stars clear the rating"


async def test_takes_with_the_same_pick_are_not_changed():
    async with Rig(loops=()) as rig:
        judging, ids = await judged(rig, 2)
        await judging.pick(ids[:1], Pick.PICK)
        assert list((await judging.pick(ids, Pick.PICK)).after) == [ids[1]]
        assert len(await judging.pick(ids, Pick.PICK)) == 0


async def test_pick_keeps_who_made_it_and_when_through_undo_and_redo():
    async with Rig(loops=()) as rig:
        judging, [one] = await judged(rig, 1)

        async def told() -> tuple[Pick, str, float | None]:
            task = await rig.task(one)
            return (task.pick, task.picked_by, task.picked_at)

        await rig.ledger.change_many(
            [one], lambda task: replace(task, pick=Pick.REJECT, picked_by="Ben", picked_at=5.0), "pick"
        )
        at = rig.clock.now()
        done = await judging.pick([one], Pick.PICK)
        assert await told() == (Pick.PICK, "", at)
        rig.clock.jump(60)
        await judging.put_back(done.what, done.before)
        assert await told() == (Pick.REJECT, "Ben", 5.0)
        await judging.put_back(done.what, done.after)
        assert await told() == (Pick.PICK, "", at)
        await judging.pick([one], Pick.NONE)
        assert await told() == (Pick.NONE, "", None)


async def test_in_and_out_and_notes_at_a_time_are_set_and_put_back():
    async with Rig(loops=()) as rig:
        judging, [one, other] = await judged(rig, 2)
        first, second = Trim(0, 1.0, 2.5), Trim(1, 0.0, 4.0)
        await judging.set_trims({one: (first,)})
        done = await judging.set_trims({one: with_trim((first,), second), other: (second,)})
        assert [(await rig.task(i)).trim(1) for i in (one, other)] == [second, second]
        await judging.put_back(done.what, done.before)
        assert [(await rig.task(i)).trims for i in (one, other)] == [(first,), ()]
        assert with_trim((first, second), None, 1) == (first,)
        mark = Mark(id="m", at=1.5, text="Slower here", made_at=0.0)
        done = await judging.set_mark(one, mark)
        assert (await rig.task(one)).marks == (mark,)
        await judging.put_back(done.what, done.before)
        assert (await rig.task(one)).marks == ()


async def test_undo_of_a_note_or_tag_keeps_those_that_came_since():
    async with Rig(loops=()) as rig:
        judging, [one] = await judged(rig, 1)
        mine, theirs = (Mark(id=name, at=1.5, text=name, made_at=0.0) for name in ("mine", "theirs"))
        noted, tagged = await judging.set_mark(one, mine), await judging.tag([one], ["dusk"])

        def answered(task: Task) -> Task:
            return replace(task, marks=(*task.marks, theirs), tags=(*task.tags, "change"))

        await judging.change({one: [answered]}, "answer")

        async def walk(back: str) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
            for done in (noted, tagged):
                values = (done.before, done.after) if back == "undo" else (done.after, done.before)
                await judging.put_back(done.what, *values)
            task = await rig.task(one)
            return task.marks, task.tags

        assert await walk("undo") == ((theirs,), ("change",))
        assert await walk("redo") == ((mine, theirs), ("dusk", "change")), "as before the undo"
        await judging.set_mark(one, theirs, remove=True)
        assert (await rig.task(one)).marks == (mine,)


async def test_tags_are_added_and_removed_without_affecting_others():
    async with Rig(loops=()) as rig:
        judging, [one] = await judged(rig, 1)
        await judging.tag([one], ["Drone", "low  key", "drone"])
        await judging.tag([one], ["night"], ["DRONE", "nothing"])
        assert (await rig.task(one)).tags == ("low key", "night")


async def test_tag_added_and_removed_in_one_edit_is_present():
    async with Rig(loops=()) as rig:
        judging, [one] = await judged(rig, 1)
        await judging.tag([one], ["dusk"])
        await judging.tag([one], ["Night", "dusk"], ["night", "DUSK"])
        assert (await rig.task(one)).tags == ("dusk", "night")


@pytest.mark.parametrize("stars", [-1, 6])
async def test_invalid_star_count_is_a_program_error(stars: int):
    async with Rig(loops=()) as rig:
        judging, ids = await judged(rig, 1)
        with pytest.raises(ValueError, match=f"{stars} stars"):
            await judging.rate(ids, stars)


def test_undo_of_an_earlier_rating_keeps_later_ones():
    one, two = TaskId("a"), TaskId("b")
    judgments = {
        1: Judged("rating", {one: 0, two: 0}, {one: 3, two: 3}),
        2: Judged("tags", {one: ()}, {one: ("dusk",)}),
        3: Judged("rating", {one: 3}, {one: 5}),
    }
    values, kept = without(judgments, 1)
    assert values == {two: 0}, "the other one has newer stars"
    assert kept == {2: judgments[2], 3: Judged("rating", {one: 0}, {one: 5})}
    assert without(judgments, 3) == ({one: 3}, {1: judgments[1], 2: judgments[2]})


async def test_project_shot_and_note_are_stored_without_surplus_spaces():
    async with Rig(loops=()) as rig:
        judging, [one] = await judged(rig, 1)
        await judging.set_project([one], " Aurora  spot ")
        await judging.set_shot([one], " 010  b ")
        await judging.set_note([one], " Too dark.\nKeep. ")
        task = await rig.task(one)
        assert (task.project, task.shot, task.note) == ("Aurora spot", "010 b", "Too dark.\nKeep.")


async def test_undo_changes_nothing_that_happened_meanwhile():
    async with Rig(loops=()) as rig:
        judging, [one] = await judged(rig, 1)
        done = await judging.rate([one], 4)
        await rig.ledger.change_many([one], lambda task: replace(task, title="Harbour"), "renamed")
        await judging.put_back(done.what, done.before)
        assert ((await rig.task(one)).rating, (await rig.task(one)).title) == (0, "Harbour")


async def test_undo_of_a_project_holds_tasks_that_only_its_cap_kept_here():
    async with Rig(loops=("lane",)) as rig:
        judging, _ = await judged(rig, 0)
        await rig.lane.pause()
        await rig.pricing.learn(request(), 25.0)
        queued = await rig.submit(request("over"), request("stays"))
        await judging.set_project(queued[1:], "Aurora")
        done = await judging.set_project(queued[:1], "Aurora")
        rig.settings.project_caps = {"Aurora": 10.0}
        await rig.lane.resume()
        await rig.clock.advance(1)
        back = await judging.put_back(done.what, done.before)
        await rig.clock.advance(1)
        assert (back.held, await rig.state(queued[0])) == (2, State.QUEUED)
        assert all(rig.ledger.get_open(one).waits_for_person for one in queued)


async def test_take_made_again_is_linked_to_the_first():
    async with Rig(loops=()) as rig:
        _, [first] = await judged(rig, 1)
        await rig.actions.cancel([first])
        second = await sent.again(rig, first)
        assert (await rig.store.takes(second)).ids == (first, second)
