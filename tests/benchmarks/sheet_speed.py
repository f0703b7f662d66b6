"""Speed of the batch sheet: thousands of rows opened and pasted, a key shown, hundreds of tasks queued.

The real program with its store on disk; no server answers, so that the queue only fills. A key counts until the paint
after it. A timer of 5 ms measures how long the window freezes. Growth of time and memory with the rows is an exponent:
1 is linear.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.children import BenchmarkFailed, Child, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.limits import SHEET_OPENED_S, SHEET_PASTED_S
from tests.benchmarks.table import Figure, quantile

NAME = "Sheet: rows opened and pasted, keys shown, tasks put into the lane"


@dataclass(frozen=True, slots=True)
class Size:
    """`grown`: rows that are pasted to see how time and memory grow, the fewest first."""

    rows: int = 10_000
    keys: int = 300
    tasks: int = 300
    grown: tuple[int, ...] = (1_000, 10_000, 100_000)


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    return [figure for screen, variables in screens() for figure in _on(screen, variables, folder / screen, size)]


def _on(screen: str, variables: dict[str, str], folder: Path, size: Size) -> list[Figure]:
    folder.mkdir(parents=True)
    (folder / "rows.csv").write_text(_table(size.rows), encoding="utf-8")
    (folder / "tasks.csv").write_text(_table(size.tasks), encoding="utf-8")
    environment = variables | UNREACHABLE
    with Child("sheet_child", str(folder), str(size.keys), str(size.rows), variables=environment) as child:
        opened, sent = child.hear("opened", 180.0), child.hear("sent", 60.0)
        pasted = child.hear("pasted", 180.0)
    if sent["stored"] != size.tasks or len(opened["keys"]) < size.keys or pasted["rows"] != size.rows:
        done = f"{sent['stored']} stored, {len(opened['keys'])} keys, {pasted['rows']} pasted"
        raise BenchmarkFailed(f"Not everything was done: {done}")
    grown = [_grown(rows, folder / str(rows), environment) for rows in size.grown]

    def figure(name: str, value: float, unit: str, at_most: float | None = None) -> Figure:
        return Figure(benchmark=NAME, setting=screen, name=name, value=value, unit=unit, at_most=at_most)

    keys = [1000.0 * seconds for seconds in opened["keys"]]
    figures = [
        figure(f"{size.rows} rows: from the file to a painted, checked sheet", opened["took"], "s", SHEET_OPENED_S),
        figure("the window stood still meanwhile for at most", 1000.0 * opened["stall"], "ms", 50.0),
        figure(f"{size.rows} rows: pasted, checked and painted", pasted["took"], "s", SHEET_PASTED_S),
        figure("the window stood still meanwhile for at most", 1000.0 * pasted["stall"], "ms", 50.0),
        figure(f"a key in {size.rows} rows: 99 in 100 painted within", quantile(keys, 0.99), "ms", 50.0),
        figure(f"{size.tasks} tasks: from the click to the lane", sent["took"], "s", 1.0),
        figure("the window stood still meanwhile for at most", 1000.0 * sent["stall"], "ms", 60.0),
    ]
    for rows, found in zip(size.grown, grown, strict=True):
        figures += [
            figure(f"{rows} rows: pasted, checked and painted", found["took"], "s"),
            figure(f"{rows} rows: memory beyond the blank sheet's", found["memory"], "MB"),
        ]
    if len(size.grown) > 1:
        figures.append(figure("time by rows: exponent", _exponent(size.grown, [one["took"] for one in grown]), "", 1.1))
    return figures


def _grown(rows: int, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    folder.mkdir()
    with Child("sheet_child", str(folder), "0", str(rows), variables=environment) as child:
        return child.hear("pasted", 600.0)


def _exponent(rows: tuple[int, ...], took: list[float]) -> float:
    """Of the last two: the first has what does not grow in it."""
    return math.log(took[-1] / took[-2]) / math.log(rows[-1] / rows[-2])


def _table(rows: int) -> str:
    """Rows as an agency has them: a shot each, settings of their own, a seed."""
    lines = (
        f'"Shot {number}: the harbour wakes, nets and gulls, handheld, {number % 7} boats",gen4.5,1280:720,'
        f"{5 if number % 2 else 10},{number}"
        for number in range(rows)
    )
    return "\n".join(("prompt,model,ratio,duration,seed", *lines, ""))
