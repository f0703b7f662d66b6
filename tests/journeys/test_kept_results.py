"""External changes to files of results are reported in words, fixed by a button, and lose nothing."""

from __future__ import annotations

from tests.journeys.program import Program
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until


def test_file_moved_while_the_program_was_closed_is_missed_and_found_again(program: Program, runway: Runway):
    program.start()
    program.send("A lagoon at dawn")
    (clip,) = program.wait_saved(1)
    program.close()
    moved = clip.parent / "best takes" / f"lagoon{clip.suffix}"
    moved.parent.mkdir()
    clip.rename(moved)

    program.start()
    eyes, hands = program.eyes, program.hands
    eyes.wait_for("table cell", "File missing")
    eyes.wait_for_words("Missing files")
    hands.key("ctrl+l", "Home", "Down")
    eyes.wait_for_words("is not where it was saved")
    eyes.wait_for("button", "Look for the file")
    assert eyes.press("button", "Look for the file")
    eyes.wait_for_words("Found 1 file.")
    until(lambda: program.saved() == [moved], "the file in its new place")
    eyes.wait_for("table cell", "Saved")
    assert runway.made() == {"A lagoon at dawn": 1}
