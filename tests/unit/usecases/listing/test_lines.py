"""The list's lines as plain values."""

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.library import Entries, Filter, GroupBy, Listing, SortKey
from runway_desktop.domain.task import TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.listing.lines import GroupLine, keep_order, kept_order, lines_of
from tests.rigs.fakes import FakeClock, MemoryStore

IDS = [TaskId("a"), TaskId("b"), TaskId("c")]
ENTRIES = Entries(IDS, (("x", 2), ("", 1)))


def test_group_headers_stand_before_their_members():
    assert lines_of(ENTRIES, ()) == [GroupLine("x"), "a", "b", GroupLine(""), "c"]


def test_members_of_a_collapsed_group_are_left_out():
    assert lines_of(ENTRIES, {"x"}) == [GroupLine("x"), GroupLine(""), "c"]


def test_list_without_groups_contains_only_tasks():
    assert lines_of(Entries(IDS), {"x"}) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("stored", "order"),
    [
        (None, Listing()), ({}, Listing()), ("by moon", Listing()), ({"sort": "by moon"}, Listing()),
        ({"group": 3}, Listing()), ([1], Listing()),
        ({"sort": "cost"}, Listing(sort=SortKey.COST)), ({"descending": False}, Listing(descending=False)),
        ({"group": "none"}, Listing(group=GroupBy.NONE)),
    ],
)  # fmt: skip
def test_list_order_is_stored_but_its_filter_is_not(stored: Any, order: Listing) -> None:
    settings = Settings(MemoryStore(), Bus(), FakeClock(), default_library=Path("library"))
    if stored is not None:
        settings.set("list.order", stored)
    assert kept_order(settings) == order
    keep_order(settings, Listing(filter=Filter(text="fog"), sort=SortKey.TAGS, descending=False, group=GroupBy.DAY))
    assert settings.get("list.order", None) == {"sort": "tags", "descending": False, "group": "day"}
    assert kept_order(settings) == Listing(sort=SortKey.TAGS, descending=False, group=GroupBy.DAY)
