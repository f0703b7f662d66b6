"""Every command that has a key: its id, its words, where its keys hold, and the keys it has by default.

Data alone: what a command does stands with whoever does it, for the window in `ui.window.deeds`. A new command is a
line here and a deed there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtGui import QKeySequence

Standard = QKeySequence.StandardKey


class Section(StrEnum):
    """Where the keys of a command hold; its words are the heading in the list of shortcuts."""

    WINDOW = "Anywhere"
    LIST = "In the list and the grid"


@dataclass(frozen=True, slots=True)
class Command:
    id: str
    """Never changed: settings know it by this."""
    words: str
    section: Section
    keys: tuple[Standard | str, ...]
    """A standard key stands for those of the system the program runs on."""
    repeats: bool = False
    """Whether a key that is held down does it again and again: never what retries, sends or removes."""

    def default_keys(self) -> list[QKeySequence]:
        found = (
            sequence
            for key in self.keys
            for sequence in ([QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key))
        )
        return list(dict.fromkeys(found))


def _window(id_: str, words: str, *keys: Standard | str) -> Command:
    return Command(id_, words, Section.WINDOW, keys)


def _list(id_: str, words: str, *keys: Standard | str, repeats: bool = False) -> Command:
    return Command(id_, words, Section.LIST, keys, repeats)


COMMANDS: tuple[Command, ...] = (
    _window("request.new", "New request", Standard.New),
    _window("request.send", "Send the request", "Ctrl+Return", "Ctrl+Enter"),
    _window("sheet.new", "New sheet", "Ctrl+Shift+N"),
    _window("sheet.kept", "Open a kept sheet", "Ctrl+Shift+O"),
    _window("search.focus", "Search", Standard.Find),
    _window("search.keep", "Save this search", Standard.Save),
    _window("list.focus", "Go to the list", "Ctrl+L"),
    _window("list.look", "List or grid", "Ctrl+Shift+G"),
    # Of the whole window: an empty list cannot have the keyboard, and a line of text takes its pastes first.
    _window("list.paste", "Paste tasks, prompts or files", Standard.Paste),
    _window("list.undo", "Undo in the list", Standard.Undo),
    _window("compare.chosen", "Compare what is chosen", "Ctrl+Shift+C"),
    _window("runway.ask", "Ask Runway now", Standard.Refresh),
    _window("spending", "Spending", "Ctrl+Shift+M"),
    _window("notices.focus", "Go to the newest notice", "F6"),
    _window("preferences", "Preferences", Standard.Preferences, "Ctrl+,"),
    _window("shortcuts", "Keyboard shortcuts", "Ctrl+?"),
    _window("quit", "Quit", Standard.Quit, "Ctrl+Q"),
    _list("judge.pick", "Pick", "P"),
    _list("judge.reject", "Reject", "X"),
    *(_list(f"judge.rate.{stars}", f"Rate {stars}", str(stars)) for stars in range(1, 6)),
    _list("judge.rate.0", "Take the rating away", "0"),
    _list("judge.tag", "Tag", "T"),
    _list("judge.note", "Note", "N"),
    _list("judge.project", "Project", "Shift+P"),
    _list("judge.shot", "Shot", "Shift+T"),
    _list("judge.redo", "Redo", Standard.Redo),
    _list("compare.takes", "Compare takes", "C"),
    _list("task.copy", "Copy prompts", Standard.Copy),
    _list("task.retry", "Retry", "Ctrl+R"),
    _list("task.edit", "Edit", "Ctrl+E"),
    _list("task.rename", "Rename", "F2"),
    _list("task.remove", "Remove from list", Standard.Delete),
    _list("play.toggle", "Play or pause", "Space"),
    _list("play.back", "Shuttle back", "J"),
    _list("play.stop", "Shuttle stop", "K"),
    _list("play.forward", "Shuttle forward", "L"),
    _list("play.frame.back", "One frame back", ",", repeats=True),
    _list("play.frame.forward", "One frame forward", ".", repeats=True),
    _list("play.full", "Full screen", "F"),
    _list("list.clear", "Clear search and selection", "Esc"),
)


def commands_of(*sections: Section) -> list[Command]:
    return [command for command in COMMANDS if command.section in sections]
