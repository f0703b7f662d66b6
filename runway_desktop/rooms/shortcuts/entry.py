"""Entry point of the list of all commands with their keys, by section, with search and an editor below. GUI thread
only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QKeySequenceEdit, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from runway_desktop.texts import _, in_turn, listed, ngettext
from runway_desktop.ui.building import STRETCH, Dialog, SearchKeys, hbox, line, line_edit, open_at, push_button, vbox
from runway_desktop.ui.commands.keys import Keys, default_keys, spoken, usual_keys
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.labels import announce, say, set_reason, strong, words
from runway_desktop.ui.room import GuidePage
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.commands.command import SECTIONS, Command
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.plain import tip

_COMMAND = Qt.ItemDataRole.UserRole
_READ = Qt.ItemDataRole.AccessibleTextRole


def open_room(desk: Desk, _wish: object) -> None:
    dialog = ShortcutsDialog(desk.keys, desk.window)
    page = GuidePage(desk.rooms["shortcuts"].guide)
    dialog.guide_wanted.connect(lambda: desk.open("help", page))
    dialog.open()
    desk.give_help(dialog, "shortcuts")


class ShortcutsDialog(Dialog):
    guide_wanted = Signal()

    def __init__(self, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(_("Keyboard shortcuts"), parent)
        self._keys = keys
        open_at(self, QSize(72 * GRID, 80 * GRID))
        self._search = line_edit(self, _("Search shortcuts"), hint=_("Search commands or keys"), clear=True)
        self._search.textChanged.connect(self._filter)
        self._list = self._build_list()
        self._nothing = words(self, _("No results."), "muted")
        self._nothing.hide()
        self._editor = KeyEditor(keys, self)
        self._editor.left.connect(self._list.setFocus)
        SearchKeys(self._search, self._list, self._editor.begin)
        self._reset_all = push_button(self, _("Reset all…"), self._ask_to_reset)
        close = push_button(self, _("Close"), self.accept)
        guide = push_button(self, _("Guide"), self._open_guide)
        row = hbox(guide, self._reset_all, STRETCH, close)
        vbox(self._search, self._nothing, (self._list, 1), self._editor, line(self), row, on=self, margins=2 * GRID)
        self._fill()
        keys.changed.connect(self._show_keys)
        self._show_keys()
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_guide(self) -> None:
        self.accept()
        self.guide_wanted.emit()

    def _build_list(self) -> QTreeWidget:
        tree = QTreeWidget(self, columnCount=3)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(0)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.setHeaderLabels([_("Command"), _("Shortcut"), ""])
        tree.setAccessibleName(_("Shortcuts"))
        tree.setProperty("kind", "lines")
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        tree.currentItemChanged.connect(lambda item, __: self._editor.show_command(_command_of(item)))
        tree.itemActivated.connect(lambda *_: self._editor.begin())
        return tree

    def _fill(self) -> None:
        for section in SECTIONS:
            heading = QTreeWidgetItem([str(section.title)])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = self.font()
            font.setWeight(font.Weight.DemiBold)
            heading.setFont(0, font)
            self._list.addTopLevelItem(heading)
            for command in self._keys.commands:
                if command.section is section:
                    item = QTreeWidgetItem(heading, [command.name])
                    item.setData(0, _COMMAND, command)
                    item.setToolTip(0, tip(str(command.fixed or "")))
            heading.setExpanded(True)
            heading.setFirstColumnSpanned(True)

    def _items(self) -> list[QTreeWidgetItem]:
        headings = [self._list.topLevelItem(number) for number in range(self._list.topLevelItemCount())]
        return [heading.child(number) for heading in headings for number in range(heading.childCount())]

    def _show_keys(self) -> None:
        for item in self._items():
            command = item.data(0, _COMMAND)
            keys, changed = self._keys.words(command), self._keys.is_changed(command)
            item.setText(1, keys)
            item.setText(2, _("changed") if changed else "")
            spoken = self._keys.spoken(command) or _("no shortcut")
            said = ", ".join((spoken, _("changed"))) if changed else spoken
            item.setData(0, _READ, _("{command}: {keys}", command=command.name, keys=said))
            for column, text in ((1, keys or _("no shortcut")), (2, _("changed") if changed else _("default"))):
                item.setData(column, _READ, text)
        reason = "" if self._keys.changed_commands() else _("All commands have their default shortcuts.")
        set_reason(self._reset_all, reason)

    def _ask_to_reset(self) -> None:
        amount = len(self._keys.changed_commands())
        asked = Question(
            ngettext("Reset the shortcut of {n} command?", "Reset the shortcuts of {n} commands?", amount),
            ngettext("It gets its default shortcut back.", "They get their default shortcuts back.", amount),
            ngettext("Reset {n} command", "Reset {n} commands", amount),
        )
        confirm(self, asked, self._keys.reset_all)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        first: QTreeWidgetItem | None = None
        for number in range(self._list.topLevelItemCount()):
            heading = self._list.topLevelItem(number)
            shown = 0
            for position in range(heading.childCount()):
                item = heading.child(position)
                said = f"{heading.text(0)} {item.text(0)} {item.text(1)} {item.text(2)}".casefold()
                fits = all(word in said for word in wanted)
                item.setHidden(not fits)
                shown += fits
                first = item if fits and first is None else first
            heading.setHidden(not shown)
        self._nothing.setVisible(first is None)
        if wanted and first is not None:
            self._list.setCurrentItem(first)
        else:
            self._list.clearSelection()
            self._list.setCurrentIndex(QModelIndex())


def _command_of(item: QTreeWidgetItem | None) -> Command[Any] | None:
    return item.data(0, _COMMAND) if item is not None else None


class KeyField(QKeySequenceEdit):
    """Field for one key with modifiers. The focus is on the inner line edit, so that screen readers find a named field
    rather than an unnamed container."""

    left = Signal()
    """Escape was pressed without modifiers: leave the editor."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaximumSequenceLength(1)
        line = self.line
        line.setFocusProxy(None)  # type: ignore[arg-type]
        line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line.installEventFilter(_Pressed(self))

    def show_sequence(self, sequence: QKeySequence) -> None:
        """Shows a key without emitting a signal, and sets our placeholder again: Qt replaces it by one in the system's
        language."""
        with QSignalBlocker(self):
            self.setKeySequence(sequence)
        self.line.setPlaceholderText(_("Press a shortcut"))

    @property
    def line(self) -> QLineEdit:
        """QKeySequenceEdit's own line edit, looked up each time to avoid keeping its wrapper."""
        return self.findChild(QLineEdit)  # type: ignore[return-value]


class _Pressed(QObject):
    """Event filter that passes keys from the inner line edit to the field. A separate object: the field is an event
    filter of Qt itself, also during its construction and destruction."""

    def __init__(self, field: KeyField) -> None:
        super().__init__(field)
        self._field = field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            if event.type() == QEvent.Type.KeyPress:
                self._field.left.emit()
        else:
            self._field.event(event)
        return True


class KeyEditor(QWidget):
    """A pressed key applies at once; on a conflict it names the other command and offers to take the key."""

    left = Signal()
    """Return to the list without a change."""

    def __init__(self, keys: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self._keys = keys
        self._command: Command[Any] | None = None
        self._wanted: list[QKeySequence] = []
        """Requested keys that other commands still have."""
        self._what = strong(words(self, wrap=False))
        self._edit = KeyField(self)
        self._edit.setMinimumWidth(20 * GRID)
        self._edit.editingFinished.connect(self._pressed)
        self._edit.left.connect(self._again)
        self._edit.left.connect(self.left)
        self._none = push_button(self, _("Remove shortcut"), lambda: self._ask_for([]))
        self._reset = push_button(self, _("Reset"), self._take_back)
        self._said = words(self, tone="muted")
        self._take = push_button(self, _("Use here instead"), self._take_over)
        room = self._take.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self._take.setSizePolicy(room)
        self._take.hide()
        vbox(self._what, hbox(self._edit, self._none, self._reset, STRETCH), hbox((self._said, 1), self._take), on=self)
        keys.changed.connect(self._again)
        self.show_command(None)

    def show_command(self, command: Command[Any] | None) -> None:
        self._command = command
        self._again()

    def begin(self) -> None:
        """Focuses the field for the next key."""
        if self._edit.isEnabled():
            self._edit.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _name(self, name: str) -> None:
        """Names the inner line edit too, which screen readers treat as a control of its own."""
        self._edit.setAccessibleName(name)
        self._edit.line.setAccessibleName(name)

    def _again(self) -> None:
        """Shows the current keys; drops a pending request."""
        command, self._wanted = self._command, []
        self._take.hide()
        can = command is not None and not command.fixed
        for widget in (self._edit, self._none, self._reset):
            widget.setEnabled(can)
        self._what.setText(command.name if command is not None else _("Select a command to change its shortcut."))
        say(self._said, "", "muted")
        if command is None:
            self._edit.show_sequence(QKeySequence())
            self._name(_("Shortcut: no command selected"))
            return
        self._edit.show_sequence(next(iter(self._keys.of(command)), QKeySequence()))
        keys = self._keys.spoken(command) or _("none")
        self._name(
            _("Shortcut of {command}: {keys}. Press new keys, or Tab to continue.", command=command.name, keys=keys)
        )
        changed, usual = self._keys.is_changed(command), usual_keys(command)
        self._reset.setEnabled(can and changed)
        written = ", ".join(sequence.toString(QKeySequence.SequenceFormat.NativeText) for sequence in usual)
        self._reset.setToolTip(
            tip(_("Reset to {keys}", keys=written) if changed else _("It has its default shortcut."))
        )
        self._reset.setAccessibleDescription("" if changed else _("It has its default shortcut."))
        has = bool(self._keys.of(command))
        self._none.setEnabled(can and has)
        self._none.setToolTip(tip("" if has else _("It has no shortcut.")))
        if command.fixed:
            say(self._said, str(in_turn(_("This shortcut can't be changed."), command.fixed)), "muted")

    def _pressed(self) -> None:
        command, sequence = self._command, self._edit.keySequence()
        if command is not None and sequence not in (QKeySequence(), *self._keys.of(command)[:1]):
            self._ask_for([sequence])

    def _take_back(self) -> None:
        if self._command is not None:
            self._ask_for(default_keys(self._command))

    def _ask_for(self, wanted: list[QKeySequence]) -> None:
        """Sets the keys; if other commands have them, names these and offers to take the keys."""
        command = self._command
        if command is None:
            return
        rivals = self._keys.rivals(command, wanted)
        if not rivals:
            self._choose(wanted)
            return
        stays = next((rival for rival in rivals if rival.fixed), None)
        self._wanted = wanted
        met = next(sequence for sequence in wanted if any(sequence in self._keys.of(rival) for rival in rivals))
        written = met.toString(QKeySequence.SequenceFormat.NativeText)
        if stays is not None:
            kept = _("{keys} belongs to “{command}” and can't be changed.", keys=written, command=stays.name)
            say(self._said, str(in_turn(kept, stays.fixed or "", _("Press another one."))), "warn")
        else:
            whose = listed(
                [_("“{command}” ({section})", command=one.name, section=one.section.title) for one in rivals]
            )
            say(self._said, _("{keys} is the shortcut of {commands}.", keys=written, commands=whose), "warn")
        self._take.setVisible(stays is None)
        announce(self, str(in_turn(self._said.text(), _("Use it here instead?") if stays is None else "")))

    def _take_over(self) -> None:
        self._choose(self._wanted)
        self._edit.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, wanted: list[QKeySequence]) -> None:
        command = self._command
        if command is None:
            return
        self._keys.choose(command, wanted)
        keys = ", ".join(map(spoken, wanted[:1])) or _("no shortcut")
        announce(self, _("{command}: {keys}.", command=command.name, keys=keys))
