"""What is said of a sending without an answer, word for word, and where a doubt begins."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import Evidence
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.usecases.words.uncertain import count_words, verdict_words

MADE, NOT_MADE, UNKNOWN = Likelihood.MADE, Likelihood.NOT_MADE, Likelihood.UNKNOWN


def counted(by: int, **more) -> Evidence:
    return Evidence(daily_before=4, daily_after=4 + by, **more)


def spent(credits: float, **more) -> Evidence:
    return Evidence(balance_before=2_000.0, balance_after=2_000.0 - credits, **more)


def both(by: int, credits: float, **more) -> Evidence:
    return counted(by, balance_before=2_000.0, balance_after=2_000.0 - credits, **more)


COUNTED = [
    (counted(1), MADE, "The day's count moved by 1: it was probably made."),
    (counted(0), NOT_MADE, "The day's count did not move: it was probably not made."),
    (
        counted(0, is_early=True),
        UNKNOWN,
        "The day's count did not move. A slow server may still make it, so this cannot tell yet whether it was made.",
    ),
    (
        counted(2),
        UNKNOWN,
        "The day's count moved by 2. Something else uses this key at the same time, so this cannot tell whether it was "
        "made.",
    ),
    (
        counted(-2),
        UNKNOWN,
        "The day's count fell by 2. Tasks of yesterday left the count meanwhile, so this cannot tell whether it was "
        "made.",
    ),
    (
        counted(1, doubtful=1),
        UNKNOWN,
        "The day's count moved by 1. 1 other task may be counted in it or not, so this cannot tell whether it was "
        "made.",
    ),
    (
        counted(1, doubtful=2, accepted_between=1),
        UNKNOWN,
        "The day's count moved by 1. 2 other tasks may be counted in it or not, so this cannot tell whether it was "
        "made.",
    ),
    (
        counted(2, accepted_between=1),
        MADE,
        "The day's count moved by 2, of which 1 is another task: it was probably made.",
    ),
    (
        counted(2, accepted_between=2),
        NOT_MADE,
        "The day's count moved by 2, of which 2 are other tasks: it was probably not made.",
    ),
    (
        counted(0, accepted_between=1),
        UNKNOWN,
        "The day's count did not move, although 1 other task was sent meanwhile. Tasks of yesterday left the count "
        "meanwhile, so this cannot tell whether it was made.",
    ),
    (
        both(2, 85.0, accepted_between=1, charged_between=25.0, price=60.0),
        MADE,
        "The day's count moved by 2, of which 1 is another task, and 85 credits left the balance: it was probably "
        "made.",
    ),
    (
        both(1, 0.0, price=60.0),
        MADE,
        "The day's count moved by 1 and no credits left the balance: it was probably made. It does not seem to be "
        "charged yet.",
    ),
    (
        both(0, 60.0, price=60.0),
        UNKNOWN,
        "The day's count did not move and 60 credits left the balance. The count says that it was not made, the "
        "balance that it was, so this cannot tell whether it was made.",
    ),
]

BY_BALANCE = [
    (
        Evidence(),
        UNKNOWN,
        "The day's count and the balance could not be compared, so this cannot tell whether it was made.",
    ),
    (
        spent(60.0, price=60.0),
        MADE,
        "60 credits left the balance, which is what it would cost: it was probably made.",
    ),
    (
        spent(85.0, price=60.0, accepted_between=1, charged_between=25.0),
        MADE,
        "85 credits left the balance while 1 other task was sent, which is what it would cost: it was probably made.",
    ),
    (
        spent(0.0, price=60.0),
        NOT_MADE,
        "No credits left the balance: it was probably not made. The day's count is not known, so be careful.",
    ),
    (
        spent(0.0, price=60.0, is_early=True),
        UNKNOWN,
        "No credits left the balance. A slow server may still make it, so this cannot tell yet whether it was made.",
    ),
    (
        spent(25.0, accepted_between=2),
        UNKNOWN,
        "25 credits left the balance while 2 other tasks were sent. What it would cost is not known, so this cannot "
        "tell whether it was made.",
    ),
    (
        spent(60.0, price=60.0, is_balance_doubtful=True),
        UNKNOWN,
        "60 credits left the balance. Other tasks moved the balance too, so this cannot tell whether it was made.",
    ),
    (
        spent(30.0, price=60.0),
        UNKNOWN,
        "30 credits left the balance. That does not fit its price, so this cannot tell whether it was made.",
    ),
]

SUMS = [
    (1.0, "1 credit left the balance."),
    (0.5, "0.5 credits left the balance."),
    (0.004, "No credits left the balance."),
    (-1.0, "1 credit came back to the balance."),
    (-1_250.5, "1,250.5 credits came back to the balance."),
    (100.0, "100 credits left the balance."),
]


@pytest.mark.parametrize(("evidence", "likelihood", "words"), COUNTED + BY_BALANCE)
def test_each_kind_of_evidence_has_its_sentence(evidence, likelihood, words):
    assert (verdict(evidence).likelihood, verdict_words(evidence)) == (likelihood, words)


@pytest.mark.parametrize(("credits", "words"), SUMS)
def test_a_sum_is_said_as_a_person_would(credits, words):
    assert verdict_words(spent(credits)).startswith(words)


def test_a_count_that_is_not_known_has_no_words():
    assert count_words(Evidence(daily_before=4)) == ""
    assert count_words(counted(1)) == "day's count moved by 1"


@pytest.mark.parametrize(
    ("credits", "likelihood"),
    [(0.5, NOT_MADE), (0.6, UNKNOWN), (53.9, UNKNOWN), (54.0, MADE), (66.0, MADE), (66.1, UNKNOWN)],
)
def test_a_tenth_or_half_a_credit_either_way_still_fits(credits, likelihood):
    assert verdict(spent(credits, price=60.0)).likelihood is likelihood


@pytest.mark.parametrize(("credits", "seen"), [(29.9, True), (30.0, False)])
def test_less_than_half_its_price_is_not_charged_yet(credits, seen):
    assert ("charged yet" in verdict_words(both(1, credits, price=60.0))) is seen


def test_the_price_of_others_is_not_the_price_of_this_one():
    known = both(1, 29.0, price=60.0, charged_between=25.0)
    assert "charged yet" in verdict_words(known)
    assert "charged yet" not in verdict_words(both(1, 60.0, price=60.0, charged_between=25.0))
    said = verdict_words(both(0, 85.0, price=60.0, charged_between=25.0))
    assert "the balance that it was, so this cannot tell" in said


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (both(1, 60.0, price=60.0, is_balance_doubtful=True), True),
        (both(1, 1.0, is_balance_doubtful=True), False),
        (both(1, 0.5, is_balance_doubtful=True), True),
        (both(0, 0.5, is_balance_doubtful=True), True),
        (both(0, 1.2, is_balance_doubtful=True), False),
        (both(2, 60.0, price=60.0, is_balance_doubtful=True), False),
    ],
)
def test_a_balance_in_doubt_is_told_only_where_it_bears_the_count_out(evidence, told):
    assert ("left the balance" in verdict_words(evidence)) is told
