"""Position of each task of a sheet in its grid."""

from __future__ import annotations

from runway_desktop.domain.task import TaskId
from runway_desktop.usecases.sheets.result_grid import grid_of


def tasks(*labels: tuple[str, ...], first: int = 0) -> list[tuple[TaskId, tuple[str, ...]]]:
    return [(TaskId(f"t{first + number}"), each) for number, each in enumerate(labels)]


def test_one_prompt_with_two_axes_gives_a_grid():
    grid = grid_of([("A", tasks(("16:9", "1"), ("16:9", "2"), ("1:1", "1"), ("1:1", "2")))])
    assert (grid.rows, grid.columns) == (("16:9", "1:1"), ("1", "2"))
    assert grid.tasks == {(0, 0): "t0", (0, 1): "t1", (1, 0): "t2", (1, 1): "t3"}


def test_prompts_are_rows_and_the_last_axis_gives_columns():
    grid = grid_of([("A", tasks(("1",), ("2",))), ("B", tasks(("1",), ("2",), first=2))])
    assert (grid.rows, grid.columns) == (("A", "B"), ("1", "2"))


def test_rows_without_braces_stand_beside_those_with_braces():
    grid = grid_of([("A", tasks(("1",), ("2",))), ("B {c|d}", tasks(("1", "c"), ("1", "d"), ("2", "c"), first=2))])
    assert grid.columns == ("1", "2")
    assert grid.rows == ("A", "B {c|d} · c", "B {c|d} · d")


def test_prompts_alone_stand_one_below_the_other_even_if_equal():
    grid = grid_of([("A", tasks(())), ("A", tasks((), first=1)), ("B", tasks((), first=2))])
    assert grid.rows == ("A", "A", "B")
    assert len(grid.tasks) == 3


def test_unsent_sheet_gives_an_empty_grid():
    grid = grid_of([])
    assert (grid.rows, grid.columns, grid.tasks) == ((), (), {})
