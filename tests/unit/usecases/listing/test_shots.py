"""Takes grouped to shots, the next take to rate, and differences of takes."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, State, Task
from runway_desktop.usecases.listing.takes import Stack, Take, differences, judged_takes, next_to_judge, shots_of
from runway_desktop.values import replace
from tests.rigs.rows import saved, task


def made(number: int, prompt: str = "Fog", **members: Any) -> Task:
    return task(number, State.SUCCEEDED, prompt, **members)


def with_values(of: Task, **values: Any) -> Task:
    return replace(of, request=replace(of.request, values={**of.request.values, **values}))


def rows(*tasks: Task) -> list[Row]:
    return [Row(task=one, outputs=(saved(one),) if one.state is State.SUCCEEDED else ()) for one in tasks]


def test_takes_of_one_prompt_form_a_shot_wherever_listed():
    shots = shots_of(rows(made(1), made(2, "Rain"), made(3, "fog ")))
    assert [[row.task.id for row in shot.rows] for shot in shots] == [["t1", "t3"], ["t2"]]
    assert [shot.title for shot in shots] == ["Fog", "Rain"]


def test_named_shot_contains_every_task_made_for_it():
    one, other = made(1, shot="010", project="Aurora"), made(2, "Rain", shot="010", project="Aurora")
    elsewhere = made(3, shot="010", project="Lagoon")
    shots = shots_of(rows(one, other, elsewhere))
    assert [shot.title for shot in shots] == ["Shot 010", "Shot 010"]
    assert [len(shot.rows) for shot in shots] == [2, 1]


def test_shot_is_named_by_its_number_its_title_or_its_prompt():
    bare = replace(made(4), request=replace(made(4).request, prompt=""))
    named = (made(1, shot="010", title="A"), made(2, title=" Fog \n at  sea "), made(3, "Red\n fox"), bare)
    assert [shot.title for shot in shots_of(rows(*named))] == ["Shot 010", "Fog at sea", "Red fox", "No prompt"]


def test_tasks_without_a_prompt_are_separate_shots():
    bare = [replace(made(number), request=replace(made(number).request, prompt="")) for number in (1, 2)]
    assert len(shots_of(rows(*bare))) == 2


def test_next_unrated_take_is_searched_in_this_shot_then_after_then_before():
    first, other = made(1, "Rain"), made(5, "Snow")
    fog = [made(2), made(3, rating=3), made(4)]
    shots = shots_of(rows(first, *fog, other))
    assert next_to_judge(shots, fog[0].id) == next_to_judge(shots, fog[1].id) == "t4"
    assert next_to_judge(shots, fog[2].id) == "t2", "around, before another shot begins"
    fog[0] = replace(fog[0], pick=Pick.REJECT)
    shots = shots_of(rows(first, *fog, other))
    assert next_to_judge(shots, fog[2].id) == "t5"
    shots = shots_of(rows(first, *fog, replace(other, rating=1)))
    assert next_to_judge(shots, fog[2].id) == "t1"
    assert next_to_judge(shots, first.id) == "t4", "from the first shot on"


def test_take_without_a_result_is_never_next():
    shots = shots_of(rows(made(1), task(2, State.FAILED, "Fog"), task(3, State.RUNNING, "Fog"), made(4)))
    assert next_to_judge(shots, made(1).id) == "t4"


def test_no_take_is_next_when_all_are_rated_or_the_task_is_gone():
    shots = shots_of(rows(made(1, rating=2), made(2)))
    assert next_to_judge(shots, made(2).id) is None, "never the one that was judged just now"
    assert next_to_judge(shots, made(9).id) is None


def test_takes_show_only_their_differences():
    one = with_values(made(1, "A keeper walks into the storm"), seed=41207)
    other = with_values(made(2, "A keeper walks into the fog"), seed=7)
    told = differences([one, other])
    assert told[one.id] == ("seed 41207", "“storm”")
    assert told[other.id] == ("seed 7", "“fog”")


def test_prompt_words_are_not_joined_over_a_gap():
    one, other = made(1, "A red fox in fog"), made(2, "Two boats in a storm")
    assert differences([one, other])[one.id] == ("“red fox … fog”",)
    assert differences([one, other])[other.id] == ("“Two boats … storm”",)


def test_differing_models_and_settings_are_listed():
    one = with_values(made(1), duration=5)
    other = with_values(made(2), duration=10, ratio="720:1280")
    other = replace(other, request=replace(other.request, model="veo3.1"))
    told = differences([one, other])
    assert told[one.id] == ("Gen-4.5", "1280:720", "5 s")
    assert told[other.id] == ("Veo 3.1", "720:1280", "10 s")


def test_difference_in_a_setting_that_rows_do_not_show_has_its_label():
    one, other = with_values(made(1), outputFormat="png"), with_values(made(2), outputFormat="jpg")
    [said] = differences([one, other])[one.id]
    assert said.endswith(" png")
    assert len(said) > len(" png")


def test_differing_switches_are_on_or_off_and_lists_are_left_out():
    one = with_values(made(1), generateAudio=True, weight=0.5, extras=[1], style="", n=3)
    other = with_values(made(2), generateAudio=False, weight=1.5, extras=[2], style="old")
    assert differences([one, other]) == {
        "t1": ("Generate audio: on", "Weight: 0.5", "N: 3"),
        "t2": ("Generate audio: off", "Weight: 1.5", "Style strength: old"),
    }
    inputs = [with_values(made(number), promptImage=f"file:///{number}.png", model=number) for number in (1, 2)]
    assert differences(inputs) == {"t1": (), "t2": ()}, "inputs are no settings"


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("One two three four five six seven eight, fog", ("“One two three four five six seven eight,”",)),
        ("One two three four five six seven eight nine fog", ("“One two three four five six seven eight…”",)),
        ("a b c d e f g fog h i", ("“a b c d e f g…”",)),
        ("fog a fog b fog", ("“a … b”",)),
        ("(“FOG!”), 'Fog'; \"fog\": fog?", ()),
    ],
)
def test_at_most_eight_differing_words_are_shown_and_punctuation_is_ignored(prompt, said):
    assert differences([made(1, prompt), made(2, "fog")]) == {"t1": said, "t2": ()}


def test_equal_takes_and_a_single_one_have_no_differences():
    assert differences([made(1), made(2)]) == {"t1": (), "t2": ()}
    assert differences([made(1)]) == {"t1": ()}
    assert differences([]) == {}


def test_take_shows_its_differences_in_place_of_common_values():
    one = with_values(made(1, estimated_credits=60.0), seed=7)
    take = Take(one, saved(one))
    assert take.facts() == "Gen-4.5 · seed 7 · 60 credits"
    assert take.facts(("“storm”",)) == "“storm” · 60 credits"


def test_take_without_seed_and_price_shows_only_its_model():
    assert Take(made(1), saved(made(1))).facts() == "Gen-4.5"


def test_take_shows_its_stars_and_pick():
    judged = {
        (4, Pick.PICK): "★★★★☆ · picked", (2, Pick.REJECT): "★★☆☆☆ · rejected", (3, Pick.NONE): "★★★☆☆",
        (0, Pick.PICK): "picked", (0, Pick.NONE): "not rated",
    }  # fmt: skip
    takes = {of: Take(one := made(1, rating=of[0], pick=of[1]), saved(one)) for of in judged}
    assert {of: take.judgment() for of, take in takes.items()} == judged


def test_shot_shows_how_many_of_its_takes_are_rated():
    assert judged_takes([made(1), made(2, rating=1), made(3, pick=Pick.REJECT)]) == "2 of 3 takes judged"
    assert judged_takes([made(1)]) == "0 of 1 take judged"


def test_stack_shows_which_take_is_on_top_unless_it_is_the_only_one():
    takes = tuple(Take(made(number), saved(made(number))) for number in (1, 2))
    assert Stack(takes, 1).words() == "take 2 of 2"
    assert Stack(takes[:1]).words() == ""
