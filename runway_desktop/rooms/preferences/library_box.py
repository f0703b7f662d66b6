"""State of the library's folder in the preferences: a move to confirm, its progress and outcome, and folders left
behind. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from runway_desktop.domain.folders import LeftBehind, MoveProgress
from runway_desktop.rooms.preferences.model.library_form import LibraryForm
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import STRETCH, clear_layout, hbox, progress_bar, push_button, vbox
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.folders import plan_remark
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone

_STEPS = 1_000
_MARGINS = (GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)


class LibraryBox(QWidget):
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
        self._remarks = words(self, tone="muted")
        self._remarks.setFont(theme.small_font())
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
        self._headline = words(self)
        self._headline.setFont(theme.strong_font())
        self._stop = push_button(self, _("Stop"), form.stop)
        explained = _("Moved files stay in the new folder, the others where they are.")
        self._stop.setAccessibleDescription(explained)
        self._stop.setToolTip(tip(explained))
        self._read = push_button(self, _("OK"), form.dismiss)
        top = hbox((self._headline, 1), self._stop, self._read)
        self._bar = progress_bar(self, _("Progress of the move"))
        self._bar.setRange(0, _STEPS)
        self._detail = words(self, tone="muted")
        self._detail.setFont(theme.tabular(theme.small_font()))
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
