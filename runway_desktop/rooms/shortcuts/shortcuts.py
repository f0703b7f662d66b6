"""List of all commands with their keys, by section, with search and an editor below. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import STRETCH, Dialog, SearchKeys, hbox, line, line_edit, open_at, push_button, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.labels import set_reason, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.commands.command import SECTIONS, Command, CommandSection
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.plain import tip

from .key_editor import KeyEditor

_COMMAND = Qt.ItemDataRole.UserRole
_READ = Qt.ItemDataRole.AccessibleTextRole


class ShortcutsDialog(Dialog):
    """`first` is the section to scroll to."""

    guide_wanted = Signal()

    def __init__(self, keys: Keys, parent: QWidget | None = None, first: CommandSection | None = None) -> None:
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
        self._first = first

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for heading in self._list.findItems(
            str(self._first.title) if self._first is not None else "", Qt.MatchFlag.MatchExactly
        ):
            self._list.setCurrentItem(heading.child(0))
            self._list.scrollToItem(heading, QTreeWidget.ScrollHint.PositionAtTop)

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
