"""A create through a router that got no answer: what its list of requests proves. A wrong finding would hide a paid
task."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.task import Evidence
from runway_desktop.domain.workflows.routing import RequestList, RoutedRequest, RouterSeen
from runway_desktop.services.tasks.uncertainty import Lookup, look_up
from runway_desktop.usecases.words.uncertain import verdict_words

DAY = 86_400.0
SENT = 1_000_000.0
AHEAD = 50.0
"""Seconds by which the server's clock is ahead."""
OURS = "ours"


def entry(number: int, after: float, *, task: str = "", model: str = "gen4.5", credits: float | None = 25.0) -> Any:
    """Made so many seconds after the sending, by the server's clock."""
    at = SENT + AHEAD + after
    return RoutedRequest(id=f"e{number}", at=at, remote_id=task or f"t{number}", model=model, credits=credits)


def failed(number: int, after: float) -> RoutedRequest:
    return RoutedRequest(id=f"e{number}", at=SENT + AHEAD + after)


def fits(one: RoutedRequest) -> bool | None:
    return {"gen4.5": True if one.credits is not None else None, "gen4_image": False}.get(one.model)


OLD = entry(1, -30.0, task=OURS)
NEW = entry(2, 1.5)
BEFORE = RouterSeen(ahead=AHEAD, known=("e1",))

CASES = {
    "one new entry": ([NEW, OLD], BEFORE, Lookup.FOUND, ["t2"]),
    "one new entry, older ones cannot be known": ([NEW], BEFORE, Lookup.FOUND, ["t2"]),
    "reordered": ([OLD, NEW], BEFORE, Lookup.FOUND, ["t2"]),
    "twice the same entry": ([NEW, NEW, OLD], BEFORE, Lookup.FOUND, ["t2"]),
    "twice the same task under two ids": ([NEW, entry(3, 1.6, task="t2"), OLD], BEFORE, Lookup.FOUND, ["t2"]),
    "another task of this program beside it": ([entry(3, 2.0, task=OURS), NEW], BEFORE, Lookup.FOUND, ["t2"]),
    "a refusal long before": ([NEW, failed(3, -40.0)], BEFORE, Lookup.FOUND, ["t2"]),
    "a stranger's of last week": ([NEW, entry(3, -7 * DAY)], BEFORE, Lookup.FOUND, ["t2"]),
    "empty": ([], BEFORE, Lookup.NONE, []),
    "nothing new": ([OLD], BEFORE, Lookup.NONE, []),
    "a day late": ([entry(2, DAY)], BEFORE, Lookup.NONE, []),
    "a day early": ([entry(2, -DAY)], BEFORE, Lookup.NONE, []),
    "known before, though its time fits": ([entry(1, 1.0)], BEFORE, Lookup.NONE, []),
    "only this program's": ([entry(2, 1.0, task=OURS)], BEFORE, Lookup.NONE, []),
    "only a refusal": ([failed(2, 1.0)], BEFORE, Lookup.NONE, []),
    "only a picture for a clip": ([entry(2, 1.0, model="gen4_image")], BEFORE, Lookup.NONE, []),
    "two new ones": ([NEW, entry(3, 4.0)], BEFORE, Lookup.SEVERAL, ["t2", "t3"]),
    "a stranger's picture beside it": ([NEW, entry(3, 4.0, model="gen4_image")], BEFORE, Lookup.OTHERS, ["t2"]),
    "a stranger's refusal beside it": ([NEW, failed(3, 4.0)], BEFORE, Lookup.OTHERS, ["t2"]),
    "a stranger's a minute before": ([NEW, entry(1, -60.0)], BEFORE, Lookup.OTHERS, ["t2"]),
    "an unknown model": ([entry(2, 1.0, model="gen9")], BEFORE, Lookup.UNFIT, ["t2"]),
    "no estimate": ([entry(2, 1.0, credits=None)], BEFORE, Lookup.UNFIT, ["t2"]),
    "not read before": ([NEW], RouterSeen(), Lookup.NO_CLOCK, ["t2"]),
    "not read before, and nothing in sight by this clock": ([OLD], RouterSeen(), Lookup.UNREAD, []),
}


@pytest.mark.parametrize("case", CASES)
def test_only_the_one_new_entry_that_fits_is_found(case: str) -> None:
    requests, before, ground, ids = CASES[case]
    seen = look_up(before, RequestList(requests=tuple(requests)), SENT, {OURS}, fits, is_alone=True)

    assert (seen.verdict, [one.remote_id for one in seen.found]) == (ground, ids)
    words = verdict_words(Evidence(router=seen))
    assert words.startswith("The router's list")
    assert all(one in words for one in ids) or ground is Lookup.FOUND


@pytest.mark.parametrize(
    ("requests", "is_whole", "is_alone", "ground"),
    [
        ((NEW,), False, True, Lookup.CUT),
        ((), False, True, Lookup.CUT),
        ((NEW,), True, False, Lookup.OTHERS),
        ((), True, False, Lookup.NONE),
    ],
)
def test_cut_list_or_another_sending_in_doubt_finds_nothing(
    requests: tuple[RoutedRequest, ...], is_whole: bool, is_alone: bool, ground: Lookup
) -> None:
    after = RequestList(requests=requests, is_whole=is_whole)
    assert look_up(BEFORE, after, SENT, {OURS}, fits, is_alone=is_alone).verdict == ground


def test_each_verdict_has_its_sentence() -> None:
    said = {verdict_words(Evidence(router=RouterSeen(verdict=one.value, found=(NEW,)))) for one in Lookup}
    assert len(said) == len(Lookup)
