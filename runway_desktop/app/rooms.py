"""Opens what the main window asks for: sheets, the compare window, preferences, palette, help, shortcuts, spending.

Each is imported and built when it is first wanted, in turns of the loop. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint

from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.help import Room

from .profile_windows import ProfileWindows

if TYPE_CHECKING:
    from runway_desktop.services.intake.gathered import Gathered
    from runway_desktop.ui.compare.host import CompareHost
    from runway_desktop.ui.palette.host import PaletteHost
    from runway_desktop.ui.sheet.host import SheetHost

_COMPARE = "runway_desktop.ui.compare.host"
_HELP = "runway_desktop.ui.help.host"
_PALETTE = "runway_desktop.ui.palette.host"
_PREFERENCES = "runway_desktop.ui.dialogs.preferences"
_SHEET = "runway_desktop.ui.sheet.host"
_SHORTCUTS = "runway_desktop.ui.dialogs.shortcuts"
_SPENDING = "runway_desktop.ui.spending.spending_window"


class Rooms(QObject):
    def __init__(
        self, cases: UseCases, runner: Runner, theme: Theme, window: MainWindow, profiles: ProfileWindows
    ) -> None:
        super().__init__(window)
        self._cases = cases
        self._runner = runner
        self._theme = theme
        self._window = window
        self._profiles = profiles
        self.sheets: SheetHost | None = None
        self.compare: CompareHost | None = None
        """Made when a sheet, or a comparison, is first wanted."""
        self._openings = window.models.task_commands.openings
        window.preferences_wanted.connect(self.open_preferences)
        window.sheet_wanted.connect(self._open_sheet)
        window.kept_sheets_wanted.connect(lambda: self._with_sheets(lambda sheets: sheets.door.list_kept()))
        window.sheet_chosen.connect(lambda sheet_id: self._with_sheets(lambda sheets: sheets.door.open_kept(sheet_id)))
        window.batch_menu_wanted.connect(self._open_batch_menu)
        window.compare_wanted.connect(self._compare)
        window.shortcuts_wanted.connect(partial(self._openings.open, _SHORTCUTS, self._open_shortcuts))
        window.spending_wanted.connect(partial(self._openings.open, _SPENDING, self._open_spending))
        window.palette_wanted.connect(self._toggle_palette)
        window.help_wanted.connect(partial(self._openings.open, _HELP, self._open_help))

    def open_preferences(self, section: str) -> None:
        self._openings.open(_PREFERENCES, partial(self._show_preferences, section))

    def offer_open_sheet(self) -> None:
        """One that was open when the program was killed."""
        from runway_desktop.services.library.sheets import OPEN_SHEET

        if self._cases.settings.get(OPEN_SHEET) is not None:
            self._with_sheets(lambda sheets: sheets.door.look_for_left_open(), each=True)

    def open_no_more(self) -> None:
        """The program closes: what is still on its way does not come."""
        self._openings.end()

    async def shutdown(self) -> None:
        """Keeps the sheets that are open and ends what plays, before the loop ends."""
        if self.sheets is not None:
            await self.sheets.keep_all()
        if self.compare is not None:
            self.compare.shutdown()

    def _made_sheets(self) -> SheetHost:
        if self.sheets is not None:
            return self.sheets
        from runway_desktop.ui.help.host import serve
        from runway_desktop.ui.sheet.host import SheetHost
        from runway_desktop.viewmodels.sheet.door import SheetDoor

        models, window = self._window.models, self._window
        door = SheetDoor(self._cases, models.bridge, self._runner, models.composer, self)
        sheets = self.sheets = SheetHost(door, self._theme, window.keys, window)
        sheets.show_wanted.connect(models.task_commands.show_wanted)
        sheets.told.connect(models.task_commands.tell)
        sheets.window_opened.connect(lambda opened: serve(opened, Room.SHEET, window, self._theme))
        door.left_changed.connect(models.places.refresh)
        sheets.left_open.connect(
            lambda words, opens: window.activity.tell(words, action_text="Open sheet", on_action=opens)
        )
        return sheets

    def _made_compare(self) -> CompareHost:
        if self.compare is not None:
            return self.compare
        from runway_desktop.ui.compare.host import CompareHost
        from runway_desktop.viewmodels.compare.compare import Compare

        models, window = self._window.models, self._window
        model = Compare(self._cases, models.bridge, self._runner, models.task_commands.judging, self)
        model.said.connect(models.task_commands.tell)
        compare = self.compare = CompareHost(model, self._theme, window.keys, window.workspace.posters.strips, window)
        compare.entered.connect(window.pause_preview)
        return compare

    @cached_property
    def _palette(self) -> PaletteHost:
        from runway_desktop.ui.palette.host import PaletteHost
        from runway_desktop.viewmodels.palette import PaletteModel

        models = self._window.models
        model = PaletteModel(self._cases, self._runner, models.composer, models.places, self)
        return PaletteHost(model, self._window, self._theme)

    def _with_sheets(self, wish: Callable[[SheetHost], object], *, each: bool = False) -> None:
        self._openings.open(_SHEET, lambda: wish(self._made_sheets()), each=each)

    def _open_sheet(self, gathered: Gathered | None) -> None:
        if gathered is None:
            self._with_sheets(lambda sheets: sheets.door.open_blank())
        else:
            self._with_sheets(lambda sheets: sheets.door.open_gathered(gathered), each=True)

    def _open_batch_menu(self, batch_id: BatchId, at: QPoint) -> None:
        self._with_sheets(lambda sheets: sheets.batch_menu(batch_id, at))

    def _compare(self, task_ids: Sequence[TaskId]) -> None:
        self._openings.open(_COMPARE, lambda: self._made_compare().compare(task_ids))

    def _toggle_palette(self) -> None:
        self._openings.open(_PALETTE, self._toggle)

    def _toggle(self) -> None:
        self._palette.toggle()

    def _open_shortcuts(self) -> None:
        from runway_desktop.ui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._window.keys, self._window).open()

    def _open_help(self) -> None:
        from runway_desktop.ui.help.host import open_help

        open_help(self._window, self._theme)

    def _open_spending(self) -> None:
        """One window of it; asked for again it comes to the front."""
        from runway_desktop.ui.help.host import serve
        from runway_desktop.ui.spending.spending_window import SpendingWindow
        from runway_desktop.viewmodels.money.spending import SpendingModel

        window = self._window
        opened = window.findChild(SpendingWindow)
        if opened is None:
            model = SpendingModel(self._cases, window.models.bridge, self._runner, self)
            opened = SpendingWindow(model, self._theme, window)
            opened.caps_wanted.connect(lambda: self.open_preferences("Money"))
            serve(opened, Room.WINDOWS, window, self._theme)
        opened.show()
        opened.raise_()
        opened.activateWindow()

    def _show_preferences(self, section: str) -> None:
        from runway_desktop.ui.dialogs.preferences import Preferences
        from runway_desktop.ui.help.host import serve
        from runway_desktop.viewmodels.settings.preferences import PreferencesForm

        window = self._window
        model = PreferencesForm(self._cases, window.models.bridge, self._runner, self)
        dialog = Preferences(model, self._theme, window, profiles=window.models.profiles)
        self._profiles.follow(dialog)
        dialog.show_section(section or "Key")
        dialog.open()
        serve(dialog, Room.PREFERENCES, window, self._theme)
