"""How quick the batch sheet is: thousands of rows opened, a key shown, hundreds of tasks put into the lane.

The real program over its store on disk; nobody answers where Runway should be, so that the lane only fills. A key
counts until the table is painted after it. Meanwhile a timer of 5 ms tells how long the window stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.children import BenchmarkFailed, Child, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.table import Figure, quantile

NAME = "Sheet: rows opened, keys shown, tasks put into the lane"


@dataclass(frozen=True, slots=True)
class Size:
    rows: int = 2_000
    keys: int = 300
    tasks: int = 300


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    return [figure for screen, variables in screens() for figure in _on(screen, variables, folder / screen, size)]


def _on(screen: str, variables: dict[str, str], folder: Path, size: Size) -> list[Figure]:
    folder.mkdir(parents=True)
    (folder / "rows.csv").write_text(_table(size.rows), encoding="utf-8")
    (folder / "tasks.csv").write_text(_table(size.tasks), encoding="utf-8")
    with Child("sheet_child", str(folder), str(size.keys), variables=variables | UNREACHABLE) as child:
        found = child.hear("sheet", 180.0)
    if found["stored"] != size.tasks or len(found["keys"]) < size.keys:
        raise BenchmarkFailed(f"Not everything was done: {found['stored']} stored, {len(found['keys'])} keys")

    def figure(name: str, value: float, unit: str, at_most: float) -> Figure:
        return Figure(benchmark=NAME, setting=screen, name=name, value=value, unit=unit, at_most=at_most)

    keys = [1000.0 * seconds for seconds in found["keys"]]
    return [
        figure(f"{size.rows} rows: from the file to a painted, checked sheet", found["opened"], "s", 1.0),
        figure(f"a key in {size.rows} rows: 99 in 100 painted within", quantile(keys, 0.99), "ms", 50.0),
        figure(f"{size.tasks} tasks: from the click to the lane", found["sent"], "s", 1.0),
        figure("the window stood still meanwhile for at most", 1000.0 * found["stall"], "ms", 60.0),
    ]


def _table(rows: int) -> str:
    """Rows as an agency has them: a shot each, settings of their own, a seed."""
    lines = (
        f'"Shot {number}: the harbour wakes, nets and gulls, handheld, {number % 7} boats",gen4.5,1280:720,'
        f"{5 if number % 2 else 10},{number}"
        for number in range(rows)
    )
    return "\n".join(("prompt,model,ratio,duration,seed", *lines, ""))
