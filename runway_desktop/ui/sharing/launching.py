"""Starting the system's programs, detached: they outlive this one and speak to no terminal of ours. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QProcess

from runway_desktop.domain.outputs import Launch


def start(launch: Launch) -> bool:
    """Starts it and gives True; False when there is no such program, or no such folder."""
    process = QProcess()
    process.setProgram(launch.words[0])
    process.setArguments(list(launch.words[1:]))
    if launch.folder:
        process.setWorkingDirectory(launch.folder)
    for channel in (process.setStandardOutputFile, process.setStandardErrorFile, process.setStandardInputFile):
        channel(QProcess.nullDevice())
    return bool(process.startDetached())
