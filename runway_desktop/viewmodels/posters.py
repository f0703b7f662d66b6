"""Which saved results still need a poster, and keeping what was made. The decoding is the window's; a failed one is
not tried twice a run. One that the list does not hold waits until it is scrolled to: to open a clip takes the window
some milliseconds, and a large batch may be saved out of sight.

GUI thread only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Media, Output, TaskId
from runway_desktop.services.engine import Engine

from .bridge import Bridge, Touch
from .runner import Runner
from .task_list import TaskListModel


class Posters(QObject):
    wanted = Signal(object, object, object)
    """Path of the result, its Media, path to write the poster to."""

    def __init__(
        self,
        engine: Engine,
        bridge: Bridge,
        runner: Runner,
        rows: TaskListModel,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._rows = rows
        self._folder = folder
        self._asked: dict[str, Output] = {}
        rows.rows_fetched.connect(self._look)
        bridge.tasks_touched.connect(self._touched)

    def made(self, path: str, poster: str, width: int, height: int, duration: float) -> None:
        output = self._asked.get(path)
        if output is not None:
            keep = self._engine.library.save_poster(output, Path(poster), width=width, height=height, duration=duration)
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
        if not output.is_here or output.poster or output.media is Media.OTHER:
            return
        asked = self._asked.get(output.path)
        if asked is not None and asked.sha256 == output.sha256:
            return
        self._asked[output.path] = output
        self._tell(output)

    def _tell(self, output: Output) -> None:
        name = hashlib.sha256(f"{output.path}\n{output.sha256}".encode()).hexdigest()[:32]
        self.wanted.emit(Path(output.path), output.media, self._folder / f"{name}.jpg")
