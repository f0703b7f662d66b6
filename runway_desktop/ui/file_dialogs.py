"""The system's file and folder dialogs, without nested event loops. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from runway_desktop.texts import _


def choose_file(
    parent: QWidget, title: str, chosen: Callable[[Path], object], *, near: Path | None = None, filters: str = ""
) -> None:
    """Asks for an existing file, starting in the folder `near`."""
    dialog = _dialog(parent, title, near, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def choose_files(
    parent: QWidget, title: str, chosen: Callable[[list[Path]], object], *, near: Path | None = None, filters: str = ""
) -> None:
    dialog = _dialog(parent, title, near, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()


def choose_moved(parent: QWidget, old: Path, chosen: Callable[[Path], object], near: Path | None) -> None:
    """Asks for the present path of a file that was at `old`."""
    filters = _("Same type {pattern}", pattern=f"(*{old.suffix})") + ";;" + _("All files {pattern}", pattern="(*)")
    choose_file(parent, _("Find “{file}”", file=old.name), chosen, near=near, filters=filters)


def choose_backup(parent: QWidget, chosen: Callable[[Path], object], near: Path) -> None:
    choose_file(parent, _("Restore a backup"), chosen, near=near, filters=_("Backups {pattern}", pattern="(*.zip)"))


def choose_folder(
    parent: QWidget,
    title: str,
    chosen: Callable[[Path], object],
    *,
    near: Path | None = None,
    shows_files: bool = False,
) -> None:
    dialog = _dialog(parent, title, near, "")
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, not shows_files)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def choose_target(parent: QWidget, title: str, chosen: Callable[[Path], object], start: Path, filters: str) -> None:
    """Asks for a target file. `start` is the suggestion, whose suffix is added to a name without one."""
    dialog = _dialog(parent, title, start.parent if start.is_absolute() else None, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(start.suffix.lstrip("."))
    dialog.selectFile(str(start))
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


def _dialog(parent: QWidget, title: str, near: Path | None, filters: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(near or ""), filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
