"""The list's lines as plain values."""

from runway_desktop.domain.library import Entries
from runway_desktop.domain.task import TaskId
from runway_desktop.usecases.listing.lines import GroupLine, lines_of

IDS = [TaskId("a"), TaskId("b"), TaskId("c")]
ENTRIES = Entries(IDS, (("x", 2), ("", 1)))


def test_group_headers_stand_before_their_members():
    assert lines_of(ENTRIES, ()) == [GroupLine("x"), "a", "b", GroupLine(""), "c"]


def test_members_of_a_collapsed_group_are_left_out():
    assert lines_of(ENTRIES, {"x"}) == [GroupLine("x"), GroupLine(""), "c"]


def test_list_without_groups_contains_only_tasks():
    assert lines_of(Entries(IDS), {"x"}) == ["a", "b", "c"]
