"""The picks of a project become a cut by keyboard: tried, moved, trimmed, noted, and written for an editing program."""

from __future__ import annotations

import json
from pathlib import Path

from tests.journeys.program import Program
from tests.rigs.waiting import until

SHOTS = """\
endpoint,model,prompt,ratio,duration,project,shot
text_to_video,gen4.5,Rain on a tin roof,1280:720,5,Aurora spot,010
text_to_video,gen4.5,A whale under ice,1280:720,5,Aurora spot,020
"""
RAIN = "Rain on a tin roof"


def test_picks_are_cut_and_written_for_an_editor(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "Aurora.otio"
    program.make(tmp_path / "shots.csv", SHOTS)
    hands, eyes = program.hands, program.eyes
    hands.click(eyes.wait_for("table cell", RAIN).middle)
    hands.key("ctrl+a", "p")
    until(lambda: [one["pick"] for one in program.tasks()] == ["pick", "pick"], "both picks")
    hands.click(eyes.wait_for("list item", "Aurora spot").middle)
    eyes.wait_for("check box", "Cut")
    hands.key("ctrl+alt+c")
    eyes.wait_for_words("Shot 020", "take 1 of 1", "picked")
    hands.key("Right", "alt+Left")
    eyes.wait_for_words("Shot 020", "at 00:00:00:00")
    for _ in range(12):
        hands.key("period")
    hands.key("i")
    eyes.wait_for_words("Shot 020", "in 00:00:00:12")
    hands.key("n")
    hands.wait_in_front("Note at", program.pid)
    hands.type("Horn later")
    hands.key("Return")
    eyes.wait_for("button", "Note 1 at 00:00:00:00: Horn later")
    hands.click(eyes.wait_for("button", "Export").middle)
    until(lambda: program.popups() == 1, "the exports")
    hands.key("Down", "Return")
    eyes.wait_for("text", "File name")
    hands.key("ctrl+a")
    hands.type(str(out))
    hands.key("Return")
    until(out.exists, "the cut")
    told = json.loads(out.read_text("utf-8"))
    names = [clip["name"] for clip in told["tracks"]["children"][0]["children"]]
    assert names == ["020", "010"]
    assert "Horn later" in out.read_text("utf-8")
