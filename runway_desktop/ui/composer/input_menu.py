"""Popups of an input tile: context menu, fixes for an input that does not fit, and the frame picker of a clip. No
decisions. GUI thread only, without nested event loops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QActionGroup, QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from runway_desktop.catalog import Field
from runway_desktop.catalog.labels import choice_label
from runway_desktop.domain.inputs import FrameAt, InputFix
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, Dialog, Popup, add_all, add_check, hbox, passing_menu, push_button, vbox
from runway_desktop.ui.file_dialogs import choose_file
from runway_desktop.ui.inputs.tile import InputTile, facts_words
from runway_desktop.ui.labels import LongWordsLabel, words
from runway_desktop.ui.media.kinds.clip import VideoView
from runway_desktop.ui.media.playback import Playback, PlayState
from runway_desktop.ui.media.players import MediaEngine, PlayFault
from runway_desktop.ui.media.stills import FrameGrabber, png_of, silent_engine
from runway_desktop.ui.media.transport import Transport
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.requests.input_fields import InputFields
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.composer.input_actions import InputMending
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from .choices import default_words, options_of
from .field_editors import FieldPopup
from .inputs_strip import InputsStrip

WIDTH = 40 * GRID
_SIZE = (80 * GRID, 60 * GRID)


class TilePopups(QObject):
    _closing = Signal()

    def __init__(self, strip: InputsStrip, composer: Composer, task_commands: TaskCommands, theme: Theme) -> None:
        super().__init__(strip)
        self._strip = strip
        self._composer = composer
        self._task_commands = task_commands
        self._mending = task_commands.inputs
        self._theme = theme
        self._grabber: FrameGrabber | None = None
        self._mending.frame_wanted.connect(self._take_frame)
        strip.opened.connect(self._open_options)
        strip.menu_wanted.connect(lambda tile, at: self.build_menu(tile).popup(at))

    def open_mends(self, tile: InputTile) -> MendPopup:
        """Opens the fixes for an input at its tile. The popup survives a rebuild of the tile."""
        item = tile.item
        popup = MendPopup(item, tile.trouble, self._mending, self._theme, self._strip.window())
        popup.replace_wanted.connect(partial(self._replace, item))
        popup.open_wanted.connect(partial(self._open, item))
        popup.remove_wanted.connect(partial(self._strip.remove, item))
        popup.open_at(tile)
        return popup

    def _open_options(self, tile: InputTile) -> None:
        if tile.item.member is None:
            self.open_mends(tile)
        else:
            self.build_menu(tile).popup(tile.mapToGlobal(tile.rect().bottomLeft()))

    def build_menu(self, tile: InputTile) -> QMenu:
        item, menu = tile.item, passing_menu(self._strip.window())
        is_own = item.member is None
        if is_own:
            add_fields(menu, item, self._composer.input_fields, tile)
        mends, copies = self._mending.mends(item), self._mending.copies(item) if is_own else ()
        self._add_mends(menu, item, mends)
        if copies:
            self._add_mends(menu.addMenu(_("Use a copy")), item, copies)
        if is_own and (mends or copies):
            menu.addSeparator()
        carried = self._task_commands.carried.get(item.path) if is_own and item.path is not None else None
        if carried is not None:
            menu.addAction(_("Use its settings"), partial(self._composer.load, carried))
            menu.addSeparator()
        if is_own:
            menu.addAction(_("Replace…"), partial(self._replace, item))
        else:
            menu.addAction(_("Open in Cast"), partial(self._strip.member_wanted.emit, item.member))
        if item.path is not None:
            menu.addAction(_("Open"), partial(self._open, item))
            menu.addAction(_("Show in folder"), partial(self._task_commands.selection_wanted.emit, [item.path]))
        if is_own:
            self._strip.add_moves(menu, item)
        return menu

    def _add_mends(self, menu: QMenu, item: InputItem, mends: Sequence[InputFix]) -> None:
        for mend in mends:
            menu.addAction(mend.text, partial(self._mending.carry_out, item, mend)).setToolTip(tip(mend.remark))

    def shutdown(self) -> None:
        self._closing.emit()
        if self._grabber is not None:
            self._grabber.shutdown()

    def _open(self, item: InputItem) -> None:
        if item.path is not None:
            self._task_commands.system_wanted.emit([item.path])

    def _replace(self, item: InputItem) -> None:
        choose_file(
            self._strip.window(),
            _("Replace {file}", file=item.name),
            lambda path: self._task_commands.take(paths=[path], to_field=item.field, at=item.number),
            near=item.path.parent if item.path is not None else None,
        )

    def _take_frame(self, item: InputItem, at: FrameAt) -> None:
        if item.path is None:
            return
        if at is FrameAt.CHOSEN:
            picker = FramePicker(item.path, self._theme, self._strip.window())
            picker.chosen.connect(partial(self._mending.keep_frame, item))
            self._closing.connect(picker.reject)
            picker.open()
            return
        if self._grabber is None:
            self._grabber = FrameGrabber(self)
            self._grabber.grabbed.connect(self._frame_grabbed)
            self._grabber.failed.connect(lambda asked, reason: self._mending.frame_failed(asked[0], reason))
        self._grabber.grab(item.path, at, (item, at))

    def _frame_grabbed(self, asked: tuple[InputItem, FrameAt], png: bytes) -> None:
        item, at = asked
        self._mending.keep_frame(item, png, f"{at.value} frame")


def add_fields(menu: QMenu, item: InputItem, input_fields: InputFields, tile: QWidget) -> None:
    """Adds checkable entries for the input's position, field and details, each group with a separator."""
    now = input_fields.position(item)
    _add_choices(
        menu,
        [
            (words, position == now, partial(input_fields.set_position, item, position))
            for position, words in input_fields.positions(item)
        ],
    )
    fields = input_fields.fields_for(item)
    if len(fields) > 1:
        uses = [
            (
                _("Use as: {input}", input=one.label),
                one.name == item.field,
                partial(input_fields.move_to, item, one.name),
            )
            for one in fields
        ]
        _add_choices(menu, uses)
    for field in input_fields.details(item):
        options, value = options_of(field), input_fields.detail(item, field.name)
        if options is None:
            text = (
                _("{detail} (@{tag})…", detail=field.label, tag=value) if value else _("{detail}…", detail=field.label)
            )
            menu.addAction(text, partial(open_detail, item, field, input_fields, tile))
            continue
        choices = []
        for option in options:
            words = default_words(field) if option.value is None else choice_label(field.name, option.value)
            does = partial(input_fields.set_detail, item, field.name, option.value)
            choices.append((words, value == option.value, does))
        inner = QMenu(field.label, menu)
        _add_choices(inner, choices)
        menu.addMenu(inner)
    if input_fields.details(item):
        menu.addSeparator()


def _add_choices(menu: QMenu, choices: Sequence[tuple[str, bool, Callable[[], object]]]) -> None:
    """Adds exclusive checkable entries and a separator."""
    group = QActionGroup(menu)
    for text, checked, does in choices:
        # Not `group.addAction`: PySide 6.10 deletes such an action while its menu still exists.
        add_check(menu, text, does, checked=checked).setActionGroup(group)
    if choices:
        menu.addSeparator()


def open_detail(item: InputItem, field: Field, input_fields: InputFields, tile: QWidget) -> FieldPopup:
    """Opens a line edit for a tag at the tile. Its parent is the window, because the tile is rebuilt at each letter."""
    popup = FieldPopup(field, input_fields.detail(item, field.name), tile.window())
    popup.edited.connect(lambda _, value: input_fields.set_detail(item, field.name, value))
    popup.open_at(tile)
    return popup


class MendPopup(Popup):
    replace_wanted = Signal()
    open_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, item: InputItem, trouble: str, mending: InputMending, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("Options for {file}", file=item.name), parent)
        self._item = item
        self._mending = mending
        self.buttons: dict[InputFix, QPushButton] = {}
        column = vbox(on=self, margins=GRID + GRID // 2, spacing=GRID // 2)
        name = LongWordsLabel(self)
        name.setFont(theme.strong_font())
        # Width set before layout: the popup takes its height from the wrapped name.
        name.setFixedWidth(WIDTH - 4 * GRID)
        name.say(item.name)
        add_all(column, name, words(self, facts_words(item), "muted"))
        if trouble:
            column.addWidget(words(self, trouble, "bad"))
        column.addSpacing(GRID // 2)
        mends, copies = mending.mends(item), mending.copies(item)
        if copies and not trouble:
            column.addWidget(words(self, _("This file fits. You can use a copy instead:"), "muted"))
        for mend in mends or copies:
            self._add_mend(column, mend, theme)
        if trouble and not mends:
            column.addWidget(words(self, _("This can't be fixed here. Choose another file."), "muted"))
        add_all(column, GRID // 2, self._build_bottom())
        self.setFixedWidth(WIDTH)
        mending.changed.connect(self._show_sizes)
        mending.ask_sizes(item)
        self._show_sizes()

    def open_at(self, tile: QWidget) -> None:
        self.adjustSize()
        self.show_beside(tile, 4)
        first = next(iter(self.buttons.values()), self._replace)
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def _add_mend(self, column: QVBoxLayout, mend: InputFix, theme: Theme) -> None:
        button = push_button(self, mend.text, lambda: self._take(mend))
        button.setAccessibleDescription(mend.remark)
        self.buttons[mend] = button
        column.addWidget(button)
        if mend.remark:
            remark = words(self, mend.remark, "faint", font=theme.small_font())
            remark.setContentsMargins(GRID, 0, 0, GRID // 2)
            column.addWidget(remark)

    def _build_bottom(self) -> QHBoxLayout:
        self._replace = self._flat(_("Replace…"), self.replace_wanted)
        row = hbox(self._replace)
        if self._item.path is not None:
            row.addWidget(self._flat(_("Open"), self.open_wanted))
        add_all(row, STRETCH, self._flat(_("Remove"), self.remove_wanted))
        return row

    def _flat(self, text: str, signal: SignalInstance) -> QPushButton:
        button = push_button(self, text, self.close, kind="flat")
        button.clicked.connect(signal)
        return button

    def _take(self, mend: InputFix) -> None:
        self.close()
        self._mending.carry_out(self._item, mend)

    def _show_sizes(self) -> None:
        for mend, button in self.buttons.items():
            size = self._mending.size_of(self._item, mend)
            button.setText(_("{fix} ({size})", fix=mend.text, size=size) if size else mend.text)


class FramePicker(Dialog):
    chosen = Signal(object, str)
    """PNG bytes, and which frame it is ("frame at 2.4 s")."""

    def __init__(
        self,
        path: Path,
        theme: Theme,
        parent: QWidget,
        *,
        make_engine: Callable[[QObject], MediaEngine] = silent_engine,
    ) -> None:
        super().__init__(_("Choose a frame of {file}", file=path.name), parent)
        self._name = path.name
        self._workers = Workers(self, threads=1)
        self.playback = Playback(self, make_engine)
        self._view = VideoView(theme, self)
        self._view.setAccessibleName(_("Selected frame"))
        self._transport = Transport(theme, self.playback, self)
        self._transport.keep_to_frames()
        self._said = words(self, tone="bad")
        self._said.hide()
        self._use = push_button(self, _("Use this frame"), self._take, kind="primary", default=True)
        self._use.setEnabled(False)
        cancel = push_button(self, _("Cancel"), self.reject)
        vbox((self._view, 1), self._transport, self._said, hbox(STRETCH, cancel, self._use), on=self, margins=2 * GRID)
        self.resize(*_SIZE)
        self.playback.frame.connect(self._show_frame)
        self.playback.failed.connect(self._show_fault)
        self.finished.connect(lambda _: self._let_go())
        self.playback.open(path, pictures=True)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._let_go()

    def _show_frame(self, frame: object) -> None:
        self._view.show_frame(frame)  # type: ignore[arg-type]
        self._use.setEnabled(True)

    def _show_fault(self, fault: PlayFault) -> None:
        self._said.setText(fault.about(self._name))
        self._said.show()
        self._use.setEnabled(False)

    def _take(self) -> None:
        if self.playback.activity is PlayState.PLAYING:
            self.playback.pause()
        image = self._view.image()
        words = f"frame at {self.playback.position:.2f} s"
        self._use.setEnabled(False)
        self._workers.run(partial(png_of, image), partial(self._encoded, words))

    def _encoded(self, words: str, png: bytes) -> None:
        if png:
            self.chosen.emit(png, words)
            self.accept()
        else:
            self._show_fault(PlayFault.NO_PICTURE)

    def _let_go(self) -> None:
        self.playback.shutdown()
        self._workers.shutdown()
