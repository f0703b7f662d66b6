"""*Copy support details*: enough for Runway's support, nothing private."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runway_desktop import texts
from runway_desktop.domain.advance import Refused
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.task import Evidence, Hold, HoldCode, Refusal, Request, State, Task, TaskId
from runway_desktop.services.tasks.task_changes import hold_detail, ledger_line
from runway_desktop.texts import Text
from runway_desktop.usecases.words.support import support_details
from runway_desktop.usecases.words.tasks import small_print
from runway_desktop.values import replace
from tests.rigs.fake_runway import remote_id
from tests.rigs.pseudo import LANGUAGES

SECRET = "key_" + "0af1" * 32
TASK = Task(
    id=TaskId("local1"),
    request=Request(
        endpoint="image_to_video", model="gen4.5", prompt="A private fox",
        values={
            "promptText": "A private fox", "negativePrompt": "ugly", "duration": 5, "ratio": "1280:720", "audio": True,
            "promptImage": [{"uri": "file:///home/me/private.png", "position": "first"}],
            "voice": {"type": "runway-preset", "presetId": "Maya"}, "backgroundColor": "#ffffff",
        },
    ),
    created_at=1_750_000_000.0, sent_at=1_750_000_001.0, ended_at=1_750_000_060.0, state=State.FAILED,
    remote_id=remote_id(1), cost_credits=0.0, estimated_credits=25.0,
    failure=Failure(code="INTERNAL.BAD_OUTPUT.CODE01", words="“A private fox” went wrong at https://x.example.com/?sig=1"),
)  # fmt: skip
LEDGER = [
    LedgerEntry(task_id=TASK.id, at=1_750_000_001.0, kind="sent", detail={}),
    LedgerEntry(
        task_id=TASK.id, at=1_750_000_060.0, kind="state",
        detail={
            "state": "failed", "code": "INTERNAL.BAD_OUTPUT.CODE01", "cost_credits": 0.0, "file": "private.mp4",
            "words": f"A private fox, {SECRET}, /home/me/private.png, Authorization: Bearer abc",
        },
    ),
]  # fmt: skip


def test_support_details_contain_ids_state_times_settings_and_code():
    text = support_details(TASK, LEDGER, version="1.2.3", system="Linux")
    for fact in (
        TASK.remote_id, "local1", "State: failed", "image_to_video, gen4.5", "duration=5", "ratio=1280:720",
        "audio=true", "voice.presetId=Maya", "Sent: 2025-06-15 15:06:41 UTC", "Estimate: 25 credits",
        "Cost: 0 credits", "Failure code: INTERNAL.BAD_OUTPUT.CODE01", "Runway Desktop 1.2.3, Linux",
        "15:07:40 UTC  state",
    ):  # fmt: skip
        assert str(fact) in text, fact


def test_support_details_contain_no_prompt_inputs_links_paths_or_secrets():
    text = support_details(TASK, LEDGER)
    for private in ("private", "ugly", "sig=1", SECRET, "key_", "Bearer abc", "/home/me"):
        assert private not in text, private


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Nothing may be written in /srv/films/Client X/a.", "Nothing may be written in [path] X/a."),
        ("The folder /srv/big library is not there.", "The folder <results folder> is not there."),
        ("The folder /srv/big library/Aurora/fox.mp4 is", "The folder <results folder> is"),
        ("“/home/me/films/fox in fog.mp4” cannot be read", "“~ in fog.mp4” cannot be read"),
        ("OSError 28: /home/me/profile/profile.db", "OSError 28: <profile>"),
        ("D:\\Films\\fox.mp4 and D:/Films/fox.mp4 and \\\\nas\\films", "[path] and [path] and [path]"),
        ("/opt/x/y.bin, file:///home/me/fox.png", "[path] [link]"),
        ("runway://abc?x=1", "[link]"),
        ("text_to_video and/or 1/2 at 5.0 MB/s", "text_to_video and/or 1/2 at 5.0 MB/s"),
    ],
)
def test_support_details_replace_paths_by_known_folder_names(said, shown):
    places = {
        Path("/home/me"): "~",
        Path("/srv/big library"): "<results folder>",
        Path("/home/me/profile"): "<profile>",
    }
    line = LedgerEntry(task_id=TASK.id, at=1_750_000_000.0, kind="not saved", detail={"reason": said})
    told = support_details(TASK, [line], places, version="1.0.0")
    assert f"not saved  (reason={shown})" in told


def test_support_details_contain_the_prompt_on_request_without_secrets():
    task = replace(TASK, request=replace(TASK.request, prompt=f"A private fox {SECRET}"))
    text = support_details(task, [], include_prompt=True)
    assert "Prompt: A private fox [secret]" in text
    assert SECRET not in text


def test_refused_or_unusual_adopted_task_is_described():
    odd = replace(
        TASK, state=State.OTHER, remote_status="PONDERING", adopted=True, cancel_asked=True, failure=None,
        refusals=(Refusal(path=("promptImage", 0, "uri"), message="A private fox", code="invalid_uri"),),
    )  # fmt: skip
    text = support_details(odd, [])
    assert "PONDERING" in text
    assert "adopted, cancel asked" in text
    assert "Refused: promptImage.0.uri: invalid_uri" in text


def test_answer_without_an_id_is_shown_short_and_in_full_for_support():
    answer = f"HTTP 502 · <html>\n{'x' * 300} A private fox /home/me/fox.png</html>"
    task = replace(TASK, state=State.UNCERTAIN, failure=None, evidence=Evidence(answer=answer))
    assert small_print(task).startswith("HTTP 502 · <html> xxx")
    assert len(small_print(task)) <= 200
    told = support_details(task, [])
    assert f"Answer: HTTP 502 · <html> {'x' * 300} [prompt] [path]" in told
    assert small_print(replace(task, evidence=None)) == ""


def test_impossible_timestamp_does_not_raise():
    assert "1e+300" in support_details(replace(TASK, ended_at=1e300), [])


def test_refusal_is_in_english_for_support_in_every_language():
    refused = Refused(Text("Runway did not accept “{name}”.").with_(name="ratio"))
    entry = ledger_line(TASK, TASK, refused, 1_750_000_000.0, {})
    assert entry is not None
    line = replace(entry, detail=json.loads(json.dumps(entry.detail)))
    before = texts.language()
    texts.use(LANGUAGES["long"])
    try:
        told = support_details(TASK, [line], version="1.0.0")
    finally:
        texts.use(before)
    assert "refused  (message=Runway did not accept “ratio”.)" in told


def test_reason_of_a_wait_is_read_from_new_and_old_ledger_lines():
    hold = Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="Cut."))
    lines = [
        LedgerEntry(task_id=TASK.id, at=1_750_000_000.0, kind="waits", detail={"reason": "Runway was busy."}),
        LedgerEntry(task_id=TASK.id, at=1_750_000_001.0, kind="not sent", detail=hold_detail(hold)),
    ]
    said = support_details(TASK, lines, version="1.0.0")
    assert "waits  (reason=Runway was busy.)" in said
    assert "not sent  (hold=not sent, reason=Cut.)" in said
