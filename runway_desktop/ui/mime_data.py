"""Reads dropped or pasted QMimeData as paths, links and text. Pure; decides nothing."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from runway_desktop.domain.media import format_by_name
from runway_desktop.ui.sharing.drag import is_ours
from runway_desktop.values import Struct

_LONGEST = 2_000_000
"""Characters of HTML that are searched."""


class MimeContents(Struct, frozen=True):
    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    """The HTML form, to find the picture meant on a page, and text without a plain form."""
    image: QImage | None = None
    """A copied picture that is not a file yet."""
    is_ours: bool = False
    """Results dragged or copied in this program."""

    def __bool__(self) -> bool:
        return bool(self.paths or self.urls or self.text.strip() or self.html.strip() or self.image is not None)


def read(mime: QMimeData) -> MimeContents:
    """Order of preference: files, links, picture, text, since a browser offers all for one picture. A link wins over
    the picture only if it leads to a media file rather than a page."""
    html = mime.html() if mime.hasHtml() else ""
    if mime.hasUrls():
        paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
        urls = tuple(
            url.toString(url.ComponentFormattingOption.FullyEncoded) for url in mime.urls() if not url.isLocalFile()
        )
        picture = _image(mime) if urls and not paths and not any(map(_is_medium, (*urls, *_pictures(html)))) else None
        if picture is not None:
            return MimeContents(image=picture)
        if paths or urls:
            return MimeContents(paths=paths, urls=urls, html=html, is_ours=is_ours(mime))
    picture = _image(mime)
    if picture is not None:
        return MimeContents(image=picture)
    return MimeContents(text=mime.text() if mime.hasText() else "", html=html)


def _image(mime: QMimeData) -> QImage | None:
    image = mime.imageData() if mime.hasImage() else None
    return image if isinstance(image, QImage) and not image.isNull() else None


def _pictures(html: str) -> list[str]:
    return re.findall(r"""<img\b[^>]*?\bsrc\s*=\s*["']([^"']+)""", html[:_LONGEST], re.IGNORECASE)


def _is_medium(address: str) -> bool:
    """Whether it is an https link to a file that Runway accepts, by its suffix."""
    url = QUrl(address)
    known = format_by_name(url.path().rpartition("/")[2])
    return url.scheme() == "https" and known is not None and known.accepted
