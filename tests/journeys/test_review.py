"""Takes go to a client as one file, and the answer comes back by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.journeys.program import Program
from tests.rigs.waiting import until

SHOTS = """\
endpoint,model,prompt,ratio,duration,project,shot
text_to_video,gen4.5,Rain on a tin roof,1280:720,5,Aurora spot,010
text_to_video,gen4.5,A whale under ice,1280:720,5,Aurora spot,020
"""
RAIN, WHALE = "Rain on a tin roof", "A whale under ice"


def test_answer_of_a_client_becomes_picks_and_is_undone(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "out"
    program.make(tmp_path / "shots.csv", SHOTS)
    hands, eyes = program.hands, program.eyes
    row = eyes.wait_for("table cell", RAIN)
    hands.click(row.middle)
    hands.key("ctrl+a")
    hands.key("ctrl+k")
    eyes.wait_for("list", "Results")
    hands.type("send for review")
    eyes.wait_for("list item", "Send for review")
    hands.key("Return")
    hands.wait_in_front("Send for review", program.pid)
    until(lambda: eyes.type("text", "Folder", str(out)), "the folder")
    until(lambda: eyes.find("button", "Write file", where=lambda one: "enabled" in one.states), "what is sent")
    assert eyes.press("button", "Write file")
    until(lambda: list(out.glob("*.html")), "the page")
    sent = data_of(out / "Aurora spot, round 1.html")
    assert len(sent["clips"]) == 2
    told = {
        "schema": sent["schema"], "format": 1, "round": sent["id"], "by": "Jonas Weber", "comment": "",
        "clips": [
            {"number": 0, "sha256": sent["clips"][0]["sha256"], "decision": "approve", "comments": []},
            {"number": 1, "sha256": sent["clips"][1]["sha256"], "decision": "change",
             "comments": [{"at": 2.1, "text": "Slower"}]},
        ],
    }  # fmt: skip
    answer = tmp_path / "decisions.json"
    answer.write_text(json.dumps(told), "utf-8")
    hands.wait_in_front("Runway Desktop", program.pid)
    hands.drag([str(answer)], eyes.wait_for("table cell", RAIN).middle)
    until(lambda: (program.task(RAIN)["pick"], program.task(RAIN)["picked_by"]) == ("pick", "Jonas Weber"), "the pick")
    assert "Slower" in json.dumps(program.task(WHALE), default=str)
    hands.key("ctrl+z")
    until(lambda: program.task(RAIN)["pick"] == "", "the pick is undone")
    assert "Slower" not in json.dumps(program.task(WHALE), default=str)


def data_of(page: Path) -> dict[str, Any]:
    """What the page's script reads."""
    found = re.search(r'id="round">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told
