"""The place of the expiry board among the others: opened from the left pane, the status line, a notice or a key; it
stands where the list stands, and goes when anything else is opened. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.models import Models
from runway_desktop.usecases.commands.handing_on import COPY_LINK

from .workspace import Workspace

if TYPE_CHECKING:
    from runway_desktop.ui.expiry.board_pane import BoardPane


class NotSavedPlace(QObject):
    """`show_tasks` selects tasks in the list, which comes back for them."""

    def __init__(self, m: Models, work: Workspace, show_tasks: Callable[[list[TaskId]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._m = m
        self._work = work
        self._listing = m.filter.listing
        """What was listed when the board was opened."""
        work.board_made.connect(self._connect)
        work.places.board_chosen.connect(self._enter)
        work.status.not_saved_wanted.connect(self.open)
        m.board.urgent.connect(self._tell_urgent)
        work.places.chosen.connect(self.leave)
        work.places.search_chosen.connect(self.leave)
        m.filter.changed.connect(self._leave_for_another_list)
        self._show_tasks = show_tasks

    def open(self) -> None:
        """Opens it from anywhere. Where nothing is left to save it says so."""
        self._m.board.set_open(True)
        self._work.places.choose_board()
        self._work.board.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self, *_: object) -> None:
        """The list comes back, with what was chosen in it."""
        if self._work.shows_board:
            self._work.show_board(False)
            # Before its entry goes, which may be the one that is chosen.
            self._work.places.leave_board()
            self._m.board.set_open(False)
            self._m.details.choose(self._work.chosen_ids())

    def _connect(self, board: BoardPane) -> None:
        m = self._m
        board.chosen_moved.connect(lambda: m.details.choose(self._work.chosen_ids()))
        board.link_wanted.connect(lambda rows: m.task_commands.carry_out(COPY_LINK, rows))
        board.told.connect(lambda words: m.task_commands.tell(words, problem=True))
        board.task_wanted.connect(lambda task_id: self._show_tasks([task_id]))

    def _leave_for_another_list(self) -> None:
        if self._m.filter.listing != self._listing:
            self.leave()

    def _enter(self) -> None:
        self._listing = self._m.filter.listing
        self._m.board.set_open(True)
        self._m.board.refresh()
        self._work.show_board(True)
        self._work.board.view.choose_first()
        self._m.details.choose(self._work.chosen_ids())

    def _tell_urgent(self, sentence: str) -> None:
        self._m.activity.tell(sentence, problem=True, action_text="Show them", on_action=self.open)
