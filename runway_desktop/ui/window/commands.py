"""Command records of the main window and its list.

They take the window as `Any`: its panes import these records, so naming its class would be an import cycle.
"""

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.commands.everywhere import KEEP_SEARCH, PALETTE, SEARCH, UNDO
from runway_desktop.usecases.commands.command import (
    FINDING,
    HELP_MENU,
    LEADS_OUT,
    LIST,
    MAKING,
    NOT_IN_PALETTE,
    OPENS_A_MENU,
    WINDOW,
    RecordsOf,
    Scope,
    Standard,
    Surface,
)

_making, _finding = RecordsOf[Any](MAKING, Scope.WINDOW), RecordsOf[Any](FINDING, Scope.WINDOW)
_list, _anywhere = RecordsOf[Any](LIST, Scope.LIST), RecordsOf[Any](LIST, Scope.WINDOW)
_window = RecordsOf[Any](WINDOW, Scope.WINDOW)
_NOT_RENAMED = Text("Select a project, tag, batch or saved search in the sidebar first.")
PAUSE = _making(
    "sending.pause",
    Text("Pause or resume sending"),
    lambda window: window.models.task_commands.pause(not window.models.status.paused),
    "Ctrl+Alt+P",
    label=lambda window: Text("Resume sending") if window.models.status.paused else Text("Pause sending"),
    begins=True,
    synonyms=Text("stop sending, pause queue, resume queue"),
)
GO_TO_LIST = _finding(
    "list.focus", Text("Go to the list"), lambda window: window.workspace.views.setFocus(), "Ctrl+L", begins=True
)
LOOK = _finding(
    "list.look",
    Text("List or grid"),
    lambda window: window.workspace.list.show_grid(not window.workspace.list.is_grid),
    "Ctrl+Shift+G",
    synonyms=Text("thumbnails, gallery, view"),
)
RENAME = RecordsOf[Any](WINDOW, Scope.SIDEBAR)(
    "page.rename",
    Text("Rename project, tag, batch or search"),
    lambda window: window.rename_page(),
    "F2",
    why_not=lambda window: "" if (one := window.workspace.pages.current_entry) and one.can_be_renamed else _NOT_RENAMED,
    synonyms=Text("rename folder, name"),
)
TAKES = RecordsOf[Any](WINDOW, Scope.VIEW)(
    "view.leave", Text("Back to the takes"), lambda pages: pages.leave_view(), "Esc", fixed=LEADS_OUT
)
ACTIONS = _list(
    "task.menu",
    Text("Show actions"),
    lambda window: window.workspace.views.open_menu(),
    "Shift+F10",
    left_out_of=OPENS_A_MENU,
)
NOT_SAVED = _finding(
    "not_saved",
    Text("Go to unsaved results"),
    lambda window: window.open_unsaved(),
    "Ctrl+Alt+U",
    synonyms=Text("unsaved"),
)
APPROVALS = _finding(
    "requests",
    Text("Go to requests"),
    lambda on: on.open_room("requests"),
    "Ctrl+Alt+A",
    synonyms=Text("agents, approve, programs, approvals"),
)
SPENDING = _window(
    "spending",
    Text("Spending"),
    lambda on: on.open_room("spending"),
    "Ctrl+Shift+M",
    synonyms=Text("costs, cost, price, prices, balance, credits"),
)
# Not the standard key: Ctrl+R on macOS and GNOME, which retries here.
ASK_NOW = _window(
    "runway.ask",
    Text("Refresh all"),
    lambda on: on.models.task_commands.ask_now(),
    "F5",
    begins=True,
    synonyms=Text("reload"),
)
LEFT_PANE = _window(
    "panes.places",
    Text("Show or hide sidebar"),
    lambda on: on.workspace.fold(0),
    "Ctrl+B",
    synonyms=Text("sidebar, left pane"),
)
DETAILS = _window(
    "panes.details",
    Text("Show or hide details"),
    lambda on: on.workspace.fold(2),
    "Ctrl+Alt+B",
    synonyms=Text("inspector"),
)
PREFERENCES = _window(
    "preferences",
    Text("Preferences"),
    lambda window: window.open_room("preferences"),
    Standard.PREFERENCES,
    "Ctrl+,",
    begins=True,
    synonyms=Text("settings, options"),
)
CAPS = _window(
    "caps", Text("Caps…"), lambda window: window.open_room("preferences", "Money"), left_out_of=NOT_IN_PALETTE
)
SHORTCUTS = _window(
    "shortcuts",
    Text("Keyboard shortcuts"),
    lambda on: on.open_room("shortcuts"),
    "Ctrl+?",
    is_everywhere=True,
    submenu=HELP_MENU,
    synonyms=Text("hotkeys"),
)
SHOW_LOG = _window(
    "log.show",
    Text("Show log"),
    lambda window: window.models.task_commands.show_log(),
    left_out_of=frozenset({Surface.MENU}),
    synonyms=Text("log file, details, debug"),
)
REPORT = _window(
    "report",
    Text("Report a problem…"),
    lambda window: window.open_room("report"),
    submenu=HELP_MENU,
    synonyms=Text("bug, crash, support, feedback"),
)
ABOUT = _window(
    "about",
    Text("About Runway Desktop"),
    lambda window: window.open_room("preferences", "About"),
    submenu=HELP_MENU,
    left_out_of=NOT_IN_PALETTE,
)
QUIT = _window(
    "quit",
    Text("Quit"),
    lambda window: window.quit_wanted.emit(),
    Standard.QUIT,
    "Ctrl+Q",
    begins=True,
    synonyms=Text("exit"),
)

COMMANDS = (
    PAUSE,
    PALETTE,
    SEARCH,
    KEEP_SEARCH,
    GO_TO_LIST,
    NOT_SAVED,
    APPROVALS,
    LOOK,
    RENAME,
    _list(
        "grid.in",
        Text("Larger thumbnails"),
        lambda window: window.workspace.list.zoom(1),
        Standard.ZOOM_IN,
        "Ctrl+=",
        repeats=True,
        synonyms=Text("larger posters, zoom in"),
    ),
    _list(
        "grid.out",
        Text("Smaller thumbnails"),
        lambda window: window.workspace.list.zoom(-1),
        Standard.ZOOM_OUT,
        repeats=True,
        synonyms=Text("smaller posters, zoom out"),
    ),
    _list("grid.usual", Text("Reset thumbnail size"), lambda window: window.workspace.list.zoom(0), "Ctrl+0"),
    _list(
        "list.clear",
        Text("Clear search and selection"),
        lambda window: window.clear_choice(),
        "Esc",
        left_out_of=NOT_IN_PALETTE,
    ),
    _list(
        "large.open",
        Text("Large view"),
        lambda window: window.open_room("viewer"),
        "Space",
        synonyms=Text("fullscreen, enlarge"),
    ),
    ACTIONS,
    # Window scope: an empty list cannot have the focus. Text fields handle their own pastes first.
    _anywhere(
        "list.paste",
        Text("Paste tasks, prompts or files"),
        lambda on: on.paste_wanted.emit(),
        Standard.PASTE,
        begins=True,
    ),
    UNDO,
    _window("profiles", Text("Switch to another profile"), lambda on: on.workspace.top.open_profiles(), "Ctrl+Shift+P"),
    SPENDING,
    ASK_NOW,
    _window(
        "notices.focus",
        Text("Show activity"),
        lambda on: on.show_activity(),
        "F6",
        synonyms=Text("messages, notifications"),
    ),
    LEFT_PANE,
    DETAILS,
    TAKES,
    PREFERENCES,
    CAPS,
)
LAST = (SHORTCUTS, SHOW_LOG, REPORT, ABOUT, QUIT)
"""Listed after the commands of every window."""
OF_PANES = (GO_TO_LIST, LOOK, LEFT_PANE, DETAILS)
"""Only while the panes are visible; the large view hides them."""
