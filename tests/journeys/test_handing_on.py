"""Results leave by hand: dragged from the list, the grid and the preview into another program, as real files, and back
into the composer.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.journeys.program import Program
from tests.rigs.waiting import until

SHOTS = """\
endpoint,model,prompt,ratio,duration
text_to_image,gen4_image,A tin toy on slate,1920:1080,
text_to_video,gen4.5,Rain on a tin roof,1280:720,5
"""
STILL, CLIP = "A tin toy on slate", "Rain on a tin roof"


@pytest.fixture
def made(program: Program, tmp_path: Path) -> Program:
    """The program with a saved picture and a saved clip."""
    program.make(tmp_path / "shots.csv", SHOTS)
    program.eyes.wait_for("table cell", STILL)
    return program


def file_of(program: Program, prompt: str) -> Path:
    (output,) = program.outputs(program.task(prompt)["id"])
    return Path(output["path"])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_row_is_dragged_out_as_the_file_and_only_copied(made: Program):
    clip = file_of(made, CLIP)
    before = digest(clip)
    with made.hands.another_program() as other:
        made.hands.carry(made.eyes.wait_for("table cell", CLIP).middle, other.place)
        taken = other.taken()
    assert taken.formats[0] == "text/uri-list"
    assert taken.links == [clip.as_uri()]
    assert taken.contents == [before]
    assert taken.text == str(clip)
    assert not taken.may_move
    assert digest(clip) == before


def test_several_rows_are_dragged_as_several_files(made: Program):
    made.hands.click(made.eyes.wait_for("table cell", STILL).middle)
    made.hands.key("ctrl+a")
    with made.hands.another_program() as other:
        made.hands.carry(made.eyes.wait_for("table cell", CLIP).middle, other.place)
        taken = other.taken()
    assert sorted(taken.links) == sorted(file_of(made, prompt).as_uri() for prompt in (STILL, CLIP))
    assert sorted(taken.contents) == sorted(digest(file_of(made, prompt)) for prompt in (STILL, CLIP))
    assert taken.picture == []


def test_picture_is_dragged_from_grid_and_preview_as_file_and_image(made: Program):
    still = file_of(made, STILL)
    row = made.eyes.wait_for("table cell", STILL)
    made.hands.click(row.middle)
    stage = made.eyes.wait_for("filler", "Picture")
    with made.hands.another_program() as other:
        made.hands.carry(stage.middle, other.place)
        shown = other.taken()
        made.hands.key("ctrl+shift+g")
        made.hands.carry(made.eyes.wait_for("list item", STILL).middle, other.place)
        in_grid = other.taken()
    for taken in (shown, in_grid):
        assert taken.links == [still.as_uri()]
        assert taken.contents == [digest(still)]
        assert taken.png == digest(still), "the bytes themselves, with what is written into them"
        assert taken.picture == [1920, 1080]
        assert not taken.may_move


@pytest.mark.long
def test_result_dropped_on_the_composer_is_linked_to_its_task(made: Program):
    hands, eyes = made.hands, made.eyes
    row, prompt = eyes.wait_for("table cell", STILL), eyes.wait_for("text", "Prompt")
    hands.click(row.middle)
    hands.carry(row.middle, eyes.wait_for("table cell", CLIP).middle)
    assert eyes.find("button", "First frame") is None
    hands.carry(row.middle, prompt.middle)
    eyes.wait_for_words(file_of(made, STILL).name, "Result of", STILL)
    hands.click(eyes.wait_for("text", "Prompt").middle)
    hands.type("The toy wakes")
    hands.key("ctrl+Return")
    until(lambda: "The toy wakes" in [task["prompt"] for task in made.tasks()], "the new task")
    made.wait_saved(3)
    young = made.task("The toy wakes")
    (use,) = [use for use in made.inputs() if use["task_id"] == young["id"]]
    assert use["sha256"] == digest(file_of(made, STILL))


def test_file_manager_is_asked_to_select_the_file(made: Program):
    made.hands.click(made.eyes.wait_for("table cell", CLIP).middle)
    made.eyes.wait_for("filler", "Clip")
    with made.hands.file_manager() as selected:
        made.hands.click(made.eyes.wait_for("button", "Show in folder").middle)
        assert selected() == [file_of(made, CLIP).as_uri()]
