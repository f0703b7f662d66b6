"""The window through the accessibility bus: roles, names, texts and positions. Blocking."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.needs import SYSTEM_PYTHON
from tests.journeys.screen import Screen
from tests.rigs.waiting import PATIENCE, until

_PARTS = ("list item", "table cell", "tree item")
PROBE = Path(__file__).with_name("probe.py")


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing on the screen. `box` is x, y, width, height in pixels of the screen."""

    path: tuple[int, ...]
    role: str
    name: str
    description: str
    states: frozenset[str]
    box: tuple[int, int, int, int] | None
    text: str
    actions: tuple[str, ...]

    @property
    def middle(self) -> tuple[int, int]:
        assert self.box is not None, f"{self.role} “{self.name}” is nowhere"
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    @property
    def words(self) -> str:
        return " ".join(part for part in (self.name, self.text, self.description) if part)


class Ears:
    """What a screen reader is told: announcements, and the names of what gets the focus."""

    def __init__(self, screen: Screen, pid: int) -> None:
        self._probe = subprocess.Popen(
            [SYSTEM_PYTHON, str(PROBE), str(pid), "listen"],
            env={name: value for name, value in screen.variables.items() if name != "PYTHONPATH"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.heard: list[tuple[str, str]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(lambda: ("ready", "") in self.heard, "the screen reader to listen")

    def close(self) -> None:
        self._probe.kill()
        self._probe.wait()
        self._reader.join()
        if self._probe.stdout is not None:
            self._probe.stdout.close()

    def forget(self) -> None:
        self.heard.clear()

    def wait_for(self, kind: str, *words: str) -> str:
        """The first text of this kind, `said` or `focus`, that contains these words."""

        def found() -> str | None:
            texts = (text for one, text in self.heard if one == kind)
            return next((text for text in texts if all(word in text for word in words)), None)

        return until(found, f"to hear {words} ({kind}); heard {self.heard}")

    def _read(self) -> None:
        assert self._probe.stdout is not None
        for line in self._probe.stdout:
            told = json.loads(line)
            self.heard.append((told["kind"], told["text"]))


class Eyes:
    def __init__(self, screen: Screen, pid: int) -> None:
        self._probe = subprocess.Popen(
            [SYSTEM_PYTHON, str(PROBE), str(pid)],
            env={name: value for name, value in screen.variables.items() if name != "PYTHONPATH"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def close(self) -> None:
        for pipe in (self._probe.stdin, self._probe.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._probe.kill()
        self._probe.wait()

    def look(self, **asked: Any) -> list[Seen]:
        """All that is on the screen now, or what of that is asked for (`probe.tree`). What goes meanwhile makes it look
        empty for a moment."""
        return [
            Seen(
                tuple(one["path"]),
                one["role"],
                one["name"],
                one["description"],
                frozenset(one["states"]),
                tuple(one["box"]) if one["box"] else None,
                one["text"] or "",
                tuple(one["actions"]),
            )
            for one in self._ask({"do": "look", **asked}).get("tree", [])
        ]

    def find(self, role: str, name: str, *, where: Callable[[Seen], bool] = lambda _: True) -> Seen | None:
        """The first with this role whose name begins so."""
        return next(filter(where, self.look(role=role, name=name)), None)

    def wait_for(
        self, role: str, name: str, *, where: Callable[[Seen], bool] = lambda _: True, patience: float = PATIENCE
    ) -> Seen:
        return until(lambda: self.find(role, name, where=where), f"{role} “{name}”", patience)

    def wait_gone(self, role: str, name: str) -> None:
        until(lambda: self.find(role, name) is None, f"{role} “{name}” to go")

    def wait_for_words(self, *words: str, patience: float = PATIENCE) -> Seen:
        """Something on the screen that says all of these words."""
        return until(lambda: next(iter(self.look(words=words)), None), f"the words {words}", patience)

    def focused(self) -> Seen | None:
        """Where the keyboard is. A list's present item says that it has it even when its list has not."""
        holders = self.look(state="focused")
        own = [one for one in holders if one.role not in _PARTS]
        chosen = own or [one for one in holders if one.role in _PARTS]
        return next((one for one in chosen if "focusable" in one.states), None)

    def press(self, role: str, name: str, action: str = "Press") -> bool:
        return bool(self._ask({"do": "press", "role": role, "name": name, "action": action}).get("done"))

    def type(self, role: str, name: str, text: str) -> bool:
        return bool(self._ask({"do": "type", "role": role, "name": name, "text": text}).get("done"))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._probe.stdin is not None
        assert self._probe.stdout is not None
        self._probe.stdin.write(json.dumps(request) + "\n")
        self._probe.stdin.flush()
        line = self._probe.stdout.readline()
        assert line, "the screen reader ended"
        answer: dict[str, Any] = json.loads(line)
        return answer
