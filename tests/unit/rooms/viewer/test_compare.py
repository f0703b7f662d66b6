"""State of the viewer with several panes: compared takes, and the effect of a rating."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Pick, State, Task
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.values import replace
from tests.rigs.desktop import Rig, until
from tests.rigs.noting_judge import NotingJudge, done
from tests.rigs.rows import saved, task


def row(of: Task, results: int = 1) -> Row:
    return Row(task=of, outputs=tuple(saved(of, f"/library/{of.id}-{n}.mp4", n) for n in range(results)))


def room(rig: Rig, judge: NotingJudge | None = None) -> ViewerModel:
    return ViewerModel(rig.cases, rig.rows, rig.bridge, rig.runner, judge or NotingJudge(), rig.owner)  # type: ignore[arg-type]


def tops(model: ViewerModel) -> list[str]:
    return [stack.top.task.id for stack in model.shown]


async def test_takes_of_one_prompt_are_compared_side_by_side(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(n, "Fog over the harbour")) for n in range(1, 4)])
        assert tops(model) == ["t1", "t2", "t3"]
        assert model.size == 4


async def test_takes_of_several_prompts_are_stacked(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(1, "Fog")), row(done(2, "Rain")), row(done(3, "  fog "))])
        assert tops(model) == ["t1", "t2"]
        assert model.size == 2
        assert model.shown[0].words() == "take 1 of 2"
        model.move_take(1)
        assert tops(model) == ["t3", "t2"]
        model.move_take(1)
        assert tops(model) == ["t1", "t2"]
        model.stack(False)
        assert sorted(tops(model)) == ["t1", "t2"]
        model.show(4)
        assert tops(model) == ["t1", "t2", "t3"]


async def test_every_saved_result_of_a_task_is_compared(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(1), results=3), Row(task=task(2, State.RUNNING))])
        assert [stack.top.key for stack in model.shown] == [("t1", 0), ("t1", 1), ("t1", 2)]
        assert model.left_out == "Not shown, no saved result: take 2."
        model.compare_rows([row(done(1), results=2)])
        assert not model.left_out


async def test_empty_comparison_says_so(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model, said = room(rig), []
        model.said.connect(said.append)
        model.compare_rows([Row(task=task(2, State.RUNNING))])
        assert said
        assert not model.shown


async def test_caption_shows_number_model_seed_price_and_rating(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        one = done(1, cost_credits=60.0, rating=4, pick=Pick.PICK)
        one = replace(one, request=replace(one.request, values={**one.request.values, "seed": 41207}))
        model.compare_rows([row(one)])
        assert model.caption(0) == "1 · Gen-4.5 · seed 41207 · 60 credits"
        model.compare_rows([row(one), row(done(2, pick=Pick.REJECT, rating=2)), row(done(3))], stacked=False)
        assert [stack.top.judgment() for stack in model.shown] == ["★★★★☆ · picked", "★★☆☆☆ · rejected", "not rated"]


async def test_caption_shows_what_differs_among_the_visible_takes(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        one, other = (done(number, f"Fog over the {word}") for number, word in ((1, "harbor"), (2, "city")))
        one = replace(one, request=replace(one.request, values={**one.request.values, "seed": 41207}))
        model.compare_rows([row(one), row(other)], stacked=False)
        assert model.caption(0) == "1 · seed 41207 · “harbor”"
        assert model.caption(1) == "2 · “city”"


async def test_rejected_takes_shrink_unless_all_are_rejected(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(1, "Fog")), row(done(2, "Fog", pick=Pick.REJECT))])
        assert model.rejected() == {1}
        model.compare_rows([row(done(n, "Fog", pick=Pick.REJECT)) for n in (1, 2)])
        assert model.rejected() == frozenset()


async def test_arrow_keys_change_the_take_then_the_set_then_the_focus(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(n, "Fog" if n < 3 else "Rain")) for n in range(1, 4)])
        model.move_take(1)
        assert tops(model) == ["t2", "t3"]
        model.compare_rows([row(done(n, "Fog")) for n in range(1, 7)])
        model.move_take(1)
        assert tops(model) == ["t5", "t6"]
        model.compare_rows([row(done(n, "Fog")) for n in range(1, 3)])
        model.move_take(1)
        assert model.focus == 1


async def test_next_sets_are_shown_with_the_focused_take_visible(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(n, "Fog")) for n in range(1, 8)])
        model.turn(-1)
        assert model.position_words() == "1–4 of 7"
        assert model.judged_words() == "0 of 7 takes judged"
        model.turn(1)
        assert tops(model) == ["t5", "t6", "t7"]
        assert model.position_words() == "5–7 of 7"
        model.turn(1)
        model.focus_on(2)
        model.show(2)
        assert (tops(model), model.focus) == (["t7"], 0)
        model.show(1)
        assert model.current == "t7"


async def test_swapping_two_takes_moves_the_focus_along(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(n, "Fog")) for n in range(1, 4)])
        model.compare()
        assert (tops(model), model.focus) == (["t2", "t1", "t3"], 1)


async def test_judgments_reach_the_focused_take_and_a_repeated_pick_clears_it(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        judge = NotingJudge()
        model = room(rig, judge)
        model.compare_rows([row(done(1)), row(done(2, pick=Pick.PICK))])
        model.rate(4)
        model.pick(Pick.REJECT)
        model.focus_on(1)
        model.pick(Pick.PICK)
        model.pick_instead()
        model.undo()
        assert judge.calls == [
            ("rate", ("t1",), 4),
            ("pick", ("t1",), Pick.REJECT),
            ("pick", ("t2",), Pick.NONE),
            ("pick instead", ("t2",), None),
            ("undo", ("t1", "t2"), None),
        ]
        assert model.focus == 1


async def test_rating_focuses_the_next_unrated_take_then_the_next_set(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(n, "Fog", rating=3 if n in (2, 5) else 0)) for n in range(1, 8)])
        model.set_auto_advance(True)
        model.rate(0)
        assert model.focus == 0
        model.rate(5)
        assert model.focus == 2
        model.focus_on(3)
        model.pick(Pick.REJECT)
        assert model.focus == 0, "the first of the set was only looked at"


async def test_rating_made_elsewhere_is_shown_live_and_counts_when_advancing(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        tasks = [done(n, "Fog") for n in range(1, 7)]
        await rig.put(*tasks)
        model = room(rig)
        model.compare_rows([row(one) for one in tasks])
        for one in tasks[:4]:
            await rig.change(replace(one, rating=4))
        assert [stack.top.judgment() for stack in model.shown] == ["★★★★☆"] * 4
        model.set_auto_advance(True)
        model.rate(5)
        assert (tops(model), model.focus) == (["t5", "t6"], 0)


async def test_results_of_a_task_that_the_list_hides_are_side_by_side(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        one = done(1)
        await rig.put(one, outputs=[saved(one, f"/library/{index}.mp4", index) for index in (1, 4, 5)])
        rig.filter.search("nothing is called so")
        model.open_results(one.id, 4)
        await until(lambda: tops(model) == ["t1"] * 3)
        assert model.focused.top.output.index == 4


async def test_one_selected_task_compares_all_its_takes(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        first = done(1, "Fog")
        second = done(2, "Fog", parent_id=first.id)
        third = done(3, "Fog, thicker", parent_id=second.id)
        results = [saved(one, f"/library/{one.id}.png", media=Media.IMAGE) for one in (first, second, third)]
        await rig.put(first, second, third, outputs=results)
        model = room(rig)
        model.open_chosen([second.id])
        await until(lambda: model.shown)
        assert tops(model) == ["t1", "t2", "t3"]
        assert model.focus == 1


@pytest.mark.parametrize("size", [2, 4])
async def test_focus_wraps_around(tmp_path: Path, size: int) -> None:
    async with Rig(tmp_path) as rig:
        model = room(rig)
        model.compare_rows([row(done(n, "Fog")) for n in range(1, 5)])
        model.show(size)
        for _ in range(size):
            model.move_up(1)
        assert model.focus == 0
