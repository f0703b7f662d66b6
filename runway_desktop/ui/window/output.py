"""Output from the window: copying, opening and showing files, pictures and text, with the clipboard, the file manager
and other programs.

The view-model decides and checks the disk. On Linux the file manager is asked by an asynchronous D-Bus call to
org.freedesktop.FileManager1, in a sandbox to the portal; Explorer and Finder by a command. GUI thread only; failures
are reported as notices, nothing raises.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from shiboken6 import isValid

from runway_desktop.domain.filenames import is_result_name
from runway_desktop.domain.library import Row
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.media.picture import BadPicture, Picture, read_picture
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.sharing.drag import copied_files
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.usecases.commands.drag_payload import chosen_output
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

MOST_OPENED = 8
"""Maximum number of files opened at once: each may start a program."""
MOST = 100
"""Maximum number of selected files: thousands of marks help no user."""
PATIENCE_MS = 10_000
"""Timeout in milliseconds, which includes the start of the file manager."""
_NAME, _PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"


class Sharing(QObject):
    """`preview` returns the preview, or None before it is built."""

    def __init__(
        self,
        task_commands: TaskCommands,
        view: TaskView,
        activity: Activity,
        preview: Callable[[], Preview | None],
    ) -> None:
        super().__init__(view)
        self._task_commands = task_commands
        self._activity = activity
        self._preview = preview
        self._workers: Workers | None = None
        task_commands.text_copied.connect(self.copy_text)
        task_commands.files_copied.connect(self._copy_files)
        task_commands.picture_wanted.connect(self._copy_picture)
        task_commands.selection_wanted.connect(self._show_files)
        task_commands.folder_wanted.connect(self._open_folder)
        task_commands.system_wanted.connect(self.open_with_system)

    @cached_property
    def _files(self) -> FileManager:
        return FileManager(self._folder_failed, self)

    def copy_text(self, text: str, said: str, detail: str = "") -> None:
        QGuiApplication.clipboard().setText(text)
        self._activity.tell(said, detail=detail)

    def open_with_system(self, paths: Sequence[Path]) -> None:
        for path in paths[:MOST_OPENED]:
            if not is_result_name(path.name):
                # From a foreign folder or backup: the system might execute it.
                self._files.show([path])
                self._task_commands.tell(
                    _("“{file}” was not opened, because it may be a program.", file=path.name), problem=True
                )
            elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self._task_commands.tell(_("No program can open “{file}”.", file=path.name), problem=True)
        if len(paths) > MOST_OPENED:
            self._activity.tell(_("Opened the first {n} of {all} files.", n=MOST_OPENED, all=len(paths)))

    def shutdown(self) -> None:
        if self._workers is not None:
            self._workers.shutdown()

    def _show_files(self, paths: Sequence[Path]) -> None:
        self._files.show(paths)

    def _open_folder(self, folder: Path) -> None:
        self._files.open_folder(folder)

    def _copy_files(self, paths: Sequence[Path], prompts: str) -> None:
        QGuiApplication.clipboard().setMimeData(copied_files(paths, prompts))
        self._activity.tell(ngettext("File copied.", "{n} files copied.", len(paths)))

    def _copy_picture(self, row: Row) -> None:
        """Copies a picture; for a clip the visible frame, else its poster."""
        output = chosen_output(row, self._shown_path())
        if output is None:
            return
        preview = self._preview()
        if output.media.kind.has_frames:
            frame = preview.shown_frame() if preview is not None and self._shown_path() == Path(output.path) else None
            if frame is not None and not frame.isNull():
                self._put_picture(frame, _("Frame copied."))
                return
        source = output.path if output.media.kind.is_picture else output.poster
        if not source:
            self._task_commands.tell(_("No frame is shown yet. Play the clip, then copy."), problem=True)
            return
        self._read(Path(source), _("Picture copied.") if output.media.kind.is_picture else _("Thumbnail copied."))

    def _read(self, path: Path, what: str) -> None:
        """Decodes on a worker, since it may be large."""
        if self._workers is None:
            self._workers = Workers(self, threads=1)
        self._workers.run(partial(read_picture, path), lambda found: self._picture_read(found, what), at=path)

    def _picture_read(self, found: Picture | BadPicture, what: str) -> None:
        if isinstance(found, Picture):
            self._put_picture(found.levels[0], what)
        elif found.missing:
            self._task_commands.tell(_("“{file}” is no longer where it was saved.", file=found.path.name), problem=True)
        else:
            self._task_commands.tell(
                _("“{file}” cannot be read. It may be damaged.", file=found.path.name), problem=True
            )

    def _put_picture(self, image: QImage, said: str) -> None:
        QGuiApplication.clipboard().setImage(image)
        self._activity.tell(said, detail=f"{image.width()} × {image.height()}")

    def _folder_failed(self, folder: Path) -> None:
        self._task_commands.tell(_("The folder could not be opened: {folder}", folder=folder), problem=True)

    def _shown_path(self) -> Path | None:
        preview = self._preview()
        return preview.shown_path if preview is not None else None


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
