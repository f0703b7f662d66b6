"""What leaves the window: files dragged, copied, shown in their folder or opened elsewhere, and copied words.

GUI thread. What could not be opened is said; raises nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.dialogs.notices import Notices
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.viewmodels.desk import Desk
from runway_desktop.viewmodels.task_list import TaskListModel

MOST_OPENED = 8
"""Files that are given to the system's programs at once."""


class HandingOn(QObject):
    def __init__(self, desk: Desk, rows: TaskListModel, view: TaskView, notices: Notices) -> None:
        super().__init__(view)
        self._desk = desk
        self._rows = rows
        self._view = view
        self._notices = notices
        desk.text_copied.connect(self.copy_text)
        desk.files_copied.connect(self.copy_files)
        desk.folder_wanted.connect(self.show_folder)
        desk.system_wanted.connect(self.open_with_system)

    def drag_files(self, task_ids: Sequence[TaskId]) -> None:
        """Starts a drag of the saved results of these tasks."""
        from runway_desktop.ui.media.drag import start_file_drag

        rows = [row for task_id in task_ids if (row := self._rows.row_of(task_id)) is not None]
        paths = [Path(output.path) for row in rows for output in row.outputs if output.is_here]
        start_file_drag(self._view, paths)

    def copy_text(self, text: str, what: str) -> None:
        """`what` begins the sentence that tells of it."""
        QGuiApplication.clipboard().setText(text)
        self._notices.tell(f"{what} copied.")

    def copy_files(self, paths: Sequence[Path]) -> None:
        from runway_desktop.ui.media.drag import file_mime

        QGuiApplication.clipboard().setMimeData(file_mime(paths))
        self._notices.tell("File copied." if len(paths) == 1 else f"{len(paths)} files copied.")

    def show_folder(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            self._desk.tell(f"The folder could not be opened: {path.parent}", problem=True)

    def open_with_system(self, paths: Sequence[Path]) -> None:
        for path in paths[:MOST_OPENED]:
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self._desk.tell(f"No program could be found to open {path.name}.", problem=True)
