"""The composer pane: prompt, input thumbnails, chips for endpoint, model and main settings, a form for the rest, and
the send button with the price. A view of the composer view-model without decisions. GUI thread only.
"""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from runway_desktop.catalog import Field, FieldKind
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.ui.building import STRETCH, grid, hbox, push_button, scroll_area, vbox
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.flow_layout import FoldingLine
from runway_desktop.ui.labels import announce, mark_wrong, put, say, words
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.composer.keeping import PromptHistory
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from .choices import ANOTHER, flat_member
from .commands import SEND
from .field_editors import Chip, count_words
from .form import Form
from .inputs_strip import InputsStrip
from .presets_menu import PresetsButton
from .prompt_edit import PromptEdit, PromptHighlight, TagCompletion

_NESTED = (FieldKind.OBJECT, FieldKind.OBJECTS)
_MARGIN = GRID + GRID // 2
_SEND_WIDTH = 27 * GRID
"""Width of the button with most prices: the settings next to it do not move when the price changes."""
_LONGEST_NAME = 22 * GRID
"""Maximum width of a model's name on its chip, in pixels."""
LONGEST_OFFER = 120
"""Maximum characters of a prompt in the history list; the tool tip has all of it."""
_STEPS = {Qt.Key.Key_Up: PromptHistory.older, Qt.Key.Key_Down: PromptHistory.newer}
"""Pressed with Alt."""


class ComposerPane(QWidget):
    pasted = Signal(object)
    """QMimeData with files, links or a picture."""
    replaced = Signal(object, str, int)
    """QMimeData dropped on an input; the input's field and number."""
    left = Signal()
    """Escape was pressed: the focus goes back to the list."""
    project_made = Signal(str)
    """Name of a new project, used for the next tasks."""
    chooser_wanted = Signal(QPushButton, bool)
    """The chip to open over; whether the focus starts in the list of endpoints."""

    def __init__(
        self,
        composer: Composer,
        task_commands: TaskCommands,
        theme: Theme,
        keys: Keys,
        posters: PosterCache,
    ) -> None:
        super().__init__()
        self._composer = composer
        self._task_commands = task_commands
        self._theme = theme
        self._keys = keys
        self._posters = posters
        self._chips: dict[str, Chip] = {}
        self._narrow = False
        self._below: QWidget | None = None
        self._priced = ""
        self._build()
        composer.structure_changed.connect(self._rebuild)
        composer.prompt_changed.connect(self._show_prompt)
        composer.changed.connect(self._show_state)
        composer.focus_wanted.connect(self._focus_field)
        keys.changed.connect(self._show_state)
        composer.history.listed.connect(self._choose_prompt)
        composer.projects_listed.connect(self._choose_project)
        self._rebuild()
        self._show_prompt()
        FollowsTheme(theme, self, self.inputs.show_inputs)

    def focus_prompt(self) -> None:
        self._prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def stand_whole(self, below: QWidget | None) -> None:
        """For a page that has chosen what to make: every setting is in the form, each input is named, and `below`
        stands between form and send button. What is above that button scrolls if it is low. None: as usual."""
        if self._below is not None:
            self._written.removeWidget(self._below)
            self._below.hide()
            self._column.insertWidget(0, self._area.takeWidget())
        self._below = below
        if below is not None:
            self._written.addWidget(below, 1)
            below.show()
            self._area.setWidget(self._above)
        self._above.show()
        self._area.setVisible(below is not None)
        self._line.setVisible(below is None)
        self._told.setVisible(below is not None)
        self._rebuild()

    def set_dropping(self, dropping: bool) -> None:
        """Highlights the composer as a drop target."""
        put(self._box, "dropping", dropping)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._editing_bar = self._build_editing_bar()
        self._lines_bar = self._build_lines_bar()
        self._box = QFrame(self)
        self._box.setProperty("box", True)
        self._prompt = PromptEdit(self._box)
        self._prompt.textChanged.connect(self._typed)
        self._prompt.files_pasted.connect(self.pasted)
        self._prompt.lines_pasted.connect(self._offer_lines)
        self._prompt.installEventFilter(self)
        spans = (self._composer.braces, self._composer.names_of_members)
        self._highlight = PromptHighlight(self._prompt.document(), self._theme, *spans)
        self._composer.inputs_changed.connect(self._highlight.look_again)
        TagCompletion(self._prompt, self._composer.input_fields, self._theme, self._posters)
        self._heading = words(self, wrap=False)
        self._takes = words(self._box, tone="muted")
        self._count = words(self._box, tone="faint")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.hide()
        self.inputs = InputsStrip(self._composer, self._task_commands, self._theme, self._posters, self._box)
        self.inputs.rebuilt.connect(self._order_tabs)
        self.inputs.replaced.connect(self.replaced)
        self.inputs.pasted.connect(self.pasted)
        vbox(
            self._prompt,
            self._count,
            self._takes,
            self.inputs,
            on=self._box,
            margins=(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID),
        )
        self._form = Form(self._theme, self)
        self._form.edited.connect(self._composer.set_value)
        self._form.rearranged.connect(self._order_tabs)
        self._form.hide()
        self._wrong = words(self, tone="bad")
        self._note = words(self, tone="muted")
        self._note.hide()
        parts = (self._editing_bar, self._lines_bar, self._heading, self._box, self._form, self._wrong)
        bottom = self._build_bottom()
        # Below the note: next to it, a long name of the button would be cut in a small window.
        self._above, self._area = QWidget(self), scroll_area(self)
        self._area.hide()
        self._written = vbox(*parts, on=self._above)
        rest = (self._note, hbox(self._raise, STRETCH), bottom)
        self._column = vbox(self._above, (self._area, 1), *rest, on=self, margins=_MARGIN)

    def _build_bottom(self) -> QGridLayout:
        self._bottom = grid(across=GRID, down=GRID, wide=0)
        self._line = FoldingLine(Text("{n} more setting", "{n} more settings"), self)
        self._line.folded.connect(self._order_tabs)
        self._endpoint = push_button(self._line, "", self._choose_endpoint, kind="chip", spoken=_("What to make"))
        self._model = push_button(self._line, "", self.choose_model, kind="chip", spoken=_("Model"))
        # Never folded: whoever works for several clients has to see for whom this is paid.
        self._project = push_button(self, "", self._composer.list_projects, kind="chip", spoken=_("Project"))
        self._presets = PresetsButton(self._composer.presets, self._keys, self._line)
        self._more = push_button(self._line, _("More…"), kind="chip", checkable=True)
        self._more.toggled.connect(self._open_form)
        self._send = push_button(self, "", self._composer.send, kind="primary")
        self._send.setMinimumWidth(_SEND_WIDTH)
        self._raise = push_button(self, "", self._composer.raise_cap, spoken=_("Raise the cap"))
        self._raise.hide()
        self._paying = hbox(self._project, self._send, spacing=GRID // 2)
        self._told = words(self, tone="muted")
        self._told.hide()
        self._bottom.addWidget(self._line, 0, 0)
        self._bottom.addLayout(self._paying, 0, 1)
        return self._bottom

    def _build_editing_bar(self) -> QWidget:
        bar = QWidget(self)
        self._edits = words(bar, tone="muted", wrap=False)
        stop = push_button(bar, _("Stop editing"), self._composer.stop_editing, kind="flat")
        hbox(self._edits, STRETCH, stop, on=bar)
        bar.hide()
        return bar

    def _build_lines_bar(self) -> QWidget:
        self._lines: tuple[str, ...] = ()
        bar = QWidget(self)
        self._lines_words = words(bar, tone="muted", wrap=False)
        self._split = push_button(bar, _("Create tasks"), self._make_tasks_of_lines)
        keep = push_button(bar, _("One prompt"), lambda: self._offer_lines(()))
        hbox(self._lines_words, STRETCH, self._split, keep, on=bar)
        bar.hide()
        return bar

    def _offer_lines(self, lines: tuple[str, ...]) -> None:
        """Offers to make a task of each pasted line; without lines, hides the offer."""
        had_focus = self._lines_bar.isAncestorOf(self.focusWidget() or self._prompt)
        self._lines, self._text_with_lines = lines, self._prompt.toPlainText()
        self._lines_bar.setVisible(bool(lines))
        if lines:
            self._lines_words.setText(ngettext("{n} line.", "{n} lines.", len(lines)))
            self._split.setText(ngettext("Create {n} task", "Create {n} tasks", len(lines)))
            self._split.setToolTip(_("Opens a sheet with one row per line. Nothing is sent yet."))
            announce(self, _("{n} lines. Create a task from each, or keep one prompt.", n=len(lines)))
        elif had_focus:
            self._prompt.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_tasks_of_lines(self) -> None:
        lines = self._lines
        self._offer_lines(())
        # The paste is the last edit, so undo restores the text before it.
        self._prompt.undo()
        self._task_commands.take(text="\n".join(lines))

    def _rebuild(self) -> None:
        """Rebuilds chips and form for the current endpoint and model, in API order, and shows all values."""
        had_focus = self._prompt.hasFocus()
        for chip in self._chips.values():
            chip.hide()
            chip.deleteLater()
        self._chips.clear()
        pair, is_whole = self._composer.pair, self._below is not None
        for field in () if is_whole else pair.main_fields:
            if field.is_asset or (field.kind in _NESTED and flat_member(field) is None):
                continue
            chip = Chip(field, self._line)
            chip.edited.connect(self._composer.set_value)
            chip.show()
            self._chips[field.name] = chip
        fields = [field for field in pair.fields if self._is_in_form(field)]
        self._form.build(fields, self._composer.value)
        self._more.setVisible(bool(fields) and not is_whole)
        if any(field.required for field in fields) and not is_whole:
            # Required fields are never hidden.
            self._more.setChecked(True)
        named = [field.label + (" *" if field.required else "") for field in pair.asset_fields]
        say(self._takes, " · ".join(named) if is_whole else "")
        say(self._heading, pair.prompt_field.label if is_whole and pair.prompt_field is not None else "")
        self._prompt.show_usual(str(pair.prompt_field.default or "") if pair.prompt_field is not None else "")
        self.inputs.show_inputs()
        more = [self._more] if fields else []
        rest = () if is_whole else (*self._chips.values(), self._presets, *more)
        self._line.hold((self._endpoint, self._model), rest)
        self._show_state()
        if had_focus and self._prompt.isVisible():
            self._prompt.setFocus()

    def _is_in_form(self, field: Field) -> bool:
        return field.name not in self._chips and not field.is_asset and field is not self._composer.pair.prompt_field

    def open_form(self, shown: bool) -> None:
        """Expands or collapses the form."""
        self._more.setChecked(shown)

    def _open_form(self, shown: bool) -> None:
        self._line.close_popup()
        self._form.fit()
        self._form.setVisible((shown or self._below is not None) and self._form.shows_any)

    def _show_prompt(self) -> None:
        if self._prompt.toPlainText() != self._composer.prompt:
            self._prompt.replace_text(self._composer.prompt)

    def _show_length(self) -> None:
        """Shows what names in the prompt stand for, and its length once it nears the limit."""
        words = count_words(self._composer.pair.prompt_field, self._composer.prompt)
        typed_at = self._prompt.textCursor().position() if self._prompt.hasFocus() else -1
        say(self._count, str(in_turn(self._composer.names_in_words(typed_at), words)))

    def _typed(self) -> None:
        self._theme.look_at_letters(self._prompt.toPlainText())
        if self._lines and self._prompt.toPlainText() != self._text_with_lines:
            self._offer_lines(())
        field = self._composer.pair.prompt_field
        if field is not None:
            self._composer.set_value(field.name, self._prompt.toPlainText())

    def _order_tabs(self) -> None:
        """Sets the tab order to the visual order after chips, rows or tiles changed."""
        above = [self._prompt, *self.inputs.tiles, self.inputs.add_tile, *self._form.stops()]
        order = [
            *above,
            *self._line.stops,
            self._raise,
            self._project,
            self._send,
        ]
        for before, after in itertools.pairwise(order):
            QWidget.setTabOrder(before, after)

    def _show_state(self) -> None:
        pair, endpoint = self._composer.pair, self._composer.endpoint
        self._endpoint.setText(f"{endpoint.kind_label}  ▾")
        self._endpoint.setAccessibleDescription(endpoint.kind_label)
        name = self._model.fontMetrics().elidedText(pair.label, Qt.TextElideMode.ElideRight, _LONGEST_NAME)
        self._model.setText(f"{name}  ▾")
        self._model.setAccessibleDescription(pair.label)
        self._model.setToolTip(tip(_("In the API: {model}", model=pair.model)))
        for name, chip in self._chips.items():
            chip.show_idle(self._composer.idle_reason(name))
            chip.show_value(self._composer.value(name))
            chip.show_finding(self._composer.finding_for(name))
        project = self._composer.project or _("No project")
        project = self._project.fontMetrics().elidedText(project, Qt.TextElideMode.ElideRight, _LONGEST_NAME)
        self._project.setText(f"{project}  ▾")
        self._project.setAccessibleDescription(self._composer.project or _("No project"))
        self._form.show_state(self._composer)
        self._more.setEnabled(self._form.shows_any)
        self._form.setVisible((self._more.isChecked() or self._below is not None) and self._form.shows_any)
        self._show_length()
        fields = sorted(pair.fields, key=lambda field: field is not pair.prompt_field)
        said = [message for field in fields if (message := self._composer.finding_for(field.name))]
        say(self._wrong, "\n".join(dict.fromkeys(said[:3])))
        prompt = pair.prompt_field
        takes_prompt = prompt is not None and bool(
            self._composer.prompt or not (prompt.required and self._composer.idle_reason(prompt.name))
        )
        self._prompt.setVisible(takes_prompt)
        self._box.setVisible(takes_prompt or bool(pair.asset_fields))
        mark_wrong(self._box, bool(prompt and self._composer.finding_for(prompt.name)))
        self._editing_bar.setVisible(self._composer.editing is not None)
        self._edits.setText(_("Editing a program's request") if self._composer.approves else _("Editing a queued task"))
        button = self._composer.button()
        self._told.setText(button.detail)
        self._priced = "   ".join(part for part in (button.text, button.price) if part)
        reasons = "\n".join(button.reasons)
        told = reasons or "\n".join(part for part in (self._keys.tip(SEND), button.detail) if part)
        self._send.setToolTip(tip(told))
        self._raise.setText(button.raising)
        self._raise.setAccessibleName(button.raising or _("Raise the cap"))
        self._raise.setVisible(bool(button.raising))
        named = _("{action}, {price}", action=button.text, price=button.price) if button.price else button.text
        self._send.setAccessibleName(named)
        self._send.setAccessibleDescription(reasons)
        put(self._send, "blocked", bool(reasons) and not self._composer.is_storing)
        if button.note != self._note.text():
            announce(self, button.note)
        say(self._note, button.note, "warn" if button.raising else "muted")
        self._line.fit()
        self._place_send()

    def _choose_endpoint(self) -> None:
        self.chooser_wanted.emit(self._endpoint, True)

    def choose_model(self) -> None:
        """Opens the chooser with the focus in the search line."""
        self.chooser_wanted.emit(self._model, False)

    def _focus_field(self, name: str) -> None:
        prompt = self._composer.pair.prompt_field
        if prompt is not None and name == prompt.name:
            self._prompt.setFocus(Qt.FocusReason.OtherFocusReason)
        elif name in self._chips:
            self._line.reveal(self._chips[name])
            self._chips[name].setFocus(Qt.FocusReason.OtherFocusReason)
        elif name in self._form.rows:
            self._more.setChecked(self._more.isChecked() or self._below is None)
            self._form.show_row(name)
        else:
            self.inputs.add_tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_send(anew=True)

    def _place_send(self, *, anew: bool = False) -> None:
        """Puts project and send button on a line of their own if they do not fit next to the chips that always show.
        Only a resize (`anew`) moves them back, so a shorter price does not."""
        room = self.contentsRect().width() - 2 * _MARGIN
        keys = self._keys.cap(SEND) if self._below is not None else ""
        for said in (" · ".join(part for part in (self._priced, keys) if part), self._priced):
            self._send.setText(said)
            self._paying.invalidate()  # A layout inside a layout keeps its old hint until the loop's next turn.
            if self._paying.sizeHint().width() <= room:
                break
        left: QWidget = self._line
        least = self._line.least_width()
        if self._below is not None:
            left, least = self._told, _SEND_WIDTH
        beside = least + GRID + self._paying.sizeHint().width()
        narrow = beside > room or (self._narrow and not anew)
        if narrow is not self._narrow or self._bottom.indexOf(left) < 0:
            self._narrow = narrow
            self._bottom.removeItem(self._paying)
            for either in (self._line, self._told):
                self._bottom.removeWidget(either)
            self._bottom.addWidget(left, 0, 0, 1, 1 + int(narrow))
            self._bottom.addLayout(self._paying, int(narrow), 1, Qt.AlignmentFlag.AlignRight)

    def _choose_prompt(self, prompts: list[str]) -> None:
        """Opens the searchable prompt history."""
        if not prompts:
            self._task_commands.tell(_("No prompts yet."))
            return
        options = [Option(prompt, " ".join(prompt.split())[:LONGEST_OFFER], prompt) for prompt in prompts]
        popup = ChoicePopup(options, self._composer.prompt, _("Prompt history"), self._box)
        popup.chosen.connect(self._composer.set_prompt)
        popup.open_at(self._box)

    def _choose_project(self, names: list[str]) -> None:
        named = [Option(name, name) for name in names]
        options = [Option("", _("No project")), *named, Option(ANOTHER, _("New project…"))]
        popup = ChoicePopup(options, self._composer.project, _("Project"), self._project)
        popup.chosen.connect(lambda name: self.name_project() if name is ANOTHER else self._composer.set_project(name))
        popup.open_at(self._project)

    def name_project(self) -> None:
        """Asks for the name of a project for the next tasks."""
        ask_text(
            self.window(),
            _("New project"),
            _("Project name"),
            "",
            lambda text: "" if text.strip() else _("Enter a name."),
            self._project_named,
            ok=_("Create"),
        )

    def _project_named(self, text: str) -> None:
        self._composer.set_project(text.strip())
        self.project_made.emit(text.strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._prompt and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            put(self._box, "focused", event.type() == QEvent.Type.FocusIn)
            self._show_length()
        if watched is self._prompt and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if _sequence(event) in self._keys.of(SEND):
                if not event.isAutoRepeat():
                    self._composer.send()
                return True
            if event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in _STEPS:
                _STEPS[Qt.Key(event.key())](self._composer.history, self._prompt.toPlainText())
                return True
        return super().eventFilter(watched, event)


def _sequence(event: QKeyEvent) -> QKeySequence:
    """The key as a shortcut; the keypad's Enter counts as Enter."""
    return QKeySequence(QKeyCombination(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, Qt.Key(event.key())))
