"""Killed at any moment, the program goes on where it was: everything is there, and nothing was paid for twice."""

from __future__ import annotations

import signal

import pytest

from tests.journeys.program import Program
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until


def test_program_killed_with_queued_tasks_sends_each_once(program: Program, runway: Runway):
    runway.turn(concurrency=1, speed=4.0)
    program.start()
    for number in range(3):
        program.send(f"Waiting {number}")
    runway.wait_for_creates(1)
    assert program.states()["held"] >= 1
    program.kill()
    before = program.tasks()
    runway.turn(concurrency=4, speed=40.0)
    program.start()
    assert [task["prompt"] for task in program.tasks()] == [task["prompt"] for task in before]
    program.wait_saved(3)
    assert runway.made() == {f"Waiting {number}": 1 for number in range(3)}


@pytest.mark.long
@pytest.mark.parametrize("accepted", [True, False], ids=["Runway got it", "Runway never got it"])
def test_task_being_sent_during_a_kill_is_uncertain_and_never_sent_again(
    program: Program, runway: Runway, accepted: bool
):
    runway.fault("create", "hold", accepted=accepted)
    program.start()
    program.send("On its way")
    program.wait_state("On its way", "sending")
    until(runway.struck, "the request to arrive")
    program.kill()
    assert program.task("On its way")["state"] == "sending"
    runway.mend()
    program.start()
    program.wait_state("On its way", "uncertain")
    # Something else goes all the way meanwhile, so that the first had every occasion to be sent again.
    program.send("Something else")
    program.wait_saved(1)
    program.eyes.wait_for("table cell", "Probably ")
    assert program.task("On its way")["state"] == "uncertain"
    assert runway.made()["On its way"] == (1 if accepted else 0)


def test_composer_after_a_kill_warns_that_sending_again_makes_another_task(program: Program, runway: Runway):
    program.start()
    program.send("One fox")
    # Killed before Runway's answer it would be uncertain, and never saved.
    program.wait_state("One fox", "pending", "running", "succeeded")
    program.kill()
    program.start()
    program.eyes.wait_for("button", "Generate another")
    program.wait_saved(1)
    assert runway.made() == {"One fox": 1}


def test_running_task_is_polled_and_saved_after_a_kill(program: Program, runway: Runway):
    runway.turn(speed=1.0)
    program.start()
    program.send("Long [seconds:60]")
    program.wait_state("Long [seconds:60]", "pending", "running")
    program.kill()
    runway.forward(60)
    program.start()
    program.wait_saved(1)
    assert runway.made() == {"Long": 1}


def test_file_being_saved_during_a_kill_is_complete_in_the_end(program: Program, runway: Runway):
    runway.fault("output", "latency", seconds=60)
    program.start()
    program.send("Saving")
    program.wait_state("Saving", "pending", "running", "succeeded")
    program.ask_runway()
    program.wait_state("Saving", "succeeded", patience=40)
    until(runway.struck, "the download to begin")
    assert not program.saved()
    program.kill()
    runway.mend()
    program.start()
    (clip,) = program.wait_saved(1)
    # The request is written into the file once it is saved; then its size is noted again.
    until(lambda: clip.stat().st_size == program.outputs()[0]["size"], "the file to be as it is noted")
    assert not list(clip.parent.glob("*.part"))
    assert runway.made() == {"Saving": 1}


def test_crash_is_reported_once_at_the_next_start_and_a_kill_is_not(program: Program):
    program.start()
    until(lambda: b"copy_check" in program.everything_written(), "the window to work")
    program.signal(signal.SIGSEGV)
    assert program.ended() == -signal.SIGSEGV
    assert (program.profile / "crash.txt").read_text("utf-8").startswith("Fatal Python error: Segmentation fault")
    program.start()
    program.eyes.wait_for_words("closed unexpectedly last time")
    program.kill()
    program.start()
    program.eyes.wait_for("label", "Connected")
    assert not any("unexpectedly" in seen.words for seen in program.eyes.look())
