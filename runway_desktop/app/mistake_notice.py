"""Tells the person of a mistake of the program: of the first in a run, calmly. Those after it are only in the log.

GUI thread only.
"""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import QObject, qVersion
from PySide6.QtGui import QGuiApplication

from runway_desktop import __version__
from runway_desktop.viewmodels.activity.activity import Activity

from .bugs import Bugs

MESSAGE = "Something went wrong in the program."
ADVICE = "It keeps running. If something no longer works, close the program and open it again. Details are in its log."


class MistakeNotice(QObject):
    """`log` is the file with the details."""

    def __init__(self, bugs: Bugs, activity: Activity, log: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._activity = activity
        self._log = log
        bugs.tell(self._tell)

    def _tell(self, words: str) -> None:
        self._activity.tell(
            MESSAGE,
            detail=ADVICE,
            problem=True,
            action_text="Copy details",
            on_action=lambda: self._copy(words),
            short="Something went wrong",
        )

    def _copy(self, words: str) -> None:
        QGuiApplication.clipboard().setText(details(words, self._log))
        self._activity.tell("Details copied.")


def details(words: str, log: Path) -> str:
    """What whoever mends the mistake needs to know."""
    versions = f"Runway Desktop {__version__}, Qt {qVersion()}, Python {platform.python_version()}"
    return f"{versions}, {platform.platform()}\nLog: {log}\n\n{words}\n"
