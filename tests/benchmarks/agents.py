"""Latency for agents: from the start of a server to its first answer, and of each later answer.

    python -m tests.benchmarks agents

Compared with the library's own server with one tool, and with answers of the profile's socket alone. The queried task
has failed, so that Runway need not be asked.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from runway_desktop.domain.permissions import Permission
from runway_desktop.remote.client import connect
from tests.benchmarks.children import ROOT, BenchmarkFailed, NotToldHere, environment
from tests.benchmarks.impatience import quiet_end
from tests.benchmarks.table import Figure, quantile
from tests.rigs.permits import LIBRARY_CLIENT, permit
from tests.rigs.profile_programs import FOX, SECRET, Programs
from tests.rigs.runway_process import Runway

NAME = "Agents: from a question to its answer"
BARE = ("tests.benchmarks.bare_mcp_child",)
_HELLO = (
    {
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": LIBRARY_CLIENT, "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int = 7
    calls: int = 500


class Host:
    """A server's process, and what a host says to it."""

    def __init__(self, words: Sequence[str], variables: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=environment() | dict(variables), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._number = 0
        for message in _HELLO:
            self._say(message)

    def ask(self, task_id: str) -> float:
        """Seconds until the answer."""
        begun = time.perf_counter()
        self._number += 1
        params = {"name": "runway_getTask", "arguments": {"taskId": task_id}}
        self._say({"jsonrpc": "2.0", "id": self._number, "method": "tools/call", "params": params})
        assert self._process.stdout is not None, "it was opened as a pipe"
        for line in self._process.stdout:
            said = json.loads(line)
            if said.get("id") == self._number:
                if said.get("result", {}).get("isError") or "error" in said:
                    raise BenchmarkFailed(line)
                return time.perf_counter() - begun
        raise BenchmarkFailed("The server ended.")

    def end(self) -> None:
        self._process.communicate(timeout=30)

    def _say(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None, "it was opened as a pipe"
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking."""
    if not sys.platform.startswith("linux") or importlib.util.find_spec("mcp") is None:
        raise NotToldHere
    runway = Runway(folder, "--speed", "200")
    runway.start()
    programs = Programs(folder / "profile", runway)
    try:
        programs.grant()
        asyncio.run(permit(programs.folder, LIBRARY_CLIENT, Permission.READ))
        _, made = programs.run(*FOX, "--prompt", "No [fail:SAFETY.INPUT.TEXT]", "--wait")
        where = {"RUNWAYML_API_SECRET": SECRET, "RUNWAYML_BASE_URL": runway.base_url, "PATH": os.environ["PATH"]}
        ours = ("runway_desktop", "mcp", "--profile-dir", str(folder / "profile"))
        return list(_figures(programs, ours, where, str(made["id"]), size))
    finally:
        quiet_end(programs)
        runway.stop()


def _figures(
    programs: Programs, ours: Sequence[str], where: Mapping[str, str], task_id: str, size: Size
) -> Iterator[Figure]:
    bare = median(_first_answers(BARE, where, task_id, size.rounds))
    yield _start("without a window", median(_first_answers(ours, where, task_id, size.rounds)), bare, size)
    window = programs.window()
    yield _start("a window open", median(_first_answers(ours, where, task_id, size.rounds)), bare, size)
    through, alone = _through(ours, where, task_id, size.calls), asyncio.run(_alone(programs, task_id, size.calls))
    window.terminate()
    window.wait(60)
    for name, part in (("half within", 0.5), ("99 in 100 within", 0.99)):
        ms, ms_alone = (1000 * (quantile(times, part) or 0.0) for times in (through, alone))
        yield Figure(
            benchmark=NAME, setting=f"runway_getTask {size.calls} times, a window open", name=name, value=ms, unit="ms",
            reference=ms_alone, reference_name="socket alone",
        )  # fmt: skip


def _start(setting: str, seconds: float, bare: float, size: Size) -> Figure:
    return Figure(
        benchmark=NAME, setting=f"{size.rounds} starts", name=f"start to first answer, {setting}", value=seconds,
        unit="s", reference=bare, reference_name="bare server",
    )  # fmt: skip


@contextmanager
def _host(words: Sequence[str], where: Mapping[str, str]) -> Iterator[Host]:
    host = Host(words, where)
    try:
        yield host
    finally:
        host.end()


def _first_answers(words: Sequence[str], where: Mapping[str, str], task_id: str, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with _host(words, where) as host:
            host.ask(task_id)
            times.append(time.perf_counter() - begun)
    return times


def _through(words: Sequence[str], where: Mapping[str, str], task_id: str, calls: int) -> list[float]:
    with _host(words, where) as host:
        host.ask(task_id)
        return [host.ask(task_id) for _ in range(calls)]


async def _alone(programs: Programs, task_id: str, calls: int) -> list[float]:
    connection = await connect(programs.folder, LIBRARY_CLIENT)
    if connection is None:
        raise BenchmarkFailed("Nobody listens.")
    times = []
    for _ in range(calls + 1):
        begun = time.perf_counter()
        await connection.call("task", {"id": task_id, "links": True})
        times.append(time.perf_counter() - begun)
    await connection.close()
    return times[1:]
