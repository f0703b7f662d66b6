"""Ways to leave, and ways to come in a second time."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.journeys.program import Program
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until


def test_closing_while_saving_asks_and_saving_continues_next_time(program: Program, runway: Runway):
    runway.fault("output", "latency", seconds=60)
    window = program.start()
    program.send("Nearly there")
    program.wait_state("Nearly there", "pending", "running", "succeeded")
    program.ask_runway()
    until(runway.struck, "the download to begin", 40)
    program.hands.close_window(window)
    program.eyes.wait_for("button", "Stay", where=lambda safe: "focused" in safe.states)
    program.eyes.wait_for_words("1 result is being saved")
    program.hands.key("Return")
    program.eyes.wait_gone("button", "Stay")
    assert program.runs
    program.hands.close_window(window)
    program.hands.click(program.eyes.wait_for("button", "Close").middle)
    assert program.ended() == 0
    assert said_nothing(program)
    runway.mend()
    program.start()
    program.wait_saved(1)
    assert runway.made() == {"Nearly there": 1}


def test_closing_with_tasks_at_runway_does_not_ask(program: Program, runway: Runway):
    runway.turn(speed=1.0)
    window = program.start()
    program.send("Goes on [seconds:300]")
    program.wait_state("Goes on [seconds:300]", "pending", "running")
    program.hands.close_window(window)
    assert program.ended() == 0
    assert said_nothing(program)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_and_sigterm_close_the_program_cleanly(program: Program, number: signal.Signals):
    program.start()
    program.eyes.wait_for("text", "Prompt")
    program.hands.type("half a thought")
    until(lambda: b"half a thought" in program.everything_written(), "the draft to be kept")
    program.signal(number)
    assert program.ended() == 0
    assert said_nothing(program)
    program.start()
    program.eyes.wait_for("text", "Prompt", where=lambda line: line.text == "half a thought")


def test_demo_ends_its_simulator_when_closed(screen: Screen, tmp_path: Path):
    program = Program(screen, tmp_path / "demo", words=("--demo", "--empty", "--speed", "10"))
    try:
        program.start()
        program.eyes.wait_for("button", "Balance 10,000 credits")
        (child,) = children(program.pid)
        assert "--until-input-ends" in Path(f"/proc/{child}/cmdline").read_text()
        program.hands.key("ctrl+q")
        assert program.ended() == 0
        until(lambda: not Path(f"/proc/{child}").exists(), "the simulator to end")
        assert said_nothing(program)
    finally:
        program.close()


def test_ids_and_files_on_the_command_line_reach_the_running_program(program: Program, runway: Runway, tmp_path: Path):
    first, second = runway.create("Started by a script"), runway.create("Started by another")
    text = tmp_path / "one.txt"
    text.write_text("A prompt from a file", encoding="utf-8")
    program.start(first)
    until(lambda: first in {task["remote_id"] for task in program.tasks()}, "the first id adopted")
    assert program.start_again_beside(second, str(text)) == 0
    until(lambda: second in {task["remote_id"] for task in program.tasks()}, "the second id adopted")
    program.eyes.wait_for_words("A prompt from a file")
    program.wait_saved(2)
    assert len(runway.accepted) == 2, "adopting sends nothing"
    assert len(program.hands.windows("Runway Desktop")) == 1


def said_nothing(program: Program) -> bool:
    """Nothing on the terminal: no trace, no warning."""
    assert program.complaints == ""
    return True


def children(pid: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(place.parent.name))
    return found
