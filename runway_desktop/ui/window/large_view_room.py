"""How the window opens its large view and comes back from it: the selection follows what is looked at, and the list
stands as it was left.

The view is made when it is first wanted. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMainWindow

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.theme import Theme
from runway_desktop.viewmodels.models import Models

from .workspace import Workspace

if TYPE_CHECKING:
    from runway_desktop.ui.large.large_view import LargeView
    from runway_desktop.ui.media.preview import Preview
    from runway_desktop.viewmodels.compare.large_view import LargeViewModel


class LargeViewRoom(QObject):
    compare_wanted = Signal(object)
    """The ids of the takes of a shot."""
    show_file_wanted = Signal()

    def __init__(
        self,
        m: Models,
        work: Workspace,
        preview: Callable[[], Preview | None],
        theme: Theme,
        keys: Keys,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._m = m
        self._work = work
        self._preview = preview
        self._theme = theme
        self._keys = keys
        self._window = window
        self._selected_before: list[TaskId] = []
        self._opened_at: TaskId | None = None

    @property
    def is_open(self) -> bool:
        return "view" in vars(self) and self.view.isVisibleTo(self._window)

    @cached_property
    def model(self) -> LargeViewModel:
        from runway_desktop.viewmodels.compare.large_view import LargeViewModel

        model = LargeViewModel(self._m.rows, self._m.bridge, self._m.task_commands.judging, self)
        model.compare_wanted.connect(self.compare_wanted)
        return model

    @cached_property
    def view(self) -> LargeView:
        from runway_desktop.ui.large.large_view import LargeView

        work = self._work
        view = LargeView(self.model, self._m.details, self._m.activity, self._theme, self._keys, work.posters, work)
        self.model.moved.connect(lambda task_id: work.view.select([task_id]))
        self.model.changed.connect(lambda: work.status.say_takes(self.model.judged_words()))
        view.left.connect(self._left)
        view.full_screen_wanted.connect(self._toggle_full_screen)
        view.side.use_as_input_wanted.connect(work.details.use_as_input_menu)
        view.side.show_file_wanted.connect(self.show_file_wanted)
        return view

    def open(self, task_id: TaskId | None = None) -> None:
        """On a task of the list; without one on the current."""
        wanted = task_id or self._work.view.current_id()
        if wanted is not None and not self.is_open:
            self._m.task_commands.openings.open("runway_desktop.ui.large.large_view", lambda: self._begin(wanted))

    def _begin(self, wanted: TaskId) -> None:
        if "view" in vars(self):
            self._enter(wanted)
        else:
            from runway_desktop.ui.building import in_turns

            in_turns(self, lambda: self.view, lambda: self._enter(wanted))

    def _enter(self, wanted: TaskId) -> None:
        work, preview = self._work, self._preview()
        if preview is None or self.is_open:
            return
        self._selected_before, self._opened_at = work.view.selected_ids(), wanted
        view = self.view
        self.model.open(wanted)
        work.show_large(view)
        view.show()
        view.enter(preview, lambda: self._take_back(preview))

    def leave(self) -> None:
        if self.is_open:
            self.view.leave()

    def _take_back(self, preview: Preview) -> None:
        self._work.preview_room.layout().addWidget(preview)

    def _left(self) -> None:
        window, work = self._window, self._work
        looked_at = self.model.current
        self.model.close()
        work.status.say_takes("")
        self.view.hide()
        work.show_large(None)
        if window.isFullScreen():
            window.showNormal()
        if looked_at == self._opened_at and len(self._selected_before) > 1:
            work.view.select(self._selected_before, scroll=False)
        work.views.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle_full_screen(self) -> None:
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()
