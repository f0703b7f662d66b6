"""Which changes of a task list it anew, count it anew, or only paint its row. Each field that decides stands here."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.library import Filter, GroupBy, Listing, Page, SortKey, Without
from runway_desktop.domain.task import BatchId, Hold, HoldCode, OutputState, Pick, State
from runway_desktop.usecases.listing.changes import Touch, counts, has_new_price, merged, moves, recounts
from runway_desktop.values import replace
from tests.rigs.rows import saved, task

BEFORE = task(1, State.QUEUED, "Fog")
USUAL = Listing()
OUTPUTS = {0: saved(BEFORE)}
JUDGED: dict[str, Any] = {
    "rating": 3, "pick": Pick.PICK, "tags": ("fog",), "project": "Aurora", "shot": "010", "note": "Dark",
}  # fmt: skip
ASKED: dict[str, Any] = {"hold": Hold(HoldCode.APPROVAL)}
OTHER_PROMPT: dict[str, Any] = {"request": replace(BEFORE.request, prompt="Rain")}
OF_OUTPUTS = (Page.NOT_SAVED, Page.SAVED, Page.NEEDS_ATTENTION, Page.MISSING, Page.CHANGED)
OF_STATES = (
    Listing(filter=Filter(page=Page.LIVE)), Listing(filter=Filter(states=frozenset({State.FAILED}))),
    Listing(sort=SortKey.STATE),
)  # fmt: skip


def on(*pages: Page) -> tuple[Listing, ...]:
    """Lists of a page, of a search for it, and of a search for all but it."""
    found = frozenset(pages)
    filters = (*(Filter(page=page) for page in pages), Filter(pages=found), Filter(without=Without(pages=found)))
    return tuple(Listing(filter=one) for one in filters)


def touched(change: dict[str, Any], **more: Any) -> Touch:
    return Touch(task=replace(BEFORE, **change), before=BEFORE, **more)


@pytest.mark.parametrize(
    ("touch", "listing"),
    [
        (touched({"removed_at": 1.0}), USUAL),
        (touched({"batch_id": BatchId("b")}), USUAL),
        (touched({"title": "Sea"}), USUAL),
        (touched(OTHER_PROMPT), USUAL),
        (touched({"cost_credits": 5.0}), Listing(sort=SortKey.COST)),
        (touched({"project": "Aurora"}), Listing(group=GroupBy.PROJECT)),
        *((touched({}, states=[State.RUNNING]), listing) for listing in OF_STATES),
        *((touched(ASKED), listing) for listing in on(Page.WAITING_HERE)),
        *((Touch(outputs=OUTPUTS), listing) for page in OF_OUTPUTS for listing in on(page)),
        *(
            (touched({name: value}), listing)
            for name, value in JUDGED.items()
            for listing in (
                *map(lambda key: Listing(sort=key), (SortKey.RATING, SortKey.TAGS, SortKey.PROJECT, SortKey.SHOT)),
                Listing(filter=Filter(text="fog")),
            )
        ),
    ],
)
def test_these_changes_can_move_a_task_in_the_list(touch: Touch, listing: Listing) -> None:
    assert moves(touch, listing)


@pytest.mark.parametrize(
    ("touch", "listing"),
    [
        (touched({"progress": 0.5, "request": replace(BEFORE.request)}), USUAL),
        (touched({"cost_credits": 5.0}), USUAL),
        (touched({}, states=[State.RUNNING]), USUAL),
        (touched(ASKED), USUAL),
        (touched(ASKED), Listing(filter=Filter(page=Page.LIVE))),
        *((touched({name: value}), USUAL) for name, value in JUDGED.items()),
        *((touched({"progress": 0.5}), Listing(sort=key)) for key in SortKey),
        (touched({}), Listing(group=GroupBy.PROJECT)),
        *((touched({}), listing) for listing in on(Page.WAITING_HERE)),
        (Touch(outputs=OUTPUTS), USUAL),
        (Touch(outputs=OUTPUTS), Listing(filter=Filter(page=Page.LIVE))),
        (Touch(received={0: (1, 2)}), Listing(filter=Filter(page=Page.SAVED))),
        (Touch(task=BEFORE, states=[State.RUNNING]), Listing(sort=SortKey.STATE)),
        (Touch(before=BEFORE, states=[State.RUNNING]), Listing(sort=SortKey.STATE)),
    ],
)
def test_these_changes_leave_a_task_in_its_place(touch: Touch, listing: Listing) -> None:
    assert not moves(touch, listing)


PRICED = touched({"cost_credits": 5.0})
ESTIMATED = touched({"estimated_credits": 5.0})


@pytest.mark.parametrize(
    ("touch", "sums", "pages", "price"),
    [
        (touched({}, states=[State.RUNNING]), True, True, False),
        (Touch(outputs=OUTPUTS), True, True, False),
        (PRICED, True, True, False),
        (ESTIMATED, True, True, True),
        (Touch(task=BEFORE), False, True, False),
        (Touch(task=ESTIMATED.task), False, True, True),
        (Touch(before=ESTIMATED.task), False, False, False),
        (Touch(task=BEFORE, before=ESTIMATED.task), True, True, True),
        (Touch(received={0: (1, 2)}), False, False, False),
        (touched({"asked_at": 1.0, "progress": 0.5, "remote_status": "RUNNING"}), False, False, False),
        (touched({"note": "Dark"}), False, True, False),
    ],
)
def test_change_affects_sums_page_counts_and_price_so(touch: Touch, sums: bool, pages: bool, price: bool):
    assert (counts(touch), recounts(touch), has_new_price(touch)) == (sums, pages, price)


def test_changed_results_are_merged_in_their_order() -> None:
    kept, later = saved(BEFORE, index=2), saved(BEFORE, index=1)
    changed = saved(BEFORE, index=2, state=OutputState.FAILED)
    assert merged((kept,), {}) == (kept,)
    assert merged((kept,), {2: changed, 1: later}) == (later, changed)
