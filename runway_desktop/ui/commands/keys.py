"""The keys that commands have now: the person's own, else those of the table. Whoever shows or obeys a key asks here
and hears of changes.

Which keys were chosen is the view-model's; `rivals` says who has a key already wherever both would hear it. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from runway_desktop.usecases.commands.command import Command, Scope, Standard
from runway_desktop.viewmodels.settings.key_choices import KeyChoices

from .table import BY_ID, COMMANDS, commands_in

Binding = Callable[[], object]
_NATIVE, _PORTABLE = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText
_SPOKEN = {",": "comma", ".": "full stop", "+": "plus", "-": "minus", "=": "equals", "?": "question mark"}


class Keys(QObject):
    """Without choices, the table's own keys, which cannot be changed then."""

    changed = Signal()

    def __init__(self, choices: KeyChoices | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        if choices is not None:
            choices.changed.connect(self.changed)

    def of(self, command_id: str) -> list[QKeySequence]:
        """All that hold; none where the person took the key away, or gave it to another command that is heard in the
        same place."""
        chosen = self._chosen(command_id)
        return self._free(command_id, default_keys(BY_ID[command_id])) if chosen is None else chosen

    def usual(self, command_id: str) -> list[QKeySequence]:
        """Those to tell of: keys that an ordinary keyboard has."""
        chosen = self._chosen(command_id)
        if chosen is None:
            return self._free(command_id, usual_keys(BY_ID[command_id]))
        return list(filter(is_usual, chosen)) or chosen

    def words(self, command_id: str) -> str:
        """The usual keys in the system's own writing; empty for none."""
        return ", ".join(sequence.toString(_NATIVE) for sequence in self.usual(command_id))

    def spoken(self, command_id: str) -> str:
        """The same for a screen reader, which passes over signs."""
        return " or ".join(spoken(sequence) for sequence in self.usual(command_id))

    def tip(self, text: str, command_id: str) -> str:
        """A tool tip that tells the key."""
        keys = self.words(command_id)
        return f"{text} ({keys})" if keys else text

    def give(self, action: QAction, command_id: str) -> None:
        """Gives the action its keys, now and after each change, and its object name, which is the command's id."""
        _Held(self, action, command_id)

    def bind(self, owner: QWidget, scope: Scope, bindings: Mapping[str, Binding], context: Qt.ShortcutContext) -> None:
        """An action on `owner` for each command of a scope that has a binding there."""
        for command in commands_in(scope):
            if command.id in bindings:
                action = QAction(str(command.words), owner)
                action.setShortcutContext(context)
                action.setAutoRepeat(command.repeats)
                action.triggered.connect(lambda _=False, does=bindings[command.id]: does())
                owner.addAction(action)
                self.give(action, command.id)

    def is_changed(self, command_id: str) -> bool:
        return self._chosen(command_id) is not None

    def changed_commands(self) -> list[Command[Any]]:
        return [command for command in COMMANDS if self.is_changed(command.id)]

    def rivals(self, command_id: str, wanted: Sequence[QKeySequence]) -> list[Command[Any]]:
        """Other commands that have one of these keys where both would hear it."""
        own = BY_ID[command_id]
        others = (other for other in COMMANDS if other is not own and other.meets(own))
        return [other for other in others if any(sequence in self.of(other.id) for sequence in wanted)]

    def choose(self, command_id: str, wanted: Sequence[QKeySequence]) -> None:
        """Gives a command these keys alone, and takes them away from whoever has them; none at all takes its keys."""
        if self._choices is None or BY_ID[command_id].fixed:
            return
        told: dict[str, list[str] | None] = {}
        for other in self.rivals(command_id, wanted):
            if not other.fixed:
                told[other.id] = [_portable(kept) for kept in self.of(other.id) if kept not in wanted]
        is_usual = list(wanted) == default_keys(BY_ID[command_id])
        told[command_id] = None if is_usual else [_portable(sequence) for sequence in wanted]
        self._choices.choose(told)

    def reset_all(self) -> None:
        if self._choices is not None:
            self._choices.forget_all()

    def _free(self, command_id: str, sequences: list[QKeySequence]) -> list[QKeySequence]:
        """A key that a person chose for one command is no usual key of another, which a later version may have."""
        own = BY_ID[command_id]
        # By what was chosen, seldom anything: this is asked for each command of a room that opens.
        chosen = self._choices.ids if self._choices is not None else ()
        others = (BY_ID[other] for other in chosen if other in BY_ID and other != command_id)
        taken = [sequence for other in others if other.meets(own) for sequence in self._chosen(other.id) or ()]
        return [sequence for sequence in sequences if sequence not in taken]

    def _chosen(self, command_id: str) -> list[QKeySequence] | None:
        chosen = self._choices.of(command_id) if self._choices is not None else None
        if chosen is None:
            return None
        found = [QKeySequence.fromString(text, _PORTABLE) for text in chosen]
        known = [sequence for sequence in found if not sequence.isEmpty() and key_of(sequence) != Qt.Key.Key_unknown]
        # What a later version wrote, or a hand, and nobody can press.
        return known if known or not chosen else None


class _Held(QObject):
    """Ends with its action."""

    def __init__(self, keys: Keys, action: QAction, command_id: str) -> None:
        super().__init__(action)
        self._keys = keys
        self._action = action
        self._id = command_id
        action.setObjectName(command_id)
        keys.changed.connect(self._again)
        self._again()

    def _again(self) -> None:
        self._action.setShortcuts(self._keys.of(self._id))


def default_keys(command: Command[Any]) -> list[QKeySequence]:
    """All that hold, those of a multimedia keyboard too."""
    return list(dict.fromkeys(sequence for key in command.keys for sequence in _sequences(key)))


def usual_keys(command: Command[Any]) -> list[QKeySequence]:
    """Those to tell of: of a standard key only the first that an ordinary keyboard has."""
    found = (next(filter(is_usual, _sequences(key)), None) for key in command.keys)
    return list(dict.fromkeys(sequence for sequence in found if sequence is not None))


def _sequences(key: Standard | str) -> list[QKeySequence]:
    if isinstance(key, str):
        return [QKeySequence(key)]
    return QKeySequence.keyBindings(QKeySequence.StandardKey[key.value])


def key_of(sequence: QKeySequence) -> Qt.Key:
    return sequence[0].key()  # type: ignore[index]


def is_usual(sequence: QKeySequence) -> bool:
    """Whether an ordinary keyboard has it: no key for music, mail or copying, and none beyond F12."""
    key = key_of(sequence)
    return key < Qt.Key.Key_F13 or Qt.Key.Key_F35 < key < Qt.Key.Key_Back


def spoken(sequence: QKeySequence) -> str:
    text = sequence.toString(_NATIVE)
    before, sign = (text[:-1], text[-1:]) if text else ("", "")
    return f"{before}{_SPOKEN.get(sign, sign)}"


def _portable(sequence: QKeySequence) -> str:
    return sequence.toString(_PORTABLE)
