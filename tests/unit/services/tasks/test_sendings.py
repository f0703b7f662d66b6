"""Which sendings a reading of counts and balance may hold."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.account import TimeSpan
from runway_desktop.domain.task import TaskId
from runway_desktop.services.clock import LATE
from runway_desktop.services.tasks.sendings import REMEMBERED, Fate, Others, Sendings, Sent

OWN, OTHER = TaskId("own"), TaskId("other")
BEFORE, AFTER = TimeSpan(100.0, 101.0), TimeSpan(110.0, 111.0)


def sendings(begun: float, ended: float | None, fate: Fate = Fate.MADE, model: str = "gen4.5") -> Sendings:
    """The own one without an answer, and another."""
    found = Sendings()
    found.begin(OWN, Sent(model="gen4.5", key=1, begun=102.0))
    found.end(OWN, Fate.UNKNOWN, 103.0)
    found.begin(OTHER, Sent(model=model, key=1, begun=begun))
    if ended is not None:
        found.end(OTHER, fate, ended, credits=25.0)
    return found


def others(found: Sendings) -> Others:
    return found.others(OWN, "gen4.5", BEFORE, AFTER)


def test_own_sending_alone_leaves_no_doubt():
    found = Sendings()
    found.begin(OWN, Sent(model="gen4.5", key=1, begun=102.0))
    found.end(OWN, Fate.UNKNOWN, 103.0)
    assert others(found) == Others()


def test_sending_between_the_readings_counts_in_the_second_alone():
    assert others(sendings(104.0, 105.0)) == Others(accepted=1, charged=25.0, is_money_moved=True)


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        *((99.0, 100.5), (99.0, 101.5), (100.5, 102.0), (109.0, 110.5), (109.0, 112.0), (110.5, 112.0), (109.0, None)),
        # At the very moment of a reading is under way, too.
        *((99.0, 100.0), (101.0, 102.0), (109.0, 110.0), (111.0, 112.0)),
    ],
)
def test_sending_during_a_reading_is_in_doubt(begun, ended):
    assert others(sendings(begun, ended)) == Others(doubtful=1, is_money_moved=True)


@pytest.mark.parametrize(("begun", "ended"), [(98.0, 99.0), (112.0, 113.0), (112.0, None)])
def test_sending_outside_of_both_readings_is_no_evidence(begun, ended):
    assert others(sendings(begun, ended)) == Others()


def test_sending_that_surely_failed_is_no_evidence():
    assert others(sendings(99.0, 110.5, Fate.NOT_MADE)) == Others()


def test_sending_without_an_answer_is_in_doubt_until_resolved():
    found = sendings(104.0, 105.0, Fate.UNKNOWN)
    assert others(found).doubtful == 1
    found.resolve(OTHER, Fate.NOT_MADE)
    assert others(found).doubtful == 0


def test_sending_without_an_answer_may_be_counted_long_after():
    assert others(sendings(90.0, 100.5 - LATE, Fate.UNKNOWN)).doubtful == 1
    assert others(sendings(70.0, 99.5 - LATE, Fate.UNKNOWN)).doubtful == 0


def test_sending_proved_by_evidence_counts_as_accepted_only_long_after():
    found = sendings(104.0, 105.0, Fate.UNKNOWN)
    found.resolve(OTHER, Fate.MADE)
    # It may have been made at any moment until long after.
    assert found.others(OWN, "gen4.5", BEFORE, TimeSpan(105.0 + LATE + 1.0, 105.0 + LATE + 2.0)).accepted == 1
    assert others(found).doubtful == 1


def test_sending_of_another_model_moves_only_the_balance():
    assert others(sendings(104.0, 105.0, model="veo3.1")) == Others(charged=25.0, is_money_moved=True)
    assert others(sendings(99.0, 100.5, model="veo3.1")) == Others(is_money_moved=True)


def test_task_that_ended_between_the_readings_moves_the_balance():
    found = sendings(98.0, 99.0)
    found.money_moved(99.5)
    assert not others(found).is_money_moved
    found.money_moved(100.0)
    assert others(found).is_money_moved, "at the very moment may be in between"


def test_reading_is_clean_without_a_simultaneous_sending_of_the_model():
    found = sendings(99.0, 100.5)
    assert not found.is_clean("gen4.5", BEFORE)
    assert found.is_clean("veo3.1", BEFORE)
    assert found.is_clean("gen4.5", AFTER)


@pytest.mark.parametrize(("begun", "ended"), [(99.0, 110.0), (111.0, 112.0)])
def test_reading_is_not_clean_if_a_sending_starts_or_ends_at_its_moment(begun, ended):
    assert not sendings(begun, ended).is_clean("gen4.5", AFTER)


def test_clean_reading_becomes_unclean_when_an_overlapping_sending_is_found():
    found = sendings(97.0, 98.0, Fate.UNKNOWN)
    assert found.is_clean("gen4.5", BEFORE)
    found.resolve(OTHER, Fate.MADE)
    assert not found.is_clean("gen4.5", BEFORE), "it may have been made until well after its connection broke"
    found = sendings(97.0, 98.0)
    assert found.is_clean("gen4.5", BEFORE)
    found.begin(OWN, Sent(model="gen4.5", key=1, begun=BEFORE.end))
    assert not found.is_clean("gen4.5", BEFORE), "the last run's are recalled late"


def test_repeated_question_about_a_reading_scans_no_sendings_again():
    found = Sendings()
    for number in range(2_000):
        found.begin(TaskId(f"{number}"), Sent(model="gen4.5", key=1, begun=number / 1_000))
        found.end(TaskId(f"{number}"), Fate.MADE, number / 1_000)
    looks = 0

    class Counted(TimeSpan, frozen=True):
        def __getattribute__(self, name: str) -> Any:
            nonlocal looks
            looks += 1
            return object.__getattribute__(self, name)

    reading = Counted(50.0, 51.0)
    assert found.is_clean("gen4.5", reading)
    once = looks
    for _ in range(10):
        assert found.is_clean("gen4.5", reading)
    assert looks < 2 * once


def test_sum_of_other_sendings_includes_those_after_an_unknown_one():
    found = sendings(98.0, 99.0)
    for number in range(4):
        at = 104.0 + number / 2
        found.begin(TaskId(f"made {number}"), Sent(model="gen4.5", key=1, begun=at))
        found.end(TaskId(f"made {number}"), Fate.MADE, at + 0.1, credits=25.0)
    for number in range(3):
        found.begin(TaskId(f"under way {number}"), Sent(model="gen4.5", key=1, begun=108.0))
    assert others(found) == Others(accepted=4, charged=100.0, doubtful=3, is_money_moved=True)


def test_sending_without_an_estimate_has_no_known_charge():
    found = Sendings()
    found.begin(OTHER, Sent(model="gen4.5", key=1, begun=104.0))
    found.end(OTHER, Fate.MADE, 105.0)
    assert others(found) == Others(accepted=1, charged=0.0, is_money_moved=True)


def test_later_evidence_changes_no_resolved_sending():
    found = sendings(104.0, 105.0)
    found.resolve(OTHER, Fate.NOT_MADE)
    assert others(found).accepted == 1
    found.resolve(TaskId("nobody's"), Fate.MADE)
    assert found.get(TaskId("nobody's")) is None


def test_old_sendings_are_forgotten():
    found = sendings(104.0, 105.0)
    found.begin(TaskId("much later"), Sent(model="gen4.5", key=1, begun=200.0 + REMEMBERED))
    assert found.get(OTHER) is None


def test_sending_is_remembered_while_its_followup_runs():
    found = sendings(104.0, 105.0)
    found.begin(TaskId("later"), Sent(model="gen4.5", key=1, begun=105.0 + REMEMBERED))
    kept = found.get(OTHER)
    assert kept is not None
    assert (kept.ended, kept.fate) == (105.0, Fate.MADE)


def test_repeated_sending_keeps_no_older_sending_in_memory():
    found = sendings(104.0, 105.0)
    found.begin(OWN, Sent(model="gen4.5", key=1, begun=1_000.0))
    found.begin(TaskId("later"), Sent(model="gen4.5", key=1, begun=200.0 + REMEMBERED))
    assert found.get(OTHER) is None
    assert found.get(OWN) is not None
