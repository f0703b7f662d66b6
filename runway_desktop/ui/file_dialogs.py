"""The system's file and folder dialogs, without nested event loops. On Linux by the desktop's portal, so that they are
the desktop's own; Qt's dialogs where no portal answers. GUI thread only."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from runway_desktop.texts import _
from runway_desktop.values import Struct, replace

Mode = QFileDialog.FileMode
_DOUBLE_CLICK = 1.0
"""Seconds in which the same dialog is not wanted twice."""
Shows = Callable[[str, str, str, Mapping[str, tuple[str, Any]]], Coroutine[Any, Any, list[str] | None]]
"""Shows a dialog by the portal: given its method, parent window, title and options, returns links of the chosen files;
None if it shows none."""


class SystemDialogs(QObject):
    """The desktop's dialogs, as a child of the application. There is none where Qt's dialogs are the system's."""

    def __init__(
        self, application: QObject, show: Shows, spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[Any]]
    ) -> None:
        super().__init__(application)
        self._show = show
        self._spawn = spawn
        self._open: tuple[asyncio.Task[Any], float] | None = None
        """What waits for the last dialog, and since when."""

    def ask(self, parent: QWidget, wish: Wish, chosen: Callable[[list[Path]], object]) -> None:
        if self._open is None or self._open[0].done():
            self._open = self._spawn(self._ask(parent, wish, chosen), "choose files"), time.monotonic()
        elif time.monotonic() - self._open[1] > _DOUBLE_CLICK:
            # Asked again although a dialog is open: perhaps the system shows none.
            self._open[0].cancel()
            _open(parent, wish, chosen)

    async def _ask(self, parent: QWidget, wish: Wish, chosen: Callable[[list[Path]], object]) -> None:
        method = "SaveFile" if wish.mode is Mode.AnyFile else "OpenFile"
        # On Wayland the portal wants a name for the window that Qt does not tell.
        window = f"x11:{int(parent.window().winId()):x}" if QGuiApplication.platformName() == "xcb" else ""
        links = await self._show(method, window, wish.title, portal_options(wish))
        paths = [Path(name) for link in links or () if (name := QUrl(link).toLocalFile())]
        suffix = Path(wish.name).suffix
        is_completed = bool(paths and suffix and not paths[0].suffix)
        if is_completed:
            paths = [paths[0].with_suffix(suffix)]
        if is_completed and await asyncio.to_thread(os.path.lexists, paths[0]):
            # The person was not asked whether to replace this one.
            await self._ask(parent, replace(wish, near=paths[0].parent, name=paths[0].name), chosen)
        elif not isValid(parent):
            return
        elif links is None:
            _open(parent, wish, chosen)
        elif paths:
            chosen(paths)


class Wish(Struct, frozen=True):
    """Parameters of a file dialog."""

    title: str
    mode: QFileDialog.FileMode = Mode.ExistingFile
    """AnyFile is a target to save to."""
    near: Path | None = None
    """Folder to start in."""
    filters: str = ""
    """As Qt writes them, separated by ";;"."""
    name: str = ""
    """Suggested name of a target. Its suffix is added to a name without one."""
    shows_files: bool = True
    """Whether Qt's dialog for folders shows files, too."""
    replaces: bool = True
    """Of a target. False: a new file gets a free name, so Qt's dialog does not ask about one that is there."""


def choose_file(
    parent: QWidget, title: str, chosen: Callable[[Path], object], *, near: Path | None = None, filters: str = ""
) -> None:
    """Asks for an existing file, starting in the folder `near`."""
    _ask(parent, Wish(title, near=near, filters=filters), lambda paths: chosen(paths[0]))


def choose_files(
    parent: QWidget, title: str, chosen: Callable[[list[Path]], object], *, near: Path | None = None, filters: str = ""
) -> None:
    _ask(parent, Wish(title, Mode.ExistingFiles, near, filters), chosen)


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
    _ask(parent, Wish(title, Mode.Directory, near, shows_files=shows_files), lambda paths: chosen(paths[0]))


def choose_target(
    parent: QWidget, title: str, chosen: Callable[[Path], object], start: Path, filters: str, *, replaces: bool = True
) -> None:
    """Asks for a target file. `start` is the suggestion, whose suffix is added to a name without one."""
    near = start.parent if start.is_absolute() else None
    wish = Wish(title, Mode.AnyFile, near, filters, start.name, replaces=replaces)
    _ask(parent, wish, lambda paths: chosen(paths[0]))


def portal_options(wish: Wish) -> dict[str, tuple[str, Any]]:
    """A wish as options of the portal's interface FileChooser, each with its D-Bus signature."""
    options: dict[str, tuple[str, Any]] = {
        "modal": ("b", True),
        "multiple": ("b", wish.mode is Mode.ExistingFiles),
        "directory": ("b", wish.mode is Mode.Directory),
    }
    filters = [(text, [(0, _any_case(glob)) for glob in _globs(text)]) for text in wish.filters.split(";;") if text]
    if filters:
        options["filters"] = ("a(sa(us))", filters)
    if wish.near is not None:
        options["current_folder"] = ("ay", bytes(wish.near) + b"\0")
    if wish.name:
        options["current_name"] = ("s", wish.name)
    return options


def _globs(text: str) -> Sequence[str]:
    """The patterns in "Tables (*.csv *.tsv)"."""
    return text.rpartition("(")[2].rstrip(")").split()


def _any_case(glob: str) -> str:
    return re.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", glob)


def _ask(parent: QWidget, wish: Wish, chosen: Callable[[list[Path]], object]) -> None:
    application = QCoreApplication.instance()
    system = application.findChild(SystemDialogs) if application is not None else None
    if isinstance(system, SystemDialogs):
        system.ask(parent, wish, chosen)
    else:
        _open(parent, wish, chosen)


def _open(parent: QWidget, wish: Wish, chosen: Callable[[list[Path]], object]) -> None:
    """Qt's dialog, or on Windows and macOS the system's."""
    # Qt would write the missing part of the folder before the name.
    near = wish.near if wish.near is None or wish.near.is_dir() else Path.home()
    dialog = QFileDialog(parent, wish.title, str(near or ""), wish.filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(wish.mode)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, not wish.shows_files)
    if wish.mode is Mode.AnyFile:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, not wish.replaces)
        dialog.setDefaultSuffix(Path(wish.name).suffix.lstrip("."))
        dialog.selectFile(str(near / wish.name if near else wish.name))
    if wish.mode is Mode.ExistingFiles:
        dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    else:
        dialog.fileSelected.connect(lambda name: chosen([Path(name)]))
    dialog.open()
