"""Window that restores a backup: contents, target, progress; and the base of it and the backup's. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from runway_desktop.rooms.backup.model.backup import BackupModel
from runway_desktop.rooms.backup.model.restore import Into, RestoreModel, WhichResults
from runway_desktop.texts import _, quoted
from runway_desktop.ui.building import STRETCH, Dialog, add_all, choices, fit, hbox, line_edit, push_button, vbox
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import announce, say, say_wrong, set_reason, words
from runway_desktop.ui.profiles.backups import ProgressFoot
from runway_desktop.ui.profiles.badge import ColorRow
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.question import Phase

WIDTH = 72 * GRID


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


class RestoreWindow(ProgressWindow):
    open_wanted = Signal(object)
    """The new Profile, to open in its own window."""

    def __init__(self, model: RestoreModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, _("Restore a backup"), WIDTH, parent)
        self.model = model
        self._made: object = None
        strong = theme.strong_font()
        self._of = words(self, font=strong)
        self._holds = words(self, tone="muted")
        self._warning = words(self, tone="warn")
        self._choices = QWidget(self)
        inner = vbox(on=self._choices, margins=(0, GRID, 0, 0))
        self._build_into(inner, words(self, _("Restore"), font=strong))
        self._results = words(self, _("Results"), font=strong)
        self._build_results(inner)
        wanted, came = (self._of, self._holds, self._warning, self._choices), (self.foot, self.report, self.problem)
        vbox(*wanted, *came, STRETCH, GRID, self._build_buttons(), on=self, margins=2 * GRID)
        model.changed.connect(self._show)
        model.made.connect(self._keep_made)
        self._show()

    def _build_into(self, rows: QVBoxLayout, title: QLabel) -> None:
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
        add_all(rows, title, self.into[Into.NEW], self._new, self.into[Into.THIS], why)

    def _build_results(self, rows: QVBoxLayout) -> None:
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


def _set(line: QLineEdit, text: str) -> None:
    if line.text() != text:
        with QSignalBlocker(line):
            line.setText(text)
