"""Child processes of benchmarks, and their memory and processor time.

Each runs in a process of its own and speaks in lines of JSON on its standard output; it ends when its standard input
does. Blocking; raises `BenchmarkFailed` with the child's last words when it ends early or says nothing in time, and
`NotToldHere` for what this system does not tell.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from runway_desktop.app.session import Session

ROOT = Path(__file__).parents[2]


class BenchmarkFailed(Exception):
    """Something that is measured did not do its part."""


class NotToldHere(Exception):
    """This system does not say it; Linux does."""


class Child:
    """`python -m tests.benchmarks.<module> words…` as a context. `spawned` is the wall time of its start."""

    def __init__(self, module: str, *words: str, variables: Mapping[str, str] | None = None) -> None:
        self._name = module
        # Closed by `end`; a pipe that nobody reads would stop a talkative child.
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._lines: queue.Queue[str] = queue.Queue()
        self.spawned = time.time()
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.benchmarks.{module}", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            encoding="utf-8",
            env=environment() | dict(variables or {}),
        )
        threading.Thread(target=self._read, name=f"lines of {module}", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    def hear(self, word: str, patience: float) -> dict[str, Any]:
        """The next line that says `word`; others are passed over. `patience` in seconds."""
        until = time.monotonic() + patience
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise BenchmarkFailed(
                    f"{self._name} did not say “{word}” in {patience:.0f} s.\n{self._last()}"
                ) from None
            if not line:
                raise BenchmarkFailed(f"{self._name} ended before it said “{word}”.\n{self._last()}")
            said: dict[str, Any] = json.loads(line)
            if said["word"] == word:
                return said

    def tell(self, word: str) -> None:
        """One line to the child's standard input."""
        assert self._process.stdin is not None, "it was opened as a pipe"
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def end(self, patience: float = 30.0) -> None:
        """Closes the child's input and waits; one that does not end then is killed."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()

    def _read(self) -> None:
        assert self._process.stdout is not None, "it was opened as a pipe"
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")

    def _last(self) -> str:
        self._complaints.seek(0)
        return "\n".join(self._complaints.read().splitlines()[-25:])


def environment() -> dict[str, str]:
    """As an installed program has it: its modules are compiled, whatever the one who measures wants of his own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    compiled = {"PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bytecode")}
    # What is noted of a profile outside of it must not lie among what the person's own program has noted.
    kept.setdefault("XDG_STATE_HOME", str(ROOT / "build" / "state"))
    return kept | compiled | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def say(word: str, **more: Any) -> None:
    """In a child: one line to whoever measures, with the time at which it was said."""
    print(json.dumps({"word": word, "at": time.time(), **more}), flush=True)


def as_started() -> Callable[[Sequence[str]], int]:
    """In a child that watches the program from within: its `main`, and before anything of it is imported to be watched,
    what `main` does before its own imports. Else PySide reads the source of each module that is imported later."""
    from runway_desktop.__main__ import main
    from runway_desktop.app.plain_imports import import_qt

    gc.disable()
    import_qt()
    return main


def run_watched(folder: str, measure: Callable[[Session], Awaitable[None]]) -> int:
    """Runs the program on a profile, and `measure` beside it, which gets its session and closes it."""
    start = as_started()
    from runway_desktop.app import session

    class WatchedSession(session.Session):
        async def run(self, *given: Any) -> int:
            measuring = asyncio.ensure_future(measure(self))
            try:
                return await super().run(*given)
            finally:
                await measuring

    vars(session).update(Session=WatchedSession)
    return start(["--profile-dir", folder])


def cpu_seconds(pid: int, thread: int | None = None) -> float:
    """Processor time that the process has used, all threads or one, its own and the system's for it."""
    place = f"/proc/{pid}" if thread is None else f"/proc/{pid}/task/{thread}"
    try:
        fields = Path(place, "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        raise NotToldHere from None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wake_ups(pid: int) -> dict[str, int]:
    """How often each thread of the process has gone to sleep, which is how often it woke."""
    threads = Path(f"/proc/{pid}/task")
    if not threads.exists():
        raise NotToldHere
    found = {}
    for thread in threads.iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            found[thread.name] = int(
                (thread / "status").read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0]
            )
    return found


def memory(pid: int) -> dict[str, float]:
    """Megabytes: `rss` all that is resident, `pss` with shared pages by share, `own` what would be freed at its end."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        raise NotToldHere from None
    pages = {line.split()[0].rstrip(":"): int(line.split()[1]) / 1024 for line in text.splitlines()[1:]}
    return {"rss": pages["Rss"], "pss": pages["Pss"], "own": pages["Private_Clean"] + pages["Private_Dirty"]}


def screens() -> Iterator[tuple[str, dict[str, str]]]:
    """Where windows are shown: name and variables. On the screen that is there, as `dev.py bench` offers one; else on
    none."""
    if not sys.platform.startswith("linux"):
        yield "on screen", {"QT_QPA_PLATFORM": "windows" if sys.platform == "win32" else "cocoa"}
    elif os.environ.get("DISPLAY"):
        yield "X11", {"QT_QPA_PLATFORM": "xcb"}
    else:
        yield "offscreen", {"QT_QPA_PLATFORM": "offscreen"}
