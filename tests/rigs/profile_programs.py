"""Commands, windows and servers of one profile as processes of their own, none of which outlives its test."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.remote.client import connect
from runway_desktop.remote.messages import Welcome
from runway_desktop.usecases.clients.refusals import CallRefused
from tests.rigs.permits import LIBRARY_CLIENT, permit
from tests.rigs.runway_process import ROOT, Runway

SECRET = "key_" + "5a" * 64


PATIENCE = 60.0


FOX = ("create", "text_to_video", "--model", "gen4.5", "--set", "ratio=1280:720", "--set", "duration=5", "--json",
       "--max-credits", "1000")  # fmt: skip


class Programs:
    """The processes of a test, none of which outlives it."""

    def __init__(self, folder: Path, runway: Runway) -> None:
        self.folder = folder
        self.runway = runway
        self._running: list[subprocess.Popen[str]] = []
        self.surroundings = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "RUNWAYML_API_SECRET": SECRET,
            "RUNWAYML_BASE_URL": runway.base_url,
        }

    def start(
        self, *words: str, stdin: int | None = None, stderr: int = subprocess.PIPE, **more: str
    ) -> subprocess.Popen[str]:
        """`more` are variables of its environment."""
        command = [sys.executable, "-m", "tests.rigs.hurried", *words, "--profile-dir", str(self.folder)]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.surroundings | more,
            text=True,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        self._running.append(process)
        return process

    def window(self) -> subprocess.Popen[str]:
        window = self.start()
        until(lambda: (welcome := self.welcome()) is not None and welcome.has_window, "the window")
        return window

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        return ended(self.start(*words))

    def welcome(self) -> Welcome | None:
        async def ask() -> Welcome | None:
            connection = await connect(self.folder, "test", patience=2.0)
            if connection is None:
                return None
            await connection.close()
            return connection.welcome

        with suppress(CallRefused):
            return asyncio.run(ask())
        return None

    def is_sending(self) -> bool:
        welcome = self.welcome()
        return welcome is not None and bool(welcome.under_way)

    def grant(self, credits: float = 100_000.0) -> None:
        """To commands; agents may ask."""
        asyncio.run(permit(self.folder, COMMAND_LINE, Permission.ALLOWANCE, credits))
        asyncio.run(permit(self.folder, LIBRARY_CLIENT, Permission.ASK))

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
            out, said = process.communicate()
            # For whoever reads of a failure.
            sys.stdout.write(f"{process.args!r} ended with {process.returncode}: {out[:500]} {(said or '')[-2000:]}\n")


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.03)


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """Its exit code, and what it printed."""
    out, said = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in said, said
    assert "ERROR" not in said, said
    return process.returncode, json.loads(out) if out else {}


def runway_with(*words: str) -> Any:
    """A fixture: the simulated Runway of one test, with this command line."""

    @pytest.fixture
    def runway(tmp_path: Path) -> Iterator[Runway]:
        runway = Runway(tmp_path, *words)
        runway.start()
        yield runway
        runway.stop()

    return runway


def programs_with(credits: float = 0.0) -> Any:
    """A fixture: the programs of one test, which may spend so much."""

    @pytest.fixture
    def programs(tmp_path: Path, runway: Runway) -> Iterator[Programs]:
        programs = Programs(tmp_path / "profile", runway)
        if credits:
            programs.grant(credits)
        yield programs
        programs.end()

    return programs
