"""Starting the system's programs, detached: they outlive this one and speak to no terminal of ours. GUI thread."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QProcessEnvironment

if TYPE_CHECKING:
    from runway_desktop.domain.outputs import Launch

_BUNDLED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What a bundle sets so that it finds its own libraries. Another program must find the system's."""


def start(launch: Launch) -> bool:
    """Starts it and gives True; False when there is no such program, or no such folder."""
    return bool(process_for(launch).startDetached())


def process_for(launch: Launch) -> QProcess:
    """The process, not started yet."""
    process = QProcess()
    process.setProgram(launch.words[0])
    process.setArguments(list(launch.words[1:]))
    if launch.folder:
        process.setWorkingDirectory(launch.folder)
    if getattr(sys, "frozen", False):
        process.setProcessEnvironment(_environment(restored(os.environ)))
    for channel in (process.setStandardOutputFile, process.setStandardErrorFile, process.setStandardInputFile):
        channel(QProcess.nullDevice())
    return process


def restored(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment as it was before the bundle changed it."""
    found = {name: value for name, value in variables.items() if name not in _BUNDLED}
    for name in _BUNDLED:
        if (before := variables.get(f"{name}_ORIG")) is not None:
            found[name] = before
    return {name: value for name, value in found.items() if not name.endswith("_LIBRARY_PATH_ORIG")}


def _environment(variables: Mapping[str, str]) -> QProcessEnvironment:
    found = QProcessEnvironment()
    for name, value in variables.items():
        found.insert(name, value)
    return found
