"""`python -m tests.benchmarks [NAME …]`: measures, prints the table, writes JSON.

Exit code 0 when all was measured, whether or not targets are met (with `--judge`: only when they are); 1 when
something that is measured did not do its part.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import (
    agents,
    at_rest,
    first_paint,
    impatience,
    in_step,
    library_size,
    notice_delay,
    passing,
    rooms,
    saving,
    scrubbing,
    sheet_speed,
    ui_lag,
)
from tests.benchmarks.children import ROOT, BenchmarkFailed, NotToldHere
from tests.benchmarks.table import Figure, as_json, load, machine, printed, write

Measure = Callable[[Path, Any], list[Figure]]

BENCHMARKS: dict[str, tuple[Measure, dict[str, Any]]] = {
    "lag": (
        ui_lag.measure,
        {
            "full": ui_lag.Size(),
            "quick": ui_lag.Size(seconds=40.0),
            "smoke": ui_lag.Size(rows=200, open_tasks=40, seconds=1.5, settle=0.5),
        },
    ),
    "notice": (
        notice_delay.measure,
        {
            "full": notice_delay.Size(),
            "quick": notice_delay.Size(tasks=80, longest=30.0),
            "smoke": notice_delay.Size(tasks=3, history=5, shortest=0.5, longest=1.0),
        },
    ),
    "paint": (
        first_paint.measure,
        {
            "full": first_paint.Size(),
            "quick": first_paint.Size(rounds=3),
            "smoke": first_paint.Size(tasks=50, rounds=1),
        },
    ),
    "rest": (
        at_rest.measure,
        {
            "full": at_rest.Size(),
            "quick": at_rest.Size(seconds=20.0),
            "smoke": at_rest.Size(tasks=50, settle=1.5, seconds=1.0),
        },
    ),
    "sheet": (
        sheet_speed.measure,
        {
            "full": sheet_speed.Size(),
            "quick": sheet_speed.Size(keys=100, grown=()),
            "smoke": sheet_speed.Size(rows=50, keys=5, tasks=5, grown=(50,)),
        },
    ),
    "rooms": (
        rooms.measure,
        {
            "full": rooms.Size(),
            "quick": rooms.Size(rounds=1, rest=2.0),
            "smoke": rooms.Size(tasks=20, rounds=1, rest=0.2, rooms=("help", "a blank sheet")),
        },
    ),
    "library": (
        library_size.measure,
        {
            "full": library_size.Size(),
            "quick": library_size.Size(tasks=20_000, smaller=(), keys=36, frames=100, ends=60, settle=2.0),
            "smoke": library_size.Size(tasks=300, smaller=(), keys=4, frames=8, ends=5, settle=0.2),
        },
    ),
    "scrub": (
        scrubbing.measure,
        {
            "full": scrubbing.Size(),
            "quick": scrubbing.Size(rounds=1),
            "smoke": scrubbing.Size(height=180, length=2, drag=0.5, rounds=1),
        },
    ),
    "passing": (
        passing.measure,
        {
            "full": passing.Size(),
            "quick": passing.Size(tasks=250, settle=10.0, seconds=20.0, rest=20.0),
            "smoke": passing.Size(tasks=4, warm=2, rate=2, settle=0.5, seconds=2.0, rest=0.2),
        },
    ),
    "saving": (
        saving.measure,
        {
            "full": saving.Size(),
            "quick": saving.Size(counts=(100, 500), rounds=1),
            "smoke": saving.Size(counts=(4,), large=2_000_000, rounds=1),
        },
    ),
    "agents": (
        agents.measure,
        {"full": agents.Size(), "quick": agents.Size(rounds=3, calls=100), "smoke": agents.Size(rounds=1, calls=3)},
    ),
    "impatience": (
        impatience.measure,
        {"full": impatience.Size(), "quick": impatience.Size(wishes=60), "smoke": impatience.Size(wishes=4)},
    ),
    "in_step": (
        in_step.measure,
        {"full": in_step.Size(), "quick": in_step.Size(rounds=1), "smoke": in_step.Size(seconds=1.0, rounds=1)},
    ),
}


def main(words: Sequence[str] | None = None) -> int:
    wishes = _parser().parse_args(words)
    measured: list[Figure] = []
    found = machine()
    for name in wishes.names or BENCHMARKS:
        print(f"Measuring: {name} …", file=sys.stderr, flush=True)
        try:
            measured += run(name, wishes.extent)
        except NotToldHere:
            print(f"Left out: {name} cannot be told on this system.", file=sys.stderr)
        except BenchmarkFailed as failure:
            print(failure, file=sys.stderr)
            return 1
    found["load_after"] = load()
    print(printed(measured))
    print(f"\n{found['processors']} processors, load before {found['load']}, after {found['load_after']}")
    write(wishes.json, as_json(measured, found))
    for figure in measured:
        if figure.value is None:
            print(f"Not measured, since nothing came of it: {figure.name} ({figure.benchmark}).", file=sys.stderr)
    missed = [figure for figure in measured if figure.is_met is False]
    return 1 if wishes.judge and missed else 0


def run(name: str, extent: str) -> list[Figure]:
    """Measures one benchmark ("full", "quick" or "smoke") in a folder that is thrown away."""
    measure, sizes = BENCHMARKS[name]
    with tempfile.TemporaryDirectory(prefix="runway-desktop-bench-") as folder:
        return measure(Path(folder), sizes[extent])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measures the program beside a reference.")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHMARKS, []], help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", metavar="PATH")
    parser.add_argument("--judge", action="store_true", help="exit with 1 when a target is missed")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", dest="extent", action="store_const", const="quick", help="shorter, rougher")
    extent.add_argument(
        "--smoke", dest="extent", action="store_const", const="smoke", help="a second or two each: does it run at all"
    )
    parser.set_defaults(extent="full")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
