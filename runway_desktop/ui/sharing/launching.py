"""Starting the system's programs, detached: they outlive this one and speak to no terminal of ours. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QProcess


def start(words: Sequence[str]) -> bool:
    """Starts a program with its arguments and gives True; False when there is no such program."""
    process = QProcess()
    process.setProgram(words[0])
    process.setArguments(list(words[1:]))
    for channel in (process.setStandardOutputFile, process.setStandardErrorFile, process.setStandardInputFile):
        channel(QProcess.nullDevice())
    return bool(process.startDetached())
