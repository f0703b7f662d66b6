"""The program as a process of its own on a throwaway profile: started, closed, killed, and inspected.

Blocking. Its data is read from its database and folders, while it runs.
"""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.journeys.eyes import Eyes
from tests.journeys.hands import Hands
from tests.journeys.screen import Screen
from tests.rigs.runway_process import ROOT
from tests.rigs.waiting import PATIENCE, until

SECRET = "key_" + "5a" * 64
"""A made-up key of the right form; the simulator takes any."""
TITLE = "Runway Desktop"


class Program:
    """`profile` is its folder. `words` are its command line, `variables` its surroundings."""

    def __init__(
        self, screen: Screen, profile: Path, words: Sequence[str] = (), variables: dict[str, str] | None = None
    ) -> None:
        self.profile = profile
        self.hands = Hands(screen)
        self._screen = screen
        self._words = tuple(words)
        self._variables = variables or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._eyes: Eyes | None = None
        self._starts = 0

    @property
    def pid(self) -> int:
        assert self._process is not None, "the program was not started"
        return self._process.pid

    @property
    def eyes(self) -> Eyes:
        if self._eyes is None:
            self._eyes = Eyes(self._screen, self.pid)
        return self._eyes

    def start(self, *items: str) -> str:
        """Starts it with these items and waits for its window, whose id it gives."""
        self._starts += 1
        self._process = self._popen(items, self.complaints_file)
        # They open while the program starts.
        self._eyes = Eyes(self._screen, self.pid)
        until(lambda: self.hands.windows(TITLE, self.pid) or not self.runs, "the window")
        assert self.runs, f"it ended at once: {self.complaints}"
        window = self.hands.wait_for_window(TITLE, self.pid)
        self.hands.activate(window)
        return window

    def make(self, table: Path, shots: str) -> None:
        """Starts with a table of requests, makes them all, and waits until they are saved."""
        amount = len(shots.splitlines()) - 1
        table.write_text(shots, encoding="utf-8")
        self.start(str(table))
        self.hands.wait_in_front(table.name, self.pid)
        self.eyes.wait_for("button", f"Generate {amount} ready")
        self.hands.key("ctrl+Return")
        until(lambda: len(self.tasks()) == amount, "all tasks")
        self.eyes.wait_gone("button", "Add row")
        self.wait_saved(amount)

    def start_unseen(self) -> None:
        """Starts it on a screen whose windows nobody can list."""
        self._starts += 1
        self._process = self._popen((), self.complaints_file)

    def start_hidden(self) -> None:
        """Starts it where there is no tray, and waits for its minimized window."""
        self._starts += 1
        self._process = self._popen(("--hidden",), self.complaints_file)
        until(lambda: self.hands.windows(TITLE, self.pid, visible=False) or not self.runs, "the window")
        assert self.runs, f"it ended at once: {self.complaints}"

    def start_again_beside(self, *items: str) -> int:
        """A second start of the same profile, as a person does who forgot the first. Its exit code."""
        process = self._popen(items, self.profile.parent / "terminal-second.txt")
        return process.wait(PATIENCE)

    @property
    def complaints_file(self) -> Path:
        return self.profile.parent / f"terminal-{self._starts}.txt"

    @property
    def complaints(self) -> str:
        """All that it said on the terminal since its last start."""
        return self.complaints_file.read_text(encoding="utf-8", errors="replace")

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """At once, as a power cut does."""
        self.signal(signal.SIGKILL)
        self._process.wait(10)
        self._forget()

    def ended(self, patience: float = PATIENCE) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        code = self._process.wait(patience)
        self._forget()
        return code

    def close(self) -> None:
        """For the end of a test: whatever it does, it is gone afterwards."""
        if self.runs:
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
        if self.runs:
            self.kill()
        self._forget()

    def write(self, prompt: str) -> None:
        """Writes a prompt into the composer, by keys."""
        self.eyes.wait_for("text", "Prompt")
        self.hands.key("ctrl+n")
        self.hands.type(prompt)
        self.eyes.wait_for("text", "Prompt", where=lambda line: line.text == prompt)

    def send(self, prompt: str) -> None:
        """Writes a prompt and sends it, by keys."""
        self.write(prompt)
        self.hands.key("ctrl+Return")
        until(lambda: prompt in [task["prompt"] for task in self.tasks()], f"the task “{prompt}”")

    def popups(self) -> int:
        """Menus and lists that are open now; a screen reader hears of them only as one moves in them."""
        return len(self.hands.windows("", self.pid)) - 1

    def tasks(self) -> list[dict[str, Any]]:
        """What its database holds of the tasks that are listed, oldest first."""
        return self._rows("SELECT * FROM tasks WHERE removed_at IS NULL ORDER BY number")

    def task(self, prompt: str) -> dict[str, Any]:
        return next(task for task in self.tasks() if task["prompt"] == prompt)

    def states(self) -> Counter[str]:
        return Counter(task["state"] for task in self.tasks())

    def outputs(self, task_id: str | None = None) -> list[dict[str, Any]]:
        found = self._rows("SELECT * FROM outputs")
        return [output for output in found if task_id in (None, output["task_id"])]

    def inputs(self) -> list[dict[str, Any]]:
        return self._rows("SELECT * FROM inputs")

    def saved(self) -> list[Path]:
        """The files of all saved results; each is there."""
        paths = [Path(output["path"]) for output in self.outputs() if output["state"] == "saved"]
        assert all(path.stat().st_size > 0 for path in paths)
        return paths

    def ask_runway(self) -> None:
        """Has Runway asked as soon as that is allowed, and not when the program finds it worth it."""
        self.hands.key("F5")

    def wait_saved(self, count: int, patience: float = 60.0, *, asks: bool = True) -> list[Path]:
        """The results, once so many are saved. With `asks` as one who cannot wait and asks again and again: only where
        the program's main window is in front."""
        asked = 0.0

        def found() -> list[Path]:
            nonlocal asked
            paths = self.saved()
            if len(paths) < count and asks and time.monotonic() - asked > 1.0:
                self.ask_runway()
                asked = time.monotonic()
            return paths if len(paths) >= count else []

        return until(found, f"{count} saved results", patience)

    def wait_state(self, prompt: str, *states: str, patience: float = PATIENCE) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            return next((task for task in self.tasks() if task["prompt"] == prompt and task["state"] in states), None)

        return until(found, f"“{prompt}” to be {' or '.join(states)}", patience)

    def everything_written(self) -> bytes:
        """All bytes of all files of the profile, and of what it said on the terminal."""
        places = [*self.profile.rglob("*"), *self.profile.parent.glob("terminal-*.txt")]
        return b"\0".join(path.read_bytes() for path in places if path.is_file())

    def _rows(self, question: str) -> list[dict[str, Any]]:
        path = self.profile / "profile.db"
        if not path.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as database:
            database.row_factory = sqlite3.Row
            try:
                return [dict(row) for row in database.execute(question)]
            except sqlite3.OperationalError as trouble:
                if "no such table" in str(trouble):
                    return []
                raise

    def _popen(self, items: Sequence[str], complaints: Path) -> subprocess.Popen[bytes]:
        with complaints.open("wb") as terminal:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.rigs.hurried", "--profile-dir", str(self.profile), *self._words, *items],
                cwd=ROOT,
                env={**self._screen.variables, **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _forget(self) -> None:
        if self._eyes is not None:
            self._eyes.close()
            self._eyes = None


def kept_secrets(screen: Screen) -> str:
    """All that the keychain of this screen holds, asked by other means than the program's."""
    asked = (
        "import secretstorage\n"
        "with secretstorage.dbus_init() as bus:\n"
        "    for item in secretstorage.get_default_collection(bus).get_all_items():\n"
        "        print(item.get_secret().decode())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], env=screen.variables, check=False, capture_output=True, text=True, timeout=30
    )
    return done.stdout
