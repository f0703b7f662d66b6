"""Another process that holds a profile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


PIPES = "Windows has named pipes, which Qt serves"


class Holder:
    """Another process that has the profile and listens at its socket."""

    def __init__(self, folder: Path, what: str) -> None:
        if sys.platform == "win32":
            pytest.skip(PIPES)
        words = [sys.executable, "-m", "tests.unit.app.holder_child", str(folder), what]
        self._child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.told() == "mine"

    def told(self) -> object:
        assert self._child.stdout is not None
        return json.loads(self._child.stdout.readline())

    def end(self) -> list[object]:
        """What it was told besides. May be called twice."""
        self._child.kill()
        if self._child.stdout is None or self._child.stdout.closed:
            return []
        return [json.loads(line) for line in self._child.communicate()[0].splitlines()]


@contextmanager
def holder(folder: Path, what: str) -> Iterator[Holder]:
    found = Holder(folder, what)
    try:
        yield found
    finally:
        found.end()
