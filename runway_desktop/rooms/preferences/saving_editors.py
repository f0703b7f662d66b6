"""Editors of single preferences: numbers, folder of results, file-name template, language, start at login. GUI thread
only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QCheckBox, QFrame, QPlainTextEdit, QSpinBox, QSystemTrayIcon, QWidget

from runway_desktop.domain import filenames
from runway_desktop.domain.folders import LeftBehind, MoveProgress
from runway_desktop.domain.preferences import Preferences
from runway_desktop.rooms.preferences.model.forms import LibraryForm
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.texts import _, in_turn, ngettext, number, number_of
from runway_desktop.ui.building import STRETCH, choices, clear_layout, hbox, line_edit, progress_bar, push_button, vbox
from runway_desktop.ui.dialogs.template_editor import TemplateEditor
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import mark_wrong, say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.folders import plan_remark
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone

CREDITS_STEP = 100
_STEPS = 1_000
_MARGINS = (GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)


class NumberBox(QSpinBox):
    """`none` is shown instead of 0. Text that is no number stays until the field loses focus; then the number
    before it returns."""

    checked = Signal(str)
    """After each key: what would be right; empty if the text is."""

    def __init__(self, parent: QWidget, least: int, most: int, spoken: str, none: str = "", unit: str = "") -> None:
        super().__init__(parent, minimum=least, maximum=most)
        self.setKeyboardTracking(False)
        self.setSpecialValueText(none)
        self.setSuffix(f" {unit}" if unit else "")
        self.setAccessibleName(spoken)
        if unit:
            self.setSingleStep(CREDITS_STEP)
        self.setFixedWidth(20 * GRID if unit else max(9 * GRID, self.sizeHint().width() + GRID if none else 0))
        self.lineEdit().textEdited.connect(self._check)
        self.valueChanged.connect(lambda _: self._check(self.text()))

    def validate(self, text: str, position: int) -> object:
        state = QValidator.State.Intermediate if self._problem(text) else QValidator.State.Acceptable
        return state, text, position

    def fixup(self, text: str) -> str:
        """Qt's own would drop the comma, and make 50 of "5,0"."""
        return text

    def valueFromText(self, text: str) -> int:
        found = self._read(text)
        return self.value() if found is None else round(found)

    def textFromValue(self, value: int) -> str:
        return number(value)

    def _read(self, text: str) -> float | None:
        typed = text.removesuffix(self.suffix()).strip()
        if self.specialValueText() and typed in ("", self.specialValueText()):
            return float(self.minimum())
        return number_of(typed)

    def _problem(self, text: str) -> str:
        found = self._read(text)
        if found is not None and found.is_integer() and self.minimum() <= found <= self.maximum():
            return ""
        if self.suffix():
            return _("Type a whole number, such as {example}.", example=15 * CREDITS_STEP)
        return _("Type a whole number from {least} to {most}.", least=self.minimum(), most=self.maximum())

    def _check(self, text: str) -> None:
        problem = self._problem(text)
        mark_wrong(self, bool(problem))
        self.setAccessibleDescription(problem)
        self.checked.emit(problem)


class OwnEditor(QWidget):
    """Editor of one preference."""

    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.form = form
        self.theme = theme

    def finish(self) -> None:
        """Saves unfinished input."""


class FolderEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._problem = ""
        """Error of the typed folder."""
        self._line = line_edit(self, _("Folder for results"))
        self._line.editingFinished.connect(self.finish)
        self.setFocusProxy(self._line)
        self._choose = push_button(self, _("Choose…"), self._choose_folder)
        self._note = words(self, tone="muted")
        self._move = push_button(self, _("Move the library…"), self._choose_target)
        self._usual = push_button(self, _("Use the default folder"), self._reset, kind="flat")
        box = LibraryBox(form.folder, theme, self)
        box.choose_wanted.connect(self._choose_target)
        vbox(hbox((self._line, 1), self._choose), self._note, hbox(self._move, self._usual, STRETCH), box, on=self)
        form.changed.connect(lambda name: self._show() if name == "library_folder" else None)
        form.folder.changed.connect(self._show_library)
        self._show()

    def finish(self) -> None:
        if self._line.text().strip() != str(self.form.library):
            self._problem = self.form.set_library(self._line.text())
            self._say()

    def _show(self) -> None:
        self._line.setText(str(self.form.library))
        self._problem = ""
        self._show_library()
        self._usual.setVisible(not self.form.library_is_default)

    def _say(self) -> None:
        state, tone = self.form.folder.state
        usual = _("This is the default folder.") if self.form.library_is_default else ""
        stays = _("Saved files stay where they are unless you move the library.")
        kept = str(in_turn(usual, state, stays))
        say(self._note, self._problem or kept, "bad" if self._problem else tone)
        mark_wrong(self._line, bool(self._problem))
        self._line.setAccessibleDescription(self._problem or kept)

    def _show_library(self) -> None:
        """Shows the folder's state; disables the controls during a move."""
        self._say()
        moving = self.form.folder.is_moving
        why = _("The library is being moved. Stop that first.") if moving else ""
        for widget in (self._line, self._choose, self._move, self._usual):
            widget.setEnabled(not moving)
            widget.setToolTip(tip(why))

    def _reset(self) -> None:
        self.form.set_library("")
        self._show()

    def _choose_folder(self) -> None:
        choose_folder(self, _("Choose the folder for results"), self._chosen, near=self.form.library)

    def _choose_target(self) -> None:
        choose_folder(self, _("Move the library to"), self.form.folder.look_into, near=self.form.library)

    def _chosen(self, folder: Path) -> None:
        self._line.setText(str(folder))
        self.finish()


class NamesEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._template = TemplateEditor(_example, self, meanwhile=_("The last valid template stays in use."))
        self._template.edited.connect(lambda _: self._show_standard())
        self._template.finished.connect(self.finish)
        self.setFocusProxy(self._template.line)
        self._standard = push_button(self, _("Use the default names"), form.reset_template, kind="flat")
        vbox(self._template, hbox(self._standard, STRETCH), on=self)
        form.changed.connect(lambda name: self._show() if name == "name_template" else None)
        self._show()

    def finish(self) -> None:
        if self._template.text().strip() != self.form.value("name_template"):
            self.form.set_template(self._template.text())

    def _show(self) -> None:
        self._template.set_text(self.form.value("name_template"))
        self._show_standard()

    def _show_standard(self) -> None:
        self._standard.setVisible(self._template.text().strip() != filenames.DEFAULT_TEMPLATE)


class LanguageEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        buttons = choices(self, form.languages, partial(form.set_value, "language"))
        for button in buttons.values():
            button.setAccessibleName(_("{setting}: {choice}", setting=_("Language"), choice=button.text()))
        start = words(self, _("Takes effect the next time you start the program."), "muted")
        vbox(*buttons.values(), start, on=self)
        chosen = form.value("language")
        checked = buttons[chosen if chosen in buttons else ""]
        # A language whose catalog is missing stays chosen.
        with QSignalBlocker(checked):
            checked.setChecked(True)


class LoginEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._login = form.login()
        self._box = QCheckBox(str(Preferences.start_at_login.label), self)
        self._note = words(self, tone="muted")
        self.setFocusProxy(self._box)
        vbox(self._box, self._note, on=self)
        form.changed.connect(lambda name: self._show() if name == "tray" else None)
        if self._login is not None:
            self._box.clicked.connect(self._login.turn)
            self._login.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        problem = self._login.problem if self._login is not None else ""
        self._box.setChecked(self._login is not None and self._login.is_on)
        has_icon = self.form.value("tray") and QSystemTrayIcon.isSystemTrayAvailable()
        hidden = _("The window starts hidden; the icon in the tray opens it.")
        minimized = _("The window starts minimized, since there is no icon in the tray to open it.")
        said = problem or (hidden if has_icon else minimized)
        say(self._note, said, "bad" if problem else "muted")
        self._box.setAccessibleDescription(said)


def _example(text: str) -> str:
    """Example path, with folders, of an invented result."""
    return _("For example: {path}", path=filenames.preview(text))


class LibraryBox(QWidget):
    """State of the library's folder: a move to confirm, its progress and outcome, and folders left behind."""

    choose_wanted = Signal()
    """Select another folder for the move."""

    def __init__(self, form: LibraryForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._problem = words(self, tone="bad")
        self._question = _Question(form, theme, self)
        self._question.choose_wanted.connect(self.choose_wanted)
        self._under_way = _UnderWay(form, theme, self)
        self._left = vbox(spacing=GRID // 2)
        self._shown_left: tuple[LeftBehind, ...] = ()
        vbox(self._problem, self._question, self._under_way, self._left, on=self)
        form.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        say(self._problem, self._form.problem)
        self._question.show_plan()
        self._under_way.show_progress(self._form.progress)
        left = tuple(self._form.left_behind) if self._form.plan is None else ()
        if left != self._shown_left:
            self._shown_left = left
            self._build_left(left)
        self.setVisible(bool(self._form.problem or self._form.plan or self._form.progress or left))

    def _build_left(self, left: tuple[LeftBehind, ...]) -> None:
        clear_layout(self._left)
        for left_behind in left:
            row = QWidget(self)
            size = units.size(left_behind.size)
            said = ngettext(
                "{n} result ({size}) is still in {folder}.",
                "{n} results ({size}) are still in {folder}.",
                left_behind.files,
                size=size,
                folder=left_behind.folder,
            )
            move = push_button(
                row, _("Move here…"), lambda _=False, left_behind=left_behind: self._form.bring(left_behind)
            )
            move.setAccessibleDescription(said)
            hbox((words(row, said, "muted"), 1), (move, Qt.AlignmentFlag.AlignTop), on=row)
            self._left.addWidget(row)
            row.show()


class _Question(QFrame):
    """A planned move: its consequences, and the answers. The safe one is focused."""

    choose_wanted = Signal()

    def __init__(self, form: LibraryForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self.setProperty("box", True)
        self.setAccessibleName(_("Move the library"))
        self._words = words(self)
        self._remarks = words(self, tone="muted", font=theme.small_font())
        self._move = push_button(self, form.move_words, form.move, kind="primary")
        self._only_new = push_button(self, _("Use for new results only"), form.only_new)
        self._other = push_button(self, _("Choose another folder…"), self.choose_wanted)
        self._leave = push_button(self, _("Keep the current folder"), form.leave_it, kind="flat")
        buttons = hbox(self._move, self._only_new, self._other, self._leave, STRETCH)
        vbox(self._words, self._remarks, buttons, on=self, margins=_MARGINS)

    def show_plan(self) -> None:
        plan, was_hidden = self._form.plan, self.isHidden()
        self.setVisible(plan is not None)
        if plan is None:
            return
        say(self._words, self._form.question, "bad" if plan.problem else "text")
        say(self._remarks, plan_remark(plan))
        self.setAccessibleDescription(self._form.question)
        self._move.setText(self._form.move_words)
        self._move.setVisible(not plan.problem)
        self._only_new.setVisible(plan.can_save and self._form.is_of_library)
        self._other.setVisible(bool(plan.problem))
        if was_hidden:
            self._leave.setFocus(Qt.FocusReason.OtherFocusReason)


class _UnderWay(QFrame):
    """Progress of a move, or its outcome."""

    def __init__(self, form: LibraryForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("box", True)
        self.setAccessibleName(_("Moving the library"))
        self._form = form
        self._headline = words(self, font=theme.strong_font())
        self._stop = push_button(self, _("Stop"), form.stop)
        explained = _("Moved files stay in the new folder, the others where they are.")
        self._stop.setAccessibleDescription(explained)
        self._stop.setToolTip(tip(explained))
        self._read = push_button(self, _("OK"), form.dismiss)
        top = hbox((self._headline, 1), self._stop, self._read)
        self._bar = progress_bar(self, _("Progress of the move"))
        self._bar.setRange(0, _STEPS)
        self._detail = words(self, tone="muted", font=theme.tabular(theme.small_font()))
        self._stayed = QPlainTextEdit(self, readOnly=True, tabChangesFocus=True)
        self._stayed.setAccessibleName(_("Files that were not moved"))
        self._stayed.setFixedHeight(12 * GRID)
        vbox(top, self._bar, self._detail, self._stayed, on=self, margins=_MARGINS, spacing=GRID // 2)

    def show_progress(self, progress: MoveProgress | None) -> None:
        was_hidden = self.isHidden()
        self.setVisible(progress is not None)
        if progress is None:
            return
        say(self._headline, self._form.headline)
        say(self._detail, self._form.detail, Tone.WARN if progress.waits is not None else "muted")
        over = progress.phase.is_over
        had_focus = self._stop.hasFocus()
        self._bar.setVisible(not over)
        self._bar.setValue(round(_STEPS * progress.size / progress.size_total) if progress.size_total else 0)
        self._stop.setVisible(not over)
        self._stop.setEnabled(self._form.can_stop)
        self._read.setVisible(over)
        if had_focus and over:
            self._read.setFocus(Qt.FocusReason.OtherFocusReason)
        if was_hidden and not over:
            # The question had the focus and is hidden now.
            self._stop.setFocus(Qt.FocusReason.OtherFocusReason)
        stayed = self._form.stayed
        self._stayed.setVisible(bool(stayed))
        if self._stayed.toPlainText() != stayed:
            self._stayed.setPlainText(stayed)
