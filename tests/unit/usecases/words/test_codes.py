"""Every code of the engine has a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.caps import Cap, HeldBack, LaneCode, LaneReason, Limit
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.folders import (
    FolderProblem,
    FolderRefusal,
    FolderState,
    MovePhase,
    MovePlan,
    MoveProgress,
    MoveWait,
    MoveWaitCode,
    PlanProblem,
    Stayed,
    StayedCode,
)
from runway_desktop.services.exchange.id_search import Doubt, DoubtCode
from runway_desktop.usecases.words.folders import detail_of, plan_words, refusal_words, stayed_reason
from runway_desktop.usecases.words.holds import cap_sentence, lane_words, raise_words
from runway_desktop.usecases.words.imports import doubt_words
from runway_desktop.usecases.words.notices import said

HELD = HeldBack(limit=Limit(cap=Cap.DAY, limit=60.0, spent=50.0), price=25.0, exact=True)
MOVE = MoveProgress(source="/old", target="/new", files=2, phase=MovePhase.DONE)


@pytest.mark.parametrize("code", LaneCode)
def test_reason_why_the_lane_sends_nothing_has_a_text(code: LaneCode):
    assert lane_words(LaneReason(code, 2, 2, model="gen4.5", held=HELD))


def test_sending_lane_has_no_text():
    assert lane_words(None) == ""


@pytest.mark.parametrize("cap", Cap)
def test_each_cap_is_named_and_can_be_raised_except_the_balance(cap: Cap):
    held = HeldBack(limit=Limit(cap=cap, limit=60.0, spent=50.0, project="Aurora"), price=25.0)
    assert cap_sentence(held).endswith("; the next task costs about 25.")
    assert bool(raise_words(held)) is (cap is not Cap.BALANCE)


@pytest.mark.parametrize("code", EngineNoticeCode)
def test_each_engine_notice_has_a_message(code: EngineNoticeCode):
    told = said(EngineNotice(code, ("/films",), move=MOVE))
    assert str(told.message).endswith(".")


@pytest.mark.parametrize("code", [code for code in StayedCode if code not in (StayedCode.UNKNOWN, StayedCode.REFUSED)])
def test_each_reason_why_a_file_stayed_behind_has_a_text(code: StayedCode):
    assert stayed_reason(Stayed("/old/fox.mp4", code)).endswith(".")


@pytest.mark.parametrize("problem", FolderProblem)
def test_each_reason_why_a_folder_is_unsuitable_has_a_text(problem: FolderProblem):
    assert refusal_words(FolderRefusal(problem, "/films")).endswith(".")


@pytest.mark.parametrize("problem", PlanProblem)
def test_each_reason_why_a_move_is_impossible_has_a_text(problem: PlanProblem):
    plan = MovePlan(source=Path("/old"), target=Path("/new"), problem=problem, target_state=FolderState.READ_ONLY)
    assert plan_words(plan).endswith(".")


@pytest.mark.parametrize("state", [state for state in FolderState if not state.can_write])
def test_waiting_move_names_its_folder(state: FolderState):
    waits = MoveWait(MoveWaitCode.FOLDER, "/new", state)
    assert "/new" in detail_of(MoveProgress(source="/old", target="/new", waits=waits), None)


def test_why_an_id_is_no_task_id_is_said():
    assert {code: doubt_words(Doubt(code, "1")) for code in DoubtCode} == {
        DoubtCode.VERSION: "It is a version 1 UUID; Runway's task IDs are version 4.",
        DoubtCode.LINK: "It is part of a link.",
        DoubtCode.LABEL: "It is labeled as another ID: 1.",
        DoubtCode.FILE_NAME: "It is a file name.",
        DoubtCode.PATH: "It is part of a path.",
    }
    assert doubt_words(None) == ""
