"""Parsing of the command line: each error is one sentence and exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runway_desktop.__main__ import main
from runway_desktop.cli import options
from runway_desktop.domain.caps import Kept, LaneCode, LaneReason
from runway_desktop.domain.permissions import ClientRequest
from runway_desktop.domain.task import Hold, HoldCode, OutputState, State
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.task_answer import task_answer
from runway_desktop.values import as_json
from tests.rigs.rows import failed, row

BAD = [
    (("list", "--limit", "many"), "“many” is no whole number from 1 to 200"),
    (("list", "--limit", "0"), "“0” is no whole number from 1 to 200"),
    (("list", "--limit", "5000"), "“5000” is no whole number from 1 to 200"),
    (("list", "--json", "id,colour"), "“colour” is no field of a task; there are id, runway_id"),
    (("wait", "x", "--timeout", "soon"), "“soon” is no number of seconds"),
    (("wait", "x", "--timeout", "nan"), "“nan” is no number of seconds"),
    (("wait", "x", "--timeout", "-1"), "“-1” is no number of seconds"),
    (("create", "text_to_video", "--model", "gen4.5", "--max-credits", "lots"), "“lots” is no amount of credits"),
    (("create", "text_to_video", "--model", "gen4.5", "--max-credits", "inf"), "“inf” is no amount of credits"),
    (("create", "text_to_video"), "--model"),
    (("create", "--batch", "a.csv", "--request-id", "x"), "each row of a batch has its own"),
    (("create", "--batch", "-", "--from", "-"), "stdin is read by --from"),
    (("create", "text_to_video", "--model", "gen4.5", "--batch-name", "x"), "it is for --batch"),
    (("grant", "-5"), "“-5” is no amount of credits"),
    (("get",), "ID"),
    (("get", "x", "--nonsense"), "--nonsense"),
    (("get", "x", "--jso"), "--jso"),
    (("wait",), "ID"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), BAD)
def test_invalid_command_line_gets_a_sentence_and_a_hint_at_help(words: tuple[str, ...], said: str):
    with pytest.raises(CallRefused) as refused:
        options.read(words)
    assert said in refused.value.message
    assert refused.value.message.endswith(".")
    assert refused.value.advice == f"See “runway-desktop {words[0]} --help”."
    assert refused.value.code is Code.INPUT


def test_mistyped_command_is_reported_in_json_if_requested(capsys: pytest.CaptureFixture[str]):
    assert main(["list", "--limit", "many", "--json"]) == 2
    printed, said = capsys.readouterr()
    assert json.loads(printed)["code"] == "input"
    assert "is no whole number" in said


def test_field_selection_of_list_does_not_affect_other_commands():
    assert options.read(["list"]).json is None
    assert options.read(["list", "--json"]).json == ()
    assert options.read(["list", "--json", "id,files"]).json == ("id", "files")
    assert options.read(["get", "--json", "x"]).id == "x"


def test_every_member_of_a_task_answer_can_be_selected_as_a_field():
    rows = [
        row(State.SUCCEEDED, OutputState.SAVED),
        row(State.RUNNING, progress=0.5),
        failed("A.B"),
        row(State.QUEUED, hold=Hold(HoldCode.APPROVAL, client="claude")),
    ]
    asked = ClientRequest(client="claude", request_id="1", digest="", task_id=rows[0].task.id, credits=5.0, at=0.0,
                          request=rows[0].task.request, reason="Too costly")  # fmt: skip
    refused = row(State.CANCELLED, remote_id=None)
    kept = Kept(lane=LaneReason(LaneCode.PAUSED), since=5.0)
    answers = [task_answer(row, price=5.0, kept=kept, note="Offline") for row in rows]
    answers.append(task_answer(refused, asked=asked))
    assert {name for answer in answers for name in as_json(answer)} <= set(options.FIELDS)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["get", "--help"], 0), (["create", "--help"], 0), (["mcp", "--help"], 0)],
)
def test_help_command_needs_no_profile(words: list[str], code: int, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == code
    assert words[0] in capsys.readouterr().out


def test_file_named_like_a_command_is_passed_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").write_text("A fox")
    ran: list[list[str]] = []
    shown: list[list[str]] = []

    def run_command(words: list[str]) -> int:
        ran.append(words)
        return 0

    def read(words: list[str]) -> None:
        shown.append(words)
        raise SystemExit(0)

    monkeypatch.setattr("runway_desktop.cli.main.main", run_command)
    monkeypatch.setattr("runway_desktop.app.options.read", read)
    for words in (["list"], ["--demo", "list"], ["--profile", "list", "list"]):
        main(words)
    for words in (["./list"], [str(tmp_path / "list")], ["--", "list"], ["a.txt", "list"], ["--profile", "list"]):
        with pytest.raises(SystemExit):
            main(words)
    assert ran == [["list"], ["list", "--demo"], ["list", "--profile", "list"]]
    assert shown == [["./list"], [str(tmp_path / "list")], ["--", "list"], ["a.txt", "list"], ["--profile", "list"]]
