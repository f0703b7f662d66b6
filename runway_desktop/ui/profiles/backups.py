"""Windows that make and restore backups: progress and outcome, contents and target of a backup, what is restored where,
and what is offered when the list of tasks cannot be opened. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.texts import _, ngettext, quoted
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    add_all,
    choices,
    fit,
    hbox,
    line_edit,
    progress_bar,
    push_button,
    vbox,
)
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.file_dialogs import choose_folder, choose_target
from runway_desktop.ui.labels import announce, say, say_wrong, set_reason, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.profiles.backups import BackupModel
from runway_desktop.viewmodels.profiles.restore import Into, RestoreModel, WhichResults

from .badge import ColorRow

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


class ProgressWindow(Dialog):
    """Base class of windows whose model works for a while. Owns the model. Subclasses lay out the widgets made here,
    and call `show_progress` after each update."""

    def __init__(
        self, model: BackupModel | RestoreModel, title: str, width: int, parent: QWidget, *, spoken: str = ""
    ) -> None:
        super().__init__(title, parent, spoken=spoken)
        model.setParent(self)
        self._work = model
        self._told = ""
        self.setMinimumWidth(width)
        self.foot = ProgressFoot(self)
        self.report = words(self, tone="good")
        self.problem = words(self, tone="bad")

    def reject(self) -> None:
        """Cancels running work but stays open to show the outcome; otherwise closes."""
        works = self._work.phase is Phase.WORKING
        self._work.stop()
        if not works:
            super().reject()

    def show_progress(self, *, works: bool, tone: str) -> None:
        model = self._work
        if works:
            self.foot.show_progress(str(model.progress.words), model.progress.done, model.progress.total)
        self.foot.setVisible(works)
        say(self.report, model.report, tone)
        say(self.problem, model.problem)
        told = model.problem or model.report
        if told != self._told:
            self._told = told
            announce(self, told, urgent=bool(model.problem))
        fit(self)


class WaitingWindow(QWidget):
    """Shown while the program works before its main window opens: title, sentence, progress bar. A context manager."""

    def __init__(self, title: str, sentence: str, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Runway Desktop")
        heading = words(self, title)
        heading.setFont(theme.strong_font())
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


class BackupWindow(ProgressWindow):
    file_wanted = Signal(object)
    """Path of the backup, to select in the system's file manager."""

    def __init__(self, model: BackupModel, profile: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, _("Back up “{profile}”", profile=profile), 64 * GRID, parent)
        self.model = model
        self.results = QCheckBox(self)
        self.results.toggled.connect(model.set_results)
        self.posters = QCheckBox(self)
        self.posters.setChecked(model.posters)
        self.posters.toggled.connect(model.set_posters)
        self._note = words(self, tone="faint")
        self._note.setFont(theme.small_font())
        self._size = words(self)
        wanted = (words(self, model.always_words, "muted"), GRID, self.results, self._note, self.posters, self._size)
        came = (self.foot, self.report, self.problem)
        vbox(*wanted, GRID, *came, STRETCH, GRID, self._build_buttons(), on=self, margins=2 * GRID)
        model.changed.connect(self._show)
        self._show()
        self.results.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_buttons(self) -> QHBoxLayout:
        self._show_file = push_button(self, _("Show in folder"), lambda: self.file_wanted.emit(self.model.made))
        self._close = push_button(self, "", self.reject)
        self._start = push_button(self, _("Back up…"), self.choose, kind="primary", default=True)
        return hbox(self._show_file, STRETCH, self._close, self._start)

    def choose(self) -> None:
        """Asks for the target file, then starts."""
        choose_target(self, _("Back up to"), self.model.start, self.model.suggested(), f"{_('Backups')} (*.zip)")

    def _show(self) -> None:
        model = self.model
        works = model.phase is Phase.WORKING
        self.results.setText(model.results_words)
        self.results.setChecked(model.results)
        self.results.setEnabled(not works and (bool(model.outline.results) or model.phase is Phase.LOOKING))
        say(self._note, model.results_note)
        self.posters.setText(model.posters_words)
        self.posters.setEnabled(not works)
        say(self._size, model.size_words)
        self._show_file.setVisible(model.phase is Phase.DONE)
        self._close.setText(_("Cancel") if works else _("Close"))
        set_reason(self._start, model.reason)
        self.show_progress(works=works, tone="good" if model.phase is Phase.DONE else "muted")


class RestoreWindow(ProgressWindow):
    open_wanted = Signal(object)
    """The new Profile, to open in its own window."""

    def __init__(self, model: RestoreModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, _("Restore a backup"), 72 * GRID, parent)
        self.model = model
        self._theme = theme
        self._made: object = None
        self._of = self._strong("")
        self._holds = words(self, tone="muted")
        self._warning = words(self, tone="warn")
        self._choices = QWidget(self)
        inner = vbox(on=self._choices, margins=(0, GRID, 0, 0))
        self._build_into(inner)
        self._build_results(inner)
        wanted, came = (self._of, self._holds, self._warning, self._choices), (self.foot, self.report, self.problem)
        vbox(*wanted, *came, STRETCH, GRID, self._build_buttons(), on=self, margins=2 * GRID)
        model.changed.connect(self._show)
        model.made.connect(self._keep_made)
        self._show()

    def _build_into(self, rows: QVBoxLayout) -> None:
        here = _("Over “{profile}”, replacing its contents", profile=self.model.profile_name)
        options = ((Into.NEW, _("As a new profile, leaving this one unchanged")), (Into.THIS, here))
        self.into = choices(self, options, self.model.set_into)
        self._new = QWidget(self)
        self.name = line_edit(self._new, _("Name of the new profile"))
        self.name.textEdited.connect(self.model.set_name)
        self._name_wrong = words(self._new, tone="bad")
        self.colors = ColorRow(self._new)
        self.colors.chosen.connect(self.model.set_color)
        vbox(self.name, self._name_wrong, self.colors, on=self._new, margins=(3 * GRID, 0, 0, 0))
        why = words(self, tone="muted")
        say(why, self.model.why_not_new)
        add_all(rows, self._strong(_("Restore")), self.into[Into.NEW], self._new, self.into[Into.THIS], why)

    def _build_results(self, rows: QVBoxLayout) -> None:
        self._results = self._strong(_("Results"))
        self._results_words = words(self, tone="muted")
        options = ((choice, "") for choice in (WhichResults.MISSING, WhichResults.ALL, WhichResults.NONE))
        self.put_back = choices(self, options, self.model.set_put_back, spoken="")
        add_all(rows, GRID, self._results, self._results_words, *self.put_back.values())
        self._library_row, self.library = self._folder_row(_("Folder for results"), self.model.set_library)
        self._library_wrong = words(self, tone="bad")
        self._look_row, self.look_in = self._folder_row(
            _("Look for missing results in (optional)"), self.model.set_look_in
        )
        add_all(rows, self._library_row, self._library_wrong, self._look_row)

    def _folder_row(self, caption: str, changed: Callable[[str], object]) -> tuple[QWidget, QLineEdit]:
        holder = QWidget(self)
        line = line_edit(holder, caption)
        line.textEdited.connect(changed)

        def ask() -> None:
            choose_folder(self, caption, lambda folder: changed(str(folder)), near=Path(line.text()))

        choose = push_button(holder, _("Choose…"), ask, spoken=_("Choose: {folder}", folder=caption))
        label = words(holder, caption)
        label.setBuddy(line)
        vbox(label, hbox((line, 1), choose), on=holder, spacing=GRID // 2)
        return holder, line

    def _build_buttons(self) -> QHBoxLayout:
        self._close = push_button(self, "", self.reject)
        self._start = push_button(self, "", self._begin, kind="primary", default=True)
        return hbox(STRETCH, self._close, self._start)

    def _begin(self) -> None:
        if self._made is not None:
            self.open_wanted.emit(self._made)
            self.accept()
        elif self.model.into is Into.THIS:
            confirm(self, self.model.question(), self.model.start)
        else:
            self.model.start()

    def _keep_made(self, profile: object) -> None:
        self._made = profile

    def _show(self) -> None:
        model = self.model
        works = model.phase in (Phase.WORKING, Phase.LOOKING) and not model.is_refused
        say(self._of, model.of_words or quoted(model.path.name))
        say(self._holds, model.holds_words)
        say(self._warning, model.warning, "warn" if model.may_pay_twice else "muted")
        ready = model.phase is Phase.READY and not model.is_refused
        self._choices.setVisible(ready)
        if ready:
            self._show_into()
            self._show_results()
        self._close.setText(_("Cancel") if model.phase is Phase.WORKING else _("Close"))
        self._start.setVisible(not model.is_refused and (model.phase is not Phase.DONE or self._made is not None))
        self._start.setText(_("Open profile") if self._made is not None else model.verb)
        set_reason(self._start, "" if self._made is not None else model.reason)
        if ready and self._start.isEnabled() and self.focusWidget() in (None, self._close):
            self.into[model.into].setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_progress(works=works, tone="good")

    def _show_into(self) -> None:
        model = self.model
        self.into[model.into].setChecked(True)
        self.into[Into.NEW].setVisible(model.may_be_new)
        self._new.setVisible(model.into is Into.NEW)
        _set(self.name, model.name)
        say_wrong(self.name, self._name_wrong, model.name_problem)
        self.colors.show_color(model.color)

    def _show_results(self) -> None:
        model = self.model
        say(self._results_words, model.results_words)
        for choice, button in self.put_back.items():
            text = model.put_back_words(choice)
            button.setText(text)
            button.setVisible(bool(text))
        if self.put_back[model.put_back].text():
            self.put_back[model.put_back].setChecked(True)
        self._library_row.setVisible(model.wants_library)
        _set(self.library, model.library)
        say_wrong(self.library, self._library_wrong, model.library_problem)
        self._look_row.setVisible(model.may_look_in)
        _set(self.look_in, model.look_in)
        self._results.setVisible(bool(model.results_words) or model.wants_library)

    def _strong(self, text: str) -> QLabel:
        label = words(self, text)
        label.setFont(self._theme.strong_font())
        return label


def _set(line: QLineEdit, text: str) -> None:
    if line.text() != text:
        with QSignalBlocker(line):
            line.setText(text)


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
