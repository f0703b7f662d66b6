"""How one list becomes another with the fewest signals."""

from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.viewmodels.line_diff import MOST_STEPS, Insertion, Rearrangement, Removal, Step, steps

LINES = st.lists(st.integers(0, 60), unique=True, max_size=40)


def carried_out(old: list[int], new: list[int], way: list[Step]) -> list[int]:
    lines = list(old)
    for step in way:
        match step:
            case Removal(first, last):
                assert 0 <= first <= last < len(lines)
                del lines[first : last + 1]
            case Insertion(first, last):
                assert 0 <= first <= last
                assert first <= len(lines)
                lines[first:first] = new[first : last + 1]
            case Rearrangement():
                lines = list(new)
    return lines


@given(LINES, LINES)
def test_the_steps_lead_from_the_old_list_to_the_new_one(old: list[int], new: list[int]):
    assert carried_out(old, new, steps(old, new)) == new


@given(LINES, st.data())
def test_lines_that_keep_their_order_are_never_rearranged(old: list[int], data: st.DataObject):
    staying = [line for line in old if data.draw(st.booleans())]
    new = list(staying)
    for line in range(100, 100 + data.draw(st.integers(0, 5))):
        new.insert(data.draw(st.integers(0, len(new))), line)
    way = steps(old, new)
    assert Rearrangement() not in way
    removed = sum(step.last - step.first + 1 for step in way if isinstance(step, Removal))
    inserted = sum(step.last - step.first + 1 for step in way if isinstance(step, Insertion))
    assert (removed, inserted) == (len(old) - len(staying), len(new) - len(staying))


@given(LINES)
def test_the_same_list_takes_no_step(lines: list[int]):
    assert steps(lines, list(lines)) == []


def test_neighbours_leave_and_come_in_one_step():
    assert steps([1, 2, 3, 4, 5], [1, 5, 6, 7]) == [Removal(1, 3), Insertion(2, 3)]


def test_another_order_is_one_layout_change():
    assert steps([1, 2, 3], [3, 2, 1]) == [Rearrangement()]


def test_very_many_scattered_changes_are_one_layout_change():
    old = list(range(0, 4 * MOST_STEPS + 8, 2))
    assert steps(old, [line for line in old if line % 4]) == [Rearrangement()]
