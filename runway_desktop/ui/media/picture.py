"""Decodes pictures on a worker thread, with a mipmap of smaller copies for fast zooming.

`read_picture` never raises for a bad file: it returns a `Picture`, or a `BadPicture` with a sentence. Drawings are
rendered large by a child process (`drawing.py`); 100 % is their own size. Pictures over 256 MB decoded are refused, as
Qt does.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from runway_desktop.texts import Text, _
from runway_desktop.ui.picture_reader import is_drawing, open_reader, upright_size
from runway_desktop.values import Struct

from .drawing import LONGEST_SIDE, Drawn, draw

_SMALLEST_LEVEL = 384
_AT_ONCE_PIXELS = 1_000_000
"""Larger posters would block the GUI thread noticeably."""
_DEEP = frozenset(
    {
        QImage.Format.Format_Grayscale16,
        QImage.Format.Format_RGB30,
        QImage.Format.Format_BGR30,
        QImage.Format.Format_A2RGB30_Premultiplied,
        QImage.Format.Format_A2BGR30_Premultiplied,
    }
)
"""Formats with at most 32 bits per pixel but more than 8 per color."""
_DAMAGED = Text("This picture can't be read. It may be damaged.")


class Picture(Struct, frozen=True):
    """`levels[0]` is the whole picture; each further level is half as large. `size` is the picture's own size in
    pixels, also of a drawing.
    """

    path: Path
    size: QSize
    levels: tuple[QImage, ...]
    has_alpha: bool
    is_drawing: bool = False
    is_exact: bool = True
    """`levels[0]` equals the file's content. False for drawings, more than 8 bits per color, and transparency."""

    def level_for(self, width: float) -> QImage:
        """The smallest level at least `width` pixels wide."""
        best = self.levels[0]
        for level in self.levels[1:]:
            if level.width() < width:
                break
            best = level
        return best


class BadPicture(Struct, frozen=True):
    """`reason` is a sentence."""

    path: Path
    reason: str
    missing: bool = False


def is_readable(path: Path) -> bool:
    """Whether the file exists and its first byte can be read. Call on a worker: a drive that does not respond blocks
    here."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def read_picture(path: Path) -> Picture | BadPicture:
    """Decodes a picture. Slow for large ones: call on a worker."""
    if not path.is_file():
        return BadPicture(path, _("File not found."), missing=True)
    if is_drawing(path):
        drawn = draw(path, LONGEST_SIDE)
        if isinstance(drawn, str):
            return BadPicture(path, drawn)
        return _picture(path, drawn.image, drawn)
    image = open_reader(path).read()
    return BadPicture(path, str(_DAMAGED)) if image.isNull() else _picture(path, image)


def _picture(path: Path, image: QImage, drawn: Drawn | None = None) -> Picture:
    wanted = QImage.Format.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else QImage.Format.Format_RGB32
    is_deep = image.depth() > 32 or image.format() in _DEEP
    image.convertTo(wanted)
    image.setDevicePixelRatio(1)
    has_alpha = image.hasAlphaChannel() and _is_transparent_somewhere(image)
    return Picture(
        path=path,
        size=drawn.size if drawn is not None else image.size(),
        levels=tuple(_halvings(image)),
        has_alpha=has_alpha,
        is_drawing=drawn is not None,
        is_exact=not (drawn is not None or is_deep or has_alpha),
    )


def read_small(path: Path, side: int) -> Drawn | str:
    """The picture scaled to at most `side` pixels on the long side, with its own size; a sentence on failure. JPEG
    decodes at a fraction of the full cost."""
    if is_drawing(path):
        return draw(path, side)
    reader = open_reader(path)
    size = reader.size()
    own = upright_size(reader)
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return str(_DAMAGED)
    return Drawn(at_most(image, side), own if own.isValid() else image.size())


def read_thumbnail(path: Path, side: int) -> QImage:
    """Image of `read_small`; a null image on failure."""
    found = read_small(path, side)
    return QImage() if isinstance(found, str) else found.image


def at_most(image: QImage, side: int) -> QImage:
    """The image, scaled down if its long side exceeds `side`."""
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def small_poster(path: Path | None) -> QImage:
    """A poster small enough to decode on the GUI thread; a null image if there is none or it is too large."""
    if path is None or not path.is_file():
        return QImage()
    reader = open_reader(path)
    size = reader.size()
    return reader.read() if 0 < size.width() * size.height() <= _AT_ONCE_PIXELS else QImage()


def _halvings(image: QImage) -> list[QImage]:
    levels = [image]
    while max(levels[-1].width(), levels[-1].height()) > 2 * _SMALLEST_LEVEL:
        last = levels[-1]
        half = QSize(max(1, last.width() // 2), max(1, last.height() // 2))
        levels.append(
            last.scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
    return levels


def _is_transparent_somewhere(image: QImage) -> bool:
    """Samples the alpha: many PNGs have an opaque alpha channel and need no checkerboard."""
    small = image.scaled(64, 64, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return any(small.pixelColor(x, y).alpha() < 250 for y in range(small.height()) for x in range(small.width()))
