"""Entry point of the viewer: an overlay over the window's panes, created at first use, then reused. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import in_turns, open_below, passing_menu, timer
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.media.stills import png_of
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.room import AtTime, Results
from runway_desktop.usecases.commands.handing_on import ADD_TO_CAST, CAST_PROMPT
from runway_desktop.usecases.commands.results import SHOW_FILE

from .model import ViewerModel
from .view import Viewer

Wish = TaskId | Sequence[TaskId] | Results | AtTime | None


def open_room(desk: Desk, wish: Wish) -> None:
    """`wish`: a task of the list, to look at, also at a time; several ids, or a list of one, whose results are
    compared, for a single task all its takes; None for the current task."""
    room = desk.window.findChild(ViewerRoom)
    if room is not None:
        room.show(wish)
    else:
        room = ViewerRoom(desk)
        in_turns(room, room.make, partial(room.show, wish))


class ViewerRoom(QObject):
    """The list's selection follows the viewed task; a former multiple selection is restored if that task is still the
    same. One pane is the window's preview, borrowed, so that nothing is loaded again."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = desk.window
        self._work = desk.window.workspace
        models, commands = desk.models, desk.models.task_commands
        self.model = ViewerModel(desk.cases, models.rows, models.bridge, desk.runner, commands.judging, self)
        self.model.said.connect(commands.tell)
        commands.back_wanted.connect(self.model.go_back_to)
        # Through the event loop: the signal may come from a coroutine, in which players must not be created.
        self.model.opened.connect(timer(self, 0, self._enter).start)
        self._workers = Workers(self, threads=1)
        desk.endings.append(self._shutdown)
        self.view: Viewer | None = None
        self._selected_before: list[TaskId] = []
        self._focused: QWidget | None = None
        self._opened_at: TaskId | None = None

    def make(self) -> None:
        desk, work, model = self._desk, self._work, self.model
        details, activity = desk.models.details, desk.models.activity
        self.view = view = Viewer(model, details, activity, desk.theme, desk.keys, work.posters, work)
        model.moved.connect(lambda task_id: work.view.select([task_id]))
        for signal in (model.changed, model.judged):
            signal.connect(lambda: work.status.say_takes(model.judged_words()))
        view.left.connect(self._left)
        view.full_screen_wanted.connect(self._toggle_full_screen)
        view.frame_menu_wanted.connect(self._offer_frame)
        view.side.use.clicked.connect(lambda: work.details.use_as_input_menu(view.side.use))
        view.side.file.clicked.connect(lambda: self._window.task_menu.take(SHOW_FILE))

    def show(self, wish: Wish) -> None:
        if self._work.overlay is None:
            self._selected_before = self._work.view.selected_ids()
            self._focused = self._window.focusWidget()
        if isinstance(wish, Results):
            self.model.open_results(wish.task_id, wish.index)
        elif isinstance(wish, AtTime):
            self.show(wish.task_id)
            if self._window.preview is not None and self._work.overlay is not None:
                self._window.preview.go_to(wish.path, wish.seconds)
        elif wish is not None and not isinstance(wish, str):
            self.model.open_chosen(wish)
        elif (wanted := wish or self._work.view.current_id()) is not None and self._work.overlay is None:
            if self._desk.models.rows.position(TaskId(wanted)) is None:
                self._desk.models.task_commands.tell(_("The search hides this take. Clear it to open the take."))
                return
            self.model.open(TaskId(wanted))
            self._enter()

    def _enter(self) -> None:
        work, preview, view = self._work, self._window.preview, self.view
        if preview is None or view is None or work.overlay is not None:
            return
        self._opened_at = self.model.current
        self.model.came_from = self._desk.models.filter.title
        self.model.back = work.page.back if work.page is not None else ""
        if self.model.left_out and not self.model.is_one:
            self._desk.models.task_commands.tell(self.model.left_out)
        work.show_large(view)
        self._window.pages.choice_moved()
        view.show()
        view.enter(preview, lambda: self._work.preview_room.layout().addWidget(preview))

    def _shutdown(self) -> None:
        self._workers.shutdown()
        if self.view is not None:
            self.view.panes.shutdown()

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
        # Back to the view of a project, if the viewer was opened from there.
        back, before = work.page.center if work.page is not None else work.views, self._focused
        if before is not None and isValid(before) and back.isAncestorOf(before):
            back = before
        back.setFocus(Qt.FocusReason.OtherFocusReason)

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
        into_cast = partial(self._ask_member, frame, preview.shown_path, preview.playback.position)
        menu.addAction(str(ADD_TO_CAST.words), into_cast)
        open_below(menu, button)

    def _ask_member(self, frame: Callable[[], bytes], clip: Path, seconds: float) -> None:
        """Asks whose picture the frame is."""
        put = self._desk.models.task_commands.use_as_input.put_into_cast
        ask_text(
            self._window,
            str(CAST_PROMPT.title),
            str(CAST_PROMPT.words),
            "",
            lambda text: str(CAST_PROMPT.problem(text)),
            lambda name: self._workers.run(frame, partial(put, clip, seconds, name)),
            offers=self._desk.cases.cast.now.names,
        )

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
