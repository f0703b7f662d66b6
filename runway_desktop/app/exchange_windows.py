"""Connects what asks for import and export with the windows that do it, which are made when one is first wanted. GUI
thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from runway_desktop.domain.task import TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.ui.exchange.wanted import Wanted
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.use_cases import UseCases

if TYPE_CHECKING:
    from runway_desktop.ui.exchange.host import ExchangeHost


class ExchangeWindows(QObject):
    def __init__(self, cases: UseCases, runner: Runner, theme: Theme, window: MainWindow) -> None:
        super().__init__(window)
        self._cases = cases
        self._runner = runner
        self._theme = theme
        self._window = window
        self._host: ExchangeHost | None = None
        task_commands = window.models.task_commands
        window.exchange_wanted.connect(self._wanted)
        task_commands.export_wanted.connect(self._export)
        task_commands.ids_brought.connect(
            lambda ids, or_else: self._with_host(
                lambda host: host.import_ids(host.door.id_import(ids), or_else), each=True
            )
        )
        task_commands.results_brought.connect(self._results_brought)

    @property
    def host(self) -> ExchangeHost:
        if self._host is None:
            from runway_desktop.ui.exchange.host import ExchangeHost
            from runway_desktop.viewmodels.exchange.door import ExchangeDoor

            window, models = self._window, self._window.models
            door = ExchangeDoor(self._cases, models.bridge, self._runner, lambda: models.rows.listing, self)
            self._host = host = ExchangeHost(door, self._theme, window)
            host.show_wanted.connect(models.task_commands.show_wanted)
            host.told.connect(lambda words, problem: models.task_commands.tell(words, problem=problem))
            host.undo_offered.connect(window.activity.act)
            host.folder_wanted.connect(models.task_commands.clipboard.folder_wanted)
            host.file_wanted.connect(lambda path: models.task_commands.clipboard.selection_wanted.emit([path]))
        return self._host

    def _with_host(self, wish: Callable[[ExchangeHost], object], *, each: bool = False) -> None:
        self._window.models.task_commands.openings.open(
            "runway_desktop.ui.exchange.host", lambda: wish(self.host), each=each
        )

    def _wanted(self, wanted: Wanted) -> None:
        match wanted:
            case Wanted.IDS_FROM_FILE:
                self._with_host(lambda host: host.choose_log())
            case Wanted.IDS_FROM_CLIPBOARD:
                self._with_host(lambda host: host.paste_ids())
            case Wanted.FOLDER:
                self._with_host(lambda host: host.choose_folder())
            case Wanted.EXPORT:
                self._export(self._window.view.selected_ids())

    def _export(self, task_ids: Sequence[TaskId]) -> None:
        self._with_host(lambda host: host.export(task_ids))

    def _results_brought(self, folder: Path, otherwise: Callable[[], object]) -> None:
        self._with_host(lambda host: host.import_folder(folder, otherwise), each=True)
