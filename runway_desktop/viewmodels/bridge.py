"""Converts the engine's events to Qt signals, on the GUI thread, which is also the asyncio loop's.

Structural events pass at once. Changes of tasks and outputs are batched into one signal at most every 100 ms, so that a
thousand answers a second cause ten repaints.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain import events
from runway_desktop.domain.task import TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.words.notices import said
from runway_desktop.viewmodels.model import Soon

GATHER_MS = 100


_WHOLE: dict[type[events.Event], str] = {
    events.TasksMoved: "tasks_moved",
    events.DownloadsCounted: "downloads_counted",
    events.LaneChanged: "lane_changed",
    events.CapRaised: "cap_raised",
    events.TaskFound: "task_found",
    events.LibraryFolderChanged: "library_folder_changed",
    events.ClientsChanged: "clients_changed",
}
"""Signals that carry the event itself."""


class Bridge(QObject):
    """`tasks_touched` carries a dict of task id to Touch; other signals carry values of the engine."""

    tasks_added = Signal(object)
    tasks_touched = Signal(object)
    tasks_moved = Signal(object)
    downloads_counted = Signal(object)
    connection_changed = Signal(object)
    organization_changed = Signal(object)
    key_changed = Signal(object)
    lane_changed = Signal(object)
    cap_raised = Signal(object)
    task_found = Signal(object)
    library_folder_changed = Signal(object)
    library_move_changed = Signal(object)
    files_moving = Signal(object)
    files_moved = Signal(object)
    settings_changed = Signal(object)
    clients_changed = Signal(object)
    cast_changed = Signal(object)
    notice = Signal(object)

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._touched: dict[TaskId, Touch] = {}
        self._timer = Soon(self, GATHER_MS, self.flush)
        self._stop = bus.listen(self._hear)

    def close(self) -> None:
        self._stop()
        self._timer.stop()

    def flush(self) -> None:
        """Emits batched changes now."""
        self._timer.stop()
        if self._touched:
            touched, self._touched = self._touched, {}
            self.tasks_touched.emit(touched)

    def _hear(self, event: events.Event) -> None:
        match event:
            case events.TasksAdded():
                self.tasks_added.emit(event)
            case events.TaskChanged(task, before):
                touch = self._touch(task.id)
                touch.task = task
                if touch.before is None:
                    touch.before = before
                if task.state is not before.state:
                    touch.states.append(task.state)
            case events.OutputChanged(output):
                self._touch(output.task_id).outputs[output.index] = output
            case events.DownloadProgressed(task_id, index, received, total):
                self._touch(task_id).received[index] = (received, total)
            case events.UploadProgressed(task_id, sent, total):
                self._touch(task_id).uploaded = sent / total if total else None
            case _:
                self._pass_on(event)

    def _pass_on(self, event: events.Event) -> None:
        """Passes on events that do not concern single rows."""
        match event:
            case events.ConnectionChanged(connection):
                self.connection_changed.emit(connection)
            case events.OrganizationChanged(organization):
                self.organization_changed.emit(organization)
            case events.KeyChanged(status):
                self.key_changed.emit(status)
            case events.LibraryMoveChanged(progress):
                self.library_move_changed.emit(progress)
            case events.FilesMoving(paths):
                self.files_moving.emit(paths)
            case events.FilesMoved(moves):
                self.files_moved.emit(moves)
            case events.SettingsChanged(names):
                self.settings_changed.emit(names)
            case events.CastChanged(cast):
                self.cast_changed.emit(cast)
            case events.Notice():
                self.notice.emit(event)
            case events.EngineNotice():
                self.notice.emit(said(event))
            case _:
                getattr(self, _WHOLE[type(event)]).emit(event)

    def _touch(self, task_id: TaskId) -> Touch:
        touch = self._touched.get(task_id)
        if touch is None:
            touch = self._touched[task_id] = Touch()
        self._timer.begin()
        return touch
