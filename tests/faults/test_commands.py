"""Commands as processes of their own, without a display: what they print, and by which exit code a script knows what to
do. Against the simulator."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.services.disk.profile_lock import claim
from tests.faults.commands_rig import PICTURE, run
from tests.rigs.profile_programs import FOX, Programs, until
from tests.rigs.runway_process import ROOT

ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
WITHOUT_QT = """
import sys
from runway_desktop.__main__ import main
code = main(sys.argv[1:])
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("PySide6", "shiboken6", "qasync", "mcp")))
raise SystemExit(code)
"""


def test_script_creates_a_picture_and_gets_its_file(programs: Programs, tmp_path: Path):
    programs.grant()
    request = tmp_path / "request.json"
    request.write_text('{"ratio": "1280:720", "model": "ignored"}')
    code, dry, _ = run(programs, *PICTURE, "--from", str(request), "--dry-run", "--json")
    assert (code, 0 < dry["credits"] <= 8) == (0, True)
    code, made, said = run(
        programs, *PICTURE, "--from", "-", "--max-credits", "8", "--wait", "--save", str(tmp_path / "out"), "--json",
        said=request.read_text(),
    )  # fmt: skip
    assert (code, made["status"], "request_id" in made) == (0, "SUCCEEDED", False)
    [copied] = (tmp_path / "out").iterdir()
    assert copied.read_bytes() == Path(made["files"][0]["path"]).read_bytes()
    assert "succeeded" in said, "progress is said beside"
    code, again, _ = run(programs, "get", made["id"], "--json")
    assert (code, again["id"], again["url"][:4]) == (0, made["id"], "http")
    code, found, _ = run(programs, "list", "--query", "is:saved", "--json")
    assert (code, found["total"]) == (0, 1)


def test_create_without_a_grant_is_refused_and_explains_how_to_grant(programs: Programs):
    code, refused, said = run(programs, *FOX, "--prompt", "A fox")
    assert (code, refused["code"]) == (7, "refused")
    assert "runway-desktop grant" in said


def test_grant_needs_a_terminal(programs: Programs):
    code, _, said = run(programs, "grant", "500", said="yes\n")
    assert (code, "at a terminal" in said) == (7, True)
    assert run(programs, "grant", "500", "--unattended")[0] == 0
    assert run(programs, "grant", "--show", "--json")[1]["left_today"] == 500


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("get", ID), 5),
        (("get", "no id at all"), 5),
        (("get",), 2),
        (("create", "text_to_dream", "--model", "gen4.5"), 2),
        (("create", "text_to_video", "--model", "gen4.5", "--set", "nonsense=1"), 2),
        (("create", "text_to_video", "--model", "gen4.5", "--from", "/nowhere/at.all"), 2),
        (("create", "text_to_video", "--model", "gen4.5", "--file", "promptImage=/etc/passwd"), 2),
        (("list", "--query", "model:"), 2),
        (("list", "--query", "model:gen4.5"), 0),
        (("adopt", ID), 5),
        (("models", "--endpoint", "nope"), 2),
        (("models", "--endpoint", "text_to_video"), 0),
        (("balance",), 0),
    ],
)
def test_exit_code_tells_a_script_what_to_do_next(programs: Programs, words: tuple[str, ...], code: int):
    programs.grant()
    found, _, said = run(programs, *words)
    assert found == code, said


def test_task_from_elsewhere_is_fetched_once_and_returned_at_once(programs: Programs):
    elsewhere = programs.runway.create("Elsewhere [seconds:36000]")
    code, found, _ = run(programs, "get", elsewhere, "--json")
    assert (code, found["runway_id"], found["next"][:21]) == (0, elsewhere, "Its result is saved w")
    assert programs.runway.state()["gets"][elsewhere] == 1
    assert run(programs, "cancel", elsewhere)[0] == 0, "its slot is free for other tests"


def test_commands_without_a_key_can_only_read_the_list(programs: Programs):
    assert run(programs, "list", "--json", RUNWAYML_API_SECRET="")[0] == 0
    code, refused, said = run(programs, "balance", "--json", RUNWAYML_API_SECRET="")
    assert (code, refused["code"]) == (4, "key"), said
    assert run(programs, "get", ID, RUNWAYML_API_SECRET="")[0] == 4


def test_wait_command_reports_how_the_task_ended(programs: Programs):
    programs.grant()
    _, failing, _ = run(programs, *FOX, "--prompt", "Fails [fail:SAFETY.INPUT.TEXT]", "--request-id", "f")
    code, waited, _ = run(programs, "wait", failing["id"], "--json")
    [failed] = waited["tasks"]
    assert (code, failed["status"], failed["failureCode"]) == (1, "FAILED", "SAFETY.INPUT.TEXT")
    assert run(programs, "get", failing["id"])[0] == 0, "it could answer, whatever the state"
    _, long, _ = run(programs, *FOX, "--prompt", "Long [seconds:36000]", "--request-id", "l")
    code, waited, _ = run(programs, "wait", long["id"], "--timeout", "1", "--json")
    assert (code, waited["tasks"][0]["state"] in ("pending", "running", "throttled")) == (8, True)
    code, canceled, _ = run(programs, "cancel", long["id"], "--json")
    assert (code, canceled["tasks"][0]["state"]) == (0, "cancelled")


def test_interrupted_wait_names_the_command_that_continues(programs: Programs):
    programs.grant()
    _, made, _ = run(programs, *FOX, "--prompt", "Long [seconds:36000]")
    waits = programs.start("wait", made["id"])
    assert waits.stderr is not None
    assert waits.stderr.readline(), "it has begun to wait"
    waits.send_signal(signal.SIGINT)
    _, said = waits.communicate(timeout=60)
    assert waits.returncode == 130
    assert f"runway-desktop wait {made['id']} --profile-dir {programs.folder}" in said
    assert run(programs, "cancel", made["id"])[0] == 0, "its slot is free for other tests"


def test_sigterm_lets_a_command_finish_its_sending(programs: Programs):
    programs.grant()
    before = len(programs.runway.accepted)
    programs.runway.fault("create", "latency", seconds=2.0, times=1)
    creates = programs.start(*FOX, "--prompt", "Ends politely")
    until(programs.is_sending, "the request under way")
    creates.send_signal(signal.SIGTERM)
    assert creates.wait(60) == 143
    assert len(programs.runway.accepted) == before + 1
    _, found, _ = run(programs, "list", "--json")
    assert [task["state"] for task in found["tasks"]] == ["pending"]


def test_demo_is_available_to_the_first_command(programs: Programs):
    code, found, _ = run(programs, "list", "--demo", "--json", "--limit", "1")
    assert (code, found["total"] > 50, len(found["tasks"])) == (0, True, 1)


def test_commands_need_no_window_and_no_qt(programs: Programs):
    words = [sys.executable, "-c", WITHOUT_QT, "list", "--profile-dir", str(programs.folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_pending_restore_or_damaged_list_ends_a_command_with_a_sentence(programs: Programs):
    assert run(programs, "list")[0] == 0
    (programs.folder / "restoring").mkdir()
    code, _, said = run(programs, "list")
    assert (code, said) == (9, "A backup waits to be restored. Open Runway Desktop to have it finished.\n")
    (programs.folder / "restoring").rmdir()
    (programs.folder / "profile.db").write_bytes(b"no database")
    code, _, said = run(programs, "list")
    assert (code, "damaged" in said or "no list" in said or "not" in said) == (9, True)
    claimed = claim(programs.folder)
    assert claimed is not None, "the profile is free again"
    claimed.release()


def test_unknown_profile_name_is_named_in_the_error(programs: Programs):
    words = [sys.executable, "-m", "runway_desktop", "list", "--profile", "No such client"]
    surroundings = os.environ | {"XDG_DATA_HOME": str(programs.folder)}
    done = subprocess.run(
        words, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert (done.returncode, "No such client" in done.stderr) == (2, True)
