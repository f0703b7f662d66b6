"""Base class of the import and export windows: size, progress, and the buttons to start and leave. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget

from runway_desktop.rooms.exchange.model.export import ExportModel
from runway_desktop.rooms.exchange.model.folder_import import FolderImportModel
from runway_desktop.rooms.exchange.model.id_import import IdImportModel
from runway_desktop.texts import _
from runway_desktop.ui.building import Dialog, Item, hbox, progress_bar, push_button
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.words.plain import tip

Model = IdImportModel | FolderImportModel | ExportModel


class ExchangeWindow(Dialog):
    """Subclasses build their widgets, connect `show_model` to the model, and implement `begin_work` and
    `phase_changed`."""

    def __init__(
        self,
        model: Model,
        theme: Theme,
        parent: QWidget,
        *,
        title: str,
        size: QSize,
    ) -> None:
        super().__init__(title, parent)
        self._work = model
        self.theme = theme
        self._size = size
        self._shown_phase = Phase.LOOKING
        self.progress = progress_bar(self)

    def sizeHint(self) -> QSize:
        return self._size.boundedTo(self.parentWidget().window().size() - QSize(4 * GRID, 8 * GRID))

    def done(self, result: int) -> None:
        self._work.leave()
        super().done(result)

    def begin_work(self) -> None:
        raise NotImplementedError

    def show_model(self) -> None:
        """Shows progress and button text; calls `phase_changed` once for each phase."""
        model, phase = self._work, self._work.phase
        done, total = model.progress
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.go.setText(model.button_words())
        self.go.setEnabled(not model.reason())
        self.go.setToolTip(tip(model.reason()))
        self.leave.setToolTip(tip(_("It continues in the background.") if phase is Phase.WORKING else ""))
        if phase is not self._shown_phase:
            self._shown_phase = phase
            self.phase_changed(phase)

    def phase_changed(self, phase: Phase) -> None:
        raise NotImplementedError

    def build_foot(self, *before: Item) -> QHBoxLayout:
        self.leave = push_button(self, _("Cancel"), self.reject)
        self.go = push_button(self, "", self.begin_work, kind="primary", default=True)
        return hbox(*before, self.leave, self.go)
