"""A person's hands: mouse and keys on a screen of our own, and things dragged from another program. Blocking."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.journeys.screen import Screen
from tests.journeys.waiting import until

SOURCE = Path(__file__).with_name("drag_source.py")


class Hands:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def key(self, *keys: str) -> None:
        """Presses keys one after the other, by X's names: `ctrl+Return`, `F2`, `Menu`."""
        self._do("key", "--clearmodifiers", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        """Types, with the letters that the screen's keyboard has."""
        self._do("type", "--clearmodifiers", "--delay", "6", "--", text)

    def click(self, at: tuple[int, int], button: int = 1, times: int = 1) -> None:
        self._do("mousemove", "--sync", str(at[0]), str(at[1]))
        self._do("click", "--repeat", str(times), "--delay", "60", str(button))

    def windows(self, name: str, pid: int | None = None) -> list[str]:
        """The ids of the visible windows whose title matches."""
        whose = [] if pid is None else ["--all", "--pid", str(pid)]
        return self._do("search", "--onlyvisible", *whose, "--name", name, check=False).split()

    def wait_for_window(self, name: str, pid: int | None = None) -> str:
        return until(lambda: self.windows(name, pid), f"a window “{name}”")[-1]

    def activate(self, window: str) -> None:
        self._do("windowactivate", "--sync", window)

    def close_window(self, window: str) -> None:
        """As its frame's own button does: the window is asked."""
        self.activate(window)
        self.key("alt+F4")

    def drag(self, what: Sequence[str], to: tuple[int, int], *, as_text: bool = False) -> None:
        """Another program's window offers these files, or this text; it is dragged to `to` and let go."""
        with self._source(what, as_text=as_text) as (x, y):
            self._do("mousemove", "--sync", str(x), str(y), "mousedown", "1")
            for step in range(1, 6):
                self._do("mousemove", "--sync", str(x + 4 * step), str(y + 2 * step))
            for step in range(1, 13):
                part = step / 12
                at = (round(x + (to[0] - x) * part), round(y + (to[1] - y) * part))
                self._do("mousemove", str(at[0]), str(at[1]), "sleep", "0.04")
            self._do("mousemove", str(to[0] + 1), str(to[1] + 1), "sleep", "0.1", "mouseup", "1")

    @contextlib.contextmanager
    def _source(self, what: Sequence[str], *, as_text: bool) -> Iterator[tuple[int, int]]:
        source = subprocess.Popen(
            [sys.executable, str(SOURCE), "text" if as_text else "files", *what],
            env=self._screen.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert source.stdout is not None
            assert source.stdout.readline().strip() == "shown"
            self.wait_for_window("Drag source", source.pid)
            yield 1880, 1040
            # It ends by itself when what it offered was taken or refused.
            source.wait(20)
        finally:
            if source.stdout is not None:
                source.stdout.close()
            if source.poll() is None:
                source.kill()
                source.wait()

    def _do(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._screen.variables, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0 or not check, f"xdotool {words}: {done.stderr}"
        return done.stdout
