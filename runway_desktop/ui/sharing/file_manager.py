"""Shows files in the system's file manager: selected if possible, else by opening their folder.

On Linux by an asynchronous D-Bus call to org.freedesktop.FileManager1, in a sandbox to the portal; Explorer and Finder
by a command. GUI thread only; raises nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from shiboken6 import isValid

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

MOST = 100
"""Maximum number of selected files: thousands of marks help no user."""
PATIENCE_MS = 10_000
"""Timeout in milliseconds, which includes the start of the file manager."""
_NAME, _PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"


class FileManager(QObject):
    """`failed` receives a folder that could not be opened either."""

    def __init__(
        self, failed: Callable[[Path], None], parent: QObject | None = None, *, platform: str = sys.platform
    ) -> None:
        super().__init__(parent)
        self._failed = failed
        self._platform = platform
        self._asking: set[QDBusPendingCallWatcher] = set()

    def show(self, paths: Sequence[Path]) -> None:
        """Selects the files, or opens the folder of the first one."""
        if not paths:
            return
        command = select_command(self._platform, paths[:MOST])
        if command is None:
            self._ask(paths[:MOST])
        elif not start(command):
            self.open_folder(paths[0].parent)

    def open_folder(self, folder: Path) -> None:
        asked = QStandardPaths.findExecutable("xdg-mime") if self._platform == "linux" else ""
        if not asked:
            self._open(folder)
            return
        # On Linux, opening succeeds even without a file manager, silently. So ask for one first.
        # Without a parent, which would end it with the window: Qt warns of that.
        process = QProcess()
        process.finished.connect(lambda: self._told_who_opens(process, folder))
        process.errorOccurred.connect(
            lambda error: self._open(folder) if error is QProcess.ProcessError.FailedToStart else None
        )
        process.start(asked, ["query", "default", "inode/directory"])

    def _told_who_opens(self, process: QProcess, folder: Path) -> None:
        opens = process.readAllStandardOutput().trimmed()
        process.deleteLater()
        if not isValid(self):
            # The window was closed meanwhile.
            return
        if opens:
            self._open(folder)
        else:
            self._failed(folder)

    def _open(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._failed(folder)

    def _ask(self, paths: Sequence[Path]) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        try:
            message = _for_portal(paths[0]) if "FLATPAK_ID" in os.environ else _for_file_manager(paths)
        except OSError:
            message = None
        if message is None or not bus.isConnected():
            self.open_folder(paths[0].parent)
            return
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message, PATIENCE_MS), self)
        self._asking.add(watcher)
        watcher.finished.connect(lambda: self._answered(watcher, paths[0]))

    def _answered(self, watcher: QDBusPendingCallWatcher, path: Path) -> None:
        self._asking.discard(watcher)
        if watcher.isError():
            self.open_folder(path.parent)
        watcher.deleteLater()


def _for_file_manager(paths: Sequence[Path]) -> QDBusMessage:
    from PySide6.QtDBus import QDBusMessage

    message = QDBusMessage.createMethodCall(_NAME, _PATH, _NAME, "ShowItems")
    message.setArguments([[path.as_uri() for path in paths], ""])
    return message


def _for_portal(path: Path) -> QDBusMessage:
    """Selects one file. Raises OSError."""
    from PySide6.QtDBus import QDBusMessage, QDBusUnixFileDescriptor

    name = "org.freedesktop.portal"
    message = QDBusMessage.createMethodCall(
        f"{name}.Desktop", "/org/freedesktop/portal/desktop", f"{name}.OpenURI", "OpenDirectory"
    )
    file = os.open(path, os.O_RDONLY)
    try:
        # Keeps a copy of the descriptor.
        message.setArguments(["", QDBusUnixFileDescriptor(file), {}])
    finally:
        os.close(file)
    return message


def select_command(platform: str, paths: Sequence[Path]) -> tuple[str, ...] | None:
    """Command that selects files in the file manager; None where D-Bus does it. Explorer selects one file."""
    if platform == "win32":
        # Quoted by Qt with Windows' rules, so that blanks and commas in a path work.
        return ("explorer.exe", "/select,", str(paths[0]))
    if platform == "darwin":
        return ("open", "-R", *map(str, paths))
    return None


def start(words: Sequence[str]) -> bool:
    """Starts a detached program, which outlives this one, without our standard streams. False if it cannot be
    started."""
    process = QProcess()
    process.setProgram(words[0])
    process.setArguments(list(words[1:]))
    for channel in (process.setStandardOutputFile, process.setStandardErrorFile, process.setStandardInputFile):
        channel(QProcess.nullDevice())
    return bool(process.startDetached())
