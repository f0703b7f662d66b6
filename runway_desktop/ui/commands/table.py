"""Every command that has a key, of the window and its rooms: a record each, in the order of the list of shortcuts.

What a command does stands with what does it, for the window in `ui.window.command_bindings`.
"""

from __future__ import annotations

from typing import Any

from runway_desktop.domain.text import Text
from runway_desktop.usecases.commands.command import (
    COMPARING,
    EXCHANGE,
    FINDING,
    JUDGING,
    LARGE,
    LIST,
    MAKING,
    PLAYING,
    SHEET,
    WINDOW,
    Command,
    Scope,
    Section,
    Standard,
    Surface,
)
from runway_desktop.usecases.commands.tasks import KEYED


class _In:
    """Writes commands of one section, whose keys hold in the same scopes unless one says otherwise."""

    def __init__(self, section: Section, *scopes: Scope) -> None:
        self._section = section
        self._scopes = scopes

    def __call__(
        self, id_: str, words: str, *keys: Standard | str, also: tuple[Scope, ...] = (), **more: Any
    ) -> Command[Any]:
        scopes = frozenset({*self._scopes, *also})
        return Command(id=id_, words=Text(words), section=self._section, scopes=scopes, keys=keys, **more)


_making = _In(MAKING, Scope.WINDOW)
_finding = _In(FINDING, Scope.WINDOW)
_exchange = _In(EXCHANGE, Scope.WINDOW)
_window = _In(WINDOW, Scope.WINDOW)
_anywhere = _In(LIST, Scope.WINDOW)
_list = _In(LIST, Scope.LIST)
_judging = _In(JUDGING, Scope.LIST)
_playing = _In(PLAYING, Scope.PREVIEW)
_large = _In(LARGE, Scope.LARGE)
_comparing = _In(COMPARING, Scope.COMPARE)
_sheet = _In(SHEET, Scope.SHEET)
_SEEN = (Scope.PREVIEW, Scope.COMPARE, Scope.LARGE)
"""Where one judges what one is looking at."""
_ROOMY = (Scope.COMPARE, Scope.LARGE)
_PLAYED = (Scope.LIST, *_ROOMY)
_LEADS_OUT = Text("Escape always leads out.")
_PRESET = frozenset({Surface.PALETTE, Surface.HELP})
"""The palette offers each preset by its own name."""
_NOT_IN_PALETTE = frozenset({Surface.PALETTE})
_OPENS_A_MENU = frozenset({Surface.MENU, Surface.PALETTE})

COMMANDS: tuple[Command[Any], ...] = (
    _making("request.new", "New request", Standard.NEW),
    _making("request.send", "Send the request", "Ctrl+Return", "Ctrl+Enter"),
    _making("request.model", "Choose a model", "Alt+M"),
    _making("request.recall", "Prompt history", "Ctrl+H"),
    *(_making(f"request.preset.{n}", f"Apply preset {n}", f"Ctrl+{n}", left_out_of=_PRESET) for n in range(1, 10)),
    _making("sheet.new", "New sheet", "Ctrl+Shift+N", begins=True),
    _making("sheet.kept", "Open a kept sheet", "Ctrl+Shift+O"),
    _making("sending.pause", "Pause or resume sending", "Ctrl+Alt+P", begins=True),
    _finding("palette", "Find a command, a task, a setting", "Ctrl+K", left_out_of=_NOT_IN_PALETTE, is_everywhere=True),
    _finding("search.focus", "Search", Standard.FIND),
    _finding("search.keep", "Save this search", Standard.SAVE),
    _finding("list.focus", "Go to the list", "Ctrl+L", begins=True),
    _finding("list.look", "List or grid", "Ctrl+Shift+G"),
    _list("grid.in", "Larger posters", Standard.ZOOM_IN, "Ctrl+=", repeats=True),
    _list("grid.out", "Smaller posters", Standard.ZOOM_OUT, repeats=True),
    _list("grid.usual", "Posters of the usual size", "Ctrl+0"),
    _list("list.clear", "Clear search and selection", "Esc", left_out_of=_NOT_IN_PALETTE),
    _list("large.open", "Large view", "Space"),
    _list("task.menu", "Show actions", "Shift+F10", left_out_of=_OPENS_A_MENU),
    *KEYED,
    # Of the whole window: an empty list cannot have the keyboard, and a line of text takes its pastes first.
    _anywhere("list.paste", "Paste tasks, prompts or files", Standard.PASTE),
    _anywhere("list.undo", "Undo in the list", Standard.UNDO, begins=True),
    _judging("judge.pick", "Pick", "P", also=_SEEN),
    _judging("judge.reject", "Reject", "X", also=_SEEN),
    *(_judging(f"judge.rate.{stars}", f"Rate {stars}", str(stars), also=_SEEN) for stars in range(1, 6)),
    _judging("judge.rate.0", "Clear rating", "0", also=_SEEN),
    _judging("judge.tag", "Tag", "T", begins=True),
    _judging("judge.note", "Note", "N"),
    _judging("judge.project", "Project", "Shift+P"),
    _judging("judge.shot", "Shot", "Shift+T"),
    _judging("judge.redo", "Redo", Standard.REDO, begins=True),
    _playing("play.toggle", "Play or pause", "Space", also=_ROOMY),
    _playing("play.back", "Shuttle back", "J", also=_PLAYED),
    _playing("play.stop", "Shuttle stop", "K", also=_PLAYED),
    _playing("play.forward", "Shuttle forward", "L", also=_PLAYED),
    _playing("play.frame.back", "One frame back", ",", also=_PLAYED, repeats=True),
    _playing("play.frame.forward", "One frame forward", ".", also=_PLAYED, repeats=True),
    _playing("play.loop", "Loop or play once", "Shift+L", also=(Scope.LARGE,), begins=True),
    _playing("play.sound", "Sound on or off", "M", also=_ROOMY),
    _playing("play.full", "Full screen", "F", "F11", also=_PLAYED),
    _playing("look.fit", "Fit, or pixel by pixel", "Z", also=_ROOMY, begins=True),
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
    _large("large.close", "Back to the list", "Esc", fixed=_LEADS_OUT),
    _list("compare.takes", "Compare takes", "C", also=(Scope.LARGE,)),
    _anywhere("compare.chosen", "Compare selected", "Ctrl+Shift+C"),
    *(_comparing(f"compare.show.{n}", f"{words} at a time", f"Ctrl+{n}") for n, words in ((1, "One"), (2, "Two"))),
    _comparing("compare.show.4", "Four at a time", "Ctrl+4"),
    _comparing("compare.take.next", "Next take", "Right", repeats=True),
    _comparing("compare.take.before", "Take before", "Left", repeats=True),
    _comparing("compare.next", "Next ones", "PgDown"),
    _comparing("compare.before", "Ones before", "PgUp"),
    _comparing("compare.focus.up", "Focus the one before", "Up"),
    _comparing("compare.focus.down", "Focus the next one", "Down"),
    _comparing("compare.take", "Next take of the stack", "Tab", fixed=Text("Tab goes on everywhere.")),
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
    _comparing("compare.undo", "Undo the last decision", "U", Standard.UNDO),
    _comparing("compare.controls", "Go to the controls", "F6"),
    _comparing("compare.keys", "All keys of this room", "Ctrl+?", "F1"),
    _comparing("compare.close", "Leave comparing", "Esc", fixed=_LEADS_OUT),
    _sheet("sheet.send", "Send all that is ready", "Ctrl+Return", "Ctrl+Enter"),
    _sheet("sheet.fill", "Fill down", "Ctrl+D"),
    _sheet("sheet.insert.above", "Insert rows above", "Ctrl+I"),
    _sheet("sheet.insert.below", "Insert rows below", "Ctrl+Shift+I"),
    _sheet("sheet.duplicate", "Duplicate rows", "Ctrl+Shift+D"),
    _sheet("sheet.delete", "Delete rows", "Ctrl+-"),
    _sheet("sheet.finding", "Next finding", "F8", repeats=True),
    _sheet("sheet.undo", "Undo in the sheet", Standard.UNDO, repeats=True),
    _sheet("sheet.redo", "Redo in the sheet", Standard.REDO, "Ctrl+Y", repeats=True),
    _sheet("sheet.export", "Export sheet", Standard.SAVE),
    _sheet("sheet.close", "Close the sheet", "Ctrl+W"),
    _exchange("not_saved", "Go to what is not saved", "Ctrl+Alt+U"),
    _exchange("exchange.ids.file", "Import task ids from a file", "Ctrl+Shift+I", begins=True),
    _exchange("exchange.ids.paste", "Import task ids from the clipboard", "Ctrl+Shift+V"),
    _exchange("exchange.folder", "Import a folder of results", "Ctrl+Shift+F"),
    _exchange("profile.backup", "Back up this profile", "Ctrl+Shift+B", begins=True),
    _window("profiles", "Switch to another profile", "Ctrl+Shift+P"),
    _window("spending", "Spending", "Ctrl+Shift+M"),
    # Not the standard key: on macOS and GNOME that is Ctrl+R, which retries.
    _window("runway.ask", "Ask Runway now", "F5", begins=True),
    _window("menu", "Menu", "F10", left_out_of=_OPENS_A_MENU, is_everywhere=True),
    _window("notices.focus", "Show activity", "F6"),
    _window("panes.places", "Show or hide the places", "Ctrl+B"),
    _window("panes.details", "Show or hide the details", "Ctrl+Alt+B"),
    _window("preferences", "Preferences", Standard.PREFERENCES, "Ctrl+,", begins=True),
    _window("help", "What can be done here", "F1", is_everywhere=True),
    _window("shortcuts", "Keyboard shortcuts", "Ctrl+?", is_everywhere=True),
    _window("quit", "Quit", Standard.QUIT, "Ctrl+Q", begins=True),
)
BY_ID = {command.id: command for command in COMMANDS}


def commands_in(scope: Scope) -> list[Command[Any]]:
    return [command for command in COMMANDS if scope in command.scopes]
