"""Room record of sheets, with the commands of a sheet's window and those of the main window that open one."""

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind, SheetsWish
from runway_desktop.usecases.commands.command import MAKING, SHEET, RecordsOf, Scope, Standard

_opening = RecordsOf[Any](MAKING, Scope.WINDOW)
_sheet = RecordsOf[Any](SHEET, Scope.SHEET)

NEW = _opening(
    "sheet.new",
    Text("New sheet"),
    lambda window: window.open_room("sheet"),
    "Ctrl+Shift+N",
    begins=True,
    synonyms=Text("batch"),
)
SEND = _sheet(
    "sheet.send",
    Text("Send all ready rows"),
    lambda window: window.send(),
    "Ctrl+Return",
    "Ctrl+Enter",
    pays=True,
    why_not=lambda window: window.sheet.reason,
)
FILL = _sheet("sheet.fill", Text("Fill down"), lambda window: window.table.fill_down(), "Ctrl+D", begins=True)
OF_ROWS = (
    FILL,
    _sheet("sheet.insert.above", Text("Insert rows above"), lambda window: window.table.insert_rows(), "Ctrl+I"),
    _sheet(
        "sheet.insert.below", Text("Insert rows below"), lambda on: on.table.insert_rows(below=True), "Ctrl+Shift+I"
    ),
    _sheet("sheet.duplicate", Text("Duplicate rows"), lambda window: window.table.duplicate_rows(), "Ctrl+Shift+D"),
    _sheet("sheet.delete", Text("Delete rows"), lambda window: window.table.delete_rows(), "Ctrl+-"),
)
UNDO = _sheet(
    "sheet.undo",
    Text("Undo in the sheet"),
    lambda window: window.steps.undo(),
    Standard.UNDO,
    label=lambda window: Text("Undo {step}").with_(step=window.steps.undoText()),
    repeats=True,
    why_not=lambda window: window.steps.why_not("undo", window.steps.canUndo()),
)
REDO = _sheet(
    "sheet.redo",
    Text("Redo in the sheet"),
    lambda window: window.steps.redo(),
    Standard.REDO,
    "Ctrl+Y",
    label=lambda window: Text("Redo {step}").with_(step=window.steps.redoText()),
    repeats=True,
    why_not=lambda window: window.steps.why_not("redo", window.steps.canRedo()),
)
COMMANDS = (
    NEW,
    _opening(
        "sheet.kept",
        Text("Open saved sheet"),
        lambda on: on.open_room("sheet", SheetsWish.KEPT),
        "Ctrl+Shift+O",
    ),
    SEND,
    *OF_ROWS,
    _sheet("sheet.finding", Text("Next problem"), lambda on: on.table.next_finding(), "F8", begins=True, repeats=True),
    UNDO,
    REDO,
    _sheet("sheet.export", Text("Export sheet"), lambda window: window.export(), Standard.SAVE, begins=True),
    _sheet("sheet.close", Text("Close sheet"), lambda window: window.reject(), "Ctrl+W"),
)

ROOM = Room(
    id="sheet",
    title=Text("Sheets"),
    kind=RoomKind.WINDOW,
    icon="mdi6.table",
    entry="runway_desktop.rooms.sheet.entry",
    commands=COMMANDS,
    guide="sheets",
    help=(
        Text("One task per row. Cells are checked as you type, and you see the price before anything is sent."),
        Text("Paste a table from any program. Drag the corner of a cell to fill down."),
    ),
)
