"""The reason why a queued task waits is the same in row, details, queue groups and for clients."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason, Limit, Way
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Hold, HoldCode, State
from runway_desktop.usecases.clients.task_answer import task_answer
from runway_desktop.usecases.words.states import Around, describe
from runway_desktop.usecases.words.tasks import trouble_of
from runway_desktop.values import as_json
from tests.rigs.engine_rig import CATALOG
from tests.rigs.rows import task

NO_CREDITS = Reason(ReasonCode.NO_CREDITS, words="No credits.")
LOST = Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.NOT_REACHED, words="Earlier."))
FILE = "An input file"


def over(cap: Cap, spent: float = 50.0) -> LaneReason:
    limit = Limit(cap=cap, limit=60.0, spent=0.0 if cap in (Cap.SENDING, Cap.BALANCE) else spent, project="Aurora")
    return LaneReason(LaneCode.HELD_BACK, held=HeldBack(limit=limit, price=70.0, exact=True))


def lane(code: LaneCode) -> LaneReason:
    return LaneReason(code, 1, 2, model="gen4.5")


class Case(NamedTuple):
    hold: Hold
    by: LaneReason | None
    way: Way
    row: str
    said: str
    """Beginning of the sentence."""
    program: str = ""
    """The same for programs, where it differs."""


PERSON, RETRY, RESUME, KEY, TURN = Way.PERSON, Way.RETRY, Way.RESUME, Way.KEY, Way.TURN
BY_HOLD = (
    Case(Hold(HoldCode.WAITS_FOR_PERSON), over(Cap.DAY), PERSON, "Held (until released)", "Held until you release it."),
    Case(Hold(HoldCode.RESTORED), None, PERSON, "Held (Restored from a backup)", "Restored from a backup. It may"),
    Case(Hold(HoldCode.COPIED), None, PERSON, "Held (Profile was copied)", "This profile's folder was copied"),
    Case(Hold(HoldCode.ROUTER_GONE), None, PERSON, "Held (Router no longer exists)", "Its router no longer"),
    Case(Hold(HoldCode.OTHER_KEY), lane(LaneCode.OFFLINE), PERSON, "Held (Queued with another key)", "Queued with"),
    Case(Hold(HoldCode.ASK_PERSON), None, PERSON, "Held (May have been sent)", "Not sent automatically"),
    Case(
        Hold(HoldCode.APPROVAL, client="claude"), None, PERSON, "Needs your approval (claude)", "Requested by claude.",
        "It waits for the person's approval.",
    ),
    Case(Hold(HoldCode.CREDITS), None, PERSON, "Waits for credits (until released)", "The balance didn't cover it"),
    Case(Hold(HoldCode.NO_COST), None, PERSON, "Held (Price still unknown)", "The last run of this version ended"),
    Case(Hold(HoldCode.FILE_CHANGED), None, PERSON, "Held (Input file changed)", f"{FILE} has changed"),
    Case(Hold(HoldCode.WHEN_CREDITS), over(Cap.BALANCE), RETRY, "Queued (When the balance allows)", "Sent as soon as"),
    Case(Hold(HoldCode.FILE_MISSING), over(Cap.DAY), RETRY, "Queued (Input file missing)", f"{FILE} is missing"),
    Case(Hold(HoldCode.FILE_UNREADABLE), None, RETRY, "Queued (Input file unreadable)", f"{FILE} can't be read"),
    Case(Hold(HoldCode.FILE_EMPTY), None, RETRY, "Queued (Input file is empty)", f"{FILE} is empty"),
    Case(Hold(HoldCode.UPLOAD_FAILED), None, RETRY, "Queued (Upload failed)", "The upload failed."),
    Case(Hold(HoldCode.NOT_PREPARED), None, RETRY, "Queued (Not prepared)", "This task could not be prepared."),
    Case(Hold(HoldCode.NOT_SENT, cause=NO_CREDITS), lane(LaneCode.PAUSED), RETRY, "Queued (No credits.)", "No cred"),
)  # fmt: skip
"""Its own hold is named first."""
BY_CAP = (
    Case(LOST, over(Cap.DAY), Way.RAISE, "Over cap (10 credits left today)", "Daily cap reached:"),
    Case(Hold(), over(Cap.SENDING), Way.RAISE, "Over cap (at most 60 credits each)", "Over the cap of 60"),
    Case(Hold(), over(Cap.DAY), Way.RAISE, "Over cap (10 credits left today)", "Daily cap reached:"),
    Case(Hold(), over(Cap.MONTH), Way.RAISE, "Over cap (10 credits left this month)", "Monthly cap reached:"),
    Case(
        Hold(), over(Cap.PROJECT), Way.RAISE, "Over cap (10 credits left)", "Cap of “Aurora” reached",
        "Cap of “its project” reached",
    ),
    Case(Hold(), over(Cap.BALANCE), Way.CREDITS, "Balance too low (60 credits left)", "Balance too low:"),
)  # fmt: skip
BY_LANE = (
    Case(LOST, None, RETRY, "Queued (Retrying)", "Retrying"),
    Case(LOST, lane(LaneCode.OFFLINE), RETRY, "Queued (Offline)", "Offline"),
    Case(Hold(), lane(LaneCode.CLOSING), RESUME, "Queued (Closing)", "Closing"),
    Case(Hold(), lane(LaneCode.PAUSED), RESUME, "Queued (Paused)", "Paused"),
    Case(Hold(), lane(LaneCode.NO_ANSWERS), RESUME, "Queued (Paused: no answers)", "Paused: no answers"),
    Case(Hold(), lane(LaneCode.LOCKED), RESUME, "Queued (Paused)", "", "The program that runs the queue may not spend"),
    Case(Hold(), lane(LaneCode.NO_KEY), KEY, "Queued (No key)", "No key"),
    Case(Hold(), lane(LaneCode.KEY_REFUSED), KEY, "Queued (Key refused)", "Key refused"),
    Case(Hold(), lane(LaneCode.OFFLINE), RETRY, "Queued (Offline)", "Offline"),
    Case(Hold(), lane(LaneCode.ERROR), RETRY, "Queued (Retrying after an error)", "Retrying after an error"),
    Case(Hold(), lane(LaneCode.UNWRITABLE), RETRY, "Queued (Database not writable)", "Database not writable"),
    Case(Hold(), lane(LaneCode.UNSETTLED), TURN, "Queued (Checking the last request)", "Checking the last request"),
    Case(Hold(), lane(LaneCode.NO_SLOT), TURN, "Queued (1 of 2 slots in use)", "1 of 2 slots in use"),
    Case(Hold(), lane(LaneCode.FIRST_COST), TURN, "Queued (Waits for the first cost)", "Waits for the first cost"),
    Case(Hold(), lane(LaneCode.DAY_USED_UP), TURN, "Queued (Daily limit reached)", "Daily limit reached"),
    Case(Hold(), None, TURN, "Queued (Sent when a slot is free)", ""),
)
"""The row's few words are enough: the details do not repeat them."""


@pytest.mark.parametrize("case", [*BY_HOLD, *BY_CAP, *BY_LANE], ids=lambda case: case.row)
def test_row_queue_budget_and_clients_give_the_same_reason(case: Case):
    queued, kept = Row(task=task(1, State.QUEUED, hold=case.hold)), Kept(hold=case.hold, lane=case.by, since=60.0)
    assert kept.way is case.way
    assert describe(queued, Around(kept=kept)).spoken == case.row
    told, program = trouble_of(queued, CATALOG, kept), case.program or case.said
    assert told == "" if case in BY_LANE else told.startswith(case.said)
    answer = as_json(task_answer(queued, kept=kept))
    assert answer.get("waits_because", "").startswith(program)
    assert answer.get("waits_since") == ("1970-01-01T00:01:00.000Z" if program else None)


def test_table_of_reasons_is_complete():
    table = (*BY_HOLD, *BY_CAP, *BY_LANE)
    never_queued = {HoldCode.ITS_TURN, HoldCode.REFUSED, HoldCode.EXPIRED}
    assert {case.hold.code for case in table} | never_queued == set(HoldCode)
    by = [case.by for case in table if case.by is not None]
    assert {one.code for one in by} == set(LaneCode)
    assert {one.held.limit.cap for one in by if one.held is not None} == set(Cap)
