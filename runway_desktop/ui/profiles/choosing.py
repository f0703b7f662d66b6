"""Asks which backup is to be restored. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def choose_backup(parent: QWidget, folder: Path, chosen: Callable[[Path], object]) -> None:
    """Begins in `folder`, where the daily ones are."""
    dialog = QFileDialog(parent, "Restore a backup", str(folder), "Backups (*.zip)")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()
