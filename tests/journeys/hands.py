"""Mouse and keyboard input on a private screen, and drags from another program. Blocking."""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.screen import Screen
from tests.rigs.waiting import until

SOURCE, TARGET, FILE_MANAGER = (
    Path(__file__).with_name(name) for name in ("drag_source.py", "drag_target.py", "file_manager.py")
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What another program read from one drop. Contents are SHA-256 in hexadecimal digits."""

    formats: list[str]
    links: list[str]
    contents: list[str]
    text: str
    png: str
    picture: list[int]
    may_move: bool


class Taker:
    """A window that takes drops; `place` is in its middle."""

    def __init__(self, process: subprocess.Popen[str], place: tuple[int, int]) -> None:
        self.place = place
        self._process = process

    def taken(self) -> Taken:
        """The next drop."""
        return Taken(**_said(self._process, "nothing was dropped on the other program"))


class Hands:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def key(self, *keys: str) -> None:
        """Presses keys one after the other, by X's names: `ctrl+Return`, `F2`, `Menu`."""
        self._do("key", "--clearmodifiers", "--delay", "30", *keys)

    def hold(self, *keys: str, seconds: float) -> None:
        """All of them down, long enough to repeat themselves, and up again."""
        down = (word for key in keys for word in ("keydown", key))
        up = (word for key in reversed(keys) for word in ("keyup", key))
        self._do(*down, "sleep", f"{seconds:g}", *up)

    def type(self, text: str) -> None:
        """Types, with the letters that the screen's keyboard has."""
        self._do("type", "--clearmodifiers", "--delay", "6", "--", text)

    def click(self, at: tuple[int, int], button: int = 1, times: int = 1) -> None:
        self._do("mousemove", str(at[0]), str(at[1]), "click", "--repeat", str(times), "--delay", "60", str(button))

    def windows(self, name: str, pid: int | None = None, *, visible: bool = True) -> list[str]:
        """The ids of the windows whose title matches; by default of those that are not minimized."""
        whose = [] if pid is None else ["--all", "--pid", str(pid)]
        return self._do("search", *(["--onlyvisible"] if visible else []), *whose, "--name", name, check=False).split()

    def wait_for_window(self, name: str, pid: int | None = None) -> str:
        return until(lambda: self.windows(name, pid), f"a window “{name}”")[-1]

    def wait_in_front(self, name: str, pid: int | None = None) -> None:
        """Until the newest window of this name has the keyboard: it is there a moment before."""
        window = self.wait_for_window(name, pid)
        until(lambda: self.active() == window, f"“{name}” in front")

    def active(self) -> str:
        """The id of the window in front; empty in the moment in which none is, when they change."""
        return self._do("getactivewindow", check=False).strip()

    def activate(self, window: str) -> None:
        self._do("windowactivate", "--sync", window)

    def close_window(self, window: str) -> None:
        """As its frame's own button does: the window is asked."""
        self.activate(window)
        self.key("alt+F4")

    def drag(self, what: Sequence[str], to: tuple[int, int], *, as_text: bool = False) -> None:
        """Another program's window offers these files, or this text; it is dragged to `to` and let go."""
        with self._source(what, as_text=as_text) as place:
            self.carry(place, to)

    def carry(self, start: tuple[int, int], to: tuple[int, int]) -> None:
        """Takes hold of what is there, drags it to `to` and lets it go."""
        x, y = start
        # Without `--sync`, which waits 15 s for a mouse that is there already. A press soon after a click at the same
        # place would be a double-click.
        self._do("mousemove", str(x), str(y), "sleep", "0.6", "mousedown", "1")
        for step in range(1, 6):
            self._do("mousemove", "--sync", str(x + 4 * step), str(y + 2 * step))
        for step in range(1, 13):
            part = step / 12
            at = (round(x + (to[0] - x) * part), round(y + (to[1] - y) * part))
            self._do("mousemove", str(at[0]), str(at[1]), "sleep", "0.04")
        self._do("mousemove", str(to[0] + 1), str(to[1] + 1), "sleep", "0.2", "mouseup", "1")

    @contextlib.contextmanager
    def another_program(self) -> Iterator[Taker]:
        """Another program's window, which takes what is dropped on it."""
        process = self._other(TARGET)
        try:
            self.wait_for_window("Drop target", process.pid)
            yield Taker(process, (1840, 1010))
        finally:
            _end(process)

    @contextlib.contextmanager
    def _source(self, what: Sequence[str], *, as_text: bool) -> Iterator[tuple[int, int]]:
        source = self._other(SOURCE, "text" if as_text else "files", *what)
        try:
            self.wait_for_window("Drag source", source.pid)
            yield 1880, 1040
            # It ends by itself when what it offered was taken or refused.
            source.wait(20)
        finally:
            _end(source)

    @contextlib.contextmanager
    def file_manager(self) -> Iterator[Callable[[], list[str]]]:
        """The system's file manager runs. Gives what tells the links that it is asked to select next."""
        process = self._other(FILE_MANAGER)
        try:
            yield lambda: _said(process, "the file manager was not asked")
        finally:
            _end(process)

    def _other(self, program: Path, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(program), *words],
            env=self._screen.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "shown"
        return process

    def _do(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._screen.variables, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0 or not check, f"xdotool {words}: {done.stderr}"
        return done.stdout


def _said(process: subprocess.Popen[str], otherwise: str, patience: float = 20.0) -> Any:
    """The next line of JSON that another program writes."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], patience)
    assert ready, otherwise
    return json.loads(process.stdout.readline())


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is None:
        process.kill()
        process.wait()
