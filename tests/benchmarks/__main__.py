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
    sequence,
    sheet_speed,
    steps,
    ui_lag,
)
from tests.benchmarks.children import ROOT, BenchmarkFailed, NotToldHere
from tests.benchmarks.table import Figure, as_json, load, machine, printed, write

Measure = Callable[[Path, Any], list[Figure]]


def _sizes(module: Any, quick: dict[str, Any], smoke: dict[str, Any]) -> tuple[Measure, dict[str, Any]]:
    """What measures, and how much of it: a quick run and a smoke test have less of what is named."""
    return module.measure, {"full": module.Size(), "quick": module.Size(**quick), "smoke": module.Size(**smoke)}


BENCHMARKS: dict[str, tuple[Measure, dict[str, Any]]] = {
    "lag": _sizes(ui_lag, dict(seconds=40.0), dict(rows=200, open_tasks=40, seconds=1.5, settle=0.5)),
    "notice": _sizes(notice_delay, dict(tasks=80, longest=30.0), dict(tasks=3, history=5, shortest=0.5, longest=1.0)),
    "paint": _sizes(first_paint, dict(rounds=3), dict(tasks=50, rounds=1)),
    "rest": _sizes(at_rest, dict(seconds=20.0), dict(tasks=50, settle=1.5, seconds=1.0)),
    "sheet": _sizes(sheet_speed, dict(keys=100, grown=()), dict(rows=50, keys=5, tasks=5, grown=(50,))),
    "rooms": _sizes(
        rooms, dict(rounds=1, rest=2.0), dict(tasks=20, rounds=1, rest=0.2, rooms=("help", "a blank sheet"))
    ),
    "steps": _sizes(steps, dict(frames=100), dict(shots=6, takes=3, frames=5)),
    "library": _sizes(
        library_size,
        dict(tasks=20_000, smaller=(), keys=36, frames=100, ends=60, settle=2.0),
        dict(tasks=300, smaller=(), keys=4, frames=8, ends=5, settle=0.2),
    ),
    "scrub": _sizes(scrubbing, dict(rounds=1), dict(height=180, length=2, drag=0.5, rounds=1)),
    "passing": _sizes(
        passing,
        dict(tasks=250, settle=10.0, seconds=20.0, rest=20.0),
        dict(tasks=4, warm=2, rate=2, settle=0.5, seconds=2.0, rest=0.2),
    ),
    "saving": _sizes(saving, dict(counts=(100, 500), rounds=1), dict(counts=(4,), large=2_000_000, rounds=1)),
    "agents": _sizes(agents, dict(rounds=3, calls=100), dict(rounds=1, calls=3)),
    "impatience": _sizes(impatience, dict(wishes=60), dict(wishes=4)),
    "in_step": _sizes(in_step, dict(rounds=1), dict(seconds=1.0, rounds=1)),
    "sequence": _sizes(sequence, dict(rounds=1), dict(heights=(180,), clips=2, rounds=1)),
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
