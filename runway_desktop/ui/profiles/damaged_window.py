"""Window shown when the list of tasks cannot be opened: the reason, and the profile's backups, newest first, each
listed once checked. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import STRETCH, Dialog, hbox, push_button, vbox
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units

from .progress_foot import ProgressFoot

WIDTH = 64 * GRID


class DamagedWindow(Dialog):
    restore_wanted = Signal(object)
    """Path of the selected backup."""
    empty_wanted = Signal()

    def __init__(self, message: str, advice: str, detail: str, theme: Theme) -> None:
        super().__init__("Runway Desktop", None, spoken=message)
        title = words(self, message)
        title.setFont(theme.strong_font())
        self.backups = QListWidget(self)
        self.backups.setAccessibleName(_("Backups, newest first"))
        self.backups.itemSelectionChanged.connect(self._judge)
        self.state = words(self, _("Checking the backups…"), "muted")
        self.foot = ProgressFoot(self)
        self.empty = push_button(self, _("Start with an empty list…"), self._ask)
        self.quit = push_button(self, _("Quit"), self.reject)
        self.restore = push_button(self, _("Restore"), self._restore, kind="primary", default=True)
        small = words(self, detail, "muted")
        small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = hbox(self.empty, STRETCH, self.quit, self.restore)
        texts = (title, words(self, advice), small)
        vbox(*texts, GRID, self.backups, self.state, self.foot, GRID, buttons, on=self, margins=2 * GRID)
        self.setMinimumWidth(WIDTH)
        self._judge()

    def add_backup(self, path: Path, made_at: float, tasks: int, size: int) -> None:
        """Adds a backup that can be restored. The first one is selected."""
        amount = ngettext("{n} task", "{n} tasks", tasks)
        text = f"{units.day_and_time(made_at)}  ·  {amount}  ·  {units.size(size)}"
        item = QListWidgetItem(text, self.backups)
        item.setData(Qt.ItemDataRole.UserRole, path)
        if not self.backups.selectedItems():
            self.backups.setCurrentItem(item)

    def add_unusable(self, path: Path) -> None:
        """Adds a backup that cannot be restored."""
        item = QListWidgetItem(
            _("{file} cannot be restored. It is damaged or of another version.", file=path.name), self.backups
        )
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def show_checked(self) -> None:
        """Call when all backups were checked."""
        some = any(self.backups.item(row).flags() & Qt.ItemFlag.ItemIsEnabled for row in range(self.backups.count()))
        say(self.state, "" if some else _("No backup can be restored."), "" if some else "bad")

    def show_working(self, words_of_it: str, done: int, total: int) -> None:
        for widget in (self.backups, self.restore, self.empty, self.quit):
            widget.setEnabled(False)
        self.foot.show_progress(words_of_it, done, total)

    def show_problem(self, problem: str) -> None:
        """Shows that the restore failed; nothing was changed."""
        self.foot.hide()
        for widget in (self.backups, self.empty, self.quit):
            widget.setEnabled(True)
        say(self.state, problem, "bad")
        self._judge()

    def reject(self) -> None:
        """Closes, unless a restore is in progress."""
        if self.quit.isEnabled():
            super().reject()

    def _judge(self) -> None:
        self.restore.setEnabled(bool(self.backups.selectedItems()))

    def _restore(self) -> None:
        self.restore_wanted.emit(self.backups.currentItem().data(Qt.ItemDataRole.UserRole))

    def _ask(self) -> None:
        question = Question(
            _("Start with an empty list?"),
            _(
                "The damaged files are kept in the profile's folder for backups, and results stay where they are. "
                "Tasks at Runway now may not be found again."
            ),
            _("Start with an empty list"),
            _("Cancel"),
        )
        confirm(self, question, self.empty_wanted.emit)
