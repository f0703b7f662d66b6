"""Judging from the window: words for each action, undo and redo, and searches that are kept."""

from __future__ import annotations

from runway_desktop.domain.library import Bounds, Filter, Page
from runway_desktop.domain.task import BatchId, Pick, State, TaskId
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from tests.rigs.desktop import Rig, after, until
from tests.rigs.rows import saved, task


async def test_judgments_are_undone_and_redone_in_their_words(tmp_path):
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


async def test_the_last_200_judgments_can_be_undone_and_no_earlier_one(tmp_path):
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


async def test_a_minus_takes_a_tag_away(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED, tags=("drone", "night")))
        async with after(rig.task_commands.judging.done):
            rig.task_commands.judging.tag([TaskId("t1")], "-Drone, dusk")
        assert (await rig.by_id(1)).tags == ("night", "dusk")


async def test_a_list_of_what_is_rated_follows_the_rating(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED, rating=5), task(2, State.FAILED))
        rig.filter.search("rating:>=4")
        await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 1)
        rig.task_commands.judging.rate([TaskId("t2")], 4)
        await until(lambda: rig.rows.task_count == 2)


async def test_the_row_says_what_was_decided(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(
            task(1, State.FAILED, rating=4, pick=Pick.PICK, tags=("drone",), note="x", shot="010"), batch="b"
        )
        assert rig.rows.index(1, 1).data(11).endswith("Picked, 4 stars, tags drone, has a note")


async def test_details_say_which_take_it_is(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.shown(task(1, State.FAILED), task(2, State.FAILED, parent_id="t1", tags=("drone",)))
        rig.details.choose([TaskId("t2")])
        await until(lambda: ("Take", "2 of 2") in [(fact.label, fact.text) for fact in rig.details.facts()])
        assert ("Tags", "drone") in [(fact.label, fact.text) for fact in rig.details.facts()]


async def test_chips_stand_for_words_and_menus_alike(tmp_path):
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


async def test_searches_are_kept_with_the_place_they_were_made_in(tmp_path):
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


async def test_nothing_asked_for_is_nothing_to_save(tmp_path):
    async with Rig(tmp_path) as rig:
        assert rig.filter.save_search() is None
        rig.engine.settings.set("list.searches", [{"id": 1}, "odd", {"id": "a", "name": "b", "line": "fog"}])
        rig.filter.restore()
        assert [found.name for found in rig.filter.searches] == ["b"]


async def test_a_search_saved_in_one_of_two_batches_of_a_like_name_finds_that_one(tmp_path):
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
