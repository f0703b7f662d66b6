"""Popups of an input tile: context menu, fixes for an input that does not fit, and the frame picker of a clip. No
decisions. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.catalog import Field
from runway_desktop.catalog.labels import choice_label
from runway_desktop.domain.inputs import FrameAt
from runway_desktop.texts import _
from runway_desktop.ui.building import add_check, passing_menu
from runway_desktop.ui.file_dialogs import choose_file
from runway_desktop.ui.inputs.fix_popup import MendPopup
from runway_desktop.ui.inputs.frame_picker import FramePicker
from runway_desktop.ui.inputs.frames import FrameGrabber
from runway_desktop.ui.inputs.tile import InputTile
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.requests.input_fields import InputFields
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from .choices import default_words, options_of
from .field_editors import FieldPopup
from .inputs_strip import InputsStrip


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
        strip.mends_wanted.connect(self.open_mends)
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

    def build_menu(self, tile: InputTile) -> QMenu:
        item = tile.item
        menu = passing_menu(self._strip.window())
        add_fields(menu, item, self._composer.input_fields, tile)
        mends = self._mending.mends(item)
        copies = self._mending.copies(item)
        for mend in mends:
            menu.addAction(mend.text, partial(self._mending.carry_out, item, mend)).setToolTip(tip(mend.remark))
        if copies:
            inner = menu.addMenu(_("Use a copy"))
            for mend in copies:
                inner.addAction(mend.text, partial(self._mending.carry_out, item, mend)).setToolTip(tip(mend.remark))
        if mends or copies:
            menu.addSeparator()
        carried = self._task_commands.carried.get(item.path) if item.path is not None else None
        if carried is not None:
            menu.addAction(_("Use its settings"), partial(self._composer.load, carried))
            menu.addSeparator()
        menu.addAction(_("Replace…"), partial(self._replace, item))
        if item.path is not None:
            menu.addAction(_("Open"), partial(self._open, item))
            menu.addAction(_("Show in folder"), partial(self._task_commands.selection_wanted.emit, [item.path]))
        menu.addSeparator()
        of_field = sum(other.item.field == item.field for other in self._strip.tiles)
        menu.addAction(_("Move left"), partial(self._strip.move_by, item, -1)).setEnabled(item.number > 0)
        menu.addAction(_("Move right"), partial(self._strip.move_by, item, 1)).setEnabled(item.number < of_field - 1)
        menu.addAction(_("Remove"), partial(self._strip.remove, item))
        return menu

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
