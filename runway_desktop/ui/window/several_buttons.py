"""Below the preview while several tasks are chosen: what can be done with all of them. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.ui.building import hbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.commands.offers import TaskCommand, offers

VERBS = (
    TaskCommand.LOOK_FOR,
    TaskCommand.RETRY,
    TaskCommand.SEND_NEXT,
    TaskCommand.EXPORT,
    TaskCommand.COPY_FILE,
    TaskCommand.COPY_PROMPT,
)
"""Nothing that takes something away: that is in the menu alone."""


class SeveralButtons(QWidget):
    verb_wanted = Signal(object)
    """A Verb for all that are chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = FlowLayout()
        hbox((row, 1), on=self, margins=(GRID + GRID // 2, 0, GRID + GRID // 2, GRID + GRID // 2))
        self._buttons: dict[TaskCommand, QPushButton] = {}
        for verb in VERBS:
            button = QPushButton(self)
            button.clicked.connect(lambda _=False, verb=verb: self.verb_wanted.emit(verb))
            self._buttons[verb] = button
            row.addWidget(button)
        self.show_rows(())

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Those that are chosen; none hides it."""
        found = {offer.verb: offer for group in offers(rows) for offer in group} if rows else {}
        for verb, button in self._buttons.items():
            offer = found.get(verb)
            button.setVisible(offer is not None)
            button.setText(offer.text if offer is not None else "")
            button.setEnabled(offer is not None and offer.enabled)
            button.setToolTip(offer.reason if offer is not None else "")
        self.setVisible(bool(found))
