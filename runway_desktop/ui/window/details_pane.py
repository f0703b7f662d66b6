"""Details pane below the preview: text of the task, next steps, and all facts as aligned lines. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QSizePolicy, QToolButton, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import (
    STRETCH,
    Margins,
    add_all,
    add_row,
    grid,
    hbox,
    passing_menu,
    push_button,
    tool_button,
    vbox,
)
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import LABEL_TONES, LongWordsLabel, at_start, put, set_reason, set_tone, words
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.ending import CANCEL
from runway_desktop.usecases.commands.handing_on import COPY_FILE, COPY_PROMPT, COPYING, EXPORT, USE_AS_INPUT
from runway_desktop.usecases.commands.queued import HOLD, MOVE_DOWN, MOVE_UP, RELEASE, SEND_NEXT
from runway_desktop.usecases.commands.requests import ADOPT_ID, EDIT_AND_SEND, LET_GO, NEW_SEED, RETRY, SEND_AGAIN
from runway_desktop.usecases.commands.results import LOOK_FOR, SHOW_FILE
from runway_desktop.usecases.commands.task_command import Given, TaskCommand
from runway_desktop.usecases.commands.tasks import NextStep, available, steps_of
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.tasks import Fact, Showing, small_print
from runway_desktop.viewmodels.tasks.details import DetailsModel
from runway_desktop.viewmodels.tasks.task_commands import UseAsInput

from .task_menu import OnwardMenu

_QUEUED = (SEND_NEXT, HOLD, MOVE_UP, MOVE_DOWN)
OF_SEVERAL = (LOOK_FOR, RETRY, *_QUEUED, RELEASE, EXPORT, COPY_FILE, COPY_PROMPT)
"""Without destructive commands, which are only in the menu."""
_OF_ONE = (EDIT_AND_SEND, NEW_SEED, USE_AS_INPUT, SHOW_FILE)
_UNCERTAIN = (SEND_AGAIN, ADOPT_ID, LET_GO)
_OPENS_MENU = "  ▾"
_MARGINS = (GRID + GRID // 2, 0, GRID + GRID // 2, GRID + GRID // 2)


class DetailsPane(QWidget):
    task_wanted = Signal(object)
    """Id of another task to show."""
    command_wanted = Signal(object)
    """TaskCommand for the shown task, or for the selected ones."""
    copy_wanted = Signal(str, str)
    focus_left = Signal()
    """The focused button disappeared."""
    support_wanted = Signal(object)
    """Copy support details, with the `Given` to use."""
    ways_shown = Signal(object)
    """What can be made from the shown result, in words."""

    def __init__(self, details: DetailsModel, theme: Theme) -> None:
        super().__init__()
        self._details = details
        self._theme = theme
        self._use_as_input: UseAsInput | None = None
        self._shown_result: Callable[[], Showing | None] = lambda: None
        self._build()
        details.changed.connect(self._show)
        FollowsTheme(theme, self, self._show)

    def _build(self) -> None:
        outer = vbox(on=self)
        area = QScrollArea(self, widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._holder = holder = Holder()
        area.setWidget(holder)
        column = vbox(on=holder, margins=(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID))
        self._column = column
        self._title = self._label()
        self._state = self._label()
        self._trouble = self._label()
        self._small = self._label("faint")
        self._next = push_button(holder, "", lambda: self._take(self._details.next_step()), kind="primary")
        self._next.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._more = QWidget(holder)
        self._more_row = FlowLayout(self._more)
        self._more_buttons: list[QPushButton] = []
        self._decide = _CommandButtons(_UNCERTAIN, self._details, holder)
        self._queued = _CommandButtons(_QUEUED, self._details, holder)
        OneStop(self._queued, [*self._queued.buttons.values()])
        self._facts = FactTable(self._theme, holder, tone="faint")
        copied = ngettext("Task ID copied.", "{n} task IDs copied.", 1)
        self._facts.copy_wanted.connect(lambda text: self.copy_wanted.emit(text, copied))
        said, gives = (self._title, self._state, self._trouble), (self._decide, self._next, self._more, self._queued)
        add_all(column, *said, *gives, self._small, self._facts, STRETCH)
        add_all(outer, (area, 1), self._build_buttons())
        self.several = _CommandButtons(OF_SEVERAL, self._details, self, _MARGINS)
        outer.addWidget(self.several)
        for buttons in (self._decide, self._queued, self.several):
            buttons.command_wanted.connect(self.command_wanted)

    def offer_onward(self, use_as_input: UseAsInput, shown: Callable[[], Showing | None]) -> None:
        """Offers what can be made from the preview's result, which `shown` returns."""
        self._use_as_input, self._shown_result = use_as_input, shown
        self._show()

    @property
    def areas(self) -> tuple[QWidget, ...]:
        """Areas in tab order."""
        return (self._holder, self._bottom, self.several)

    def put_last(self, widget: QWidget) -> None:
        """Adds a widget below the text."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def put_first(self, widget: QWidget) -> None:
        """Adds a widget above the text."""
        self._column.insertWidget(0, widget)

    def _build_buttons(self) -> QWidget:
        self._bottom = _CommandButtons(_OF_ONE, self._details, self, _MARGINS)
        self._bottom.command_wanted.connect(self._take_command)
        self._bottom.buttons[USE_AS_INPUT].setAccessibleName(USE_AS_INPUT.name)
        self._copy = push_button(self._bottom, f"{_('Copy')}{_OPENS_MENU}", self._copy_menu, spoken=_("Copy"))
        self._bottom.row.addWidget(self._copy)
        OneStop(self._bottom, [*self._bottom.buttons.values(), self._copy])
        return self._bottom

    def _take_command(self, command: TaskCommand) -> None:
        if command is USE_AS_INPUT:
            self.use_as_input_menu(self._bottom.buttons[command])
        else:
            self.command_wanted.emit(command)

    def _label(self, tone: str = "") -> LongWordsLabel:
        label = LongWordsLabel(self, tone)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return label

    def _show(self) -> None:
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        row = self._details.row
        self.several.show_rows(self._details.several)
        self._title.setFont(self._theme.strong_font())
        _tell(self._title, row.task.title or row.task.request.prompt or self._details.title() if row else "")
        self._show_state(row)
        _tell(self._trouble, self._details.trouble())
        self._small.setFont(self._theme.small_font())
        _tell(self._small, small_print(row.task) if row is not None else "")
        step = self._details.next_step()
        self._next.setVisible(step is not None)
        self._next.setText(step.text if step else "")
        is_advised = step is not None and step.command is not CANCEL
        put(self._next, "kind", "primary" if is_advised else "")
        self._show_more_steps()
        self._decide.setVisible(row is not None and not LET_GO.reason([row]))
        self._queued.show_rows([row] if row is not None else [])
        self._facts.show_facts(self._details.facts())
        use, shown = self._use_as_input, self._shown_result()
        ways = use.ways(shown.media) if use is not None and shown is not None and shown.path else []
        self.ways_shown.emit([way.text for way in ways])
        self._bottom.show_rows([row] if row is not None else [])
        self._bottom.setVisible(row is not None)
        if had_focus and focused is not None and not focused.isVisibleTo(self):
            self.focus_left.emit()

    def _show_more_steps(self) -> None:
        """Reuses buttons, so that a focused one keeps the focus."""
        steps = self._more_steps()
        while len(self._more_buttons) < len(steps):
            button = push_button(self._more, "")
            number = len(self._more_buttons)
            button.clicked.connect(lambda _=False, number=number: self._take_more(number))
            self._more_buttons.append(button)
            self._more_row.addWidget(button)
        for number, button in enumerate(self._more_buttons):
            button.setVisible(number < len(steps))
            button.setText(steps[number].text if number < len(steps) else "")
        self._more.setVisible(bool(steps))

    def _show_state(self, row: Row | None) -> None:
        words = self._details.state_words() if row is not None else None
        self._state.setVisible(words is not None)
        if words is None:
            return
        said = _("{state} · {detail}", state=words.headline, detail=words.detail) if words.detail else words.headline
        self._state.say(said)
        set_tone(self._state, LABEL_TONES[words.tone])

    def use_as_input_menu(self, above: QWidget) -> None:
        """Opens the menu of what can be made from the shown result, above a widget."""
        shown = self._shown_result()
        if self._use_as_input is not None and shown is not None and shown.path is not None:
            menu = OnwardMenu(self._use_as_input, shown.path, shown.media, self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(above.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _copy_menu(self) -> None:
        row = self._details.row
        if row is None:
            return
        menu = passing_menu(self)
        for command in (one for one in available([row]) if one.submenu is COPYING):
            action = menu.addAction(command.text([row]), lambda command=command: self.command_wanted.emit(command))
            reason = command.reason([row])
            action.setEnabled(not reason)
            action.setToolTip(tip(reason))
        menu.addAction(_("Copy support details with prompt"), lambda: self.support_wanted.emit(Given(with_prompt=True)))
        menu.popup(self._copy.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _more_steps(self) -> list[NextStep]:
        """Further steps for the shown task's files."""
        if self._details.row is None:
            return []
        return steps_of(self._details.row)[1:]

    def _take_more(self, number: int) -> None:
        steps = self._more_steps()
        if number < len(steps):
            self._take(steps[number])

    def _take(self, step: NextStep | None) -> None:
        if step is not None and step.command is not None:
            self.command_wanted.emit(step.command)
        elif step is not None:
            self._details.raise_cap()


def _tell(label: LongWordsLabel, text: str) -> None:
    """Sets the text; hides the label if it is empty."""
    label.say(text)
    label.setVisible(bool(text))


class Holder(QWidget):
    """Scrolled content, as high as its lines at the current width. The layout's minimum height, for the narrowest
    width, would leave empty space to scroll."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class _CommandButtons(QWidget):
    """A button per command."""

    command_wanted = Signal(object)
    """TaskCommand for the rows last shown."""

    def __init__(
        self, commands: Sequence[TaskCommand], details: DetailsModel, parent: QWidget, margins: Margins = 0
    ) -> None:
        super().__init__(parent)
        self._details = details
        self.row = FlowLayout()
        hbox((self.row, 1), on=self, margins=margins)
        self.buttons: dict[TaskCommand, QPushButton] = {}
        for command in commands:
            button = push_button(self, str(command.words), lambda _=False, one=command: self.command_wanted.emit(one))
            self.buttons[command] = button
            self.row.addWidget(button)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows the commands that apply to these rows; hidden without any."""
        for command, button in self.buttons.items():
            is_there = bool(rows) and command.is_for(rows)
            button.setVisible(is_there)
            if is_there:
                text = self._details.text(command, rows)
                button.setText(f"{text}{_OPENS_MENU if command.does is None else ''}")
                set_reason(button, command.reason(rows))
        self.setVisible(bool(rows) and any(command.is_for(rows) for command in self.buttons))


class FactTable(QWidget):
    """Facts as aligned lines: a label, and a value that wraps and can be selected."""

    copy_wanted = Signal(str)
    """Text of a fact that can be copied."""

    def __init__(self, theme: Theme, parent: QWidget, *, tone: str = "muted", least: int = 0) -> None:
        """`tone`: of the labels. `least`: width of their column in pixels."""
        super().__init__(parent)
        self._theme, self._tone = theme, tone
        self._grid = grid(on=self, across=GRID, down=GRID // 2, wide=1)
        self._grid.setColumnMinimumWidth(0, least)
        self._lines: list[tuple[QLabel, LongWordsLabel, QToolButton]] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Reuses lines, which avoids flicker; adds or hides some as needed."""
        while len(self._lines) < len(facts):
            self._add_line()
        for (label, text, copy), fact in zip_longest(self._lines, facts):
            label.setVisible(fact is not None)
            text.setVisible(fact is not None)
            copy.setVisible(fact is not None and fact.copyable)
            if fact is not None:
                label.setText(fact.label)
                text.say(fact.text)
                text.setAccessibleName(_("{label}: {text}", label=fact.label, text=fact.text))
                text.setToolTip(tip(fact.tool_tip))
                text.setFont(self._theme.strong_font() if fact.is_strong else self.font())
                copy.setIcon(self._theme.icon("mdi6.content-copy", Role.MUTED))

    def _add_line(self) -> None:
        label, text = words(self, tone=self._tone, wrap=False), LongWordsLabel(self, selectable=True)
        for part in (label, text):
            part.setAlignment(Qt.AlignmentFlag.AlignTop | at_start())
        # A click does not take the focus from what has keys.
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        copy = tool_button(self, side=14, kind="flat", tip=_("Copy"), spoken=_("Copy task ID"))
        copy.clicked.connect(lambda: self.copy_wanted.emit(text.whole))
        copy.setStyleSheet(f"padding: 0; min-width: {TARGET - 2}px; min-height: {TARGET - 2}px;")
        add_row(self._grid, len(self._lines), label, text, (copy, Qt.AlignmentFlag.AlignTop))
        self._lines.append((label, text, copy))
