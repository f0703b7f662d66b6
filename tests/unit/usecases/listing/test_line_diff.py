"""Difference of two lists in as few signals as possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.usecases.listing.line_diff import MOST_STEPS, Insertion, LineRemoval, Rearrangement, steps

LINES = st.lists(st.integers(0, 60), unique=True, max_size=40)


def carried_out(old: list[int], way) -> list[int]:
    lines = list(old)
    for step in way:
        match step:
            case LineRemoval(first, last):
                assert 0 <= first <= last < len(lines)
                del lines[first : last + 1]
            case Insertion(first, items):
                assert 0 <= first <= len(lines)
                assert items
                lines[first:first] = items
            case Rearrangement(items):
                assert sorted(items) == sorted(lines), "a rearrangement neither adds nor removes"
                assert list(items) != lines
                lines = list(items)
    return lines


@given(LINES, LINES)
def test_diff_steps_turn_the_old_list_into_the_new_one(old: list[int], new: list[int]):
    assert carried_out(old, steps(old, new)) == new


@given(LINES, st.data())
def test_lines_in_unchanged_order_are_never_rearranged(old: list[int], data: st.DataObject):
    staying = [line for line in old if data.draw(st.booleans())]
    new = list(staying)
    for line in range(100, 100 + data.draw(st.integers(0, 5))):
        new.insert(data.draw(st.integers(0, len(new))), line)
    way = steps(old, new)
    assert not any(isinstance(step, Rearrangement) for step in way)
    removed = sum(step.last - step.first + 1 for step in way if isinstance(step, LineRemoval))
    inserted = sum(len(step.items) for step in way if isinstance(step, Insertion))
    assert (removed, inserted) == (len(old) - len(staying), len(new) - len(staying))


@given(LINES)
def test_equal_lists_need_no_step(lines: list[int]):
    assert steps(lines, list(lines)) == []


def test_adjacent_lines_are_removed_and_inserted_in_one_step():
    assert steps([1, 2, 3, 4, 5], [1, 5, 6, 7]) == [LineRemoval(1, 3), Insertion(2, (6, 7))]


def test_new_lines_are_one_step_for_each_place():
    assert steps([1, 2, 3], [0, 1, 2, 3, 4]) == [Insertion(0, (0,)), Insertion(4, (4,))]


@pytest.mark.parametrize("length", [1_000, 1_600])
@pytest.mark.parametrize("at", [0, 1, 511, 512, 513, 800, -513, -512, -511, -1])
def test_change_in_a_long_list_is_one_step_at_its_place(length: int, at: int):
    old = list(range(length))
    place = at % length
    rest, others = [*old[:place], *old[place + 1 :]], (-1, -2)
    assert steps(old, rest) == [LineRemoval(place, place)]
    assert steps(rest, old) == [Insertion(place, (place,))]
    replaced = [*old[:place], *others, *old[place + 1 :]]
    assert steps(old, replaced) == [LineRemoval(place, place), Insertion(place, others)]


@pytest.mark.parametrize(("leaving", "coming"), [(32, 32), (33, 32), (32, 33), (64, 0), (65, 0), (0, 64), (0, 66)])
def test_at_most_64_places_are_changed_one_by_one(leaving: int, coming: int):
    old = list(range(300))
    gone, before = old[1 : 2 * leaving : 2], old[300 - 2 * coming :: 2]
    new = [one for line in old if line not in gone for one in ((line + 1_000, line) if line in before else (line,))]
    way = steps(old, new)
    assert carried_out(old, way) == new
    assert len(way) == leaving + coming if leaving + coming <= 64 else len(way) < 5


def test_reordering_is_one_layout_change():
    assert steps([1, 2, 3], [3, 2, 1]) == [Rearrangement((3, 2, 1))]


def test_reordering_with_insertions_and_removals_takes_at_most_four_steps():
    assert steps([1, 2, 3, 4], [5, 4, 3, 2]) == [
        Rearrangement((4, 3, 2, 1)),
        LineRemoval(3, 3),
        Insertion(3, (5,)),
        Rearrangement((5, 4, 3, 2)),
    ]


def test_many_scattered_changes_become_a_few_steps_over_the_whole_list():
    old = list(range(0, 4 * MOST_STEPS + 8, 2))
    new = [line for line in old if line % 4]
    way = steps(old, new)
    assert len(way) == 2
    assert carried_out(old, way) == new
