"""Verdicts about a sending without an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Evidence
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.usecases.words.uncertain import verdict_words


def evidence(**known) -> Evidence:
    return Evidence(cause=Reason(ReasonCode.NO_REPLY), **known)


@pytest.mark.parametrize(
    ("known", "likelihood"),
    [
        ({"daily_before": 4, "daily_after": 5}, Likelihood.MADE),
        ({"daily_before": 4, "daily_after": 4}, Likelihood.NOT_MADE),
        ({"daily_before": 4, "daily_after": 6, "accepted_between": 1}, Likelihood.MADE),
        ({"daily_before": 4, "daily_after": 5, "accepted_between": 1}, Likelihood.NOT_MADE),
        ({"daily_before": 4, "daily_after": 9}, Likelihood.UNKNOWN),
        ({"daily_before": 4, "daily_after": 2}, Likelihood.UNKNOWN),
        ({"daily_before": 4}, Likelihood.UNKNOWN),
        ({}, Likelihood.UNKNOWN),
        ({"balance_before": 100.0, "balance_after": 40.0, "price": 60.0}, Likelihood.MADE),
        ({"balance_before": 100.0, "balance_after": 100.0, "price": 60.0}, Likelihood.NOT_MADE),
        ({"balance_before": 100.0, "balance_after": 40.0}, Likelihood.UNKNOWN),
        ({"balance_before": 100.0, "balance_after": 70.0, "price": 60.0}, Likelihood.UNKNOWN),
        ({"balance_before": 100.0, "balance_after": 15.0, "price": 60.0, "charged_between": 25.0}, Likelihood.MADE),
        ({"daily_before": 4, "daily_after": 5, "doubtful": 1}, Likelihood.UNKNOWN),
        ({"daily_before": 4, "daily_after": 4, "doubtful": 1}, Likelihood.UNKNOWN),
        ({"daily_before": 4, "daily_after": 4, "is_early": True}, Likelihood.UNKNOWN),
        ({"daily_before": 4, "daily_after": 5, "is_early": True}, Likelihood.MADE),
        (
            {"balance_before": 100.0, "balance_after": 100.0, "price": 60.0, "is_balance_doubtful": True},
            Likelihood.UNKNOWN,
        ),
        (
            {"balance_before": 100.0, "balance_after": 40.0, "price": 60.0, "is_balance_doubtful": True},
            Likelihood.UNKNOWN,
        ),
        ({"balance_before": 100.0, "balance_after": 100.0, "price": 60.0, "is_early": True}, Likelihood.UNKNOWN),
    ],
)
def test_counts_and_balance_give_the_probable_outcome(known, likelihood):
    assert verdict(evidence(**known)).likelihood is likelihood


def test_explanation_names_the_observed_counts_and_balance():
    known = evidence(daily_before=4, daily_after=5, balance_before=100.0, balance_after=40.0, price=60.0)
    assert verdict_words(known) == ("Today's count rose by 1 and the balance fell by 60, so it was probably created.")


def test_explanation_names_other_sendings_in_between():
    known = evidence(daily_before=4, daily_after=6, accepted_between=2)
    assert "2 other tasks were sent meanwhile" in verdict_words(known)
    assert verdict(known).likelihood is Likelihood.NOT_MADE


def test_contradicting_count_and_balance_prove_nothing():
    known = evidence(daily_before=4, daily_after=4, balance_before=100.0, balance_after=40.0, price=60.0)
    assert verdict(known).likelihood is Likelihood.UNKNOWN


def test_task_counted_but_not_charged_yet_is_described_so():
    known = evidence(daily_before=4, daily_after=5, balance_before=100.0, balance_after=100.0, price=60.0)
    assert verdict(known).likelihood is Likelihood.MADE
    assert "charged yet" in verdict_words(known)


def test_explanation_names_other_tasks_that_leave_doubt():
    known = evidence(daily_before=4, daily_after=6, accepted_between=1, doubtful=2)
    assert verdict_words(known).startswith("Today's count rose by 2. 2 other tasks may be in the count or not, so")


def test_balance_changed_by_others_is_mentioned_only_if_it_supports_the_count():
    money = {"balance_before": 100.0, "price": 60.0, "is_balance_doubtful": True}
    counted = {"daily_before": 4, "daily_after": 5}
    assert "balance fell by 60" in verdict_words(evidence(**counted, **money, balance_after=40.0))
    assert "balance" not in verdict_words(evidence(**counted, **money, balance_after=90.0))


numbers = st.none() | st.floats(-1e6, 1e6)
counts = st.none() | st.integers(0, 10_000)


@given(
    before=numbers,
    after=numbers,
    first=counts,
    second=counts,
    between=st.integers(0, 50),
    price=numbers,
    doubts=st.tuples(st.integers(0, 3), st.booleans(), st.booleans()),
)
def test_every_evidence_gets_a_sentence_without_certainty(before, after, first, second, between, price, doubts):
    known = evidence(
        balance_before=before,
        balance_after=after,
        daily_before=first,
        daily_after=second,
        accepted_between=between,
        price=price,
        doubtful=doubts[0],
        is_balance_doubtful=doubts[1],
        is_early=doubts[2],
    )
    if doubts[0] and None not in (first, second):
        assert verdict(known).likelihood is Likelihood.UNKNOWN
    words = verdict_words(known)
    assert words.endswith(".")
    assert any(word in words for word in ("probably", "can't tell", "too early to tell"))
