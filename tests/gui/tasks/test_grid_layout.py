"""Positions of the grid's cells, by arithmetic."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from runway_desktop.ui.tasks.grid_layout import GridLayout


def laid_out(groups: list[int], width: int = 500) -> GridLayout:
    headers, line = [], 0
    for members in groups:
        headers.append(line)
        line += members + 1
    return GridLayout(line, headers, width=width, cell=(100, 80), gap=10, header_height=30)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(60, 900))
def test_every_grid_line_is_found_at_its_position(groups: list[int], width: int):
    layout = laid_out(groups, width)
    for line in range(sum(groups) + len(groups)):
        box = layout.box(line)
        assert layout.line_at(box.left + box.width // 2, box.top + box.height // 2) == line
        assert box.top + box.height <= layout.height
        assert line in layout.lines_between(box.top, box.top + box.height)


@example([1, 0], 127, 11)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 3000), st.integers(0, 800))
def test_visible_grid_lines_are_found_by_position(groups: list[int], top: int, height: int):
    layout = laid_out(groups)
    seen = layout.lines_between(top, top + height)
    for line in range(sum(groups) + len(groups)):
        box = layout.box(line)
        if box.top < top + height and box.top + box.height > top:
            assert line in seen


def test_arrow_keys_skip_group_headers_and_keep_their_column():
    layout = laid_out([5, 6])
    assert layout.columns == 4
    assert layout.beside(5, 1, 0) == 7
    assert layout.beside(7, -1, 0) == 5
    assert layout.beside(3, 0, 1) == 5
    assert layout.beside(5, 0, 1) == 7
    assert layout.beside(8, 0, -1) == 5
    assert layout.beside(10, 0, 1) == 12
    assert layout.beside(12, 0, 1) == 12


def test_point_between_grid_cells_hits_no_cell():
    layout = laid_out([4])
    box = layout.box(1)
    assert layout.line_at(box.left + box.width + 2, box.top + 5) == -1
    assert layout.line_at(5, layout.height + 1) == -1
    assert GridLayout(0, [], width=300, cell=(100, 80), gap=10, header_height=30).line_at(5, 5) == -1
