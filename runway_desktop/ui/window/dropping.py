"""What the system drags or pastes, as plain paths, links and text. Pure reading of QMimeData; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage


@dataclass(frozen=True, slots=True)
class Dropped:
    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    """The same with its markup: which picture of a page is meant, and words where there is no plain text."""
    image: QImage | None = None
    """A copied picture that is no file yet."""

    def __bool__(self) -> bool:
        return bool(self.paths or self.urls or self.text.strip() or self.html.strip() or self.image is not None)


def read(mime: QMimeData) -> Dropped:
    """Files win over links, links over a picture, a picture over text: a browser offers all four for one picture."""
    html = mime.html() if mime.hasHtml() else ""
    if mime.hasUrls():
        paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
        urls = tuple(
            url.toString(url.ComponentFormattingOption.FullyEncoded) for url in mime.urls() if not url.isLocalFile()
        )
        if paths or urls:
            return Dropped(paths=paths, urls=urls, html=html)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Dropped(image=image)
    return Dropped(text=mime.text() if mime.hasText() else "", html=html)


def accepts(mime: QMimeData) -> bool:
    return mime.hasUrls() or mime.hasText() or mime.hasHtml() or mime.hasImage()
