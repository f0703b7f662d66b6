"""Every command that has a key: its id, its words, where its keys hold, and the keys it has by default.

Data alone: what a command does stands with whoever does it, for the window in `ui.window.command_bindings`. A new
command is a line here and a function there.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from runway_desktop.values import Struct

Standard = QKeySequence.StandardKey


class Where(Enum):
    """A place that listens to keys. Those of the window are heard in the list and the preview too."""

    WINDOW = auto()
    LIST = auto()
    PREVIEW = auto()
    LARGE = auto()
    """The large view, over the list."""
    ROOM = auto()
    """The compare window, a window of its own."""
    SHEET = auto()
    """A batch sheet, a window of its own."""


class Section(StrEnum):
    """A heading in the list of shortcuts."""

    MAKING = "Making"
    FINDING = "Finding"
    LIST = "In the list and the grid"
    JUDGING = "Judging"
    PLAYING = "Playing and looking"
    LARGE = "In the large view"
    COMPARING = "Comparing"
    SHEET = "In a sheet"
    EXCHANGE = "Importing and exporting"
    WINDOW = "Window"


class Command(Struct, frozen=True):
    """Something that a key does."""

    id: str
    """Never changed: settings know it by this."""
    words: str
    section: Section
    where: frozenset[Where]
    keys: tuple[Standard | str, ...]
    """A standard key stands for those of the system the program runs on."""
    repeats: bool = False
    """Whether a key that is held down does it again and again: never what retries, sends, judges or removes."""
    fixed: str = ""
    """Why its keys cannot be changed; empty when they can."""

    def default_keys(self) -> list[QKeySequence]:
        """All that hold, those of a multimedia keyboard too."""
        found = (
            sequence
            for key in self.keys
            for sequence in ([QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key))
        )
        return list(dict.fromkeys(found))

    def usual_keys(self) -> list[QKeySequence]:
        """Those to tell of: of a standard key only the first that an ordinary keyboard has."""
        bindings = ([QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key) for key in self.keys)
        found = (next(filter(is_usual, sequences), None) for sequences in bindings)
        return list(dict.fromkeys(sequence for sequence in found if sequence is not None))

    def meets(self, other: Command) -> bool:
        """Whether there is a place where both would hear the same key."""
        return bool(_heard(self.where) & _heard(other.where))


def _heard(where: frozenset[Where]) -> frozenset[Where]:
    return where | {Where.LIST, Where.PREVIEW, Where.LARGE} if Where.WINDOW in where else where


class _In:
    """Writes commands of one section, whose keys hold in the same places unless one says otherwise."""

    def __init__(self, section: Section, *where: Where) -> None:
        self._section = section
        self._where = where

    def __call__(
        self,
        id_: str,
        words: str,
        *keys: Standard | str,
        also: tuple[Where, ...] = (),
        repeats: bool = False,
        fixed: str = "",
    ) -> Command:
        return Command(id_, words, self._section, frozenset({*self._where, *also}), keys, repeats, fixed)


_making = _In(Section.MAKING, Where.WINDOW)
_finding = _In(Section.FINDING, Where.WINDOW)
_exchange = _In(Section.EXCHANGE, Where.WINDOW)
_window = _In(Section.WINDOW, Where.WINDOW)
_anywhere = _In(Section.LIST, Where.WINDOW)
_list = _In(Section.LIST, Where.LIST)
_judging = _In(Section.JUDGING, Where.LIST)
_playing = _In(Section.PLAYING, Where.PREVIEW)
_large = _In(Section.LARGE, Where.LARGE)
_comparing = _In(Section.COMPARING, Where.ROOM)
_sheet = _In(Section.SHEET, Where.SHEET)
_SEEN = (Where.PREVIEW, Where.ROOM, Where.LARGE)
"""Where one judges what one is looking at."""
_ROOMY = (Where.ROOM, Where.LARGE)
_PLAYED = (Where.LIST, *_ROOMY)
_SYSTEM = "It is the system's own way."

COMMANDS: tuple[Command, ...] = (
    _making("request.new", "New request", Standard.New),
    _making("request.send", "Send the request", "Ctrl+Return", "Ctrl+Enter"),
    _making("request.model", "Choose a model", "Alt+M"),
    _making("request.recall", "Prompt history", "Ctrl+H"),
    *(_making(f"request.preset.{n}", f"Apply preset {n}", f"Ctrl+{n}") for n in range(1, 10)),
    _making("sheet.new", "New sheet", "Ctrl+Shift+N"),
    _making("sheet.kept", "Open a kept sheet", "Ctrl+Shift+O"),
    _making("sending.pause", "Pause or resume sending", "Ctrl+Alt+P"),
    _finding("palette", "Find a command, a task, a setting", "Ctrl+K"),
    _finding("search.focus", "Search", Standard.Find),
    _finding("search.keep", "Save this search", Standard.Save),
    _finding("list.focus", "Go to the list", "Ctrl+L"),
    _finding("list.look", "List or grid", "Ctrl+Shift+G"),
    _list("grid.in", "Larger posters", Standard.ZoomIn, "Ctrl+=", repeats=True),
    _list("grid.out", "Smaller posters", Standard.ZoomOut, repeats=True),
    _list("grid.usual", "Posters of the usual size", "Ctrl+0"),
    _list("list.clear", "Clear search and selection", "Esc"),
    _list("task.open", "Open the result", "Return", fixed=_SYSTEM),
    _list("large.open", "Large view", "Space"),
    _list("task.menu", "Show actions", "Shift+F10"),
    _list("task.copy", "Copy prompts", Standard.Copy),
    _list("task.copy.files", "Copy files", "Ctrl+Alt+C"),
    _list("task.copy.link", "Copy links", "Ctrl+Alt+L"),
    _list("task.folder", "Show in folder", "Ctrl+Alt+O"),
    # Of the whole window: an empty list cannot have the keyboard, and a line of text takes its pastes first.
    _anywhere("list.paste", "Paste tasks, prompts or files", Standard.Paste),
    _list("task.retry", "Retry", "Ctrl+R"),
    _list("task.edit", "Edit", "Ctrl+E"),
    _list("task.seed", "Same with a new seed", "Ctrl+Shift+R"),
    _list("task.model", "Same with another model", "Ctrl+Alt+M"),
    _list("task.rename", "Rename", "F2"),
    _list("task.cancel", "Cancel on Runway", "Ctrl+."),
    _list("queue.next", "Send next", "Ctrl+Up"),
    _list("queue.up", "Move up in the queue", "Alt+Up", repeats=True),
    _list("queue.down", "Move down in the queue", "Alt+Down", repeats=True),
    _list("queue.hold", "Hold or release", "H"),
    _list("task.remove", "Remove from list", Standard.Delete),
    _anywhere("list.undo", "Undo in the list", Standard.Undo),
    _judging("judge.pick", "Pick", "P", also=_SEEN),
    _judging("judge.reject", "Reject", "X", also=_SEEN),
    *(_judging(f"judge.rate.{stars}", f"Rate {stars}", str(stars), also=_SEEN) for stars in range(1, 6)),
    _judging("judge.rate.0", "Clear rating", "0", also=_SEEN),
    _judging("judge.tag", "Tag", "T"),
    _judging("judge.note", "Note", "N"),
    _judging("judge.project", "Project", "Shift+P"),
    _judging("judge.shot", "Shot", "Shift+T"),
    _judging("judge.redo", "Redo", Standard.Redo),
    _playing("play.toggle", "Play or pause", "Space", also=_ROOMY),
    _playing("play.back", "Shuttle back", "J", also=_PLAYED),
    _playing("play.stop", "Shuttle stop", "K", also=_PLAYED),
    _playing("play.forward", "Shuttle forward", "L", also=_PLAYED),
    _playing("play.frame.back", "One frame back", ",", also=_PLAYED, repeats=True),
    _playing("play.frame.forward", "One frame forward", ".", also=_PLAYED, repeats=True),
    _playing("play.loop", "Loop or play once", "Shift+L", also=(Where.LARGE,)),
    _playing("play.sound", "Sound on or off", "M", also=_ROOMY),
    _playing("play.full", "Full screen", "F", "F11", also=_PLAYED),
    _playing("look.fit", "Fit, or pixel by pixel", "Z", also=_ROOMY),
    _playing("look.in", "Zoom in", "+", "=", also=_ROOMY, repeats=True),
    _playing("look.out", "Zoom out", "-", also=_ROOMY, repeats=True),
    _large("large.take.before", "Take before", "Left", repeats=True),
    _large("large.take.next", "Next take", "Right", repeats=True),
    _large("large.shot.before", "Shot before", "Up", repeats=True),
    _large("large.shot.next", "Next shot", "Down", repeats=True),
    _large("large.advance", "Next after judging, or stay", "A"),
    *(_large(f"large.stay.rate.{n}", f"Rate {n} and stay", f"Shift+{n}") for n in range(1, 6)),
    _large("large.stay.pick", "Pick and stay", "Shift+P"),
    _large("large.stay.reject", "Reject and stay", "Shift+X"),
    _large("large.pane", "Show or hide the details", "I"),
    _large("large.close", "Back to the list", "Esc", fixed="Escape always leads out."),
    _list("compare.takes", "Compare takes", "C", also=(Where.LARGE,)),
    _anywhere("compare.chosen", "Compare selected", "Ctrl+Shift+C"),
    *(_comparing(f"compare.show.{n}", f"{words} at a time", f"Ctrl+{n}") for n, words in ((1, "One"), (2, "Two"))),
    _comparing("compare.show.4", "Four at a time", "Ctrl+4"),
    _comparing("compare.take.next", "Next take", "Right", repeats=True),
    _comparing("compare.take.before", "Take before", "Left", repeats=True),
    _comparing("compare.next", "Next ones", "PgDown"),
    _comparing("compare.before", "Ones before", "PgUp"),
    _comparing("compare.focus.up", "Focus the one before", "Up"),
    _comparing("compare.focus.down", "Focus the next one", "Down"),
    _comparing("compare.take", "Next take of the stack", "Tab", fixed="Tab goes on everywhere."),
    _comparing("compare.swap", "Swap the two", "C"),
    _comparing("compare.stack", "Stack takes or spread them", "S"),
    _comparing("compare.wipe", "Wipe between two", "W"),
    _comparing("compare.divider.left", "Divider to the left", "Shift+Left", repeats=True),
    _comparing("compare.divider.right", "Divider to the right", "Shift+Right", repeats=True),
    _comparing("compare.difference", "Difference of two", "D"),
    _comparing("compare.in", "Loop from here", "I"),
    _comparing("compare.out", "Loop up to here", "O"),
    _comparing("compare.whole", "Loop the whole clip again", "Shift+L"),
    _comparing("compare.advance", "Go on after a decision, or stay", "A"),
    _comparing("compare.undo", "Undo the last decision", "U", Standard.Undo),
    _comparing("compare.controls", "Go to the controls", "F6"),
    _comparing("compare.keys", "All keys of this room", "Ctrl+?", "F1"),
    _comparing("compare.close", "Leave comparing", "Esc", fixed="Escape always leads out."),
    _sheet("sheet.send", "Send all that is ready", "Ctrl+Return", "Ctrl+Enter"),
    _sheet("sheet.fill", "Fill down", "Ctrl+D"),
    _sheet("sheet.insert.above", "Insert rows above", "Ctrl+I"),
    _sheet("sheet.insert.below", "Insert rows below", "Ctrl+Shift+I"),
    _sheet("sheet.duplicate", "Duplicate rows", "Ctrl+Shift+D"),
    _sheet("sheet.delete", "Delete rows", "Ctrl+-"),
    _sheet("sheet.finding", "Next finding", "F8", repeats=True),
    _sheet("sheet.undo", "Undo in the sheet", Standard.Undo, repeats=True),
    _sheet("sheet.redo", "Redo in the sheet", Standard.Redo, "Ctrl+Y", repeats=True),
    _sheet("sheet.export", "Export sheet", Standard.Save),
    _sheet("sheet.close", "Close the sheet", "Ctrl+W"),
    _exchange("not_saved", "Go to what is not saved", "Ctrl+Alt+U"),
    _exchange("exchange.export", "Export", "Ctrl+Shift+E"),
    _exchange("exchange.ids.file", "Import task ids from a file", "Ctrl+Shift+I"),
    _exchange("exchange.ids.paste", "Import task ids from the clipboard", "Ctrl+Shift+V"),
    _exchange("exchange.folder", "Import a folder of results", "Ctrl+Shift+F"),
    _exchange("profile.backup", "Back up this profile", "Ctrl+Shift+B"),
    _window("profiles", "Switch to another profile", "Ctrl+Shift+P"),
    _window("spending", "Spending", "Ctrl+Shift+M"),
    # Not the standard key: on macOS and GNOME that is Ctrl+R, which retries.
    _window("runway.ask", "Ask Runway now", "F5"),
    _window("menu", "Menu", "F10"),
    _window("notices.focus", "Show activity", "F6"),
    _window("panes.places", "Show or hide the places", "Ctrl+B"),
    _window("panes.details", "Show or hide the details", "Ctrl+Alt+B"),
    _window("preferences", "Preferences", Standard.Preferences, "Ctrl+,"),
    _window("help", "What can be done here", "F1"),
    _window("shortcuts", "Keyboard shortcuts", "Ctrl+?"),
    _window("quit", "Quit", Standard.Quit, "Ctrl+Q"),
)
BY_ID = {command.id: command for command in COMMANDS}


def key_of(sequence: QKeySequence) -> Qt.Key:
    return sequence[0].key()  # type: ignore[index]


def is_usual(sequence: QKeySequence) -> bool:
    """Whether an ordinary keyboard has it: no key for music, mail or copying, and none beyond F12."""
    key = key_of(sequence)
    return key < Qt.Key.Key_F13 or Qt.Key.Key_F35 < key < Qt.Key.Key_Back


def commands_in(where: Where) -> list[Command]:
    return [command for command in COMMANDS if where in command.where]
