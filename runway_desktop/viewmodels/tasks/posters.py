"""Which saved results still need a poster, and keeping what was made. The decoding is the window's; a failed one is
not tried twice a run. One that the list does not hold waits until it is scrolled to: to open a clip takes the window
some milliseconds, and a large batch may be saved out of sight. A file that was changed outside is shown as it is now;
that poster is marked in its name, so that the saved bytes get theirs back when they return.

GUI thread only.
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
    """Path of the result, its Media, path to write the poster to."""

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
        rows.rows_fetched.connect(self._look)
        bridge.tasks_touched.connect(self._touched)

    def made(self, path: str, poster: str, width: int, height: int, duration: float) -> None:
        output = self._asked.get(path)
        # An older wish for the same file may be answered after a newer one.
        if output is not None and Path(poster).name == poster_name(output):
            keep = self._cases.library.save_poster(output, Path(poster), width=width, height=height, duration=duration)
            self._runner(keep, "keep poster")

    def look_again(self) -> None:
        """Asks for what was found missing before anyone listened."""
        for output in self._asked.values():
            self._tell(output)

    def _look(self, rows: Iterable[Row]) -> None:
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
