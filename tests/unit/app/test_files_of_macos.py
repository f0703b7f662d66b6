"""macOS passes the files of *Open with* and of a drop on the dock by an event, not by arguments."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from runway_desktop.app.program import ApplicationOfMacos
application = ApplicationOfMacos([])
opened = []
for name in ("early.csv", "late.txt"):
    application.sendEvent(application, QFileOpenEvent(name))
    if name == "early.csv":
        application.listen(opened.append)
print(opened)
"""


def test_files_opened_by_macos_reach_the_window_even_if_early():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False,
        env={"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout == "[['early.csv'], ['late.txt']]\n", done.stderr
