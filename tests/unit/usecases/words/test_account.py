"""Texts of the account and its money."""

from __future__ import annotations

import pytest

from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link, ModelLimits, Organization
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.task import Request, State, Task, TaskId
from runway_desktop.services.money.pricing import Price, PriceBasis
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import (
    NO_GOING,
    balance_detail,
    balance_words,
    connection_words,
    cost_in_words,
    going_words,
    key_source_words,
    key_words,
    left_today_words,
    price_detail,
    today_words,
    waiting_words,
)
from runway_desktop.usecases.words.states import Tone

MODERATION = Failure(code="SAFETY.INPUT.TEXT", words="No")


@pytest.mark.parametrize("link", Link)
def test_every_connection_state_has_a_text(link: Link):
    words, tone = connection_words(Connectivity(link=link, last_answer_at=97.0, next_try_at=108.0), now=100.0)
    assert words
    assert (tone is Tone.GOOD) is (link is Link.CONNECTED)
    if link is Link.CONNECTED:
        assert words == "Connected · refreshed just now"
    if link is Link.OFFLINE:
        assert words == "Offline · next try in 8 s"
    if link is Link.KEY_REFUSED:
        assert words == "Runway didn't accept the key · next try in 8 s"


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(-1, "just now"), (9.9, "just now"), (10, "10 s ago"), (33, "30 s ago"), (59.9, "50 s ago"), (60, "1 min ago")],
)
def test_hanging_server_is_described_by_the_age_of_its_last_answer(seconds: float, age: str):
    words, _ = connection_words(Connectivity(link=Link.CONNECTED, last_answer_at=100.0), now=100.0 + seconds)
    assert words == f"Connected · refreshed {age}"


@pytest.mark.parametrize("place", KeySource)
def test_every_key_source_has_a_text(place: KeySource):
    key = KeyStatus(source=place, store_name="GNOME Keyring", ending="wxyz")
    assert key_words(key)
    assert key_source_words(key).endswith(".")


def test_balance_spent_from_since_its_reading_is_shown_as_approximate():
    organization = Organization(balance=10_000, asked_at=1_000.0)
    assert balance_words(None) == f"{units.DASH} credits"
    assert balance_words(organization) == "10,000 credits"
    assert balance_words(organization, 568.4) == "about 9,432 credits"
    assert balance_words(organization, 20_000) == "about 0 credits"
    assert balance_detail(None, 0.0, 1_300.0) == ""
    assert balance_detail(organization, 0.0, 1_300.0) == "Runway reported 10,000 credits 5 min ago."
    assert balance_detail(organization, 568.4, 1_300.0) == (
        "Runway reported 10,000 credits 5 min ago; about 568 credits spent since."
    )


def test_only_known_and_nonzero_values_are_shown():
    organization = Organization(balance=100, limits={"gen4.5": ModelLimits(daily=5)})
    assert left_today_words(organization, "gen4.5") == "5 generations left today for Gen-4.5"
    assert left_today_words(organization, "veo3") == left_today_words(None, "gen4.5") == ""
    assert waiting_words(0, (60.0, 90.0)) == ""
    assert waiting_words(3, None) == "3 queued"


def test_running_work_is_summed_up_and_listed_in_full():
    assert going_words(0, DownloadsCounted(0, 0, 0.0), Link.CONNECTED) == NO_GOING
    both = going_words(2, DownloadsCounted(3, 5, 48_000_000.0), Link.CONNECTED)
    assert (both.text, both.figure, both.is_sending) == ("Sending 2 · Saving 3", "48 MB/s", True)
    assert both.lines == (
        ("Sending 2 tasks", ""),
        ("Saving 3 results", "48 MB/s"),
        ("5 results waiting to be saved", ""),
    )
    waits = going_words(0, DownloadsCounted(0, 1_200, 0.0), Link.OFFLINE)
    assert (waits.text, waits.figure) == ("1,200 to save", "")
    assert waits.lines == (("1,200 results waiting for the connection", ""),)
    moving = going_words(0, DownloadsCounted(1, 0, 0.0), Link.CONNECTED, "Moving 3 of 9 files")
    assert moving.text == "Saving 1 · Moving 3 of 9 files"


def test_status_line_shows_todays_spending_and_the_cap():
    assert today_words(640.0, 1_500.0) == "Today 640 of 1,500 credits"
    assert today_words(640.0, None) == "Today 640 credits"
    assert today_words(0.0, 1_500.0) == "Today 0 of 1,500 credits"
    assert today_words(0.0, None) == ""


def test_price_shows_its_dollars_and_source():
    assert (
        price_detail(Price(60.0, exact=True, basis=PriceBasis.ESTIMATED))
        == "$0.60. Runway's estimate for a request like this."
    )
    assert (
        price_detail(Price(60.0, exact=False, basis=PriceBasis.PUBLISHED, sources=("a page",)))
        == "About $0.60. Published: a page."
    )
    assert price_detail(None) == "Runway hasn't estimated a request like this yet."


@pytest.mark.parametrize(
    ("state", "actual", "estimate", "failure", "words"),
    [
        (State.SUCCEEDED, 60.0, 60.0, None, "60 credits · $0.60"),
        (State.SUCCEEDED, 60.0, None, None, "60 credits · $0.60"),
        (State.RUNNING, None, 60.0, None, ""),
        (
            State.SUCCEEDED, 48.0, 60.0, None,
            "48 credits (estimated at most 60) · $0.48",
        ),
        (State.FAILED, 0.0, 60.0, Failure(), "0 credits (60 refunded) · $0.00"),
        (
            State.FAILED, 30.0, 60.0, MODERATION,
            "30 credits (refused by moderation, not refunded) · $0.30",
        ),
        (
            State.CANCELLED, 12.0, 60.0, None,
            "12 credits of 60 (canceled midway) · $0.12",
        ),
    ],
)  # fmt: skip
def test_cost_that_differs_from_its_estimate_is_explained(
    state: State, actual: float | None, estimate: float | None, failure: Failure | None, words: str
):
    task = Task(
        id=TaskId("t"),
        request=Request(endpoint="text_to_video", model="gen4.5"),
        created_at=0.0,
        state=state,
        cost_credits=actual,
        estimated_credits=estimate,
        failure=failure,
    )
    assert cost_in_words(task) == words
