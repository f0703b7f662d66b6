"""Runs the simulator as a child process, for the demo and for benchmarks.

`SimulatorProcess.start(arguments)` waits for the child's first line of output. The child ends when its standard input
closes, so also when its parent has died. Uses only the standard library, so that the parent does not import the server.
Blocking; raises `SimulatorDidNotStart`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence

from runway_desktop.domain.profiles import own_words

DEMO_SECRET = "key_" + "d3" * 64
_PATIENCE_SECONDS = 4.0


class SimulatorDidNotStart(Exception):
    """The child process ended, or gave no first line in time."""


class SimulatorProcess:
    """The simulator as a child process. `base_url` is its API's address."""

    def __init__(self, process: subprocess.Popen[str], base_url: str) -> None:
        self._process = process
        self.base_url = base_url

    @classmethod
    def start(cls, arguments: Sequence[str] = (), *, timeout: float = 60.0) -> SimulatorProcess:
        """Starts a child with these command-line arguments, and waits (blocking) until it is ready.

        The child is this program: `runway-desktop --simulator …`.
        """
        process = subprocess.Popen(
            [*own_words(), "--simulator", "--port", "0", "--until-input-ends", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # Ctrl-C in a terminal is handled by the parent; the child ends when its input closes.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        line = _first_line(process, timeout)
        try:
            return cls(process, json.loads(line)["base_url"])
        except ValueError:
            _end(process)
            raise SimulatorDidNotStart(f"The simulator did not start: {line.strip() or 'it said nothing'}") from None

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends the child and waits for it (blocking, usually a tenth of a second). May be called twice."""
        _end(self._process)


def _first_line(process: subprocess.Popen[str], timeout: float) -> str:
    lines: queue.Queue[str] = queue.Queue()
    stream = process.stdout

    def read() -> None:
        lines.put(stream.readline() if stream is not None else "")

    threading.Thread(target=read, name="simulator's first line", daemon=True).start()
    try:
        return lines.get(timeout=timeout)
    except queue.Empty:
        return ""


def _end(process: subprocess.Popen[str]) -> None:
    """Closes the child's input, which works on every system; if that does not suffice, terminates and then kills it."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    for insist in (process.terminate, process.kill):
        try:
            process.wait(_PATIENCE_SECONDS)
            break
        except subprocess.TimeoutExpired:
            insist()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
