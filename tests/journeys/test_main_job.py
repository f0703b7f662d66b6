"""The main workflow: write or drop prompts, watch tasks live, view the result."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.journeys.program import Program
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until

PROMPT = "Schöne Aussicht mit 猫 at dawn"


def test_prompt_is_written_sent_saved_and_played(program: Program, runway: Runway, screen: Screen, tmp_path: Path):
    program.start()
    eyes = program.eyes
    program.write(PROMPT)
    program.hands.key("ctrl+Return")
    row = eyes.wait_for("table cell", PROMPT)
    eyes.wait_for("button", "Generate another, 60 credits")
    (clip,) = program.wait_saved(1, asks=False)
    assert clip.is_relative_to(program.profile / "results")
    sidecars = [json.loads(path.read_text(encoding="utf-8")) for path in clip.parent.glob("*.json")]
    assert [sidecar for sidecar in sidecars if PROMPT in json.dumps(sidecar, ensure_ascii=False)]
    eyes.wait_for("table cell", "Saved")
    program.hands.click(row.middle, times=2)
    eyes.wait_for("button", "Pause")
    stage = eyes.wait_for("filler", "Clip")
    shown: set[bytes] = set()

    def moves() -> bool:
        if shown:
            # Where looking takes long the clip has come to its end meanwhile.
            eyes.press("button", "Play")
        shown.add(seen(screen, stage.box, tmp_path / "seen.png"))
        return len(shown) > 2

    until(moves, "a picture that moves")
    assert runway.made() == {PROMPT: 1}


def test_prompts_and_a_picture_dropped_from_another_program_become_tasks(
    program: Program, runway: Runway, tmp_path: Path
):
    prompts = ["A lighthouse in a storm", "Ein Fjord bei Nacht, Nebel über dem Wasser", "雪の中の狐"]
    text = tmp_path / "prompts.txt"
    text.write_text("\n".join(prompts) + "\n", encoding="utf-8")
    picture = tmp_path / "harbour.png"
    Image.new("RGB", (640, 360), "teal").save(picture)
    program.start()
    eyes = program.eyes
    target = eyes.wait_for("filler", "Preview")
    program.hands.drag([str(picture)], target.middle)
    eyes.wait_for_words("harbour.png")
    program.hands.drag([str(text)], target.middle)
    program.hands.wait_in_front("prompts.txt", program.pid)
    eyes.wait_for("button", "Generate 3 ready")
    assert not runway.accepted, "nothing is sent before one says so"
    program.hands.key("ctrl+Return")
    runway.wait_for_creates(3)
    eyes.wait_gone("button", "Add row")
    program.wait_saved(3)
    assert runway.made() == dict.fromkeys(prompts, 1)
    assert program.states() == {"succeeded": 3}


def test_text_dragged_from_another_program_becomes_the_prompt(program: Program):
    program.start()
    target = program.eyes.wait_for("filler", "Preview")
    program.hands.drag(["A whale under ice, slow pan"], target.middle, as_text=True)
    until(
        lambda: "A whale under ice, slow pan" in {seen.text for seen in program.eyes.look() if seen.name == "Prompt"},
        "the text in the composer",
    )


def seen(screen: Screen, box: tuple[int, int, int, int] | None, path: Path) -> bytes:
    """The pixels of a part of the screen."""
    assert box is not None
    screen.picture(path)
    x, y, width, height = box
    with Image.open(path) as whole:
        return whole.convert("RGB").crop((x, y, x + width, y + height)).tobytes()
