"""Side pane of the Requests page: the current request exactly as it will be sent, and buttons to answer it. GUI thread
only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import (
    STRETCH,
    clear_layout,
    hbox,
    line,
    progress_bar,
    push_button,
    scroll_area,
    show_share,
    timer,
    vbox,
)
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import LongWordsLabel, words
from runway_desktop.ui.tasks.posters import PosterBox, PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.ui.window.details_pane import FactTable, Holder
from runway_desktop.usecases.commands.approval import APPROVE, APPROVE_KEY, EDIT_KEY, OF_PAGE, REFUSE, REFUSE_KEY
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.requests import EDIT_QUEUED
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.words import approvals as said
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.approvals import InputShown, bounded
from runway_desktop.usecases.words.plain import shown, tip

from .model import ApprovalsModel

_PICTURE = QSize(14 * GRID, 10 * GRID)
_MOST_LINES = 12
"""Lines of a prompt before it scrolls."""
_LINES = {
    **{"headline": "", "times": "muted", "whose": "muted", "answer": "", "prompt title": "muted"},
    **{"inputs title": "muted", "settings title": "muted", "price title": "muted", "price": "", "source": "muted"},
    **{"used": "", "over": "warn", "cap": "muted", "id": ""},
}
"""Labels from top to bottom, with their tones."""
_STRONG = ("headline", "price")
_MARGINS = (2 * GRID, GRID, 2 * GRID, GRID)


class ApprovalSide(QWidget):
    command_wanted = Signal(object)
    """TaskCommand for the checked requests, else for the current one."""

    def __init__(self, model: ApprovalsModel, theme: Theme, posters: PosterCache, keys: Keys) -> None:
        super().__init__()
        self._model = model
        self._theme = theme
        self._posters = posters
        self._keys = keys
        self._inputs_shown: tuple[InputShown, ...] | None = None
        self._build()
        model.changed.connect(self._show)
        model.rows.checks_moved.connect(self._show_buttons)
        keys.changed.connect(self._show_buttons)
        keys.bind(self, Scope.APPROVALS, (OF_PAGE, lambda: self))
        FollowsTheme(theme, self, self._restyle)

    def give(self, command: TaskCommand, *_: object) -> None:
        self.command_wanted.emit(command)

    def _build(self) -> None:
        self._holder = Holder(self)
        self._lines = {name: LongWordsLabel(self._holder, tone, selectable=True) for name, tone in _LINES.items()}
        self.prompt = _Prompt(self._holder)
        self._inputs = QWidget(self._holder)
        self._input_rows = vbox(on=self._inputs)
        self._facts = FactTable(self._theme, self._holder)
        self._bar = progress_bar(self._holder, _("Share of today's allowance used"))
        lines = list(self._lines.values())
        vbox(
            *(*lines[:5], self.prompt, lines[5], self._inputs, lines[6], self._facts),
            *(*lines[7:10], self._bar, *lines[10:13], line(self._holder), lines[13], STRETCH),
            on=self._holder,
            margins=(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID),
            spacing=GRID // 2 + 2,
        )
        self._area = scroll_area(self, self._holder)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.refuse = push_button(self, "", partial(self.give, REFUSE))
        self.edit = push_button(self, "", partial(self.give, EDIT_QUEUED))
        self.approve = push_button(self, "", partial(self.give, APPROVE), kind="primary")
        self._buttons = QWidget(self)
        row = FlowLayout()
        for button in (self.refuse, self.edit, self.approve):
            row.addWidget(button)
        hbox((row, 1), on=self._buttons, margins=_MARGINS)
        self._none = words(self, tone="muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        vbox((self._none, 1), (self._area, 1), line(self), self._buttons, on=self, spacing=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_buttons()

    def _restyle(self) -> None:
        self._inputs_shown = None
        self._show()

    def _show(self) -> None:
        one, model = self._model.current, self._model
        broken = _("This request cannot be shown. To refuse it, check it in the list.")
        self._none.setText(broken if model.is_broken else _("Select a request to see it."))
        self._none.setVisible(one is None)
        self._area.setVisible(one is not None)
        self._show_buttons()
        if one is None:
            return
        titled = _("Inputs, checked again when sent") if one.waits else _("Inputs")
        texts = {**model.lines, "inputs title": titled if model.inputs else ""}
        for name, label in self._lines.items():
            label.setFont(self._theme.strong_font() if name in _STRONG else self._theme.small_font())
            label.say(texts.get(name, ""))
            label.setVisible(bool(label.whole))
        self.prompt.say(texts["prompt"])
        show_share(self._bar, one.used, one.client.credits if texts.get("used") else 0.0)
        self._facts.show_facts(model.facts)
        self._inputs.setVisible(bool(model.inputs))
        if model.inputs != self._inputs_shown:
            self._inputs_shown = model.inputs
            clear_layout(self._input_rows)
            for each in model.inputs:
                self._input_rows.addWidget(_InputCard(each, self._theme, self._posters, self._inputs))

    def _show_buttons(self) -> None:
        model, keys = self._model, self._keys
        checked = model.rows.checked
        waits = model.current is not None and model.current.waits
        self._buttons.setVisible(bool(waits or checked))
        ids = checked or ([model.current.task.id] if model.current is not None else [])
        many = len(ids)
        cost = said.sum_words([one.price for one in model.waiting if one.task.id in ids])
        self.refuse.setText("  ".join((ngettext("Refuse…", "Refuse {n}…", many), keys.cap(REFUSE_KEY))))
        self.edit.setText("  ".join((str(EDIT_KEY.words), keys.cap(EDIT_KEY))))
        self.edit.setEnabled(many == 1)
        self.edit.setToolTip(tip("" if many == 1 else _("Select one request.")))
        self.approve.setEnabled(bool(checked) or model.is_whole)
        does = ngettext("Approve", "Approve {n}", many)
        self.approve.setText(f"{does}   {cost} · {keys.cap(APPROVE_KEY)}")
        if self.approve.sizeHint().width() > self.width() - _MARGINS[0] - _MARGINS[2]:
            # The price counts more than the key.
            self.approve.setText(f"{does}   {cost}")
        self.approve.setToolTip(tip(keys.cap(APPROVE_KEY)))
        self.approve.setAccessibleName(_("{action}, {price}", action=does, price=cost))


class _Prompt(QPlainTextEdit):
    """Read-only prompt, selectable, as high as its text up to `_MOST_LINES`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, readOnly=True)
        self.setAccessibleName(_("Prompt, exactly as it will be sent"))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # A fixed height is set in two steps: a fit within the first one is undone by the second.
        self._soon = timer(self, 0, self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._soon.start()

    def say(self, text: str) -> None:
        self.setVisible(bool(text))
        if self.toPlainText() != text:
            self.setPlainText(text)
            self._fit()

    def _fit(self) -> None:
        # A plain-text document reports its height in lines.
        lines = min(_MOST_LINES, max(2, round(self.document().size().height())))
        frame = 2 * (self.frameWidth() + int(self.document().documentMargin()))
        if self.height() != (height := lines * self.fontMetrics().lineSpacing() + frame):
            self.setFixedHeight(height)


class _InputCard(QWidget):
    """Picture and description of an input. A link is shown as text and never fetched."""

    def __init__(self, one: InputShown, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("box", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        folder, _slash, name = one.path.replace("\\", "/").rpartition("/")
        texts = [(one.label, "muted"), (bounded(name or one.link), ""), (shown(folder), "muted")]
        if one.facts is not None:
            facts = one.facts
            sides = f"{facts.width}×{facts.height} · " if facts.width and facts.height else ""
            texts.append((f"{sides}{units.size(facts.size)}", "muted"))
        elif one.path:
            texts.append((_("This file cannot be read."), "bad"))
        labels = [_line(self, text, tone, theme) for text, tone in texts if text]
        self.setAccessibleName(", ".join(text for text, _tone in texts if text))
        box = PosterBox(theme, posters, _PICTURE, self)
        box.show_picture(one.picture, one.media.kind.icon)
        picture = (box, Qt.AlignmentFlag.AlignTop)
        beside = vbox(*labels, STRETCH, spacing=2, margins=(0, GRID // 2, GRID, GRID // 2))
        hbox(picture, (beside, 1), on=self)


def _line(parent: QWidget, text: str, tone: str, theme: Theme) -> QWidget:
    """Wrapped, never elided: the end of an address matters too."""
    label = LongWordsLabel(parent, tone, selectable=True)
    label.setFont(theme.small_font() if tone else theme.strong_font())
    label.say(text)
    return label
