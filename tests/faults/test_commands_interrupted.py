"""Commands that are interrupted, whose reader is gone, or whose streams are closed or have another encoding: nothing is
lost or paid for twice, and no traceback is shown. Own processes, against the simulator."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands_rig import PICTURE, run
from tests.faults.hanging_keychain import BACKEND
from tests.rigs.profile_programs import FOX, Programs, ended, until
from tests.rigs.runway_process import ROOT

COMMAND = f"{shlex.quote(sys.executable)} -m runway_desktop"


@pytest.fixture(autouse=True)
def granted(programs: Programs) -> None:
    programs.grant()


def in_shell(programs: Programs, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell, where `rd` is the program and `in` says which profile."""
    place = f"--profile-dir {shlex.quote(str(programs.folder))}"
    done = subprocess.run(
        ["bash", "-c", line.replace("rd ", f"{COMMAND} ").replace(" in", f" {place}", 1)],
        cwd=ROOT, env=programs.surroundings | more, capture_output=True, text=True, errors="replace", timeout=90,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    return done


def how_to_go_on(said: str) -> list[str]:
    [line] = [line for line in said.splitlines() if line.startswith("To go on: ")]
    return shlex.split(line.removeprefix("To go on: "))[1:]


def run_words(programs: Programs, *words: str) -> tuple[int, dict[str, Any], str]:
    """As `run`, where the words name the profile."""
    at = words.index("--profile-dir")
    return run(programs, *words[:at], *words[at + 2 :])


def test_interrupted_create_can_be_resumed_and_makes_one_task(programs: Programs):
    programs.runway.fault("create", "latency", seconds=2.0, times=1)
    before = len(programs.runway.accepted)
    creates = programs.start(*FOX, "--prompt", "Interrupted")
    until(programs.is_sending, "the request under way")
    creates.send_signal(signal.SIGINT)
    printed, said = creates.communicate(timeout=60)
    assert (creates.returncode, printed) == (130, "")
    assert "What is being sent is finished first" in said
    again = how_to_go_on(said)
    assert again[0] == "wait"
    code, waited, _ = run_words(programs, *again, "--timeout", "0")
    assert (code, waited["tasks"][0]["prompt"]) == (8, "Interrupted")
    assert len(programs.runway.accepted) == before + 1


def test_create_interrupted_before_its_id_and_repeated_is_paid_once(programs: Programs, tmp_path: Path):
    before = len(programs.runway.accepted)
    (tmp_path / "waiting_keychain.py").write_text(BACKEND, encoding="utf-8")
    asked = tmp_path / "asked"
    creates = programs.start(
        *FOX, "--prompt", "Early", ASKED=str(asked), PYTHON_KEYRING_BACKEND="waiting_keychain.Waiting",
        PYTHONPATH=f"{ROOT}:{tmp_path}", RUNWAYML_API_SECRET="",
    )  # fmt: skip
    until(asked.exists, "the keychain to be asked")
    creates.send_signal(signal.SIGINT)
    _, said = creates.communicate(timeout=60)
    assert creates.returncode == 130
    again = how_to_go_on(said)
    assert again[0] == "create"
    assert "within ten minutes" in said
    made = [run_words(programs, *again) for _ in range(2)]
    assert [(code, found["is_repeat"]) for code, found, _ in made] == [(0, False), (0, True)]
    assert len(programs.runway.accepted) == before + 1


def test_second_interruption_makes_the_task_uncertain_and_never_resends_it(programs: Programs):
    programs.runway.fault("create", "latency", seconds=20.0, times=1)
    creates = programs.start(*FOX, "--prompt", "Twice", "--request-id", "twice")
    until(programs.is_sending, "the request under way")
    creates.send_signal(signal.SIGINT)
    assert creates.stderr is not None
    told = [creates.stderr.readline()]
    while "finished first" not in told[-1]:
        assert told[-1], told
        told.append(creates.stderr.readline())
    assert how_to_go_on("".join(told))
    creates.send_signal(signal.SIGINT)
    _, said = creates.communicate(timeout=5)
    assert (creates.returncode, said) == (130, "")
    code, made, _ = run(programs, *FOX, "--prompt", "Twice", "--request-id", "twice")
    assert (code, made["state"], made["is_repeat"]) == (6, "uncertain", True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_wait_ended_by_a_signal_names_the_command_that_continues(
    programs: Programs, number: signal.Signals, code: int, tmp_path: Path
):  # fmt: skip
    made = run(programs, *FOX, "--prompt", f"Long {code} [seconds:36000]")[1]
    waits = programs.start("wait", made["id"], "--save", str(tmp_path / "out"), "--json")
    assert waits.stderr is not None
    assert waits.stderr.readline(), "it has begun to wait"
    waits.send_signal(number)
    _, said = waits.communicate(timeout=60)
    assert waits.returncode == code
    assert how_to_go_on(said)[:2] == ["wait", made["id"]]
    assert {"--save", "--json"} <= set(how_to_go_on(said))


def test_command_in_the_background_outlives_its_terminal(programs: Programs):
    made = run(programs, *FOX, "--prompt", "Outlives [seconds:36000]")[1]
    waits = f"coproc {{ exec rd wait {made['id']} --timeout 2 in 2>&1; }}"
    line = f"trap '' HUP; {waits}; read begun <&${{COPROC[0]}}; kill -HUP $COPROC_PID; wait $COPROC_PID"
    assert in_shell(programs, line).returncode == 8


def test_list_streams_to_a_reader_that_ends_early(programs: Programs):
    run(programs, *PICTURE, "--set", "ratio=1280:720", "--max-credits", "10")
    done = in_shell(programs, "rd list --jsonl in | head -c 1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_closed_output_pipe_does_not_change_the_exit_code(programs: Programs):
    for _ in range(3):
        run(programs, *FOX, "--prompt", "Many", "--dry-run")
    done = in_shell(programs, "rd models --json in | head -c 1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")
    done = in_shell(programs, "rd get nothing --json in | true; exit ${PIPESTATUS[0]}")
    assert done.returncode == 5


def test_failed_write_of_the_output_is_reported(programs: Programs):
    done = in_shell(programs, "rd list --json in > /dev/full")
    assert (done.returncode, "could not be written: " in done.stderr) == (1, True)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_not_break_a_command(programs: Programs, closed: str):
    done = in_shell(programs, f"rd create text_to_image --model gen4_image --set ratio=1280:720 --prompt {closed!r} "
                    f"--max-credits 10 --json in {closed}")  # fmt: skip
    assert done.returncode == 0
    code, found, _ = run(programs, "list", "--json")
    assert (code, found["tasks"][0]["prompt"]) == (0, closed)


def test_create_with_closed_stdin_is_refused(programs: Programs):
    done = in_shell(programs, "rd create text_to_image --model gen4_image --from - in <&-")
    assert (done.returncode, "stdin is closed" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "cannot be read"),
        ("[]", "no JSON object"),
        ('{"seed": NaN}', "NaN is no number"),
        ("{" * 100_000, "cannot be read"),
        ('{"promptText": "' + "x" * 8_000_001, "longer than 8,000,000 bytes"),
    ],
)
def test_invalid_request_on_stdin_gets_a_sentence(programs: Programs, said: str, why: str):
    code, refused, told = run(programs, *PICTURE, "--from", "-", "--json", said=said)
    assert (code, refused["code"]) == (2, "input")
    assert why in told


def test_file_name_that_is_not_valid_text_gets_a_sentence(programs: Programs):
    done = in_shell(programs, "rd create image_to_video --model gen4_turbo --file promptImage=$'f\\xff.png' in")
    assert (done.returncode, "no Unicode" in done.stderr) == (2, True)


def test_output_adapts_to_the_encoding_of_the_terminal(programs: Programs, tmp_path: Path):
    run(programs, *PICTURE[:-1], "Füchsin 狐 \x1b[2J", "--set", "ratio=1280:720", "--max-credits", "10")
    for encoding in ("ascii", "ascii:strict", "utf-8", "latin-1"):
        code, found, _ = run(programs, "list", "--json", PYTHONIOENCODING=encoding)
        assert (code, found["tasks"][0]["prompt"]) == (0, "Füchsin 狐 \x1b[2J")
        done = in_shell(programs, "rd list in", PYTHONIOENCODING=encoding)
        assert (done.returncode, "\x1b" in done.stdout, "\\x1b[2J" in done.stdout) == (0, False, True)
    for words in ("create --help", "--help", "mcp --help"):
        assert in_shell(programs, f"rd {words}", PYTHONIOENCODING="ascii:strict").returncode == 0


def test_command_output_is_english_in_every_locale(programs: Programs):
    german = {"LANGUAGE": "de", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    code, _, said = run(programs, *PICTURE, "--from", "/nowhere/at.all", **german)
    assert (code, "No such file" in said) == (2, True)
    assert "usage: " in in_shell(programs, "rd get --help", **german).stdout


def test_create_is_refused_when_its_result_could_not_be_saved(programs: Programs, tmp_path: Path):
    (tmp_path / "file").write_text("")
    before = len(programs.runway.accepted)
    code, _, said = run(programs, *PICTURE, "--set", "ratio=1280:720", "--max-credits", "10", "--save",
                        str(tmp_path / "file" / "out"))  # fmt: skip
    assert (code, "Nothing was sent" in said) == (2, True)
    assert len(programs.runway.accepted) == before


def test_paid_result_that_cannot_be_copied_stays_in_the_library_and_is_named(programs: Programs, tmp_path: Path):
    folder = tmp_path / "out"
    creates = programs.start(*PICTURE, "--set", "ratio=1280:720", "--max-credits", "10", "--json", "--save",
                             str(folder), "--request-id", "copied")  # fmt: skip
    until(lambda: folder.is_dir() and programs.welcome() is not None, "the folder")
    folder.rmdir()
    folder.write_text("somebody's file now")
    printed, said = creates.communicate(timeout=60)
    made = json.loads(printed)
    assert (creates.returncode, made["status"]) == (1, "SUCCEEDED")
    kept = made["files"][0]["path"]
    assert f"The result is kept in the library: {kept}" in said
    assert Path(kept).stat().st_size > 0
    folder.unlink()
    [line] = [line for line in said.splitlines() if line.startswith("To have")]
    code, _, _ = run_words(programs, *shlex.split(line.partition(": ")[2])[1:])
    assert (code, [file.read_bytes() for file in folder.iterdir()]) == (0, [Path(kept).read_bytes()])


def test_request_refused_by_runway_ends_the_command_as_failed(programs: Programs):
    programs.runway.fault("create", "status", status=400, times=1)
    code, made = ended(programs.start(*FOX, "--prompt", "Refused", "--wait"))
    assert (code, made["status"]) == (1, "FAILED")
