"""Entry point of the large view, an overlay over the window's panes. The list's selection follows the viewed task; a
former multiple selection is restored if that task is still the same. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import TaskId
from runway_desktop.ui.building import in_turns, open_below, passing_menu
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.media.stills import png_of
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.room import SideBySide
from runway_desktop.usecases.commands.results import SHOW_FILE

from .large_view import LargeView
from .model import LargeViewModel


def open_room(desk: Desk, wish: TaskId | None) -> None:
    """`wish`: a task of the list; None for the current one."""
    wanted = wish or desk.window.view.current_id()
    if wanted is None or desk.window.workspace.overlay is not None:
        return
    room = desk.window.findChild(LargeViewRoom)
    if room is not None:
        room.enter(wanted)
    else:
        room = LargeViewRoom(desk)
        in_turns(room, room.make, partial(room.enter, wanted))


class LargeViewRoom(QObject):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = desk.window
        self._work = desk.window.workspace
        models = desk.models
        self.model = LargeViewModel(models.rows, models.bridge, models.task_commands.judging, self)
        self.model.compare_wanted.connect(lambda ids: desk.open("compare", SideBySide(ids)))
        models.task_commands.back_wanted.connect(self.model.go_back_to)
        self._workers = Workers(self, threads=1)
        desk.endings.append(self._workers.shutdown)
        self.view: LargeView | None = None
        self._selected_before: list[TaskId] = []
        self._opened_at: TaskId | None = None

    def make(self) -> None:
        desk, work, model = self._desk, self._work, self.model
        details, activity = desk.models.details, desk.models.activity
        self.view = view = LargeView(model, details, activity, desk.theme, desk.keys, work.posters, work)
        model.moved.connect(lambda task_id: work.view.select([task_id]))
        model.changed.connect(lambda: work.status.say_takes(model.judged_words()))
        view.left.connect(self._left)
        view.full_screen_wanted.connect(self._toggle_full_screen)
        view.frame_menu_wanted.connect(self._offer_frame)
        view.side.use_as_input_wanted.connect(work.details.use_as_input_menu)
        view.side.show_file_wanted.connect(partial(self._window.task_menu.take, SHOW_FILE))

    def enter(self, wanted: TaskId) -> None:
        work, preview, view = self._work, self._window.preview, self.view
        if preview is None or view is None or work.overlay is not None:
            return
        self._selected_before, self._opened_at = work.view.selected_ids(), wanted
        self.model.came_from = self._desk.models.filter.title
        self.model.open(wanted)
        work.show_large(view)
        self._window.pages.choice_moved()
        view.show()
        view.enter(preview, lambda: self._work.preview_room.layout().addWidget(preview))

    def _left(self) -> None:
        window, work = self._window, self._work
        looked_at = self.model.current
        self.model.close()
        work.status.say_takes("")
        if self.view is not None:
            self.view.hide()
        work.show_large(None)
        window.pages.choice_moved()
        if window.isFullScreen():
            window.showNormal()
        if looked_at == self._opened_at and len(self._selected_before) > 1:
            work.view.select(self._selected_before, scroll=False)
        work.views.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_frame(self, button: QWidget) -> None:
        """Pauses, and offers the uses of the visible frame."""
        preview, use = self._window.preview, self._desk.models.task_commands.use_as_input
        if preview is None or preview.shown_path is None:
            return
        self._window.pause_preview()
        frame = partial(png_of, preview.shown_frame())
        menu = passing_menu(self._work)
        for way in use.ways(Media.IMAGE):
            keep = partial(use.keep_frame, preview.shown_path, preview.playback.position, way)
            menu.addAction(way.text, partial(self._workers.run, frame, keep))
        open_below(menu, button)

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
