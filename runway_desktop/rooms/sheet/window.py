"""Window of a batch sheet: table, errors, price, and buttons to send.

A separate window; closing it stores the sheet. A view of its view-models. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QRegion,
    QUndoCommand,
    QUndoStack,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.rooms.sheet.model.grid import GridModel
from runway_desktop.rooms.sheet.model.model import TONE_ROLE, SheetModel
from runway_desktop.rooms.sheet.model.sheet import FIRST_FEW, Sheet
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    add_all,
    clear_layout,
    hbox,
    passing_menu,
    push_button,
    timer,
    vbox,
    viewport_of,
)
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.commands.everywhere import MENU
from runway_desktop.ui.commands.keys import Keys, open_menu
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.file_dialogs import choose_files, choose_target
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import ElidedLabel, announce, say, set_tone, words
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.requests.order import kept_text
from runway_desktop.usecases.sheets.columns import PROMPT, STATE
from runway_desktop.usecases.sheets.rows import Edit, SheetRow
from runway_desktop.usecases.sheets.tally import price_words
from runway_desktop.usecases.words.holds import cost_words
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.usecases.words.states import Tone

from .dialogs import AxisDialog, ColumnsDialog
from .grid_view import GridWindow
from .parts import CapBar, FixBar
from .room import COMMANDS, FILL, OF_ROWS, SEND
from .sheet_view import SheetView

_CHOICES = QKeySequence("Alt+Down")
PAINTED_WITHIN_MS = 400
"""A window not painted within this time may be minimized; its rows are checked anyway."""


class SheetWindow(Dialog):
    show_wanted = Signal(object)
    """Task ids to show in the main window."""
    told = Signal(str)
    """What was sent, for the main window: this one closes when nothing is left in it."""

    def __init__(self, sheet: Sheet, theme: Theme, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(sheet.title, parent, spoken=_("Sheet {name}", name=sheet.title))
        self.sheet = sheet
        self._theme = theme
        self._keys = keys
        self._posters = PosterCache(self)
        self._is_closed = False
        sheet.setParent(self)
        sheet.model.hold()
        self._waits_for_paint = timer(self, PAINTED_WITHIN_MS, sheet.model.go_on)
        self._waits_for_paint.start()
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.steps = UndoSteps(sheet.model)
        self._build()
        menu = ((MENU,), lambda: partial(open_menu, self, keys))
        keys.bind(self, Scope.SHEET, menu, (COMMANDS, lambda: self), context=Qt.ShortcutContext.WindowShortcut)
        keys.changed.connect(self._show)
        sheet.outlook.changed.connect(self._show)
        sheet.sending.changed.connect(self._show)
        sheet.named.connect(self._show)
        sheet.sending.sent.connect(self._sent)
        sheet.sending.troubled.connect(self._trouble)
        sheet.sending.said.connect(self._tell)
        sheet.sending.question_wanted.connect(lambda asked, yes: confirm(self, asked, yes))
        sheet.model.said.connect(self._tell)
        sheet.model.axes_changed.connect(self._show_axes)
        self.table.selectionModel().currentChanged.connect(self._show_row)
        sheet.model.dataChanged.connect(self._show_row)
        self._show_axes()
        self._show()
        self._show_row()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        parent = self.parentWidget()
        wanted = QSize(170 * GRID, 84 * GRID)
        return wanted if parent is None else wanted.boundedTo(parent.window().size() - QSize(4 * GRID, 8 * GRID))

    def first_steps(self) -> Sequence[Callable[[], object]]:
        """Layout and an off-screen paint, as steps for separate passes of the event loop before the window is shown.
        The paint fills the font caches."""
        table = self.table
        frame = (table, table.horizontalHeader(), table.verticalHeader())
        return self._lay_out, partial(self._paint, *frame), partial(self._paint, viewport_of(table))

    def show_as_grid(self) -> None:
        grid = GridWindow(GridModel(self.sheet), self._theme, self._posters, self)
        grid.task_wanted.connect(self.show_wanted)
        grid.resize(grid.sizeHint())
        grid.show()

    def send(self, most: int | None = None, positions: list[int] | None = None) -> None:
        self.table.finish_editing()
        sheet = self.sheet
        if sheet.reason:
            self._tell(sheet.reason)
        else:
            sheet.send(most, positions)

    def export(self) -> None:
        self.table.finish_editing()
        start = Path(f"{Path(self.sheet.title).stem}.csv")
        choose_target(self, _("Export sheet"), self.sheet.export, start, _("Tables (*.csv)"))

    def done(self, result: int) -> None:
        """Stores the sheet however it is closed."""
        self._close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._close()
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._waits_for_paint.isActive():
            # After this paint event.
            self._waits_for_paint.start(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Escape ends the editing of a cell; pressed again it must not close the sheet. Return must not press the send
        # button.
        if event.key() not in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self.ensurePolished()
        self.layout().activate()

    def _paint(self, *parts: QWidget) -> None:
        for part in parts:
            canvas = QImage(part.size(), QImage.Format.Format_RGB32)
            part.render(canvas, QPoint(), QRegion(), QWidget.RenderFlag.DrawWindowBackground)

    def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.table.finish_editing()
            self.sheet.close()
            # Rows may still be saving, so the sheet outlives its window until that is done.
            self.sheet.setParent(None)
            self._posters.shutdown()

    def _build(self) -> None:
        layout = vbox(self._build_head(), on=self, margins=2 * GRID, spacing=GRID + GRID // 2)
        self._findings = FindingsList([found.message for found in self.sheet.findings], self._theme, self)
        self._fixes = FixBar(self.sheet, self._theme, lambda: self.table.editor is not None, self)
        self._fixes.rows_wanted.connect(self._show_cell)
        self._axes = QWidget(self)
        self._axes.setAccessibleName(_("Axes"))
        self._axes_flow = FlowLayout(self._axes)
        self.table = SheetView(self.sheet.model, self._theme, self._posters, self)
        self.table.menu_wanted.connect(self._menu)
        self.table.files_dropped.connect(self._drop)
        self.table.input_wanted.connect(self._choose_file)
        self.table.task_wanted.connect(lambda row: self.show_wanted.emit(self._tasks_of([row])))
        self._of_row = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._of_row.setAccessibleName(_("Selected row"))
        # Fixed height, so that the table does not move while rows without a message are selected.
        self._of_row.setFixedHeight(self._of_row.fontMetrics().height() + 2)
        self._cap = CapBar(self.sheet.outlook, self._theme, self)
        self._total = words(self, tone="muted")
        self._total.setAccessibleName(_("Total"))
        self._note = words(self)
        self._note.hide()
        add_all(
            layout,
            self._findings,
            self._axes,
            (self.table, 1),
            # Below the table: its rows do not move when a fix is offered.
            self._fixes,
            self._of_row,
            self._cap,
            self._total,
            self._note,
            self._build_buttons(),
        )

    def _build_head(self) -> QHBoxLayout:
        self._title = ElidedLabel(self)
        self._title.setFont(self._theme.strong_font())
        self._subtitle = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        set_tone(self._subtitle, "muted")
        self._default = self._button("", self._choose_default, "chip")
        self._columns = self._button(_("Columns…"), self._open_columns)
        return hbox(
            self._title,
            self._subtitle,
            STRETCH,
            self._default,
            self._button(_("Add row"), self._add_row, "flat"),
            self._columns,
            self._button(_("Add axis…"), self._open_axis),
        )

    def _build_buttons(self) -> QHBoxLayout:
        row = hbox(self._button(_("Export sheet"), self.export))
        self._grid = self._button(_("Show as grid"), self.show_as_grid)
        self._cancel = self._button(_("Cancel"), self.reject)
        self._few = self._button(ngettext("First {n} only", "First {n} only", FIRST_FEW), lambda: self.send(FIRST_FEW))
        self._go = self._button("", self.send, "primary")
        hint = ElidedLabel(self, Qt.TextElideMode.ElideRight, "faint")
        keys = {"choices": _CHOICES.toString(QKeySequence.SequenceFormat.NativeText), "fill": self._keys.words(FILL)}
        hint.setText(_("F2 edits · {choices} shows choices · {fill} fills down", **keys))
        add_all(row, self._grid, hint, STRETCH, self._cancel, self._few, self._go)
        return row

    def _button(self, text: str, does: Callable[[], object], kind: str = "") -> QPushButton:
        # `clicked` passes a bool, which would be taken as the number of rows to send.
        return push_button(self, text, lambda _=False: does(), kind=kind)

    def _menu(self, at: QPoint) -> None:
        table, sheet = self.table, self.sheet
        positions = table.chosen_rows
        menu = passing_menu(self)
        if tasks := self._tasks_of(positions):
            menu.addAction(ngettext("Show task", "Show {n} tasks", len(tasks)), lambda: self.show_wanted.emit(tasks))
        ready = sheet.ready_at(positions)
        if ready:
            said = ngettext("Generate {n} selected task", "Generate {n} selected tasks", ready)
            menu.addAction(said, lambda: self.send(positions=positions))
        if not menu.isEmpty():
            menu.addSeparator()
        current = table.currentIndex()
        if current.isValid() and sheet.model.has_choices(current):
            menu.addAction(_("Choices…"), table.open_choices).setShortcut(_CHOICES)
            menu.addSeparator()
        if current.isValid() and sheet.offering.is_inputs(sheet.model.columns[current.column()].key):
            menu.addAction(_("Choose a file…"), lambda: self._choose_file(current))
            menu.addSeparator()
        for text, keys, does in (
            (_("Cut"), "Ctrl+X", table.cut),
            (_("Copy"), "Ctrl+C", table.copy),
            (_("Paste"), "Ctrl+V", table.paste),
            (_("Clear"), "Del", table.empty),
        ):
            menu.addAction(text, does).setShortcut(QKeySequence(keys))
        menu.addSeparator()
        for command in OF_ROWS:
            action = menu.addAction(str(command.words), partial(command.does, self))
            action.setShortcuts(self._keys.usual(command)[:1])
        menu.popup(at)

    def _tasks_of(self, positions: list[int]) -> list[TaskId]:
        return [task.task_id for position in positions for task in self.sheet.model.rows[position].sent]

    def _show(self) -> None:
        sheet, totals = self.sheet, self.sheet.model.totals
        self._title.setText(sheet.title)
        self._subtitle.setText(sheet.subtitle)
        say(
            self._total,
            sheet.outlook.words,
            "warn" if sheet.outlook.is_short else "muted",
        )
        self._total.setToolTip(tip(sheet.outlook.balance_detail))
        price = "" if sheet.reason else price_words(totals)
        kept = sheet.outlook.kept
        if price and kept is not None and kept.now is not None:
            price = cost_words(kept.now) if kept.now.amount else ""
        does = (
            kept_text(kept, totals.ready)
            if kept
            else ngettext("Generate {n} ready", "Generate {n} ready", totals.ready)
        )
        self._go.setText("   ".join(part for part in (does, price) if part))
        self._go.setEnabled(not sheet.reason)
        self._go.setToolTip(tip(sheet.reason) or self._keys.tip(SEND))
        spoken = does if kept else ngettext("Generate {n} ready task", "Generate {n} ready tasks", totals.ready)
        self._go.setAccessibleName(_("{action}, {price}", action=spoken, price=price) if price else spoken)
        self._go.setAccessibleDescription(sheet.reason)
        self._few.setVisible(totals.ready_rows > FIRST_FEW or totals.rows > FIRST_FEW)
        self._few.setEnabled(not sheet.reason and totals.ready_rows > FIRST_FEW)
        any_sent = sheet.any_sent
        self._cancel.setText(_("Close") if any_sent else _("Cancel"))
        self._grid.setVisible(any_sent)
        self._default.setVisible(sheet.model.totals.unnamed > 0)
        pair = sheet.model.checker.pair
        default = _("Default model: {model}", model=pair.label)
        self._default.setText(f"{default}  ▾")
        self._default.setAccessibleName(default)

    def _show_row(self, *_args: object) -> None:
        """Shows the current row's error in full, since its cell is usually too narrow."""
        model, row = self.sheet.model, self.table.currentIndex().row()
        position = model.column_position(STATE)
        state = model.index(row, position) if position is not None else QModelIndex()
        tone = state.data(TONE_ROLE)
        is_wrong = tone in (Tone.BAD, Tone.WARN)
        said = in_turn(*str(state.data(Qt.ItemDataRole.AccessibleTextRole) or "").split("\n")) if is_wrong else ""
        self._of_row.setText(_("Row {row}: {problem}", row=row + 1, problem=said) if said else "")
        set_tone(self._of_row, "bad" if tone == Tone.BAD else "warn")

    def _add_row(self) -> None:
        self.table.finish_editing()
        model = self.sheet.model
        model.insert_rows(model.rowCount(), [SheetRow()], _("Add row"))
        self._show_cell(model.rowCount() - 1, PROMPT)

    def _show_cell(self, row: int, key: str) -> None:
        index = self.sheet.model.index(row, self.sheet.model.column_position(key) or 0)
        self.table.go_to(index)
        self.table.scrollTo(index)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_axes(self) -> None:
        clear_layout(self._axes_flow)
        for at, axis in enumerate(self.sheet.model.axes):
            said = self.sheet.offering.axis_in_words(axis)
            chip = self._button(f"{caption(said)}  ✕", partial(self.sheet.offering.remove_axis, at), "chip")
            chip.setAccessibleName(_("Remove axis “{axis}”", axis=said))
            chip.setToolTip(_("Remove axis"))
            chip.show()
            self._axes_flow.addWidget(chip)
        self._axes.setVisible(bool(self.sheet.model.axes))

    def _sent(self, ids: tuple[object, ...]) -> None:
        said = ngettext("{n} task queued.", "{n} tasks queued.", len(ids))
        left = self.sheet.model.totals.rows
        if not left:
            self.told.emit(said)
            # Not in the signal: it comes from the coroutine that still stores.
            timer(self, 0, self.accept).start()
            return
        self._tell(str(in_turn(said, ngettext("{n} row left.", "{n} rows left.", left))), "good")
        self._show()

    def _trouble(self, message: str) -> None:
        self._tell(message, "bad")

    def _tell(self, message: str, tone: str = "muted") -> None:
        say(self._note, message, tone)
        announce(self, message, urgent=tone == "bad")

    def _drop(self, paths: list[Path], index: QModelIndex) -> None:
        position = index.row() if index.isValid() else None
        key = self.sheet.model.columns[index.column()].key if index.isValid() else ""
        self.sheet.take_files(paths, position, key)

    def _choose_file(self, index: QModelIndex) -> None:
        choose_files(self, _("Choose inputs"), lambda paths: self._drop(paths, index))

    def _open_columns(self) -> None:
        self.table.finish_editing()
        ColumnsDialog(self.sheet, self).open()

    def _open_axis(self) -> None:
        self.table.finish_editing()
        AxisDialog(self.sheet, self).open()

    def _choose_default(self) -> None:
        options = [Option(value, text, detail, price) for value, text, detail, price in self.sheet.offering.models()]
        pair = self.sheet.model.checker.pair
        popup = ChoicePopup(options, (pair.endpoint, pair.model), _("Default model"), self._default)
        popup.chosen.connect(lambda chosen: self.sheet.choose_default(*chosen))
        popup.open_at(self._default)


MOST_STEPS = 500


class _Step(QUndoCommand):
    def __init__(self, model: SheetModel, step: Edit) -> None:
        super().__init__(step.words)
        self._model = model
        self._step = step
        self._is_done = True

    def redo(self) -> None:
        # QUndoStack runs `redo` on push, but the edit is already done.
        if self._is_done:
            self._is_done = False
        else:
            self._model.redo(self._step)

    def undo(self) -> None:
        self._model.undo(self._step)


class UndoSteps(QUndoStack):
    def __init__(self, model: SheetModel) -> None:
        super().__init__(model)
        self._model = model
        self.setUndoLimit(MOST_STEPS)
        model.edited.connect(self._took_place)

    def undo(self) -> None:
        if self._model.takes_edits:
            super().undo()

    def redo(self) -> None:
        if self._model.takes_edits:
            super().redo()

    def why_not(self, what: str, has_step: bool) -> str:
        """Why undo is not possible. While rows are being stored or a large edit runs, the stack would move but the
        sheet would not."""
        if not self._model.takes_edits:
            return _("The sheet is still busy. Try again in a moment.")
        if has_step:
            return ""
        return _("Nothing to undo.") if what == "undo" else _("Nothing to redo.")

    def _took_place(self, step: Edit) -> None:
        self.push(_Step(self._model, step))
