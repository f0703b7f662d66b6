"""The file of a row that is dragged, and the reason if there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import OutputState, State
from runway_desktop.usecases.commands.drag_payload import payload_of
from tests.rigs.rows import saved, task

STILLS = [Path(f"/library/still {number}.png") for number in range(3)]


def stills(number: int = 1, **more: Any) -> Row:
    one = task(number, State.SUCCEEDED)
    outputs = [saved(one, str(path), index, media=Media.IMAGE, **more) for index, path in enumerate(STILLS)]
    return Row(task=one, outputs=tuple(outputs))


def clip(number: int, path: str = "", **more: Any) -> Row:
    one = task(number, State.SUCCEEDED)
    return Row(task=one, outputs=(saved(one, path or f"/library/clip {number}.mp4", **more),))


def waiting(number: int) -> Row:
    return clip(number, state=OutputState.WAITING)


def test_dragged_row_gives_the_shown_result_or_its_first() -> None:
    assert payload_of([stills()]).paths == (STILLS[0],)
    assert payload_of([stills()]).label == "still 0.png · 1 of 3"
    shown = payload_of([stills()], STILLS[2])
    assert (shown.paths, shown.label) == ((STILLS[2],), "still 2.png · 3 of 3")


def test_several_dragged_rows_give_one_file_each() -> None:
    found = payload_of([clip(1), stills(2), clip(3)], STILLS[1])
    assert found.paths == (Path("/library/clip 1.mp4"), STILLS[1], Path("/library/clip 3.mp4"))
    assert found.label == "3 files"
    assert found.refusal == ""


def test_dragged_clip_shows_its_poster_and_a_picture_itself() -> None:
    assert payload_of([clip(1, poster="/posters/1.jpg")]).poster == "/posters/1.jpg"
    assert payload_of([stills()]).poster == str(STILLS[0])
    assert payload_of([clip(1)]).poster == ""


def test_results_left_out_of_a_drag_are_counted() -> None:
    found = payload_of([clip(1), waiting(2), Row(task=task(3, State.RUNNING))])
    assert found.label == "clip 1.mp4 · 1 missing"
    found = payload_of([clip(1), clip(2), clip(4), waiting(3)]).without({Path("/library/clip 1.mp4")})
    assert found.label == "2 files · 2 missing"


def test_row_without_a_file_says_why_it_cannot_be_dragged() -> None:
    assert payload_of([clip(1)]).without({Path("/library/clip 1.mp4")}).refusal == (
        "clip 1.mp4 is no longer where it was saved."
    )
    both = payload_of([clip(1), clip(2)])
    assert both.without(set(both.paths)).refusal == "The files are no longer where they were saved."
    assert "isn't saved yet" in payload_of([waiting(1)]).refusal
    assert "None of these results is saved here" in payload_of([waiting(1), waiting(2)]).refusal
    assert "no result yet" in payload_of([Row(task=task(1, State.RUNNING))]).refusal
