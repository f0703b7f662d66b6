"""The current keys of commands (chosen by the person, else the record's defaults), the commands available in a window
for its palette and help, and its main menu: on macOS the main window's is the system menu bar.

The view-model stores which keys were chosen. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from runway_desktop.catalog.assets import any_of
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import passing_menu
from runway_desktop.usecases.commands.command import SECTIONS, Command, RoomCommand, Scope, Standard, Surface
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.viewmodels.key_choices import KeyChoices

On = Callable[[], Any]
"""Returns what a command acts on now; None before it exists."""
Gives = Callable[[Command[Any], Any], object]
"""Runs a command on what it acts on."""
_NATIVE, _PORTABLE = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText
_ARROWS = {Qt.Key.Key_Left: "←", Qt.Key.Key_Right: "→", Qt.Key.Key_Up: "↑", Qt.Key.Key_Down: "↓"}
_NAMES = {
    Qt.Key.Key_Return: Text("Return", context="key"),
    Qt.Key.Key_Up: Text("Up", context="key"),
    Qt.Key.Key_Down: Text("Down", context="key"),
}
"""Keys that Qt's own catalogs name unlike the keyboards of their countries."""
_SPOKEN = {
    ",": Text("comma"),
    ".": Text("full stop"),
    "+": Text("plus"),
    "-": Text("minus"),
    "=": Text("equals"),
    "?": Text("question mark"),
}


def _does(command: Command[Any], on: Any) -> None:
    if isinstance(command, RoomCommand):
        command.does(on)


class Keys(QObject):
    """`commands` are all commands of the window and its rooms. Without `choices`, the default keys hold and cannot be
    changed."""

    changed = Signal()

    def __init__(
        self,
        choices: KeyChoices | None = None,
        parent: QObject | None = None,
        commands: Sequence[Command[Any]] = (),
    ) -> None:
        super().__init__(parent)
        self.commands = tuple(sorted(commands, key=lambda command: SECTIONS.index(command.section)))
        self._choices = choices
        if choices is not None:
            choices.changed.connect(self.changed)

    def of(self, command: Command[Any]) -> list[QKeySequence]:
        """All active keys; empty if the person removed them, or gave them to another command of the same scope."""
        chosen = self._chosen(command)
        return self._free(command, default_keys(command)) if chosen is None else chosen

    def usual(self, command: Command[Any]) -> list[QKeySequence]:
        """The keys to show: those that an ordinary keyboard has."""
        chosen = self._chosen(command)
        if chosen is None:
            return self._free(command, usual_keys(command))
        return list(filter(is_usual, chosen)) or chosen

    def words(self, command: Command[Any]) -> str:
        """The usual keys in the system's notation, separated by commas; empty for none."""
        return ", ".join(map(native, self.usual(command)))

    def cap(self, command: Command[Any]) -> str:
        """The first usual key for narrow places; an arrow key as its arrow."""
        first = next(iter(self.usual(command)), None)
        if first is None:
            return ""
        key = key_of(first)
        arrow = _ARROWS.get(key)
        return native(first) if arrow is None else native(first).removesuffix(native(QKeySequence(key))) + arrow

    def spoken(self, command: Command[Any]) -> str:
        """The usual keys for a screen reader, which skips punctuation."""
        return any_of([spoken(sequence) for sequence in self.usual(command)]) if self.usual(command) else ""

    def tip(self, command: Command[Any], text: str = "") -> str:
        """Tool tip with the key, by default of the command's name."""
        keys, said = self.words(command), text or command.name
        return _("{command} ({keys})", command=said, keys=keys) if keys else said

    def bind(
        self,
        owner: QWidget,
        scope: Scope,
        *bound: tuple[Sequence[Command[Any]], On],
        context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
        within: QWidget | None = None,
        tell: Callable[[str], object] | None = None,
        give: Gives = _does,
    ) -> None:
        """Adds an action to `owner` for each command of the scope, with a function that returns what it acts on.

        It is available while `within` (default: `owner`) is visible. `tell` gets the reason if a command cannot run
        when its key is pressed; without it, the room reports that itself. A `RoomCommand` runs itself; other commands
        need `give`. Fixed keys that the widgets handle themselves get no action.
        """
        for commands, on in bound:
            for command in commands:
                if scope in command.scopes and (isinstance(command, RoomCommand) or not command.fixed):
                    action = QAction(command.name, owner)
                    action.setShortcutContext(context)
                    action.setAutoRepeat(command.repeats)
                    given = BoundCommand(self, action, command, on, within or owner, give)
                    action.triggered.connect(partial(_do, given, tell))
                    owner.addAction(action)

    def given(self, window: QWidget) -> dict[Command[Any], BoundCommand]:
        """Commands available in this window now, in the order of the list of shortcuts. If several widgets bind one,
        the visible child wins over the window."""
        found: dict[Command[Any], BoundCommand] = {}
        for given in window.findChildren(BoundCommand):
            owner = given.within
            if owner.window() is not window or not owner.isVisibleTo(window):
                continue
            # A child widget wins over the window.
            if given.action.isEnabled() and (owner is not window or given.command not in found):
                found[given.command] = given
        return {command: found[command] for command in self.commands if command in found}

    def is_changed(self, command: Command[Any]) -> bool:
        return self._chosen(command) is not None

    def changed_commands(self) -> list[Command[Any]]:
        return list(filter(self.is_changed, self.commands))

    def rivals(self, command: Command[Any], wanted: Sequence[QKeySequence]) -> list[Command[Any]]:
        """Other commands with one of these keys in a scope that overlaps."""
        others = (other for other in self.commands if other is not command and other.meets(command))
        return [other for other in others if any(sequence in self.of(other) for sequence in wanted)]

    def choose(self, command: Command[Any], wanted: Sequence[QKeySequence]) -> None:
        """Sets the command's keys, and removes them from its rivals. An empty sequence leaves it without keys."""
        if self._choices is None or command.fixed:
            return
        told: dict[str, list[str] | None] = {}
        for other in self.rivals(command, wanted):
            if not other.fixed:
                told[other.id] = [_portable(kept) for kept in self.of(other) if kept not in wanted]
        is_usual = list(wanted) == default_keys(command)
        told[command.id] = None if is_usual else [_portable(sequence) for sequence in wanted]
        self._choices.choose(told)

    def reset_all(self) -> None:
        if self._choices is not None:
            self._choices.forget_all()

    def _free(self, command: Command[Any], sequences: list[QKeySequence]) -> list[QKeySequence]:
        """Removes the keys that a person chose for other commands of an overlapping scope: a later version may use one
        as a default."""
        # Looks only at the chosen keys, of which there are few: this runs for every command of a room that opens.
        chosen = self._choices.ids if self._choices is not None else ()
        others = (other for other in self.commands if chosen and other.id in chosen and other is not command)
        taken = [sequence for other in others if other.meets(command) for sequence in self._chosen(other) or ()]
        return [sequence for sequence in sequences if sequence not in taken]

    def _chosen(self, command: Command[Any]) -> list[QKeySequence] | None:
        chosen = self._choices.of(command.id) if self._choices is not None else None
        if chosen is None:
            return None
        found = [QKeySequence.fromString(text, _PORTABLE) for text in chosen]
        known = [sequence for sequence in found if not sequence.isEmpty() and key_of(sequence) != Qt.Key.Key_unknown]
        # Keys from a later version or a hand-edited file may be unknown; then the defaults hold.
        return known if known or not chosen else None


class BoundCommand(QObject):
    """A command bound to a widget, run by key, menu and palette. Child of its action, whose shortcuts it updates."""

    def __init__(
        self, keys: Keys, action: QAction, command: Command[Any], on: On, within: QWidget, give: Gives
    ) -> None:
        super().__init__(action)
        self.command = command
        self.action = action
        self.within = within
        """The command is available while this widget is visible."""
        self._keys = keys
        self._on = on
        self._give = give
        action.setObjectName(command.id)
        keys.changed.connect(self._renew)
        self._renew()

    @property
    def text(self) -> str:
        """Its text now, which may depend on what it acts on."""
        on = self._on()
        return self.command.text(on) if on else str(self.command.words)

    @property
    def is_heard(self) -> bool:
        """Whether its key works: Qt ignores the action of a hidden widget, such as the list under the large view."""
        owner = self.action.parent()
        return isinstance(owner, QWidget) and owner.isVisibleTo(owner.window())

    @property
    def reason(self) -> str:
        """Why it cannot run now; empty if it can."""
        on = self._on()
        return _("Not ready yet.") if on is None else self.command.reason(on)

    def do(self) -> None:
        if (on := self._on()) is not None:
            self._give(self.command, on)

    def _renew(self) -> None:
        self.action.setShortcuts(self._keys.of(self.command))


def _do(given: BoundCommand, tell: Callable[[str], object] | None, *__: object) -> None:
    if tell is not None and (reason := given.reason):
        tell(reason)
    else:
        given.do()


def default_keys(command: Command[Any]) -> list[QKeySequence]:
    """All default keys, including those of multimedia keyboards."""
    return list(dict.fromkeys(sequence for key in command.keys for sequence in _sequences(key)))


def usual_keys(command: Command[Any]) -> list[QKeySequence]:
    """Default keys to show: of each standard key, the first that an ordinary keyboard has."""
    found = (next(filter(is_usual, _sequences(key)), None) for key in command.keys)
    return list(dict.fromkeys(sequence for sequence in found if sequence is not None))


def _sequences(key: Standard | str) -> list[QKeySequence]:
    if isinstance(key, str):
        return [QKeySequence(key)]
    return QKeySequence.keyBindings(QKeySequence.StandardKey[key.value])


def key_of(sequence: QKeySequence) -> Qt.Key:
    return sequence[0].key()  # type: ignore[index]


def is_usual(sequence: QKeySequence) -> bool:
    """Whether an ordinary keyboard has it: no media, mail or copy key, and none beyond F12."""
    key = key_of(sequence)
    return key < Qt.Key.Key_F13 or Qt.Key.Key_F35 < key < Qt.Key.Key_Back


def native(sequence: QKeySequence) -> str:
    """A key in the system's notation."""
    text, key = sequence.toString(_NATIVE), key_of(sequence)
    by_qt = QKeySequence(key).toString(_NATIVE)
    return f"{text.removesuffix(by_qt)}{_NAMES[key]}" if key in _NAMES and by_qt.isalpha() else text


def spoken(sequence: QKeySequence) -> str:
    text = native(sequence)
    before, sign = (text[:-1], text[-1:]) if text else ("", "")
    return f"{before}{_SPOKEN.get(sign, sign)}"


def _portable(sequence: QKeySequence) -> str:
    return sequence.toString(_PORTABLE)


Add = Callable[[QMenu, BoundCommand], object]


def open_menu(
    over: QWidget,
    keys: Keys,
    button: QWidget | None = None,
    first: Command[Any] | None = None,
) -> None:
    """Opens below the button, else in the window's corner, with the keyboard focus. `first` heads the menu."""
    menu = passing_menu(over)
    menu.setAccessibleName(_("Menu"))
    menu.setToolTipsVisible(True)
    given = keys.given(over)
    if first in given:
        add_entry(menu, given[first], keys)
        menu.addSeparator()
    for section, those in groupby(given.values(), lambda one: one.command.section):
        if section.menu is None:
            menu.addSeparator()
        add_entries(menu if section.menu is None else _below(menu, section.menu), those, keys)
    size = menu.sizeHint()
    if button is not None and button.isVisible():
        # Right edges aligned, so that the menu stays inside the window.
        at = button.mapToGlobal(QPoint(button.width() - size.width(), button.height() + 2))
    else:
        at = over.mapToGlobal(QPoint(over.width() - size.width(), 0))
    menu.popup(at)


def put_into_bar(window: QMainWindow, keys: Keys, roles: Mapping[Command[Any], QAction.MenuRole]) -> None:
    """Fills the macOS menu bar with the bound actions themselves: the system handles their keys there."""

    def add(into: QMenu, given: BoundCommand) -> None:
        given.action.setMenuRole(roles.get(given.command, QAction.MenuRole.NoRole))
        into.addAction(given.action)

    for section, those in groupby(keys.given(window).values(), lambda given: given.command.section):
        _fill(window.menuBar().addMenu(str(section.menu or section.title)), those, add)


def add_entries(into: QMenu, those: Iterable[BoundCommand], keys: Keys) -> None:
    """Adds entries, with separators between groups."""
    _fill(into, those, lambda into, given: add_entry(into, given, keys))


def add_entry(into: QMenu, given: BoundCommand, keys: Keys) -> None:
    """Adds an action of its own. It can be disabled with the reason as tool tip, while the shortcut's action stays
    enabled to report it."""
    shown = into.addAction(caption(given.text), given.do)
    shown.setShortcuts(keys.usual(given.command)[:1] if given.is_heard else [])
    shown.setEnabled(not given.reason)
    shown.setToolTip(tip(given.reason))


def _fill(menu: QMenu, those: Iterable[BoundCommand], add: Add) -> None:
    below: tuple[Text | None, QMenu] = (None, menu)
    for given in those:
        command = given.command
        if Surface.MENU in command.left_out_of:
            continue
        if command.begins:
            menu.addSeparator()
        if command.submenu != below[0]:
            below = (command.submenu, menu if command.submenu is None else _below(menu, command.submenu))
        add(below[1], given)


def _below(menu: QMenu, title: Text) -> QMenu:
    below = menu.addMenu(str(title))
    below.setToolTipsVisible(True)
    return below
