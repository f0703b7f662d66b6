"""MIME formats of drags. Rows of the list only carry a marker; the receiver asks the window which they are."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

ROWS = "application/x-runway-desktop-rows"


def has_rows(mime: QMimeData) -> bool:
    return mime.hasFormat(ROWS)


def accepts(mime: QMimeData) -> bool:
    return mime.hasUrls() or mime.hasText() or mime.hasHtml() or mime.hasImage()
