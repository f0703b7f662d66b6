"""Exit codes of commands."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.cli import main as commands
from runway_desktop.cli import outcomes, printing
from runway_desktop.usecases.clients.refusals import THE_KEY, CallRefused, Code
from tests.rigs.verb_tables import exits


class Line:
    """A line to an engine that answers what the test says, in turn."""

    has_own_engine = False

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []

    async def call(self, name: str, arguments: Mapping[str, Any], **more: Any) -> Any:
        self.asked.append((name, arguments, more))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def run(line: Line, monkeypatch: pytest.MonkeyPatch, *words: str, in_json: bool = True) -> int:
    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Line]:
        yield line

    monkeypatch.setattr(commands, "opened", opened)
    code = commands.main([*words, *(["--json"] if in_json else [])])
    assert code in exits(words[0])
    return code


def task(state: str = "succeeded", **members: Any) -> dict[str, Any]:
    return {"id": state, "state": state, "model": "gen4.5", "prompt": "A fox", **members}


def waited(*tasks: dict[str, Any], is_over: bool = True) -> dict[str, Any]:
    return {"is_over": is_over, "tasks": list(tasks)}


CREATE = ("create", "text_to_video", "--model", "gen4.5")
SAVED = {"state": "saved", "path": "/library/fox.mp4"}
REFUSED = {"state": "queued", "decision": "refused"}
ENDS = [
    ([task(files=[SAVED])], 0),
    ([task("failed")], 1),
    ([task("cancelled")], 1),
    ([task("gone")], 5),
    ([task("uncertain")], 6),
    ([task(**REFUSED)], 7),
    ([task("cancelled", decision="expired")], 7),
    ([task("failed"), task(files=[SAVED])], 1),
    ([task("failed"), task("uncertain"), task(**REFUSED)], 6),
    ([task("failed"), task("gone"), task(**REFUSED)], 7),
    ([task(files=[{"state": "failed", "problem": "The disk is full."}])], 1),
    ([task("queued", waits_for=THE_KEY)], 8),
    ([task("queued", waits_for=THE_KEY), task("failed")], 8),
]  # fmt: skip


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "SETTLED_WITHIN", 0.0)


@pytest.mark.parametrize(("tasks", "code"), ENDS)
def test_wait_command_exits_with_the_worst_outcome(
    tasks: list[dict[str, Any]], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    is_over = not any(task.get("waits_for") == THE_KEY for task in tasks)
    assert run(Line(waited(*tasks, is_over=is_over)), monkeypatch, "wait", *(task["id"] for task in tasks)) == code
    printed = json.loads(capsys.readouterr().out)
    for one in printed["tasks"]:
        one.pop("next", None)
    assert printed == waited(*tasks, is_over=is_over)


@pytest.mark.parametrize(
    "rests",
    [
        task("queued", waits_for="a cap", waits_because="Daily cap reached.", next="Queued. Sent after midnight."),
        task("queued", waits_for="the person", waits_because="Paused", next="Queued."),
        task("held", waits_for="the person", waits_because="Queued with another key.", next="The person first."),
        task("waiting_for_approval", waits_for="the person", next="The person first."),
    ],
)
def test_wait_without_a_time_limit_ends_when_time_alone_changes_nothing(
    rests: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = Line(
        waited(rests, task("running"), is_over=False),
        waited(rests, task(files=[SAVED]), is_over=False),
        AssertionError(),
    )
    assert run(line, monkeypatch, "wait", "x", "y", "--quiet") == 8
    printed, said = capsys.readouterr()
    found = json.loads(printed)["tasks"][0]
    assert f"is not sent yet: {rests.get('waits_because', 'its turn comes later').rstrip('.')}. {rests['next']}" in said
    is_of_person = rests["state"] != "queued"
    assert (f"To decide at a terminal: `runway-desktop release {rests['id']}`." in found["next"]) is is_of_person


def test_wait_with_a_time_limit_gives_the_person_that_long(monkeypatch: pytest.MonkeyPatch):
    rests = waited(task("queued", waits_for="a cap"), is_over=False)
    assert run(Line(rests, rests, waited(task())), monkeypatch, "wait", "x", "--timeout", "60") == 0


def test_command_waits_while_the_key_is_still_being_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outcomes, "SETTLED_WITHIN", 5.0)
    line = Line(waited(task("queued", waits_for=THE_KEY), is_over=False), waited(task()))
    assert run(line, monkeypatch, "wait", "x") == 0


def test_wait_command_gives_unsaved_results_time_to_be_saved(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outcomes, "SETTLED_WITHIN", 5.0)
    unsaved = task(files=[{"state": "failed", "problem": "The drive is away."}])
    assert run(Line(waited(unsaved), waited(task(files=[SAVED]))), monkeypatch, "wait", "x") == 0


@pytest.mark.parametrize("state", ["succeeded", "failed", "uncertain", "gone"])
def test_get_command_succeeds_whenever_it_can_answer(state: str, monkeypatch: pytest.MonkeyPatch):
    assert run(Line(task(state)), monkeypatch, "get", "x") == 0
    assert run(Line(task(state), waited(task(state)), task(state)), monkeypatch, "get", "x", "--wait") == 0


def test_get_command_reports_a_timeout_of_its_wait(monkeypatch: pytest.MonkeyPatch):
    line = Line(task("running"), waited(task("running"), is_over=False), task("running"))
    assert run(line, monkeypatch, "get", "x", "--wait", "--timeout", "0") == 8


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (task("pending"), 0), (task("succeeded"), 0), (task("failed"), 1), (task("uncertain"), 6),
        (task("queued", waits_because="Offline"), 8), (task("queued", waits_for=THE_KEY), 8),
        (task("waiting_for_approval", waits_for="the person"), 8),
    ],
)  # fmt: skip
def test_create_succeeds_only_if_the_task_was_sent(
    made: dict[str, Any], code: int, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    assert run(Line({**made, "is_repeat": False}), monkeypatch, *CREATE) == code


@pytest.mark.parametrize("code", [Code.AGAIN, Code.KEY, Code.PERSON])
@pytest.mark.parametrize("more", [(), ("--wait",)])
def test_stored_task_never_ends_a_create_with_a_code_that_invites_a_repeat(
    code: Code, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = Line(task("sending", is_repeat=False), CallRefused("The engine is gone.", code=code))
    assert run(line, monkeypatch, *CREATE, *more) == 8
    printed, said = capsys.readouterr()
    assert json.loads(printed)["id"] == "sending"
    assert "The engine is gone." in said


def test_commands_named_in_answers_are_for_the_same_profile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    profile = ("--profile", "Blue Note", "--profile-dir", "/a b")
    made = task("queued", waits_because="Offline.", next="Queued.", is_repeat=False)
    assert run(Line(made), monkeypatch, *CREATE, *profile) == 8
    printed, said = capsys.readouterr()
    again = "Queued. To wait for it: runway-desktop wait queued --profile 'Blue Note' --profile-dir '/a b'"
    assert json.loads(printed)["next"] == again
    assert f"is not sent yet: Offline. {again}" in said
    advice = "Run `runway-desktop grant CREDITS` at a terminal."
    refusal = CallRefused("No grant.", code=Code.REFUSED, advice=advice)
    assert run(Line(refusal), monkeypatch, *CREATE, *profile) == 7
    granting = "`runway-desktop grant CREDITS --profile 'Blue Note' --profile-dir '/a b'`"
    assert granting in capsys.readouterr().err
    assert run(Line({"would": "refuse", "because": advice}), monkeypatch, *CREATE, "--dry-run", *profile) == 0
    assert granting in json.loads(capsys.readouterr().out)["because"]
    assert run(Line(waited(task("uncertain", next="The person."))), monkeypatch, "wait", "x", *profile) == 6
    deciding = "The person. To decide at a terminal: `runway-desktop resolve uncertain --profile 'Blue Note'"
    assert json.loads(capsys.readouterr().out)["tasks"][0]["next"].startswith(deciding)


def test_answer_of_an_engine_that_ends_says_when_the_result_is_saved(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = Line(task("pending", next="Ask again in 5 seconds.", is_repeat=False))
    line.has_own_engine = True
    assert run(line, monkeypatch, *CREATE) == 0
    said = "Its result is saved when a window or a `wait` runs. To wait for it: runway-desktop wait pending"
    assert json.loads(capsys.readouterr().out)["next"] == said


def test_repeated_create_is_reported_unless_it_named_its_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = Line(task("pending", is_repeat=True))
    assert run(line, monkeypatch, *CREATE) == 0
    assert "this is that task" in capsys.readouterr().err
    assert run(line, monkeypatch, *CREATE, "--request-id", "one") == 0
    assert "this is that task" not in capsys.readouterr().err
    assert [arguments["request_id"] for _, arguments, _ in line.asked] == ["", "one"]
    assert run(Line(task("pending", is_repeat=True), waited(task())), monkeypatch, *CREATE, "--wait") == 0
    assert json.loads(capsys.readouterr().out)["is_repeat"]


def test_running_wait_is_patient_while_a_window_takes_over(monkeypatch: pytest.MonkeyPatch):
    line = Line(waited(task("running"), is_over=False), waited(task()))
    assert run(line, monkeypatch, "wait", "x") == 0
    assert [more.get("patience", 0) > 400 for _, _, more in line.asked] == [False, True]


def test_wait_with_a_timeout_stops_looking_for_the_next_engine_in_time(monkeypatch: pytest.MonkeyPatch):
    line = Line(waited(task("running"), is_over=False), waited(task()))
    assert run(line, monkeypatch, "wait", "x", "--timeout", "60") == 0
    assert 0.0 < line.asked[1][2]["patience"] <= 60.0


def test_task_that_could_not_be_canceled_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = Line({"problems": {"x": "It cannot be found."}, "tasks": [task("running")]})
    assert run(line, monkeypatch, "cancel", "x") == 1
    assert "x: It cannot be found." in capsys.readouterr().err


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.MOVING])
def test_refusal_has_its_own_exit_code_and_message(
    code: Code, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert run(Line(CallRefused("No.", code=code, advice="Do that.")), monkeypatch, *CREATE) == code.value
    printed, said = capsys.readouterr()
    assert json.loads(printed) == {"error": "No.", "hint": "Do that.", "code": code.name.lower()}
    assert said == "No. Do that.\n"


def test_list_command_prints_the_requested_fields(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    line = Line({"total": 1, "tasks": [task()]})

    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Line]:
        yield line

    monkeypatch.setattr(commands, "opened", opened)
    assert commands.main(["list", "--json", "id,progress"]) == 0
    assert json.loads(capsys.readouterr().out) == {"total": 1, "tasks": [{"id": "succeeded", "progress": None}]}


@pytest.mark.parametrize("words", [("release", "x"), ("resolve", "x", "--not-made")])
def test_only_a_person_at_a_terminal_decides(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    line = Line({})
    assert run(line, monkeypatch, *words) == 7
    assert (line.asked, "at a terminal" in capsys.readouterr().err) == ([], True)


@pytest.mark.parametrize(
    ("words", "code"), [(("500",), 7), (("500", "--unattended"), 0), (("0",), 0), (("--show",), 0)]
)
def test_only_a_higher_grant_needs_a_terminal_or_says_that_nobody_was_asked(
    words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    line = Line({"credits_a_day": 0.0, "today": 0.0, "left_today": 0.0})
    assert run(line, monkeypatch, "grant", *words) == code
    assert [asked[1]["unattended"] for asked in line.asked] == [True] * (code == 0)
    assert ("--unattended" in capsys.readouterr().err) is (code == 7)


@pytest.mark.parametrize(
    ("state", "credits", "code"), [("pending", 8, 11), ("pending", 5, 0), ("queued", 8, 8), ("uncertain", 8, 6)]
)
def test_runways_price_above_the_limit_has_its_own_exit_code(
    state: str, credits: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    waits = {"waits_because": "Paused"} if state == "queued" else {}
    made = task(state, credits=credits, is_repeat=False, **waits)
    words = ["create", "text_to_image", "--model", "gen4_image", "--price-up-to", "5"]
    assert run(Line(made), monkeypatch, *words) == code
    written = capsys.readouterr()
    assert json.loads(written.out).get("over_max_credits", False) is (code == 11)
    assert ("costs 8 credits at Runway, more than 5. Do not repeat it." in written.err) is (code == 11)


def test_price_above_the_limit_is_reported_after_waiting_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    ended = task(credits=8, files=[SAVED])
    line = Line({**task("queued"), "is_repeat": False}, waited(ended))
    words = ["create", "text_to_image", "--model", "gen4_image", "--max-credits", "5", "--wait"]
    assert run(line, monkeypatch, *words) == 11
    assert json.loads(capsys.readouterr().out) == {**ended, "is_repeat": False, "over_max_credits": True}


class Ids:
    """stdin with ids."""

    def __init__(self, text: str) -> None:
        self.buffer = io.BytesIO(text.encode())


def adopts(*ids: str, problems: Sequence[str] = ()) -> dict[str, Any]:
    tasks = [{**task("running"), "id": one} for one in ids]
    return {"tasks": tasks, "added": [*ids], "known": [], "problems": dict.fromkeys(problems, "Not there.")}


def test_adopt_reads_ids_from_stdin_in_parts_and_names_those_that_are_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    ids = [f"id{number}" for number in range(150)]
    monkeypatch.setattr(sys, "stdin", Ids("\n".join([*ids, "id0", ""])))
    line = Line(adopts(*ids[:99], problems=["id99"]), adopts(*ids[100:]))
    assert run(line, monkeypatch, "adopt", "-") == 5
    assert [len(arguments["ids"]) for _, arguments, _ in line.asked] == [100, 50]
    printed, said = capsys.readouterr()
    found = json.loads(printed)
    assert (len(found["tasks"]), len(found["added"]), list(found["problems"])) == (149, 149, ["id99"])
    assert said == "id99: Not there.\n"


def test_no_ids_on_stdin_are_nothing_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for command in ("adopt", "cancel", "wait"):
        monkeypatch.setattr(sys, "stdin", Ids(" \n"))
        line = Line(None)
        assert run(line, monkeypatch, command, "-") == 0
        assert (json.loads(capsys.readouterr().out)["tasks"], line.asked) == ([], [])


def test_adopt_that_waits_prints_the_tasks_as_they_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = Line(adopts("succeeded", problems=["gone"]), waited(task(files=[SAVED])))
    assert run(line, monkeypatch, "adopt", "succeeded", "gone", "--wait") == 5
    found = json.loads(capsys.readouterr().out)
    assert (found["tasks"], found["added"]) == ([task(files=[SAVED])], ["succeeded"])
    assert run(Line(adopts("failed"), waited(task("failed"))), monkeypatch, "adopt", "failed", "--wait") == 1


def test_quiet_command_says_only_problems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "fox.mp4").write_bytes(b"fox")
    saved = {"state": "saved", "path": str(tmp_path / "fox.mp4")}
    words = ("wait", "x", "--save", str(tmp_path / "out"))
    assert run(Line(waited(task(files=[saved]))), monkeypatch, *words) == 0
    assert "saved " in capsys.readouterr().err
    assert run(Line(waited(task(files=[saved]))), monkeypatch, *words, "--quiet") == 0
    assert capsys.readouterr().err == ""
    unsaved = task(files=[{"state": "failed", "problem": "The disk is full."}])
    assert run(Line(waited(unsaved)), monkeypatch, *words, "--quiet") == 1
    assert "The disk is full." in capsys.readouterr().err


def page(*ids: str, after: str = "") -> dict[str, Any]:
    more = {"next_after": after} if after else {}
    return {"total": 3, "tasks": [{**task(), "id": one} for one in ids], **more}


def stream(line: Line, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return run(line, monkeypatch, "list", "--jsonl", *words, in_json=False)


def test_list_streams_all_pages_a_task_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    line = Line(page("a", "b", after="b"), page("c"))
    assert stream(line, monkeypatch, "id,progress") == 0
    lines = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert lines == [{"id": "a", "progress": None}, {"id": "b", "progress": None}, {"id": "c", "progress": None}]
    assert [(one["limit"], one["after"]) for _, one, _ in line.asked] == [(200, ""), (200, "b")]
    line = Line(page("a", after="a"))
    assert stream(line, monkeypatch, "--limit", "1") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_stream_of_the_list_ends_quietly_when_nobody_reads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    written = [BrokenPipeError(32, "Broken pipe"), CallRefused("The answer could not be written.", code=Code.FAILED)]

    def put(_: str) -> None:
        raise written[0]

    monkeypatch.setattr(printing, "put", put)
    line = Line(page("a", after="a"))
    assert (stream(line, monkeypatch), len(line.asked), capsys.readouterr().err) == (0, 1, "")
    del written[0]
    assert stream(line, monkeypatch) == 1
    assert "could not be written." in capsys.readouterr().err
