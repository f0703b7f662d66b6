"""Pointing at files in the system's file manager: the files themselves are selected where the system can, else their
folder is opened.

Linux asks whoever owns org.freedesktop.FileManager1 on the session's D-Bus, without waiting for the answer; Explorer
and the Finder have a command. GUI thread; raises nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

MOST = 100
"""Files that are selected at once: a folder window with thousands of marks helps nobody."""
PATIENCE_MS = 10_000
"""How long a file manager may take to start."""
_NAME, _PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"


class FileManager(QObject):
    """`failed` is told of a folder that could not be opened either."""

    def __init__(
        self, failed: Callable[[Path], None], parent: QObject | None = None, *, platform: str = sys.platform
    ) -> None:
        super().__init__(parent)
        self._failed = failed
        self._platform = platform
        self._asking: set[QDBusPendingCallWatcher] = set()

    def show(self, paths: Sequence[Path]) -> None:
        """Selects the files, or opens the folder of the first."""
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
        # Whoever opens it on Linux is only told to: without a file manager nothing would be seen, and nothing said.
        process = QProcess(self)
        process.finished.connect(lambda: self._told_who_opens(process, folder))
        process.errorOccurred.connect(
            lambda error: self._open(folder) if error is QProcess.ProcessError.FailedToStart else None
        )
        process.start(asked, ["query", "default", "inode/directory"])

    def _told_who_opens(self, process: QProcess, folder: Path) -> None:
        if process.readAllStandardOutput().trimmed():
            self._open(folder)
        else:
            self._failed(folder)
        process.deleteLater()

    def _open(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._failed(folder)

    def _ask(self, paths: Sequence[Path]) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            self.open_folder(paths[0].parent)
            return
        message = QDBusMessage.createMethodCall(_NAME, _PATH, _NAME, "ShowItems")
        message.setArguments([[path.as_uri() for path in paths], ""])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message, PATIENCE_MS), self)
        self._asking.add(watcher)
        watcher.finished.connect(lambda: self._answered(watcher, paths[0]))

    def _answered(self, watcher: QDBusPendingCallWatcher, path: Path) -> None:
        self._asking.discard(watcher)
        if watcher.isError():
            self.open_folder(path.parent)
        watcher.deleteLater()


def select_command(platform: str, paths: Sequence[Path]) -> tuple[str, ...] | None:
    """The command that selects files in the system's file manager; None where D-Bus does it. Explorer selects one."""
    if platform == "win32":
        # A path with a blank or a comma stays whole only in quotes that are put by Windows' rules, as Qt does.
        return ("explorer.exe", "/select,", str(paths[0]))
    if platform == "darwin":
        return ("open", "-R", *map(str, paths))
    return None


def start(words: Sequence[str]) -> bool:
    """Starts a program with its arguments, detached: it outlives this one and speaks to no terminal of ours. False when
    there is no such program."""
    process = QProcess()
    process.setProgram(words[0])
    process.setArguments(list(words[1:]))
    for channel in (process.setStandardOutputFile, process.setStandardErrorFile, process.setStandardInputFile):
        channel(QProcess.nullDevice())
    return bool(process.startDetached())
