"""`python -m tests.reliability [NAME …]`: brings about every fault, prints the table, writes it into the docs.

`--jobs N` tries so many rows at once, each in a process of its own, since some faults change what a whole process does.
A row is printed as soon as it is known. Exit code 1 when a paid task was lost or doubled, or something never got well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.task import State
from tests.rigs.lane_walk import walked

from . import alone as apart
from . import lives, machine, records
from .records import NotHere, Record
from .scene import Count, handles, leaked_since

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- table -->", "<!-- end of the table -->"
HEAD = "| fault | tried | made | lost | doubled | uncertain, and said so | leaked | seconds until well | |"

NUMBERS = ("tries", "profiles", "cuts", "pairs", "ids", "ends", "soak", "walks")

Work = Callable[[Path], Awaitable[Count]]


@dataclass(frozen=True, slots=True)
class Row:
    """`times`: how often `work` is done, each time in an empty folder. `together`: how many at once."""

    name: str
    work: Work
    times: int = 1
    together: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of it is tried."""

    tries: int = 3
    profiles: int = 100
    kills: int = 5
    """Of each profile."""
    seams: int = 40
    cuts: int = 20
    pairs: int | None = None
    ids: int = 10_000
    ends: int = 1_000
    soak: int = 2_000
    """`--soak 50000` takes an hour."""
    walks: int = 600
    """Each of `WALK` steps."""
    until: float = math.inf
    """Moment of `time.monotonic` after which nothing more is begun: what was tried is what the table says."""


WALK = 150
"""Steps of a random walk."""
FULL = Size()
SAMPLE = Size(tries=1, profiles=2, kills=5, seams=6, cuts=2, pairs=4, ids=200, ends=40, soak=400, walks=4)


def rows(size: Size) -> list[Row]:
    dice = random.Random(7)
    pairs = records.pairs()
    # In no order, so that a part of them is a sample.
    chosen = dice.sample(pairs, size.pairs or len(pairs))

    def of(record: Record) -> Work:
        return lambda folder: records.tried(record, folder)

    async def all_pairs(folder: Path) -> Count:
        total = Count()
        for number, record in enumerate(chosen):
            if time.monotonic() > size.until:
                break
            place = folder / str(number)
            place.mkdir()
            count = await records.tried(record, place)
            if count.lost or count.doubled or math.isinf(count.seconds):
                count = replace(count, note=record.name)
            total += count
            shutil.rmtree(place, ignore_errors=True)
        return total

    found = [
        Row(records.BASELINE.name, of(records.BASELINE), size.tries),
        Row("killed: before and after every write and every create",
            lambda folder: lives.seams(folder, range(1, size.seams + 1))),
        Row("killed: at random moments, on the program's own loop",
            lambda folder: lives.killed(folder, dice, size.kills), size.profiles, 2),
        Row("killed, and the log of its list cut at a random place", lambda folder: lives.log_cut(folder, dice),
            size.cuts),
        Row("the same, and what it sent last was not answered yet",
            lambda folder: lives.log_cut(folder, dice, lives.UNANSWERED), size.cuts),
        *(Row(record.name, of(record), size.tries) for record in records.alone()),
        Row("any two of these together", all_pairs),
        *(Row(record.name, of(record), size.tries) for record in (*records.NETWORK, *machine.DISKS)),
        *(Row(name, work, size.tries) for name, work in machine.ON_ITS_OWN.items()),
        Row(f"{size.walks:,} random walks of {WALK} steps", lambda _: walks(size)),
        Row(f"{size.ids:,} ids adopted at once", lambda folder: apart.many_ids(folder, size.ids)),
        Row(f"{size.ends:,} tasks that end within 10 s", lambda folder: apart.many_ends(folder, size.ends)),
        Row(f"a soak of {size.soak:,} tasks", lambda folder: apart.soak(folder, size.soak)),
    ]  # fmt: skip
    for name, (fault, timeout) in apart.COMPARED.items():
        found.append(Row(f"beside the SDK: {name}: this program", partial(apart.ours, fault)))
        found.append(Row(f"beside the SDK: {name}: runwayml", partial(apart.sdk, fault, timeout)))
    return found


async def walks(size: Size) -> Count:
    """Anything in any order, on fakes: faults of all kinds, the person's acts, kills and restores. A walk that broke a
    promise says its seed and which."""
    total = Count()
    for seed in range(size.walks):
        if time.monotonic() > size.until:
            break
        try:
            walk = await walked(seed, WALK)
        except AssertionError as error:
            total += Count(tried=1, seconds=math.inf, note=str(error)[:200])
            continue
        made, uncertain = walk.runway.made.total(), sum(task.state is State.UNCERTAIN for task in walk.before.values())
        total += Count(tried=1, made=made, uncertain=uncertain)
    return total


async def done(row: Row, until: float) -> Count:
    """All tries of a row, or as many as are begun by then, but one at least."""
    before = handles()
    turns = asyncio.Semaphore(row.together)

    async def once(number: int) -> Count:
        async with turns:
            if number and time.monotonic() > until:
                return Count()
            with tempfile.TemporaryDirectory(prefix="runway-desktop-faults-", ignore_cleanup_errors=True) as folder:
                return await row.work(Path(folder))

    total = Count()
    for count in await asyncio.gather(*map(once, range(row.times))):
        total += count
    return replace(total, leaked=total.leaked + await leaked_since(before))


def line(name: str, count: Count) -> str:
    seconds = "never" if math.isinf(count.seconds) else f"{count.seconds:.0f}" if count.seconds else ""
    cells = (name, count.tried, count.made, count.lost, count.doubled, count.uncertain, count.leaked, seconds)
    return f"| {' | '.join(str(cell) for cell in cells)} | {count.note} |"


def page(text: str, table: Sequence[str], place: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    body = "\n".join((HEAD, "|---|" + "---:|" * 7 + "---|", *table))
    return f"{before}{BEGIN}\n{place}\n\n{body}\n{END}{after}"


async def run(chosen: Sequence[Row], kept: Path, until: float) -> dict[str, Count]:
    """Each row once; what is known so far is kept in a file, so that rows can be measured one at a time."""
    counts = _kept(kept)
    for row in chosen:
        begun = time.monotonic()
        try:
            counts[row.name] = await done(row, until)
        except NotHere:
            print(f"Left out here: {row.name}", flush=True)
            continue
        except (RunwayDesktopError, AssertionError, LookupError, OSError, ValueError) as error:
            counts[row.name] = Count(tried=1, seconds=math.inf, note=f"{type(error).__name__}: {error}"[:200])
        print(f"{line(row.name, counts[row.name])}  ({time.monotonic() - begun:.0f} s)", flush=True)
        _keep(counts, kept)
    return counts


LONGEST = ("any two", "killed: at random", "600 random", "a soak", "1,000 tasks", "the same,", "killed, and")
"""Beginnings of the rows that take longest: begun first, so that none of them is alone at the end."""


def run_at_once(chosen: Sequence[Row], wishes: argparse.Namespace) -> dict[str, Count]:
    """The rows in processes of their own, as many at once as wished; what is known so far is kept as `run` does."""
    counts = _kept(wishes.json)
    begun, merging = time.monotonic(), threading.Lock()
    words = [word for name in NUMBERS if (number := getattr(wishes, name)) for word in (f"--{name}", str(number))]
    words += ["--sample"] if wishes.sample else []

    def one(row: Row) -> None:
        left = wishes.minutes and wishes.minutes - (time.monotonic() - begun) / 60
        if left is not None and left <= 0:
            return
        minutes = [] if left is None else ["--minutes", str(left)]
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "row.json"
            command = [sys.executable, "-m", __spec__.name, "--row", row.name, "--json", str(found), *words, *minutes]
            ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            print("\n".join(ended.stdout.splitlines()[:-1]) or ended.stderr, flush=True)
            failed = Count(tried=1, seconds=math.inf, note=ended.stderr.strip()[-200:])
            with merging:
                counts.update(_kept(found) or ({row.name: failed} if "Left out here" not in ended.stdout else {}))
                _keep(counts, wishes.json)

    ordered = sorted(chosen, key=lambda row: not row.name.startswith(LONGEST))
    with ThreadPoolExecutor(wishes.jobs) as executor:
        list(executor.map(one, ordered))
    return counts


def _kept(path: Path) -> dict[str, Count]:
    return {name: Count(**found) for name, found in json.loads(path.read_text()).items()} if path.exists() else {}


def _keep(counts: dict[str, Count], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: asdict(count) for name, count in counts.items()}, indent=1))


def _is_named(row: Row, words: Sequence[str]) -> bool:
    return not words or any(word in row.name for word in words)


def main(words: Sequence[str] | None = None) -> int:
    wishes = _parser().parse_args(words)
    logging.disable(logging.CRITICAL)
    size = SAMPLE if wishes.sample else FULL
    given = {name: getattr(wishes, name) for name in NUMBERS if getattr(wishes, name)}
    if wishes.minutes:
        given["until"] = time.monotonic() + wishes.minutes * 60
    size = replace(size, **given)
    known = rows(size)
    chosen = [row for row in known if wishes.row == row.name or (not wishes.row and _is_named(row, wishes.names))]
    if wishes.jobs > 1:
        counts = run_at_once(chosen, wishes)
    else:
        if any(row.name.startswith(("killed", "the same")) for row in chosen):
            lives.start()
        counts = asyncio.run(run(chosen, wishes.json, size.until))
    if wishes.write:
        order = [row.name for row in known]
        table = [line(name, counts[name]) for name in sorted(counts, key=lambda name: _place(name, order))]
        PAGE.write_text(page(PAGE.read_text(), table, where(wishes.jobs)))
    bad = [name for name, count in counts.items() if _is_bad(name, count)]
    print(f"Not as it should be: {'; '.join(bad)}" if bad else "Nothing lost, nothing doubled.")
    return 1 if bad else 0


def where(jobs: int) -> str:
    day, processors = time.strftime("%d %B %Y").lstrip("0"), os.cpu_count()
    python = f"Python {sys.version.split()[0]} on {sys.platform}"
    return f"Measured on {day}, {python}, {processors} processors, {jobs} {'rows' if jobs > 1 else 'row'} at once."


def _is_bad(name: str, count: Count) -> bool:
    return not name.endswith("runwayml") and bool(count.lost or count.doubled or math.isinf(count.seconds))


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py faults", description="Counts what faults do to paid tasks.")
    parser.add_argument("names", nargs="*", metavar="WORDS", help="only rows whose name has these words")
    parser.add_argument("--sample", action="store_true", help="a little of everything")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "faults.json", help="where rows are kept")
    parser.add_argument("--jobs", type=int, default=1, help="how many rows are tried at once")
    parser.add_argument("--row", help="only the row of exactly this name")
    parser.add_argument("--minutes", type=float, help="begin nothing more after so many minutes")
    for name in NUMBERS:
        parser.add_argument(f"--{name}", type=int, help=f"how many {name} instead of the usual number")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
