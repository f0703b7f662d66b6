"""Reads dropped or pasted QMimeData as paths, links and text. Pure; decides nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from runway_desktop.domain.media import format_by_name
from runway_desktop.ui.sharing.drag import is_ours
from runway_desktop.values import Struct


class MimeContents(Struct, frozen=True):
    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    text: str = ""
    image: QImage | None = None
    """A copied picture that is not a file yet."""
    is_ours: bool = False
    """Results dragged or copied in this program."""

    def __bool__(self) -> bool:
        return bool(self.paths or self.urls or self.text.strip() or self.image is not None)


def read(mime: QMimeData) -> MimeContents:
    """Order of preference: files, links, text, picture. A browser offers a link with a picture, which wins unless the
    link leads to a media file; an office program offers a picture of the text that was copied. HTML is not read: the
    plain text that comes with it has the same lines, and tabs between cells."""
    if mime.hasUrls():
        paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
        urls = tuple(
            url.toString(url.ComponentFormattingOption.FullyEncoded) for url in mime.urls() if not url.isLocalFile()
        )
        picture = _image(mime) if urls and not paths and not any(map(_is_medium, urls)) else None
        if picture is not None:
            return MimeContents(image=picture)
        if paths or urls:
            return MimeContents(paths=paths, urls=urls, is_ours=is_ours(mime))
    text = mime.text() if mime.hasText() else ""
    return MimeContents(text=text, image=None if text.strip() else _image(mime))


def _image(mime: QMimeData) -> QImage | None:
    image = mime.imageData() if mime.hasImage() else None
    return image if isinstance(image, QImage) and not image.isNull() else None


def _is_medium(address: str) -> bool:
    """Whether it is an https link to a file that Runway accepts, by its suffix."""
    url = QUrl(address)
    known = format_by_name(url.path().rpartition("/")[2])
    return url.scheme() == "https" and known is not None and known.accepted
