"""Windows of work before the main window opens: progress, and the backups of a damaged list. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    hbox,
    progress_bar,
    push_button,
    vbox,
)
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units

_STEPS = 1_000


class ProgressFoot(QWidget):
    """Progress bar with a line of text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar = progress_bar(self)
        self._said = words(self, tone="muted")
        vbox(self._bar, self._said, on=self, spacing=GRID // 2)
        self.hide()

    def show_progress(self, words_of_it: str, done: int, total: int) -> None:
        """`done` and `total` in bytes; a `total` of 0 is unknown."""
        self._bar.setMaximum(_STEPS if total else 0)
        self._bar.setValue(done * _STEPS // total if total else 0)
        of = _("{done} of {total}", done=units.size(done), total=units.size(total)) if total else ""
        say(self._said, " · ".join(filter(None, (words_of_it, of))))
        self.show()


class WaitingWindow(QWidget):
    """Shown while the program works before its main window opens: title, sentence, progress bar. A context manager."""

    def __init__(self, title: str, sentence: str, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Runway Desktop")
        heading = words(self, title, font=theme.strong_font())
        self.foot = ProgressFoot(self)
        vbox(heading, words(self, sentence, "muted"), self.foot, on=self, margins=2 * GRID)
        self.setFixedWidth(420)

    def __enter__(self) -> WaitingWindow:
        self.show()
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing would only hide the work."""
        event.ignore()


class DamagedWindow(Dialog):
    restore_wanted = Signal(object)
    """Path of the selected backup."""
    empty_wanted = Signal()

    def __init__(self, message: str, advice: str, detail: str, theme: Theme) -> None:
        super().__init__("Runway Desktop", None, spoken=message)
        title = words(self, message, font=theme.strong_font())
        self.backups = QListWidget(self)
        self.backups.setAccessibleName(_("Backups, newest first"))
        self.backups.itemSelectionChanged.connect(self._allow_restore)
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
        self.setMinimumWidth(64 * GRID)
        self._allow_restore()

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
        self._allow_restore()

    def reject(self) -> None:
        """Closes, unless a restore is in progress."""
        if self.quit.isEnabled():
            super().reject()

    def _allow_restore(self) -> None:
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
