"""The simulated Runway as a process of its own, which can be killed and started again where it was. Blocking."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from tests.rigs.waiting import until

ROOT = Path(__file__).parents[2]


class Runway:
    """`folder` keeps what it made; `words` are its command line."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._kept = folder / "runway.json"
        self._words = words
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> None:
        """At the first start on a free port, later on the same one."""
        with self._kept.with_name("terminal-runway.txt").open("ab") as terminal:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "runway_desktop.simulator", "--port", str(self.port),
                    "--keep", str(self._kept), "--until-input-ends", *self._words,
                ],
                cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, text=True, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=terminal,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the simulator did not start"
        self.port = int(json.loads(line)["base_url"].rpartition(":")[2])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Gone from the network, with all that it made kept for its next start."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait()

    def state(self) -> dict[str, Any]:
        """What it saw, its knobs and faults."""
        found: dict[str, Any] = self._ask("GET", "state")
        return found

    @property
    def accepted(self) -> list[str]:
        """The ids of all paid requests since its last start, in order."""
        found: list[str] = self.state()["creates"]["accepted"]
        return found

    def made(self) -> Counter[str]:
        """Stops it, and tells how often each prompt was accepted over all its starts."""
        return Counter(str(task["recipe"]["prompt"]) for task in self._tasks())

    def paid(self) -> int:
        """Stops it, and tells the credits of all that was accepted over all its starts."""
        return sum(int(task["credits"]) for task in self._tasks())

    def create(self, prompt: str) -> str:
        """A task that somebody else started. Its id."""
        body = {"promptText": prompt, "model": "gen4.5", "ratio": "1280:720", "duration": 5}
        request = urllib.request.Request(
            f"{self.base_url}/v1/text_to_video",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": "Bearer key_" + "ab" * 64,
                "X-Runway-Version": "2024-11-06",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(json.load(answer)["id"])

    def fault(self, route: str, harm: str, **more: Any) -> None:
        """From now on its answers are spoiled so."""
        self._ask("POST", "faults", {"route": route, "harm": harm, **more})

    def struck(self) -> int:
        """How many requests were spoiled by the faults in force."""
        return sum(fault["hits"] for fault in self.state()["faults"])

    def mend(self) -> None:
        """No fault any more."""
        self._ask("DELETE", "faults")

    def turn(self, **knobs: Any) -> None:
        self._ask("POST", "knobs", knobs)

    def forward(self, seconds: float) -> None:
        """Lets so much of its time pass at once."""
        self._ask("POST", "clock", {"forward": seconds})

    def wait_for_creates(self, count: int) -> list[str]:
        """The accepted ids, once there are so many."""
        return until(lambda: ids if len(ids := self.accepted) >= count else [], f"{count} accepted requests")

    def _tasks(self) -> list[dict[str, Any]]:
        self.stop()
        tasks: list[dict[str, Any]] = json.loads(self._kept.read_text(encoding="utf-8"))["tasks"]
        return tasks

    def _ask(self, method: str, what: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.base_url}/_control/{what}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.read()
        return json.loads(said) if said else None
