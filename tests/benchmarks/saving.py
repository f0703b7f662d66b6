"""How long it takes to save results, beside plain httpx that writes and syncs the same bytes, as many at once.

    python -m tests.benchmarks saving

As the program ships: with sidecars, and with the request written into each file that is not too large for it
(`saving.MOST_EMBEDDED`). Small ones in growing numbers, to tell whether one of many costs more than one of few; and a
large one, which stays as it comes.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runway_desktop.domain.preferences import Preferences
from runway_desktop.domain.task import RemoteId
from tests.benchmarks.children import BenchmarkFailed, Child
from tests.benchmarks.limits import LARGE_RESULT_BESIDE_HTTPX, SMALL_RESULTS_BESIDE_HTTPX
from tests.benchmarks.seeding import Open, fill, prompt, request
from tests.benchmarks.table import Figure

NAME = "Saving results"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    small: int = 335_000
    """Bytes of a small result."""
    counts: tuple[int, ...] = (100, 500, 2_000)
    judged: int = 500
    large: int = 1_000 * MEGABYTE
    rounds: int = 3
    patience: float = 600.0


def measure(folder: Path, size: Size) -> list[Figure]:
    """The middle of some rounds, ours and theirs in turn. Blocking."""
    with Child("files_child") as host:
        url = host.hear("ready", 30.0)["url"]
        seconds: dict[int, tuple[float, float, float]] = {}
        for count in size.counts:
            links = [f"{url}/{size.small}/{number}.mp4" for number in range(count)]
            seconds[count] = _both(folder, url, links, size)
        large = _both(folder, url, [f"{url}/{size.large}/one.mp4"], size)
    figures = []
    for count, (ours, plain, cpu) in seconds.items():
        setting = f"{count:,} of {size.small / 1000:.0f} kB, the middle of {size.rounds} rounds"
        figures += [
            Figure(
                benchmark=NAME, setting=setting, name="time for each", unit="ms", value=1_000 * ours / count,
                reference=1_000 * plain / count, reference_name="httpx, synced",
                ratio_at_most=SMALL_RESULTS_BESIDE_HTTPX if count == size.judged else None,
            ),
            Figure(benchmark=NAME, setting=setting, name="CPU for each", unit="ms", value=1_000 * cpu / count),
        ]  # fmt: skip
    ours, plain, cpu = large
    setting = f"One of {size.large / MEGABYTE:,.0f} MB"
    figures += [
        Figure(
            benchmark=NAME, setting=setting, name="time", unit="s", value=ours, reference=plain,
            reference_name="httpx, synced",
            ratio_at_most=LARGE_RESULT_BESIDE_HTTPX if size.large >= 100 * MEGABYTE else None,
        ),
        Figure(benchmark=NAME, setting=setting, name="CPU", unit="s", value=cpu),
    ]  # fmt: skip
    few, many = min(seconds), max(seconds)
    if few < many:
        growth = math.log(seconds[many][0] / seconds[few][0]) / math.log(many / few)
        plain_growth = math.log(seconds[many][1] / seconds[few][1]) / math.log(many / few)
        figures.append(
            Figure(
                benchmark=NAME, setting=f"From {few:,} to {many:,} results", name="growth (1: in proportion)",
                unit="", value=growth, reference=plain_growth, reference_name="httpx, synced", at_most=1.1,
            )
        )  # fmt: skip
    return figures


def _both(folder: Path, url: str, links: list[str], size: Size) -> tuple[float, float, float]:
    """Seconds of ours, seconds of plain httpx, and our seconds of CPU."""
    ours, plain, cpu = [], [], []
    for _ in range(size.rounds):
        plain.append(_plain(folder, links, size)["took"])
        told = _ours(folder, url, links, size)
        ours.append(told["took"])
        cpu.append(told["cpu"])
    return _middle(ours), _middle(plain), _middle(cpu)


def _ours(folder: Path, url: str, links: list[str], size: Size) -> dict[str, Any]:
    own, dice = folder / "ours", random.Random(1)
    waiting = [
        Open(RemoteId(f"17f20503-6c24-4c16-946b-{number:012d}"), request(prompt(dice)), (link,))
        for number, link in enumerate(links)
    ]
    asyncio.run(fill(own, open_tasks=waiting))
    variables = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(own), "XDG_VIDEOS_DIR": str(own)}
    try:
        with Child("saving_child", str(own), url, str(len(links)), variables=variables) as child:
            child.hear("ready", 60.0)
            child.tell("go")
            told = child.hear("saved", size.patience)
    finally:
        _put_away(own)
    if told["files"] != len(links):
        raise BenchmarkFailed(f"{told['files']} of {len(links)} results were saved.")
    return told


def _plain(folder: Path, links: list[str], size: Size) -> dict[str, Any]:
    own, names = folder / "plain", folder / "links.json"
    names.write_text(json.dumps(links))
    try:
        with Child("plain_child", str(own), str(names), str(Preferences.download_limit.default)) as child:
            child.hear("ready", 60.0)
            child.tell("go")
            return child.hear("saved", size.patience)
    finally:
        _put_away(own)


def _put_away(folder: Path) -> None:
    """Gives the room on the disk back, but deletes nothing. ext4 without a journal, as some containers have it, uses no
    inode again for minutes after its file was deleted, and for each new file looks at all of those: of a round's two
    thousand that was up to 0.7 ms a file, by where on the disk the next round's folder came to lie."""
    for path in folder.rglob("*"):
        # What has a second name may be anybody's: perf keeps the libraries of the system so, below HOME.
        if path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1:
            os.truncate(path, 0)
    folder.rename(folder.parent / f"round {len(list(folder.parent.iterdir()))}")


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
