"""A lost network and a key refused during work: explained in words, and nothing is lost."""

from __future__ import annotations

from tests.journeys.program import SECRET, Program
from tests.rigs.runway_process import Runway


def test_offline_state_is_shown_and_work_continues_afterwards(program: Program, runway: Runway):
    runway.turn(speed=1.0)
    program.start()
    program.send("Meanwhile [seconds:60]")
    program.wait_state("Meanwhile [seconds:60]", "pending", "running")
    runway.stop()
    program.ask_runway()
    program.eyes.wait_for("label", "Offline")
    program.send("Written offline")
    assert program.task("Meanwhile [seconds:60]")["state"] in ("pending", "running")
    assert program.task("Written offline")["state"] in ("held", "sending")
    runway.start()
    runway.turn(speed=40.0)
    runway.forward(60)
    program.wait_saved(2)
    program.eyes.wait_for("label", "Connected")
    assert runway.made() == {"Meanwhile": 1, "Written offline": 1}


def test_key_refused_during_work_is_asked_for_and_no_task_is_dropped(program: Program, runway: Runway):
    runway.turn(speed=1.0)
    program.start()
    program.send("Under way [seconds:60]")
    program.wait_state("Under way [seconds:60]", "pending", "running")
    runway.fault("api", "status", status=401)
    program.ask_runway()
    program.eyes.wait_for("label", "Runway didn't accept the key")
    before = program.tasks()
    program.send("Written without a key")
    assert [task["state"] for task in program.tasks()] == [before[0]["state"], "held"]
    runway.mend()
    runway.turn(speed=40.0)
    runway.forward(60)
    hands, eyes = program.hands, program.eyes
    hands.click(eyes.wait_for("button", "Enter a key").middle)
    hands.click(eyes.wait_for("password text", "API key").middle)
    hands.type(SECRET)
    hands.key("Return")
    eyes.wait_for_words("Key accepted.")
    hands.key("Escape")
    program.wait_saved(2)
    assert runway.made() == {"Under way": 1, "Written without a key": 1}


def test_results_that_cannot_be_downloaded_have_a_page_and_are_saved_from_there(program: Program, runway: Runway):
    runway.fault("output", "status", status=503)
    program.start()
    program.send("Salt flats after rain")
    program.wait_state("Salt flats after rain", "pending", "running", "succeeded")
    program.ask_runway()
    program.wait_state("Salt flats after rain", "succeeded")
    hands, eyes = program.hands, program.eyes
    hands.click(eyes.wait_for("button", "1 not saved").middle)
    eyes.wait_for_words("Salt flats after rain", "Safe until")
    runway.mend()
    hands.key("Home")
    hands.click(eyes.wait_for("button", "Save now").middle)
    program.wait_saved(1)
    eyes.wait_for("label", "Everything is saved")
    eyes.wait_gone("button", "1 not saved")
    assert runway.made() == {"Salt flats after rain": 1}
