"""What the commands of the window, its list and its preview do, by their ids in `ui.commands.table`. GUI thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from runway_desktop.ui.commands.keys import Binding
from runway_desktop.ui.room import Opens
from runway_desktop.ui.wishes import Exchange, Sheets
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.viewmodels.composer.presets import KEYS

from .main_window import MainWindow

if TYPE_CHECKING:
    from runway_desktop.ui.media.preview import Preview
    from runway_desktop.ui.theme import Theme
    from runway_desktop.usecases.searching.places import Entry
    from runway_desktop.viewmodels.models import Models


_HAS_MENU_BAR = sys.platform.startswith("darwin")
"""Menus stand at the top of the screen there."""
_INSIDE = Qt.ShortcutContext.WidgetWithChildrenShortcut


def open_main_window(models: Models, theme: Theme, open_room: Opens) -> MainWindow:
    """The main window with all its commands bound to their keys."""
    window = MainWindow(models, theme, open_room)
    keys = window.keys
    keys.bind(window, Scope.WINDOW, window_bindings(window), Qt.ShortcutContext.WindowShortcut)
    keys.bind(window.workspace.views, Scope.LIST, list_bindings(window), _INSIDE)
    window.preview_added.connect(lambda preview: keys.bind(preview, Scope.PREVIEW, judging_bindings(window), _INSIDE))
    window.workspace.top.menu_wanted.connect(partial(open_menu, window))
    window.workspace.places.menu_wanted.connect(partial(_open_place_menu, window))
    window.workspace.status.menu_wanted.connect(partial(_open_status_menu, window))
    window.preview_added.connect(partial(_give_preview_its_menu, window))
    if _HAS_MENU_BAR:
        window.preview_added.connect(lambda _: _put_menus_into_bar(window))
    return window


def open_menu(window: MainWindow) -> None:
    """Every command with its key."""
    from . import main_menu

    main_menu.open_menu(window)


def _open_place_menu(window: MainWindow, entry: Entry, at: QPoint) -> None:
    from .context_menus import open_place_menu

    open_place_menu(window, entry, at)


def _open_status_menu(window: MainWindow, at: QPoint) -> None:
    from .context_menus import open_status_menu

    open_status_menu(window, at)


def _give_preview_its_menu(window: MainWindow, preview: Preview) -> None:
    def open_at(at: QPoint) -> None:
        from .context_menus import open_preview_menu

        open_preview_menu(window, preview.mapToGlobal(at))

    preview.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    preview.customContextMenuRequested.connect(open_at)


def _put_menus_into_bar(window: MainWindow) -> None:
    from .main_menu import put_into_bar

    put_into_bar(window)


def window_bindings(window: MainWindow) -> dict[str, Binding]:
    """One for each command of `Scope.WINDOW`."""
    m, work = window.models, window.workspace
    return {
        "request.new": window.begin_request,
        "request.send": m.composer.send,
        "request.model": work.composer.choose_model,
        "request.recall": m.composer.history.ask,
        **{f"request.preset.{number}": partial(m.composer.presets.take_key, number) for number in KEYS},
        "sheet.new": partial(window.open_room, "sheet"),
        "sheet.kept": partial(window.open_room, "sheet", Sheets.KEPT),
        "sending.pause": lambda: m.task_commands.pause(not m.status.paused),
        "search.focus": window.focus_search,
        "search.keep": window.save_search,
        "list.focus": work.views.setFocus,
        "list.look": lambda: work.list.show_grid(not work.list.is_grid),
        "list.paste": window.taking_in.paste,
        "list.undo": m.activity.undo,
        "compare.chosen": window.compare,
        "runway.ask": m.task_commands.ask_now,
        **{wanted.value: partial(window.open_room, "exchange", wanted) for wanted in Exchange},
        "profiles": work.top.open_profiles,
        "profile.backup": m.profiles.ask_for_backup,
        "spending": partial(window.open_room, "spending"),
        "not_saved": partial(window.open_room, "not_saved"),
        "menu": partial(open_menu, window),
        "help": partial(window.open_room, "help"),
        "palette": partial(window.open_room, "palette"),
        "notices.focus": window.show_activity,
        "panes.places": partial(work.fold, 0),
        "panes.details": partial(work.fold, 2),
        "preferences": partial(window.open_room, "preferences"),
        "shortcuts": partial(window.open_room, "shortcuts"),
        "quit": window.quit_wanted.emit,
    }


def list_bindings(window: MainWindow) -> dict[str, Binding]:
    """One for each command of `Scope.LIST`."""
    take, judge = window.task_menu.take, window.judge
    return {
        **judging_bindings(window),
        "judge.tag": judge.tag,
        "judge.note": judge.note,
        "judge.project": judge.project,
        "judge.shot": judge.shot,
        "judge.redo": window.models.task_commands.judging.redo,
        "compare.takes": window.compare,
        "task.menu": window.workspace.views.open_menu,
        **{key.id: partial(take, key) for key in KEYED if Scope.LIST in key.scopes and not key.fixed},
        "large.open": window.large.open,
        "grid.in": partial(window.workspace.list.zoom, 1),
        "grid.out": partial(window.workspace.list.zoom, -1),
        "grid.usual": partial(window.workspace.list.zoom, 0),
        "play.back": _playing(window, lambda preview: preview.shuttle(-1)),
        "play.stop": _playing(window, lambda preview: preview.shuttle(0)),
        "play.forward": _playing(window, lambda preview: preview.shuttle(1)),
        "play.frame.back": _playing(window, lambda preview: preview.step(-1)),
        "play.frame.forward": _playing(window, lambda preview: preview.step(1)),
        "play.full": _playing(window, lambda preview: preview.toggle_full_screen()),
        "list.clear": window.clear_choice,
    }


def judging_bindings(window: MainWindow) -> dict[str, Binding]:
    """Those that the preview hears too: what one is looking at is what one judges."""
    judge = window.judge
    return {
        "judge.pick": judge.pick,
        "judge.reject": judge.reject,
        **{f"judge.rate.{stars}": partial(judge.rate, stars) for stars in range(6)},
    }


def _playing(window: MainWindow, does: Callable[[Preview], object]) -> Binding:
    """The preview comes after the first paint; until then its keys do nothing."""
    return lambda: does(window.preview) if window.preview is not None else None
