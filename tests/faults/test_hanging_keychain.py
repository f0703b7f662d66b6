"""A keychain that waits for its person without end keeps no closed program alive. The program is a process of its own
here: only its end shows that no thread holds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.hanging_keychain import BACKEND
from tests.rigs.runway_process import ROOT
from tests.rigs.waiting import until

PATIENCE = 20.0
"""Seconds. Each thread that hangs is waited for 5 s at the most."""


def test_unanswered_keychain_prompt_does_not_keep_the_closed_program_running(tmp_path: Path):
    (tmp_path / "waiting_keychain.py").write_text(BACKEND, encoding="utf-8")
    asked = tmp_path / "asked"
    bare = {name: value for name, value in os.environ.items() if not name.startswith("RUNWAYML_")}
    surroundings = bare | {
        "ASKED": str(asked),
        "HOME": str(tmp_path),
        "PYTHON_KEYRING_BACKEND": "waiting_keychain.Waiting",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
        "QT_QPA_PLATFORM": "offscreen",
        "RUNWAYML_BASE_URL": "http://127.0.0.1:1",
    }
    terminal = tmp_path / "terminal.txt"
    with terminal.open("wb") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "runway_desktop", "--profile-dir", str(tmp_path / "profile")],
            cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL, stdout=complaints, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until(lambda: asked.exists() or process.poll() is not None, "the keychain to be asked", 60)
        assert process.poll() is None, terminal.read_text(encoding="utf-8")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, terminal.read_text(encoding="utf-8")
        assert time.monotonic() - begun < PATIENCE
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
