"""What marks a drag of rows of the list: who takes them asks the window which they are."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

ROWS = "application/x-runway-desktop-rows"


def has_rows(mime: QMimeData) -> bool:
    return mime.hasFormat(ROWS)
