"""Sentences about a sending without an answer, word for word."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import Evidence
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.usecases.words.uncertain import verdict_words

MADE, NOT_MADE, UNKNOWN = Likelihood.MADE, Likelihood.NOT_MADE, Likelihood.UNKNOWN


def counted(by: int, **more) -> Evidence:
    return Evidence(daily_before=4, daily_after=4 + by, **more)


def spent(credits: float, **more) -> Evidence:
    return Evidence(balance_before=2_000.0, balance_after=2_000.0 - credits, **more)


def both(by: int, credits: float, **more) -> Evidence:
    return counted(by, balance_before=2_000.0, balance_after=2_000.0 - credits, **more)


COUNTED = [
    (counted(1), MADE, "Today's count rose by 1. It was probably created."),
    (counted(0), NOT_MADE, "Today's count didn't change. It was probably not created."),
    (
        counted(0, is_early=True),
        UNKNOWN,
        "Today's count didn't change. A slow server may still create it, so it's too early to tell.",
    ),
    (
        counted(2),
        UNKNOWN,
        "Today's count rose by 2. Something else uses this key at the same time, so this can't tell whether "
        "it was created.",
    ),
    (
        counted(-2),
        UNKNOWN,
        "Today's count fell by 2. Yesterday's tasks left the count meanwhile, so this can't tell whether it "
        "was created.",
    ),
    (
        counted(1, doubtful=1),
        UNKNOWN,
        "Today's count rose by 1. 1 other task may be in the count or not, so this can't tell whether it was created.",
    ),
    (
        counted(1, doubtful=2, accepted_between=1),
        UNKNOWN,
        "Today's count rose by 1. 2 other tasks may be in the count or not, so this can't tell whether it was created.",
    ),
    (
        counted(2, accepted_between=1),
        MADE,
        "Today's count rose by 2. 1 other task was sent meanwhile. It was probably created.",
    ),
    (
        counted(2, accepted_between=2),
        NOT_MADE,
        "Today's count rose by 2. 2 other tasks were sent meanwhile. It was probably not created.",
    ),
    (
        counted(0, accepted_between=1),
        UNKNOWN,
        "Today's count didn't change. 1 other task was sent meanwhile. Yesterday's tasks left the count "
        "meanwhile, so this can't tell whether it was created.",
    ),
    (
        both(2, 85.0, accepted_between=1, charged_between=25.0, price=60.0),
        MADE,
        "Today's count rose by 2. The balance fell by 85. 1 other task was sent meanwhile. It was probably created.",
    ),
    (
        both(1, 0.0, price=60.0),
        MADE,
        "Today's count rose by 1. The balance didn't change. It was probably created, but doesn't seem to be "
        "charged yet.",
    ),
    (
        both(0, 60.0, price=60.0),
        UNKNOWN,
        "Today's count didn't change. The balance fell by 60. Count and balance disagree, so this can't tell "
        "whether it was created.",
    ),
]

BY_BALANCE = [
    (
        Evidence(),
        UNKNOWN,
        "Today's count and the balance couldn't be compared, so this can't tell whether it was created.",
    ),
    (spent(60.0, price=60.0), MADE, "The balance fell by 60. That fits its price, so it was probably created."),
    (
        spent(85.0, price=60.0, accepted_between=1, charged_between=25.0),
        MADE,
        "The balance fell by 85. 1 other task was sent meanwhile. That fits its price, so it was probably created.",
    ),
    (
        spent(0.0, price=60.0),
        NOT_MADE,
        "The balance didn't change. It was probably not created. Today's count isn't known, so be careful.",
    ),
    (
        spent(0.0, price=60.0, is_early=True),
        UNKNOWN,
        "The balance didn't change. A slow server may still create it, so it's too early to tell.",
    ),
    (
        spent(25.0, accepted_between=2),
        UNKNOWN,
        "The balance fell by 25. 2 other tasks were sent meanwhile. Its price isn't known, so this can't "
        "tell whether it was created.",
    ),
    (
        spent(60.0, price=60.0, is_balance_doubtful=True),
        UNKNOWN,
        "The balance fell by 60. Other tasks changed the balance too, so this can't tell whether it was created.",
    ),
    (
        spent(30.0, price=60.0),
        UNKNOWN,
        "The balance fell by 30. That doesn't fit its price, so this can't tell whether it was created.",
    ),
]

SUMS = [
    (1.0, "The balance fell by 1."),
    (0.5, "The balance fell by 0.5."),
    (0.004, "The balance didn't change."),
    (-1.0, "The balance rose by 1."),
    (-1_250.5, "The balance rose by 1,250.5."),
    (100.0, "The balance fell by 100."),
]


@pytest.mark.parametrize(("evidence", "likelihood", "words"), COUNTED + BY_BALANCE)
def test_each_kind_of_evidence_has_its_sentence(evidence, likelihood, words):
    assert (verdict(evidence).likelihood, verdict_words(evidence)) == (likelihood, words)


@pytest.mark.parametrize(("credits", "words"), SUMS)
def test_credit_sums_are_rounded_for_people(credits, words):
    assert verdict_words(spent(credits)).startswith(words)


@pytest.mark.parametrize(
    ("credits", "likelihood"),
    [(0.5, NOT_MADE), (0.6, UNKNOWN), (53.9, UNKNOWN), (54.0, MADE), (66.0, MADE), (66.1, UNKNOWN)],
)
def test_difference_of_a_tenth_or_half_a_credit_still_matches(credits, likelihood):
    assert verdict(spent(credits, price=60.0)).likelihood is likelihood


@pytest.mark.parametrize(("credits", "seen"), [(29.9, True), (30.0, False)])
def test_difference_below_half_the_price_counts_as_not_charged_yet(credits, seen):
    assert ("charged yet" in verdict_words(both(1, credits, price=60.0))) is seen


def test_price_of_other_tasks_is_not_taken_for_this_one():
    known = both(1, 29.0, price=60.0, charged_between=25.0)
    assert "charged yet" in verdict_words(known)
    assert "charged yet" not in verdict_words(both(1, 60.0, price=60.0, charged_between=25.0))
    said = verdict_words(both(0, 85.0, price=60.0, charged_between=25.0))
    assert "Count and balance disagree" in said


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
def test_doubtful_balance_is_mentioned_only_if_it_supports_the_count(evidence, told):
    assert ("balance fell" in verdict_words(evidence)) is told
