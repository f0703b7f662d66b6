"""Heads of the steps above the board: number, title, price, what goes in, settings as chips, and what is going on. GUI
thread only."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from runway_desktop.catalog import Field, Pair
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.steps import Step
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, add_check, hbox, open_below, passing_menu, push_button, vbox
from runway_desktop.ui.composer.field_editors import Chip
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import ElidedLabel, put, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.steps import title_of
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import replace

from .model.cells import column_words, each_words, others_words, shots_words, takes_words
from .model.model import StepsModel

BELOW = "  ▾"
MOST_AMOUNT = 4
"""Of takes for each pick, in the menu."""


def paint_edges(painter: QPainter, rect: QRect, theme: Theme, *, mirrored: bool) -> None:
    """Ground of a cell, with the lines below it and at its end."""
    painter.fillRect(rect, theme.color(Role.SURFACE))
    painter.setPen(theme.color(Role.BORDER))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    edge = rect.left() if mirrored else rect.right()
    painter.drawLine(edge, rect.top(), edge, rect.bottom())


def chip_field(pair: Pair | None) -> Field | None:
    """The field that has a chip: the length, else the first of the main ones."""
    fields = [one for one in pair.main_fields if not one.is_asset and one.name != "seed"] if pair is not None else []
    return next((one for one in fields if one.name == "duration"), fields[0] if fields else None)


class StepHead(QWidget):
    changed = Signal(object)
    """The step as it shall be."""
    bill_wanted = Signal(object)
    """Id of the step whose picks shall go on."""
    model_wanted = Signal(object, object)
    """The step, and the chip below which its model is chosen."""
    more_wanted = Signal(object, object)
    """The step, and the fields that have chips."""

    def __init__(self, model: StepsModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._step: Step | None = None
        self._number = words(self, wrap=False)
        self._number.setProperty("kind", "key")
        self._title = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._each, self._takes = words(self, tone="muted", wrap=False), ElidedLabel(self, tone="muted")
        self._model_chip = push_button(self, "", self._choose_model, kind="chip")
        self._amount = push_button(self, "", self._open_amounts, kind="chip")
        self._more = push_button(self, "", self._open_more, kind="chip")
        self._field: Field | None = None
        self._chip: Chip | None = None
        self._shown: object = None
        self._flow = FlowLayout(gap=GRID // 2 + 2)
        self._said = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._ready = push_button(self, "", self._want_bill, kind="link")
        kept = self._ready.sizePolicy()
        # Or all rows would move when the first pick is ready.
        kept.setRetainSizeWhenHidden(True)
        self._ready.setSizePolicy(kept)
        head = hbox(self._number, (self._title, 1), self._each)
        vbox(head, self._takes, self._flow, hbox(self._said, self._ready, STRETCH), STRETCH,
             on=self, margins=(2 * GRID, GRID, 2 * GRID, GRID // 2), spacing=GRID // 2)  # fmt: skip
        FollowsTheme(theme, self, partial(self._restyle, theme))

    def stops(self) -> list[QWidget]:
        chips = (self._model_chip, self._chip, self._amount, self._more, self._ready)
        return [one for one in chips if one is not None]

    def show_column(self, at: int) -> None:
        board = self._model.board
        if board is None:
            return
        column = board.columns[at]
        self._step = step = column.step
        title = title_of(step)
        self.setAccessibleName(_("Step {number}: {title}", number=at + 1, title=title))
        self._number.setText(str(at + 1))
        self._title.setText(title)
        self._each.setText(each_words(column))
        self._takes.setText(takes_words(step, column.makes, is_first=not at))
        self._show_chips(step)
        said, tone = column_words(board, at, self._model.column_rows(at), self._model.state)
        is_ready = tone is Tone.BUSY and bool(board.ready(step.id))
        say(self._said, "" if is_ready else said, tone)
        self._said.setToolTip(tip(said))
        self._said.setVisible(not is_ready)
        self._ready.setText(f"→ {said}" if is_ready else "")
        self._ready.setAccessibleName(said)
        self._ready.setVisible(is_ready)

    def _show_chips(self, step: Step) -> None:
        pair = self._model.pair(step)
        self._model_chip.setText(model_label(step.model) + BELOW)
        self._model_chip.setAccessibleName(_("Model of step {title}", title=title_of(step)))
        put(self._model_chip, "wrong", pair is None)
        if (step.endpoint, step.model) != self._shown:
            self._shown = (step.endpoint, step.model)
            self._renew_chip(chip_field(pair))
        if self._chip is not None and self._field is not None:
            self._chip.show_value(self._model.value(step, self._field.name))
        self._amount.setText(f"×{step.amount}{BELOW}")
        self._amount.setAccessibleName(_("Takes of each pick: {n}", n=step.amount))
        left = len(self._model.fields_left(step, self._fields))
        self._more.setText((f"+{left}" if left else "…") + BELOW)
        self._more.setAccessibleName(_("More of step {title}", title=title_of(step)))

    def _renew_chip(self, field: Field | None) -> None:
        while self._flow.takeAt(0) is not None:
            pass
        if self._chip is not None:
            self._chip.hide()
            self._chip.deleteLater()
        self._field, self._chip = field, None
        if field is not None:
            self._chip = Chip(field, self)
            self._chip.setFont(self._model_chip.font())
            self._chip.edited.connect(self._set_value)
        for button in self.stops()[:-1]:
            self._flow.addWidget(button)
            button.show()

    @property
    def _fields(self) -> tuple[Field, ...]:
        return (self._field,) if self._field is not None else ()

    def _set_value(self, name: str, value: Any) -> None:
        if self._step is not None:
            self.changed.emit(replace(self._step, values={**self._step.values, name: value}))

    def _want_bill(self) -> None:
        self.bill_wanted.emit(self._step.id if self._step is not None else None)

    def _choose_model(self) -> None:
        self.model_wanted.emit(self._step, self._model_chip)

    def _open_more(self) -> None:
        self.more_wanted.emit(self._step, self._fields)

    def _open_amounts(self) -> None:
        step = self._step
        if step is None:
            return
        menu = passing_menu(self)
        for amount in range(1, MOST_AMOUNT + 1):
            does = partial(self.changed.emit, replace(step, amount=amount))
            add_check(menu, f"×{amount}", does, checked=amount == step.amount)
        open_below(menu, self._amount)

    def _restyle(self, theme: Theme) -> None:
        self._said.setMinimumHeight(self._ready.sizeHint().height())
        self._title.setFont(theme.strong_font())
        small = theme.small_font()
        for label in (self._each, self._takes, self._said, self._ready, self._model_chip, self._amount, self._more):
            label.setFont(small)


class StepHeaders(QHeaderView):
    """A header of widgets."""

    made = Signal(object)
    """A StepHead, to be connected."""

    def __init__(self, model: StepsModel, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self._theme = theme
        self._heads: list[StepHead] = []
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.sectionResized.connect(lambda *_: self.place())
        model.changed.connect(self.show_columns)

    def show_columns(self) -> None:
        amount = self.model().columnCount() if self.model() is not None else 0
        while len(self._heads) < amount:
            head = StepHead(self._model, self._theme, self.viewport())
            self._heads.append(head)
            self.made.emit(head)
        for at, head in enumerate(self._heads):
            head.setVisible(at < amount)
            if at < amount:
                head.show_column(at)
        self.place()
        self.updateGeometry()
        self.geometriesChanged.emit()

    def sizeHint(self) -> QSize:
        heads = [head for head in self._heads if not head.isHidden()]
        height = max(
            (max(head.heightForWidth(head.width()), head.minimumSizeHint().height()) for head in heads), default=0
        )
        return QSize(0, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """The heads are widgets."""
        paint_edges(painter, rect, self._theme, mirrored=self.isRightToLeft())

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in visual order."""
        return [stop for head in self._heads for stop in head.stops()]

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
