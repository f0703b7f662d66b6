"""Heads of the steps above the board: number, title, price, what goes in, settings as chips, and what is going on. GUI
thread only."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from runway_desktop.catalog import Field, Pair
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.film.steps import Step
from runway_desktop.texts import _
from runway_desktop.ui.building import (
    STRETCH,
    add_check,
    clear_layout,
    hbox,
    open_below,
    passing_menu,
    push_button,
    vbox,
)
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.composer.field_editors import Chip
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import ElidedLabel, mark_wrong, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.steps import Board, title_of
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import replace

from .delegate import paint_edges
from .model.cells import column_words, each_words, others_words, shots_words, takes_words
from .model.model import StepsModel
from .step_dialog import StepDialog

BELOW = "  ▾"
_IN_CHIPS = ("duration", "ratio", "resolution", "scaleFactor")
MOST_AMOUNT = 4
"""Of takes for each pick, in the menu."""


def chip_field(pair: Pair | None) -> Field | None:
    """The field that has a chip: the length, else the size, else the first of the main ones."""
    fields = {one.name: one for one in pair.main_fields if not one.is_asset and one.name != "seed"} if pair else {}
    return next((fields[name] for name in (*_IN_CHIPS, *fields) if name in fields), None)


class StepHead(QWidget):
    def __init__(self, model: StepsModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._step: Step | None = None
        self._field: Field | None = None
        self._number = words(self, wrap=False)
        self._number.setProperty("kind", "key")
        self._title = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._each, self._takes = words(self, tone="muted", wrap=False), ElidedLabel(self, tone="muted")
        self._model_chip = push_button(self, "", self._choose_model, kind="chip")
        self._amount = push_button(self, "", self._open_amounts, kind="chip")
        self._more = push_button(self, "", self._open_dialog, kind="chip")
        self._place = QWidget(self)
        self._chips = hbox(on=self._place)
        flow = FlowLayout(gap=GRID // 2 + 2)
        for part in (self._model_chip, self._place, self._amount, self._more):
            flow.addWidget(part)
        self._said = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._ready = push_button(self, "", self._show_bill, kind="link")
        kept = self._ready.sizePolicy()
        # Or all rows would move when the first pick is ready.
        kept.setRetainSizeWhenHidden(True)
        self._ready.setSizePolicy(kept)
        head = hbox(self._number, (self._title, 1), self._each)
        vbox(head, self._takes, flow, hbox(self._said, self._ready, STRETCH), STRETCH,
             on=self, margins=(2 * GRID, GRID, 2 * GRID, GRID // 2), spacing=GRID // 2)  # fmt: skip
        FollowsTheme(theme, self, self._restyle)

    @property
    def stops(self) -> list[QWidget]:
        return [self._model_chip, *self._place.findChildren(Chip), self._amount, self._more, self._ready]

    def show_column(self, board: Board, at: int) -> None:
        column = board.columns[at]
        self._step = step = column.step
        title = title_of(step)
        self.setAccessibleName(_("Step {number}: {title}", number=at + 1, title=title))
        self._number.setText(str(at + 1))
        self._title.setText(title)
        self._each.setText(each_words(column))
        self._takes.setText(takes_words(step, column.makes, is_first=not at))
        self._show_chips(step)
        said, tone = column_words(board, at, self._model.column_rows(at))
        is_ready = tone is Tone.BUSY and bool(board.ready(step.id))
        say(self._said, "" if is_ready else said, tone)
        self._said.setToolTip(tip(said))
        self._ready.setText(f"→ {said}" if is_ready else "")
        self._ready.setAccessibleName(said)
        self._ready.setVisible(is_ready)

    def _show_chips(self, step: Step) -> None:
        pair, field = self._model.pair(step), chip_field(self._model.pair(step))
        self._model_chip.setText(model_label(step.model) + BELOW)
        self._model_chip.setAccessibleName(_("Model of step {title}", title=title_of(step)))
        mark_wrong(self._model_chip, pair is None)
        if field != self._field:
            self._field = field
            clear_layout(self._chips)
            if field is not None:
                chip = Chip(field, self._place)
                chip.setFont(self._model_chip.font())
                chip.edited.connect(self._set_value)
                self._chips.addWidget(chip)
        self._place.setVisible(field is not None)
        for chip in self._place.findChildren(Chip):
            chip.show_value(self._model.value(step, field.name) if field is not None else None)
        self._amount.setText(f"×{step.amount}{BELOW}")
        self._amount.setAccessibleName(_("Takes of each pick: {n}", n=step.amount))
        left = len(self._model.fields_left(step, field))
        self._more.setText((f"+{left}" if left else "…") + BELOW)
        self._more.setAccessibleName(_("More of step {title}", title=title_of(step)))

    def _set_value(self, name: str, value: Any) -> None:
        if self._step is not None:
            self._model.change(replace(self._step, values={**self._step.values, name: value}))

    def _show_bill(self) -> None:
        self._model.prepare(self._step.id if self._step is not None else None)

    def _choose_model(self) -> None:
        ChooserPanel(self._model.model_choice(self._step), self._theme, self._model_chip).open_at(self._model_chip)

    def _open_dialog(self) -> None:
        if self._step is not None:
            StepDialog(self._model, self._step, self._field, self.window()).open()

    def _open_amounts(self) -> None:
        if (step := self._step) is not None:
            menu = passing_menu(self)
            for amount in range(1, MOST_AMOUNT + 1):
                does = partial(self._model.change, replace(step, amount=amount))
                add_check(menu, f"×{amount}", does, checked=amount == step.amount)
            open_below(menu, self._amount)

    def _restyle(self) -> None:
        self._said.setMinimumHeight(self._ready.sizeHint().height())
        self._title.setFont(self._theme.strong_font())
        for label in (self._each, self._takes, self._said, *self.stops):
            label.setFont(self._theme.small_font())


class StepHeaders(QHeaderView):
    """A header of widgets."""

    def __init__(self, model: StepsModel, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self._theme = theme
        self._heads: list[StepHead] = []
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.sectionResized.connect(lambda *_: self.place())
        model.changed.connect(self.show_columns)

    def show_columns(self) -> None:
        board = self._model.board
        amount = len(board.columns) if board is not None else 0
        while len(self._heads) < amount:
            self._heads.append(StepHead(self._model, self._theme, self.viewport()))
        for at, head in enumerate(self._heads):
            head.setVisible(at < amount)
            if board is not None and at < amount:
                head.show_column(board, at)
        self.place()
        self.updateGeometry()
        self.geometriesChanged.emit()

    def sizeHint(self) -> QSize:
        heads = [head for head in self._heads if not head.isHidden()]
        heights = (max(head.heightForWidth(head.width()), head.minimumSizeHint().height()) for head in heads)
        return QSize(0, max(heights, default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """The heads are widgets."""
        paint_edges(painter, rect, self._theme, mirrored=self.isRightToLeft())

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops, in visual order."""
        return [stop for head in self._heads for stop in head.stops]

    def column_of(self, widget: QWidget | None) -> int | None:
        """The column of a head that a widget is in."""
        return next((at for at, head in enumerate(self._heads) if widget and head.isAncestorOf(widget)), None)

    def place(self) -> None:
        """Puts the heads over their columns."""
        for at, head in enumerate(self._heads):
            if not head.isHidden():
                head.setGeometry(self.sectionViewportPosition(at), 0, self.sectionSize(at), self.height())


class Corner(QWidget):
    """Above the shots: how many they are."""

    def __init__(self, model: StepsModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shots = words(self, wrap=False)
        self._note = words(self, _("The shot's prompt goes through all steps."), "muted")
        vbox(self._shots, self._note, STRETCH, on=self, margins=(2 * GRID, GRID, GRID, 0), spacing=GRID)
        self._model = model
        model.changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_edges(QPainter(self), self.rect(), self._theme, mirrored=self.isRightToLeft())

    def _show(self) -> None:
        if (board := self._model.board) is not None:
            self._shots.setText(shots_words(board))
            said = others_words(board)
            self._note.setText(said or _("The shot's prompt goes through all steps."))

    def _restyle(self) -> None:
        self._shots.setFont(self._theme.strong_font())
        self._note.setFont(self._theme.small_font())
