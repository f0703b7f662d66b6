"""Entry point of the main window's palette; carries out what is selected in it. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.composer.commands import PRESETS
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.tasks.commands import COMPARE_SELECTED, COMPARE_TAKES
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.commands.command import JUDGING, Surface
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.usecases.palette.palette import Heading, Offer

from .model import PaletteModel
from .panel import PalettePanel


def open_room(desk: Desk, _wish: object) -> None:
    """Toggles the palette."""
    palette = desk.window.findChild(PaletteHost)
    if palette is None:
        models = desk.models
        model = PaletteModel(desk.cases, desk.runner, models.composer, models.pages, desk.window)
        palette = PaletteHost(model, desk.window, desk.theme)
    palette.toggle()


class PaletteHost(QObject):
    def __init__(self, model: PaletteModel, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._theme = theme
        self.panel: PalettePanel | None = None
        self._before: QWidget | None = None

    def toggle(self) -> None:
        if self.panel is not None:
            self.panel.close_panel()
        else:
            window = self._window
            window.models.rows.with_rows(window.workspace.chosen_ids(), self._open)

    def _open(self, rows: list[Row]) -> None:
        if self.panel is not None:
            return
        window = self._window
        self._before = window.focusWidget()
        self._model.search("")
        self._model.open(rows, list(self._commands(rows)), window.task_menu.take, PRESETS)
        self.panel = PalettePanel(self._model, _title(rows), self._theme, window.keys, window.workspace.posters, window)
        self.panel.taken.connect(self._taken)
        self.panel.closed.connect(self._closed)
        self.panel.open()

    def _commands(self, rows: list[Row]) -> Iterator[Offer]:
        """Commands available for the selection and for what is in front."""
        window = self._window
        for command, given in window.keys.given(window).items():
            if command in KEYED or Surface.PALETTE in command.left_out_of:
                continue
            of_rows = command.section is JUDGING or command in (COMPARE_TAKES, COMPARE_SELECTED)
            yield Offer(
                id=f"command:{command.id}",
                section=Heading.SELECTION if of_rows and rows else Heading.COMMANDS,
                text=given.text,
                detail="" if of_rows and rows else str(command.section.title),
                reason=given.reason,
                keyed=command,
                icon=command.sign,
                also=str(command.words),
                synonyms=str(command.synonyms),
                is_grave=command.pays or command.is_dangerous,
                does=given.do,
            )
        use, shown = window.models.task_commands.use_as_input, window.shown_result()
        if shown is not None and (path := shown.path) is not None:
            for way in use.ways(shown.media):
                yield Offer(
                    id=f"input:{way.endpoint}{'+' if way.last_frame else ''}",
                    section=Heading.SELECTION,
                    text=_("Use as input: {way}", way=way.text),
                    icon="mdi6.image-plus-outline",
                    does=partial(use.take, way, path, shown.media),
                )

    def _taken(self, offer: Offer, keeps_open: bool) -> None:
        self._model.note_used(offer)
        if not keeps_open and self.panel is not None:
            self.panel.close_panel()
        self._carry_out(offer)
        if keeps_open and self.panel is not None:
            if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
                # The command opened a dialog or popup, which needs the keyboard.
                self.panel.close_panel()
            else:
                self.panel.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _carry_out(self, offer: Offer) -> None:
        window = self._window
        m, what = window.models, offer.what
        if offer.does is not None:
            offer.does()
        match offer.kind:
            case "row":
                m.task_commands.show_wanted.emit([TaskId(what)])
            case "model":
                endpoint, __, model = what.partition("/")
                m.composer.chooser.choose((endpoint, model))
                window.composer_pane.focus_prompt()
            case "preset":
                found = next((preset for preset in m.composer.presets.all if preset.name == what), None)
                if found is not None:
                    m.composer.presets.take(found)
            case "place":
                window.workspace.pages.choose(what)
            case "setting" if offer.value is not None:
                m.activity.act(*self._model.set_value(offer))
            case "setting":
                window.open_room("preferences", what)
            case "meaning":
                window.open_room("help", what)

    def _closed(self) -> None:
        self.panel = None
        self._model.close()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None


def _title(rows: list[Row]) -> str:
    return ngettext("{n} selected task", "{n} selected tasks", len(rows)) if rows else ""
