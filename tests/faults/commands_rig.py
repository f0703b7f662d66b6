"""Commands without a display: exit code, what is printed, and what is said beside."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

from runway_desktop.store import SqliteStore
from runway_desktop.wiring import environment
from tests.rigs.profile_programs import SECRET, Programs
from tests.rigs.runway_process import ROOT
from tests.rigs.verb_tables import exits


def run(programs: Programs, *words: str, said: str = "", **more: Any) -> tuple[int, dict[str, Any], str]:
    """Exit code, what it printed, and what it said beside."""
    surroundings = os.environ | {"RUNWAYML_API_SECRET": SECRET, "RUNWAYML_BASE_URL": programs.runway.base_url, **more}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        surroundings.pop(name, None)
    command = [sys.executable, "-m", "tests.rigs.hurried", *words, "--profile-dir", str(programs.folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=90, check=False, input=said
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in exits(words[0]), "its record does not name this code"
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr


def arrange(programs: Programs, **settings: Any) -> None:
    """As the preferences of the window would have it."""

    async def write() -> None:
        profile = environment.profile(demo=False, folder=programs.folder)
        store = await SqliteStore.open(profile.database)
        await store.set_settings(settings)
        await store.close()

    asyncio.run(write())


IN_VAIN = {"IN_VAIN": "1"}
"""For a command that waits for what does not come."""
PICTURE = ("create", "text_to_image", "--model", "gen4_image", "--prompt", "A fox")
