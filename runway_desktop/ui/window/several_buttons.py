"""Below the preview while several tasks are chosen: what can be done with all of them. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.commands.table import available_by_command
from runway_desktop.usecases.commands.task_command import TaskCommand

SHOWN = (
    TaskCommand.LOOK_FOR,
    TaskCommand.RETRY,
    TaskCommand.SEND_NEXT,
    TaskCommand.EXPORT,
    TaskCommand.COPY_FILE,
    TaskCommand.COPY_PROMPT,
)
"""Nothing that takes something away: that is in the menu alone."""


class SeveralButtons(QWidget):
    command_wanted = Signal(object)
    """A TaskCommand for all that are selected."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        around = QHBoxLayout(self)
        around.setContentsMargins(GRID + GRID // 2, 0, GRID + GRID // 2, GRID + GRID // 2)
        row = FlowLayout()
        around.addLayout(row, 1)
        self._buttons: dict[TaskCommand, QPushButton] = {}
        for command in SHOWN:
            button = QPushButton(self)
            button.clicked.connect(lambda _=False, command=command: self.command_wanted.emit(command))
            self._buttons[command] = button
            row.addWidget(button)
        self.show_rows(())

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Those that are chosen; none hides it."""
        found = available_by_command(rows, SHOWN)
        for command, button in self._buttons.items():
            shown = found.get(command)
            button.setVisible(shown is not None)
            button.setText(shown.text if shown is not None else "")
            button.setEnabled(shown is not None and shown.enabled)
            button.setToolTip(shown.reason if shown is not None else "")
        self.setVisible(bool(found))
