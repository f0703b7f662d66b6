"""Cost of an impatient client: hosts and their servers are killed and calls time out, compared with a script that uses
the official SDK under the same time-outs and kills.

    python -m tests.benchmarks impatience

Two hosts send every request twice at the same time, while a window is opened and closed. The scripts share the requests
and send each once at a time.
"""

from __future__ import annotations

import asyncio
import importlib.util
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.permissions import Permission
from tests.benchmarks.children import NotToldHere
from tests.benchmarks.table import Figure
from tests.rigs.impatience import kill_in_turn, say_all, started
from tests.rigs.impatient_child import HOST
from tests.rigs.permits import permit
from tests.rigs.profile_programs import Programs
from tests.rigs.runway_process import Runway

NAME = "Impatience: what is paid for"
ROOM = ("--speed", "200", "--concurrency", "8", "--daily-limit", "100000", "--balance", "10000000")
LATENCY = 0.1
"""Seconds that Runway takes to answer, once it has accepted a request."""


@dataclass(frozen=True, slots=True)
class Size:
    wishes: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """`doubled`: paid requests beyond one a wish; `lost`: ids that only Runway knows; `credits` a wish;
    `uncertain`: got no answer, which is said."""

    doubled: int
    lost: int
    credits: float
    uncertain: int = 0


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking, for some minutes."""
    if not sys.platform.startswith("linux") or importlib.util.find_spec("mcp") is None:
        raise NotToldHere
    ours, sdk = _hosts(folder / "ours", size.wishes), _scripts(folder / "sdk", size.wishes)
    named = {"paid twice": ("doubled", "requests", 0), "ids lost": ("lost", "ids", 0)}
    of = f"{size.wishes} pictures asked for"
    figures = [
        Figure(
            benchmark=NAME, setting=of, name=name, value=getattr(ours, member), unit=unit,
            reference=getattr(sdk, member), reference_name="SDK", at_most=most,
        )
        for name, (member, unit, most) in named.items()
    ]  # fmt: skip
    each = Figure(
        benchmark=NAME, setting=of, name="paid for a picture", value=ours.credits, unit="credits",
        reference=sdk.credits, reference_name="SDK", ratio_at_most=1.0,
    )  # fmt: skip
    said = Figure(benchmark=NAME, setting=of, name="said to be uncertain", value=ours.uncertain, unit="tasks")
    return [*figures, each, said]


@contextmanager
def slow_runway(folder: Path) -> Iterator[Runway]:
    folder.mkdir()
    runway = Runway(folder, *ROOM)
    runway.start()
    runway.fault("create", "latency", accepted=True, seconds=LATENCY)
    try:
        yield runway
    finally:
        runway.stop()


def _hosts(folder: Path, wishes: int) -> Paid:
    with slow_runway(folder) as runway:
        programs = Programs(folder / "profile", runway)
        try:
            asyncio.run(permit(programs.folder, HOST, Permission.ALLOWANCE, 1_000_000.0))
            found = say_all(programs, "mcp", wishes)
        finally:
            quiet_end(programs)
        return Paid(
            doubled=found.doubled, lost=found.lost, credits=runway.paid() / wishes, uncertain=found.tasks["uncertain"]
        )


def quiet_end(programs: Programs) -> None:
    """Without what they said, which is for tests that fail."""
    with redirect_stdout(io.StringIO()):
        programs.end()


def _scripts(folder: Path, wishes: int) -> Paid:
    with slow_runway(folder) as runway:
        halves = (("0", str(wishes // 2)), (str(wishes // 2), str(wishes)))
        logs = [folder / f"ids-{half}.txt" for half in range(2)]
        kill_in_turn(
            lambda seed: started(
                "tests.benchmarks.impatient_sdk_child", (str(logs[(seed - 1) % 2]), str(seed), *halves[(seed - 1) % 2]),
                runway,
            ),
            60.0 + 3.0 * wishes,
        )  # fmt: skip
        known = {line.split()[1] for log in logs for line in log.read_text().splitlines()}
        return paid(runway, known, wishes)


def paid(runway: Runway, known: set[str], wishes: int) -> Paid:
    """What `runway` was paid by callers that know these ids."""
    lost, made = len(set(runway.accepted) - known), runway.made()
    return Paid(doubled=_beyond(made), lost=lost, credits=runway.paid() / wishes)


def _beyond(made: Counter[str]) -> int:
    return sum(made.values()) - len(made)
