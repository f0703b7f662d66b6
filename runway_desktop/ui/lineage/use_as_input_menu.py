"""The menu below “Use as input”: what can be made of a result. GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.task import Media
from runway_desktop.viewmodels.tasks.use_as_input import UseAsInput


class OnwardMenu(QMenu):
    """Each endpoint that takes this kind, the likeliest first; a clip's last frame before them."""

    def __init__(self, use_as_input: UseAsInput, path: Path, media: Media, parent: QWidget) -> None:
        super().__init__("Use as input", parent)
        ways = use_as_input.ways(media)
        for number, way in enumerate(ways):
            if number and ways[number - 1].last_frame:
                self.addSeparator()
            self.addAction(way.text, lambda way=way: use_as_input.take(way, path, media))
        if not ways:
            self.addAction("Nothing takes this kind of file").setEnabled(False)
