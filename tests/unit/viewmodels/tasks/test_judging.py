"""Rating from the window: messages, undo and redo, and saved searches."""

from __future__ import annotations

import pytest

from runway_desktop.domain.library import Bounds, Filter, Page
from runway_desktop.domain.task import BatchId, Pick, State, TaskId
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.engine_rig import request
from tests.rigs.rows import saved, task

T1 = TaskId("t1")
HELD = "1 task is held: only a cap had kept it here."


async def test_ratings_are_undone_and_redone_with_their_names(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED))
        judging = rig.task_commands.judging
        async with after(judging.done) as told:
            judging.rate([TaskId("t1"), TaskId("t2")], 4)
        assert told == [("Rated 2 tasks 4 ★.", 1)]
        async with after(judging.done) as told:
            judging.tag([TaskId("t1")], "Drone, night")
        assert told == [("Tags changed.", 2)]
        assert not judging.undo({TaskId("t2")}), "nothing was judged of this one alone"
        for words in ("Tags restored: “Prompt 1”.", "2 ratings undone."):
            async with after(judging.done) as told:
                judging.undo({TaskId("t1"), TaskId("t2")})
            assert told == [(words, 0)]
        assert (await rig.by_id(1)).rating == 0
        async with after(judging.done):
            judging.redo()
        assert (await rig.by_id(2)).rating == 4
        async with after(judging.done):
            judging.pick([TaskId("t1")], Pick.REJECT)


@pytest.mark.parametrize(
    ("judge", "field", "value", "words", "undone"),
    [
        (lambda j: j.rate([T1], 2), "rating", 2, "Rated 2 ★.", "Rating undone: “Prompt 1”."),
        (lambda j: j.pick([T1], Pick.PICK), "pick", Pick.PICK, "Picked.", "Pick undone: “Prompt 1”."),
        (
            lambda judging: judging.tag([T1], " dusk ,-old, Night"),
            "tags",
            ("dusk", "night"),
            "Tags changed.",
            "Tags restored: “Prompt 1”.",
        ),
        (
            lambda judging: judging.set_project([T1], "Aurora"),
            "project",
            "Aurora",
            "Moved to Aurora.",
            "Moved 1 task back: “Prompt 1”.",
        ),
        (lambda j: j.set_shot([T1], "010"), "shot", "010", "Shot changed.", "Shot restored: “Prompt 1”."),
        (
            lambda judging: judging.set_note([T1], "Too dark."),
            "note",
            "Too dark.",
            "Note changed.",
            "Note restored: “Prompt 1”.",
        ),
    ],
)
async def test_each_rating_is_applied_announced_undone_and_redone(judge, field, value, words, undone, tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED, tags=("old",)))
        before = getattr(await rig.by_id(1), field)
        judging = rig.task_commands.judging
        decided: list[tuple[object, ...]] = []
        judging.decided.connect(lambda *one: decided.append(one))
        taken_back: list[tuple[object, ...]] = []
        judging.undone.connect(lambda *one: taken_back.append(one))
        async with after(judging.done) as told:
            judge(judging)
        assert told == [(words, 1)]
        assert decided == [(T1, words, 1)]
        assert getattr(await rig.by_id(1), field) == value
        async with after(judging.done) as told:
            judging.take_back(1)
        assert (told, taken_back) == ([(undone, 0)], [(1, [T1])])
        assert getattr(await rig.by_id(1), field) == before
        async with after(judging.done) as told:
            judging.redo()
        assert told == [(words, 2)]
        assert getattr(await rig.by_id(1), field) == value
        judging.redo()
        judging.take_back(1)
        judging.rate([], 3)
        await rest()
        assert getattr(await rig.by_id(1), field) == value, "nothing is redone, undone or judged once more"


@pytest.mark.parametrize(
    "judge", [lambda j: j.rate([T1], 2, said="So."), lambda j: j.pick([T1], Pick.PICK, said="So.")]
)
async def test_rating_and_its_undo_are_announced_in_the_words_of_the_caller(judge, tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED))
        judging = rig.task_commands.judging
        async with after(judging.done) as told:
            judge(judging)
        assert told == [("So.", 1)]
        async with after(judging.done) as told:
            judging.take_back(1)
        assert told == [("Undone: So.", 0)]


async def test_redo_and_a_second_undo_change_only_what_the_first_undo_changed(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED))
        judging = rig.task_commands.judging
        stars: list[list[int]] = []
        for act in (
            lambda: judging.rate([T1, TaskId("t2")], 3),
            lambda: judging.rate([T1], 5),
            lambda: judging.take_back(1),
            judging.redo,
            lambda: judging.undo({T1, TaskId("t2")}),
        ):
            async with after(judging.done):
                act()
            stars.append([(await rig.by_id(number)).rating for number in (1, 2)])
        assert stars == [[3, 3], [5, 3], [5, 0], [5, 3], [5, 0]]


async def test_moved_pick_is_one_judgment_that_its_take_alone_undoes(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(
            *(task(n, State.SUCCEEDED, shot="010", pick=Pick.PICK if n < 3 else Pick.NONE) for n in (1, 2, 3))
        )
        judging = rig.task_commands.judging
        for words, act in (
            ("Picked instead of 2 other takes.", lambda: judging.pick_instead([TaskId("t3")])),
            ("Pick moved back.", lambda: judging.undo({TaskId("t3")})),
            ("Picked instead of 2 other takes.", judging.redo),
        ):
            async with after(judging.done) as told:
                act()
            assert told[0][0] == words
        assert [(await rig.by_id(n)).pick for n in (1, 2, 3)] == [Pick.NONE, Pick.NONE, Pick.PICK]


async def test_undo_that_would_send_a_task_says_that_it_is_held(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.parts.lane.pause()
        await rig.parts.pricing.learn(request(), 25.0)
        [queued] = await rig.parts.submit(request())
        judging = rig.task_commands.judging
        async with after(judging.done):
            judging.set_project([queued], "Aurora")
        rig.parts.settings.project_caps = {"Aurora": 10.0}
        async with after(judging.done) as told:
            judging.take_back(1)
        assert told == [("Moved 1 task back: “A lighthouse in the fog”. " + HELD, 0)]


async def test_undo_of_a_rating_changed_since_says_so(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED))
        judging = rig.task_commands.judging
        for stars in (3, 5):
            async with after(judging.done):
                judging.rate([T1], stars)
        async with after(judging.done) as told:
            judging.take_back(1)
        assert told == [("Not undone: it was changed again since.", 0)]
        assert (await rig.by_id(1)).rating == 5
        async with after(judging.done):
            judging.take_back(2)
        assert (await rig.by_id(1)).rating == 0


async def test_exactly_the_last_200_ratings_can_be_undone(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(*(task(number, State.FAILED) for number in range(1, 202)))
        judging = rig.task_commands.judging
        for number in range(1, 202):
            async with after(judging.done):
                judging.rate([TaskId(f"t{number}")], 4)
        undone: list[int] = []
        judging.undone.connect(lambda number, _: undone.append(number))
        assert not judging.undo({TaskId("t1")})
        async with after(judging.done):
            assert judging.undo({TaskId("t2")})
        assert undone == [2]


async def test_undo_and_redo_keep_a_tag_that_came_by_another_way(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED))
        judging = rig.task_commands.judging
        async with after(judging.done):
            judging.tag([T1], "dusk")
        await rig.cases.judging.tag([T1], ["change"])
        async with after(judging.done):
            judging.undo({T1})
        assert (await rig.by_id(1)).tags == ("change",)
        async with after(judging.done):
            judging.redo()
        assert (await rig.by_id(1)).tags == ("dusk", "change"), "as before the undo"


async def test_minus_removes_a_tag(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED, tags=("drone", "night")))
        async with after(rig.task_commands.judging.done):
            rig.task_commands.judging.tag([TaskId("t1")], "-Drone, dusk")
        assert (await rig.by_id(1)).tags == ("night", "dusk")


async def test_list_filtered_by_rating_follows_rating_changes(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED, rating=5), task(2, State.FAILED))
        rig.filter.search("rating:>=4")
        await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 1)
        rig.task_commands.judging.rate([TaskId("t2")], 4)
        await until(lambda: rig.rows.task_count == 2)


async def test_row_shows_its_rating(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(
            task(1, State.FAILED, rating=4, pick=Pick.PICK, tags=("drone",), note="x", shot="010"), batch="b"
        )
        assert rig.rows.index(1, 1).data(11).endswith("Picked, 4 stars, tags drone, has a note")


async def test_details_show_the_take_number(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED, parent_id="t1", tags=("drone",)))
        rig.details.choose([TaskId("t2")])
        await until(lambda: ("Take", "2 of 2") in [(fact.label, fact.text) for fact in rig.details.facts()])
        assert ("Tags", "drone") in [(fact.label, fact.text) for fact in rig.details.facts()]


async def test_filters_from_words_and_menus_are_chips(tmp_path):
    async with Rig(tmp_path) as rig:
        shown = []
        rig.filter.text_wanted.connect(shown.append)
        rig.filter.search("fog rating:>=4")
        rig.filter.toggle("project", "Aurora")
        await until(lambda: rig.rows.listing.filter.text == "fog")
        assert [term.label for term in rig.filter.chips] == ["Project: Aurora", "Rating ≥ 4"]
        rig.filter.remove(rig.filter.chips[1])
        assert (rig.filter.text, shown) == ("fog", ["fog"])
        rig.filter.remove(rig.filter.chips[0])
        assert rig.rows.listing.filter == Filter(text="fog")


async def test_saved_search_includes_its_page(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.SUCCEEDED, rating=5), task(2, State.FAILED), outputs=[saved(task(1))])
        rig.pages.follow(rig.filter)
        rig.filter.open_page(Filter(page=Page.SAVED), "Saved")
        rig.filter.search("rating:>=4 prompt")
        found = rig.filter.save_search()
        assert found is not None
        assert found.line == "is:saved rating:>=4 prompt"
        assert rig.filter.save_search() == found
        await until(lambda: [e.count for e in rig.pages.entries() if e.search] == [1])
        rig.filter.rename_search(found.id, " Good ones ")
        other = ListFilter(rig.cases, rig.rows, rig.owner)
        other.restore()
        [kept] = other.searches
        assert kept.name == "Good ones"
        other.open_search(kept)
        assert other.title == "Good ones"
        asked = other.listing.filter
        assert (asked.text, asked.rating, asked.pages) == ("prompt", Bounds(4, None), frozenset({Page.SAVED}))
        other.delete_search(kept.id)
        assert other.searches == ()
        other.restore_search(kept, 0)
        assert list(other.searches) == [kept]


async def test_empty_search_cannot_be_saved(tmp_path):
    async with Rig(tmp_path) as rig:
        assert rig.filter.save_search() is None
        rig.engine.settings.set("list.searches", [{"id": 1}, "odd", {"id": "a", "name": "b", "line": "fog"}])
        rig.filter.restore()
        assert [found.name for found in rig.filter.searches] == ["b"]


async def test_search_saved_in_one_of_two_similarly_named_batches_finds_that_one(tmp_path):
    async with Rig(tmp_path) as rig:
        for number, batch in enumerate(("b1", "b10"), start=1):
            await rig.put(task(number, State.FAILED), batch=batch)
        await rig.load()
        rig.filter.know(await rig.engine.library.counts())
        rig.filter.open_page(Filter(batches=frozenset({BatchId("b1")})), "Batch b1")
        kept = rig.filter.save_search("Mine")
        assert kept is not None
        assert rig.filter.filter_of(kept).batches == {"b1"}
        rig.filter.open_search(kept)
        assert [rig.filter.label_of(term) for term in rig.filter.chips] == ["Batch: Batch b1"]
