"""Page of the expiry board: summary, buttons for all rows, list, and an empty state. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, npgettext
from runway_desktop.ui.building import STRETCH, hbox, passing_menu, push_button, vbox
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.commands.handing_on import COPY_LINK
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.expiry.expiry_board import ExpiryBoard

from .board_view import BoardView


class BoardPane(QWidget):
    task_wanted = Signal(object)
    """Task id to show in the list."""
    chosen_moved = Signal()
    link_wanted = Signal(object)
    """Rows whose links to copy."""
    told = Signal(str)
    """Error about an unusable folder."""

    def __init__(self, board: ExpiryBoard, theme: Theme, posters: PosterCache) -> None:
        super().__init__()
        self._board = board
        self._theme = theme
        self.view = BoardView(board.lines, theme, posters, self)
        self._build()
        self.view.deed_wanted.connect(board.save_now)
        self.view.open_wanted.connect(lambda key: self.task_wanted.emit(key[0]))
        self.view.menu_wanted.connect(self._menu)
        self.view.selection_moved.connect(self.chosen_moved)
        board.changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)

    def chosen_ids(self) -> list[TaskId]:
        """Task ids of the selected rows, without duplicates."""
        return list(dict.fromkeys(task_id for task_id, _ in self.view.selected_keys()))

    def choose_folder(self) -> None:
        choose_folder(self, _("Choose the folder for results"), self._folder_chosen, near=self._board.library.parent)

    def _build(self) -> None:
        self._title = words(self, _("Not saved"), wrap=False)
        self._summary = words(self, tone="muted")
        self._trouble = words(self, tone="warn")
        self._all = push_button(self, "", self._board.save_all, kind="primary")
        # Fixed, so that the line keeps its height when the buttons are hidden.
        self._title.setMinimumHeight(self._all.sizeHint().height())
        self._folder = push_button(self, _("Choose another folder…"), self.choose_folder)
        top = vbox(
            hbox(self._title, STRETCH, self._folder, self._all),
            self._summary,
            self._trouble,
            margins=(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID),
            spacing=GRID // 2,
        )
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.view)
        self._empty = self._build_empty()
        self._stack.addWidget(self._empty)
        vbox(top, (body, 1), on=self, spacing=0)

    def _build_empty(self) -> QWidget:
        page = QWidget(self)
        picture = EmptyPicture(self._theme, "all done", page)
        self._empty_title = words(page, _("Everything is saved"), wrap=False)
        comfort = words(page, _("Every result that you paid for is on this computer."), "muted")
        for label in (self._empty_title, comfort):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        parts = (picture, self._empty_title, comfort)
        vbox((STRETCH, 2), *parts, (STRETCH, 3), on=page, margins=(4 * GRID, 2 * GRID, 4 * GRID, 2 * GRID))
        return page

    def _restyle(self) -> None:
        self._title.setFont(self._theme.strong_font())
        self._empty_title.setFont(self._theme.strong_font())
        self._summary.setFont(self._theme.small_font())
        self._show()

    def _show(self) -> None:
        board = self._board
        amount = board.ready()
        trouble = board.folder_trouble()
        say(self._summary, board.summary() if board.total else "")
        say(self._trouble, trouble if board.total else "")
        self._folder.setVisible(bool(trouble) and board.total > 0)
        self._all.setText(npgettext("all results", "Save now", "Save all {n}", max(amount, 1)))
        self._all.setVisible(board.total > 0)
        self._all.setEnabled(amount > 0)
        self._all.setToolTip(tip("" if amount else _("All of them are being saved.")))
        self._stack.setCurrentWidget(self.view if board.total else self._empty)

    def _menu(self, at: QPoint) -> None:
        keys = self.view.selected_keys()
        chosen = set(keys)
        actions = {line.action for line in self._board.lines.lines() if line.key in chosen and line.action}
        menu = passing_menu(self)
        if actions:
            words = actions.pop() if len(actions) == 1 else _("Save now")
            text = words if len(keys) == 1 else _("{action} ({n})", action=words, n=len(keys))
            menu.addAction(text, lambda: self._board.save_now(keys))
        menu.addAction(_("Show in the list"), lambda: self.task_wanted.emit(keys[0][0])).setEnabled(len(keys) == 1)
        menu.addSeparator()
        menu.addAction(str(COPY_LINK.words.of(len(keys))), lambda: self.link_wanted.emit(self._board.rows_of(keys)))
        menu.addAction(_("Choose another folder…"), self.choose_folder)
        menu.popup(at)

    def _folder_chosen(self, folder: Path) -> None:
        if problem := self._board.set_library(str(folder)):
            self.told.emit(problem)
