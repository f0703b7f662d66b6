"""Texts of client requests: nothing is hidden, and external text controls nothing."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

import pytest

from runway_desktop.domain.permissions import Client, ClientRequest, Permission, RecordLine
from runway_desktop.domain.task import Hold, HoldCode, RemoteId, State, Task
from runway_desktop.services.money.pricing import Price
from runway_desktop.texts import Language, use
from runway_desktop.usecases.words.approvals import (
    Asked,
    allowance_words,
    cap_words,
    cost_words,
    id_words,
    prompt_as_sent,
    record_row,
    repeat_words,
    rows_of,
    settings_of,
    sum_words,
)
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, request
from tests.rigs.rows import task

NOW = 1_796_000_000.0
PRICE = Price(60.0, exact=True)


def asked(state: State = State.QUEUED, *, client: str = "claude-code", **more: Any) -> Asked:
    wanted = request("A fox", model="gen4.5", endpoint="text_to_video", ratio="1280:720", duration=5)
    hold = Hold(HoldCode.APPROVAL, client=client) if state is State.QUEUED else Hold()
    one = task(1, state, request=wanted, hold=hold, **more.pop("of_task", {}))
    given = {"request_id": "one", "digest": "", "credits": 60.0, "at": NOW - 60, **more.pop("wish", {})}
    wish = ClientRequest(client=client, task_id=one.id, request=wanted, **given)
    return Asked(task=one, wish=wish, price=PRICE, client=more.pop("of", Client(name=client)), **more)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("two\nlines", "two\nlines"),
        ("a \u202egnp.exe", "a \\u202egnp.exe"),
        ("bell\x07 and \u200b nothing", "bell\\x07 and \\u200b nothing"),
        ("hidden \U000e0041\U000e0042", "hidden \\U000e0041\\U000e0042"),
        ("桟橋の夜明け – Straße <b>x</b>", "桟橋の夜明け – Straße <b>x</b>"),
    ],
)
def test_invisible_characters_of_a_prompt_are_written_out(sent: str, shown: str):
    assert prompt_as_sent(sent) == shown


def test_every_request_field_except_prompt_and_addresses_is_shown():
    references = [{"uri": "file:///a.png", "tag": "maya"}, {"uri": "https://example.com/b.png"}]
    wanted = request(
        "@maya", model="gen4_image", endpoint="text_to_image", ratio="1920:1080", referenceImages=references
    )
    facts = {fact.label: fact.text for fact in settings_of(task(1, State.QUEUED, request=wanted), CATALOG)}
    assert facts["Model"] == "Gen-4 Image (gen4_image)"
    assert "1920:1080" in facts.values()
    assert '[{"tag": "maya"}]' in facts.values(), "what is said about an input goes along"
    assert "a.png" not in str(facts)


def test_requests_are_grouped_by_program_with_their_sum():
    own = Client(name="claude-code", permission=Permission.ALLOWANCE, credits=200)
    rows = rows_of([asked(of=own), asked(client="\u202ezed")], CATALOG, NOW)
    said = [(row.title, row.detail, row.amount) for row in rows if row.task_id is None]
    assert said == [
        ("Claude Code", "Allowance: 200 a day", "1 · 60 credits"),
        ("\\u202ezed", "Read only", "1 · 60 credits"),
    ]


@pytest.mark.parametrize(
    ("earlier", "became"),
    [
        (task(2, State.QUEUED, hold=Hold(HoldCode.APPROVAL)), ", which also waits"),
        (task(2, State.QUEUED), "(Queued)"),
        (task(2, State.RUNNING), "(Running)"),
        (task(2, State.SUCCEEDED), "(Finished)"),
        (task(2, State.UNCERTAIN), "(Uncertain, maybe charged)"),
        (task(2, State.CANCELLED, remote_id=RemoteId("r")), "(Canceled)"),
        (task(2, State.FAILED), "(Failed)"),
        (None, "no longer in the list"),
    ],
)
def test_repeated_request_says_what_became_of_the_first(earlier: Task | None, became: str):
    one = asked()
    again = replace(one, earlier=one.wish, earlier_task=earlier)
    assert repeat_words(again, NOW).endswith(became)
    assert repeat_words(one, NOW) == ""


def test_request_beyond_its_allowance_says_by_how_much():
    client = Client(name="claude-code", permission=Permission.ALLOWANCE, credits=200)
    said, over = allowance_words(asked(of=client, used=196.0))
    assert said == "196 of 200 credits today for Claude Code"
    assert over == "56 over its allowance, so it needs approval. Approving doesn't raise the allowance."
    assert allowance_words(asked(of=client, used=120.0))[1] == ""
    assert allowance_words(asked(of=Client(name="x", permission=Permission.ASK))) == ("", "")


def test_sum_says_which_prices_are_unknown():
    assert sum_words([PRICE, Price(8.0, exact=False)]) == "about 68 credits"
    assert sum_words([PRICE, None]) == "at least 60 credits"
    assert sum_words([None]) == "price not known"
    assert cap_words(1480, 2100, PRICE) == "Your cap: 1,480 of 2,100 today, 1,540 after this"
    assert cap_words(1480, None, PRICE) == ""


def test_unknown_price_of_a_run_is_promised_for_its_end():
    assert cost_words(None) == ("Price not known", "Runway reports it after sending.")
    assert cost_words(None, is_run=True) == ("Price not known", "Runway reports it when the run has ended.")


def test_request_id_is_shown_if_the_program_gave_one():
    assert "Its request ID is one;" in id_words(asked(), NOW)
    assert id_words(asked(State.RUNNING), NOW).startswith("Its request ID"), (
        "of an answered one no repeat is looked for"
    )
    assert id_words(asked(wish={"request_id": "without 0f"}), NOW).endswith("It has no request ID.")


@pytest.mark.parametrize(
    ("one", "answer", "credits"),
    [
        (asked(), "Waiting", "–"),
        (asked(State.RUNNING), "Approved", "60"),
        (asked(State.RUNNING, wish={"is_within": True}), "Within allowance", "60"),
        (asked(State.CANCELLED, of_task={"remote_id": None}, wish={"reason": "no"}), "Refused, with a note", "–"),
        (asked(State.CANCELLED, of_task={"remote_id": None}, wish={"is_expired": True}), "Expired", "–"),
    ],
)
def test_record_shows_the_outcome_of_each_request(one: Asked, answer: str, credits: str):
    line = RecordLine(at=NOW, client="claude-code", call="create", task_id=one.task.id)
    cells = record_row(line, one, NOW).cells
    assert cells[1:] == ("Claude Code", "Gen-4.5 · Text → video · 5 s", answer, credits)


def test_record_names_the_person_and_escapes_texts_of_programs():
    changed = RecordLine(at=NOW, client="", call="permission", about="zed", answer="allowance 200")
    assert record_row(changed, None, NOW).cells[1:4] == ("You", "Permission changed", "Zed: Allowance: 200 a day")
    unattended = replace(changed, client="command line", about="command line")
    assert record_row(unattended, None, NOW).cells[1:4] == (
        "Command line",
        "Permission changed",
        "Command line: Up to 200 credits a day",
    )
    listed = RecordLine(at=NOW, client="zed", call="list", about="\u202efox")
    assert record_row(listed, None, NOW).cells[1:4] == ("Zed", "List, \\u202efox", "Read only")


class Loud(NullTranslations):
    def gettext(self, message: str) -> str:
        return message.upper()


def test_record_translates_refusals():
    line = RecordLine(
        at=NOW, client="zed", call="create", about="text_to_image gen4_image", answer="This program may only read."
    )
    use(Language("de", Loud()))
    try:
        cells = record_row(line, None, NOW).cells
    finally:
        use(Language())
    assert cells[2:4] == ("Create, Gen-4 Image · TEXT → IMAGE", "THIS PROGRAM MAY ONLY READ.")


def test_text_input_is_shown_unchanged_and_a_picture_as_text_by_its_start():
    wanted = request("A fox", voice_note="keep_this_name", picture="data:image/png;base64," + "A" * 90_000)
    facts = [fact.text for fact in settings_of(task(1, State.QUEUED, request=wanted), CATALOG)]
    assert "keep_this_name" in facts
    assert any(text.endswith("… (90,022 characters)") and len(text) < 300 for text in facts)


def test_approved_and_held_request_does_not_wait_for_approval():
    one = asked()
    held = replace(one, task=replace(one.task, hold=Hold(HoldCode.FILE_CHANGED, file="a.png")))
    assert (one.waits, held.waits) == (True, False)
