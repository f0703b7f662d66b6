"""The menu below “Use as input”: what can be made of the shown result. GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.task import Media
from runway_desktop.viewmodels.onward import Onward


def onward_menu(onward: Onward, path: Path, media: Media, parent: QWidget) -> QMenu:
    """Each endpoint that takes this kind, the likeliest first; a clip's last frame before them."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    ways = onward.ways(media)
    for number, way in enumerate(ways):
        if number and ways[number - 1].last_frame:
            menu.addSeparator()
        menu.addAction(way.text, lambda way=way: onward.take(way, path, media))
    if not ways:
        menu.addAction("Nothing takes this kind of file").setEnabled(False)
    return menu
