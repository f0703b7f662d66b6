"""Output from the window: copying, dragging, opening and showing files, pictures and text.

The view-model decides and checks the disk. GUI thread only; failures are reported as notices, nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from runway_desktop.domain.filenames import is_result_name
from runway_desktop.domain.library import Row
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.media.picture import BadPicture, Picture, read_picture
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.sharing.drag import copied_files
from runway_desktop.ui.sharing.file_manager import FileManager
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.usecases.commands.drag_payload import chosen_output
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

MOST_OPENED = 8
"""Maximum number of files opened at once: each may start a program."""


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
        task_commands.text_copied.connect(self._copy)
        task_commands.files_copied.connect(self._copy_files)
        task_commands.picture_wanted.connect(self._copy_picture)
        task_commands.selection_wanted.connect(self._show_files)
        task_commands.folder_wanted.connect(self._open_folder)
        task_commands.system_wanted.connect(self.open_with_system)

    @cached_property
    def _files(self) -> FileManager:
        return FileManager(self._folder_failed, self)

    def copy_text(self, text: str, said: str) -> None:
        self._copy(text, said, "")

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

    def _copy(self, text: str, sentence: str, detail: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._activity.tell(sentence, detail=detail)

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
