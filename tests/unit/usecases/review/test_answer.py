"""What comes back from a client is read with bounds, as plain text."""

from __future__ import annotations

import json
import textwrap
from base64 import b64encode
from typing import Any

import pytest

from runway_desktop.domain.errors import NotPossible
from runway_desktop.usecases.review.answer import Comment, Decision, decisions_in

HASH = "a" * 64


def told(**values: Any) -> dict[str, Any]:
    said = {"number": 1, "sha256": HASH, "decision": "change", "comments": [{"at": 2.1, "text": "Too early"}]}
    return {"schema": "runway-desktop.review", "format": 1, "round": "r1", "by": "Jonas Weber", "comment": "Strong.",
            "clips": [said], **values}  # fmt: skip


def in_mail(answer: dict[str, Any]) -> str:
    packed = b64encode(json.dumps(answer).encode()).decode()
    return f"Aurora spot, round 2\nJonas Weber\n\n[runway-desktop.review:{packed}]"


def test_decisions_are_read() -> None:
    found = decisions_in(json.dumps(told()), "decisions.json")
    assert (found.round, found.by, found.comment) == ("r1", "Jonas Weber", "Strong.")
    comments = (Comment(at=2.1, text="Too early"),)
    assert found.clips == (Decision(number=1, sha256=HASH, decision="change", comments=comments),)


def test_text_of_a_mail_says_the_same_when_it_was_wrapped_and_quoted() -> None:
    quoted = "\n".join(f"> {line}" for line in textwrap.wrap(in_mail(told(by="猫の監督")), 60))
    found = decisions_in(f"Hello,\n{quoted}\nBest", "mail")
    assert found.by == "猫の監督"
    assert found.digest == decisions_in(json.dumps(told(by="猫の監督"), indent=3), "decisions.json").digest
    assert found.digest != decisions_in(json.dumps(told()), "decisions.json").digest


def test_what_could_show_another_text_is_taken_out() -> None:
    found = decisions_in(json.dumps(told(by="Jo\u202e\x1b[2Jnas\n", comment="a\x00b\n\u2066c")), "decisions.json")
    assert (found.by, found.comment) == ("Jo [2Jnas", "a b\n c")


@pytest.mark.parametrize(
    "answer",
    [
        "", "{", "[]", "null", "{" * 100_000, "[" * 100_000, '{"schema": "runway-desktop.review"}',
        json.dumps(told(schema="other")),
        json.dumps(told(clips=[{"number": 1, "sha256": "../../etc", "decision": "change"}])),
        json.dumps(told(clips=[{"number": -1, "sha256": HASH}])),
        json.dumps(told(clips=[{"number": 1, "sha256": HASH, "decision": "delete"}])),
        json.dumps(told(clips=[{"number": 1, "sha256": HASH, "comments": [{"at": -1, "text": "x"}]}])),
        json.dumps(told(clips=[{"number": 1, "sha256": HASH}] * 2)),
        json.dumps(told(by="x" * 201)),
        in_mail(told())[:-40] + "]",
    ],
)  # fmt: skip
def test_damaged_or_forged_answer_is_refused_in_one_sentence(answer: str) -> None:
    with pytest.raises(NotPossible) as refused:
        decisions_in(answer, "decisions.json")
    assert refused.value.in_words() == "“decisions.json” is damaged, or no answer to a review. Nothing was read."


def test_large_and_newer_answers_are_refused() -> None:
    with pytest.raises(NotPossible, match="too large for an answer"):
        decisions_in(" " * 4_000_001, "decisions.json")
    with pytest.raises(NotPossible, match="from a newer version"):
        decisions_in(json.dumps(told(format=2)), "decisions.json")
