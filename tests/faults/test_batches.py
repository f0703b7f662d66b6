"""A batch as a process of its own that is interrupted, killed, left by its reader or joined by a window: a second run
goes on and pays nothing twice. Against the simulator."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.services.settings import PAUSED
from tests.faults.commands_rig import arrange, run
from tests.rigs.profile_programs import Programs, until
from tests.rigs.runway_process import ROOT

ROWS = 8
BATCH = ("create", "text_to_image", "--model", "gen4_image", "--set", "ratio=1280:720", "--max-credits", "1000")


@pytest.fixture(autouse=True)
def granted(programs: Programs) -> None:
    programs.grant()


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Pairs of equal rows, each pair told apart from those of other tests by the folder's name."""
    file = tmp_path / "rows.csv"
    rows = (f'"Row {number // 2} of {tmp_path.name}";5\n' for number in range(ROWS))
    file.write_text("prompt;seed\n" + "".join(rows), encoding="utf-8")
    return str(file)


def made_by(programs: Programs, *words: str, said: str = "", **more: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the printed lines, and what was said."""
    command = [sys.executable, "-m", "tests.rigs.hurried", *words, "--profile-dir", str(programs.folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=programs.surroundings | more, input=said, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def sent(programs: Programs) -> int:
    return len(programs.runway.accepted)


def first_lines(batch: subprocess.Popen[str], amount: int) -> list[dict[str, Any]]:
    assert batch.stdout is not None
    return [json.loads(batch.stdout.readline()) for _ in range(amount)]


def test_batch_is_made_once_whoever_repeats_it(programs: Programs, table: str, tmp_path: Path):
    before = sent(programs)
    words = (*BATCH, "--batch", table, "--wait", "--save", str(tmp_path / "out"))
    code, first, said = made_by(programs, *words)
    assert (code, {task["line"] for task in first}) == (0, {*range(2, ROWS + 2)}), said
    assert len(list((tmp_path / "out").iterdir())) == ROWS
    code, second, said = made_by(programs, *BATCH, "--batch", "-", said=Path(table).read_text("utf-8"))
    assert (code, f"Made before: {ROWS}." in said) == (0, True)
    assert {task["line"]: task["id"] for task in second} == {task["line"]: task["id"] for task in first}
    assert sent(programs) == before + ROWS


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('{"prompt": "A wolf"', "Line 3: It is no JSON"),
        ('{"prompt": "A wolf", "hue": 3}', "Line 3: gen4_image takes no “hue”"),
    ],
)
def test_line_that_cannot_be_made_is_named_and_nothing_is_sent(programs: Programs, broken: str, said: str):
    lines = f'{{"prompt": "A cat", "request_id": "a"}}\n\n{broken}\n{{"prompt": "A dog"}}\n'
    code, printed, told = made_by(programs, *BATCH, "--batch", "-", said=lines)
    assert (code, printed, said in told) == (2, [], True), told
    assert run(programs, "list", "--json")[1]["total"] == 0


def test_interrupted_batch_names_the_command_that_goes_on(programs: Programs, table: str):
    before = sent(programs)
    batch = programs.start(*BATCH, "--batch", table)
    begun = first_lines(batch, 5)
    batch.send_signal(signal.SIGINT)
    _, said = batch.communicate(timeout=60)
    assert batch.returncode == 130
    assert "not made again" in said
    [line] = [line for line in said.splitlines() if line.startswith("To go on: ")]
    words = shlex.split(line.removeprefix("To go on: "))[1:]
    at = words.index("--profile-dir")
    code, made, _ = made_by(programs, *words[:at], *words[at + 2 :], "--wait")
    assert (code, len(made)) == (0, ROWS)
    assert {task["id"] for task in begun} < {task["id"] for task in made}
    assert sent(programs) == before + ROWS


def test_killed_batch_goes_on_and_pays_nothing_twice(programs: Programs, table: str):
    before = sent(programs)
    batch = programs.start(*BATCH, "--batch", table)
    first_lines(batch, 5)
    batch.kill()
    batch.wait(60)
    code, made, said = made_by(programs, *BATCH, "--batch", table, "--wait")
    # What was being sent when it was killed may have been made; it is not sent again.
    assert (code in (0, 6), len(made)) == (True, ROWS), said
    assert {task["state"] for task in made} <= {"succeeded", "uncertain"}
    assert sent(programs) <= before + ROWS


def test_batch_ends_quietly_with_its_reader(programs: Programs, table: str):
    place = shlex.quote(str(programs.folder))
    batch = shlex.join([sys.executable, "-m", "tests.rigs.hurried", *BATCH, "--batch", table])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {batch} --profile-dir {place} | head -n 1"], cwd=ROOT,
        env=programs.surroundings, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert (done.returncode, len(done.stdout.splitlines())) == (141, 1)
    assert [line for line in done.stderr.splitlines() if "New: " not in line] == []
    assert made_by(programs, *BATCH, "--batch", table, "--wait")[0] == 0


@pytest.mark.parametrize("more", [(), ("--wait",)])
def test_what_a_cap_keeps_stays_in_the_queue_and_is_not_waited_for(
    programs: Programs, table: str, more: tuple[str, ...]
):
    before = sent(programs)
    arrange(programs, day_cap=40.0)
    code, made, said = made_by(programs, *BATCH, "--batch", table, *more)
    assert (code, len(made)) == (8, ROWS), said
    assert f"Not {'ended' if more else 'sent'} yet: " in said
    assert "Daily cap" in said
    assert 0 < sent(programs) - before < ROWS


def test_resumed_batch_says_of_its_own_rows_what_they_are(programs: Programs, tmp_path: Path):
    rows = "".join(f'{{"prompt": "Row {number} of {tmp_path.name}"}}\n' for number in range(3))
    arrange(programs, **{PAUSED: True})
    assert run(programs, *BATCH, "--prompt", f"Another of {tmp_path.name}")[0] == 8
    code, queued, said = made_by(programs, *BATCH, "--batch", "-", said=rows)
    assert (code, "Not sent yet: 3 (Paused)." in said) == (8, True), said
    arrange(programs, **{PAUSED: False})
    code, made, said = made_by(programs, *BATCH, "--batch", "-", "--wait", said=rows)
    assert (code, {task["id"] for task in made}) == (0, {task["id"] for task in queued}), said
    assert "Rows of this batch that were made before and are sent now: 3" in said
    assert "Tasks that were queued before are sent as well: 1" in said


def test_window_takes_over_a_running_batch(programs: Programs, table: str):
    before = sent(programs)
    batch = programs.start(*BATCH, "--batch", table, "--wait")
    until(programs.is_sending, "the first row")
    programs.window()
    out, said = batch.communicate(timeout=90)
    assert (batch.returncode, len(out.splitlines())) == (0, ROWS), said
    assert sent(programs) == before + ROWS
