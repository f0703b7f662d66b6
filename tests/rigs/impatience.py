"""Clients without patience and the window, at once and in turn, each killed or closed in the middle; and what became of
their wishes. Blocking.

The clients are `impatient_child`; two of them are always there, and both say every wish.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.rigs.profile_programs import SECRET, Programs, until
from tests.rigs.runway_process import ROOT, Runway

KILLED = 6
"""Clients that are killed one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`made`: how often Runway accepted each prompt, and so was paid for it. `accepted` are Runway's ids of these,
    `listed` those that the list has; `tasks` are all that it has, by their states."""

    wishes: int
    made: Counter[str]
    accepted: frozenset[str]
    listed: frozenset[str]
    tasks: Counter[str]

    @property
    def doubled(self) -> int:
        """Paid requests beyond one for each wish."""
        return sum(self.made.values()) - len(self.made)

    @property
    def lost(self) -> int:
        """Paid for, and neither in the list by its id nor said to be uncertain."""
        return max(0, len(self.accepted - self.listed) - self.tasks["uncertain"])

    @property
    def unmade(self) -> int:
        """Wishes of which nothing came, and of which the list does not say so."""
        return max(0, self.wishes - len(self.made) - self.tasks["uncertain"])


def say_all(programs: Programs, how: str, wishes: int) -> Outcome:
    """`how`: "line", as commands speak with the engine, or "mcp", as hosts do."""
    window: subprocess.Popen[str] | None = None

    def come_and_go(seed: int) -> None:
        nonlocal window
        if seed == 4:
            window = programs.start()
        if seed == 7 and window is not None:
            window.send_signal(signal.SIGTERM)

    def client(seed: int) -> subprocess.Popen[bytes]:
        words = (how, str(programs.folder), str(seed), "0", str(wishes))
        return started("tests.rigs.impatient_child", words, programs.runway)

    kill_in_turn(client, 60.0 + 3.0 * wishes, come_and_go)
    if window is not None:
        window.wait(60)
    ids = [task["id"] for task in _listed(programs)]
    # What waits is sent by whoever works.
    for begin in range(0, len(ids), 100):
        programs.start("wait", *ids[begin : begin + 100], "--timeout", "200", "--json").communicate(timeout=260)
    until(lambda: not any(task["state"] in ("queued", "sending") for task in _listed(programs)), "all of them sent")
    tasks, accepted = _listed(programs), programs.runway.accepted
    return Outcome(
        wishes=wishes,
        made=programs.runway.made(),
        accepted=frozenset(accepted),
        listed=frozenset(task["runway_id"] for task in tasks),
        tasks=Counter(task["state"] for task in tasks),
    )


def kill_in_turn(
    start: Callable[[int], subprocess.Popen[bytes]], patience: float, meanwhile: Callable[[int], None] = lambda _: None
) -> None:
    """Starts two clients, each by its number, kills the older one now and then and starts another, until the last have
    ended. Those that come last say all once more. `patience` in seconds."""
    chance = random.Random(21)
    clients = [start(1), start(2)]
    for seed in range(3, 3 + KILLED):
        time.sleep(chance.uniform(0.5, 1.5))
        meanwhile(seed)
        killed = clients.pop(0)
        killed.kill()
        killed.wait()
        clients.append(start(seed))
    for one in clients:
        assert one.wait(patience) == 0
    for last in (start(99), start(100)):
        assert last.wait(patience) == 0


def started(module: str, words: Sequence[str], runway: Runway) -> subprocess.Popen[bytes]:
    surroundings = os.environ | {"RUNWAYML_API_SECRET": SECRET, "RUNWAYML_BASE_URL": runway.base_url}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.rigs.hurried", "-m", module, *words], cwd=ROOT, env=surroundings
    )


def _listed(programs: Programs) -> list[dict[str, str]]:
    code, found = programs.run("list", "--limit", "200", "--json")
    assert code == 0
    tasks: list[dict[str, str]] = found["tasks"]
    return tasks
