"""Requests missing posters of saved results, and stores those made. GUI thread only.

The window decodes; a failure is not retried in the same run. Results outside the list's loaded rows wait until they are
scrolled to: opening a clip costs the window some milliseconds, and large batches may be saved off screen. A file
changed outside the program gets a poster with a marked name, so that the saved bytes have theirs when restored.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.outputs import poster_name, shows_its_poster
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

from .task_list import TaskListModel


class Posters(Model):
    wanted = Signal(object, object, object)
    """Path of the result, its Media, and the path for the poster."""

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        rows: TaskListModel,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._rows = rows
        self._folder = folder
        self._asked: dict[str, Output] = {}
        rows.rows_fetched.connect(self.look)
        bridge.tasks_touched.connect(self._touched)

    def made(self, path: str, poster: str, width: int, height: int, duration: float) -> None:
        output = self._asked.get(path)
        # Answers to an older request for the same file are ignored.
        if output is not None and Path(poster).name == poster_name(output):
            keep = self._cases.library.save_poster(output, Path(poster), width=width, height=height, duration=duration)
            self._runner(keep, "keep poster")

    def look_again(self) -> None:
        """Repeats requests made before a receiver was connected."""
        for output in self._asked.values():
            self._tell(output)

    def look(self, rows: Iterable[Row]) -> None:
        """Requests what these rows lack: call with rows that are in sight."""
        for row in rows:
            for output in row.outputs:
                self._want(output)

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        for task_id, touch in touches.items():
            if touch.outputs and self._rows.row_of(task_id) is not None:
                for output in touch.outputs.values():
                    self._want(output)

    def _want(self, output: Output) -> None:
        if not output.is_here or output.media is Media.OTHER or shows_its_poster(output):
            return
        asked = self._asked.get(output.path)
        if asked is not None and poster_name(asked) == poster_name(output):
            return
        self._asked[output.path] = output
        self._tell(output)

    def _tell(self, output: Output) -> None:
        self.wanted.emit(Path(output.path), output.media, self._folder / poster_name(output))
