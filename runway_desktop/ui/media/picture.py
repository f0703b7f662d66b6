"""Decoding pictures on a worker thread: the whole picture and smaller copies of it, so that any zoom paints fast and
clean.

`read_picture` never raises for a bad file: it returns a `Picture` or a `BadPicture` with words. A vector drawing is
rasterised large, by a process of its own (`drawing.py`), and its own size is what 100 % means. Qt refuses pictures over
256 MB decoded, and so do we.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from runway_desktop.ui.picture_reader import is_drawing, open_reader, upright_size
from runway_desktop.values import Struct

from .drawing import LONGEST_SIDE, Drawn, draw

_SMALLEST_LEVEL = 384
_AT_ONCE_PIXELS = 1_000_000
"""More would be felt when a poster is decoded in the GUI thread."""
_DEEP = frozenset(
    {
        QImage.Format.Format_Grayscale16,
        QImage.Format.Format_RGB30,
        QImage.Format.Format_BGR30,
        QImage.Format.Format_A2RGB30_Premultiplied,
        QImage.Format.Format_A2BGR30_Premultiplied,
    }
)
"""Formats of 32 bits at most that have more than eight a color."""
_DAMAGED = "This picture cannot be read here. It may be damaged."


class Picture(Struct, frozen=True):
    """`levels[0]` is the picture; each further one is half as large. `size` is its own size in pixels, also of a
    drawing.
    """

    path: Path
    size: QSize
    levels: tuple[QImage, ...]
    has_alpha: bool
    is_drawing: bool = False
    is_exact: bool = True
    """`levels[0]` has all that the file says: not of drawings, of more than eight bits a color, or of what can be seen
    through."""

    def level_for(self, width: float) -> QImage:
        """The smallest copy that still has `width` pixels across."""
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
    """Whether a file is there and its drive gives its first byte. On a worker: here is where a dead drive hangs."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def read_picture(path: Path) -> Picture | BadPicture:
    """Decodes. Slow for large pictures: on a worker thread."""
    if not path.is_file():
        return BadPicture(path, "The file is not there.", missing=True)
    if is_drawing(path):
        drawn = draw(path, LONGEST_SIDE)
        if isinstance(drawn, str):
            return BadPicture(path, drawn)
        return _picture(path, drawn.image, drawn)
    image = open_reader(path).read()
    return BadPicture(path, _DAMAGED) if image.isNull() else _picture(path, image)


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
    """The picture, at most `side` pixels long, keeping the aspect, and its own size; else a sentence. JPEG is decoded
    at a fraction of its cost."""
    if is_drawing(path):
        return draw(path, side)
    reader = open_reader(path)
    size = reader.size()
    own = upright_size(reader)
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return _DAMAGED
    return Drawn(at_most(image, side), own if own.isValid() else image.size())


def read_thumbnail(path: Path, side: int) -> QImage:
    """As `read_small`; a null image when it cannot be read."""
    found = read_small(path, side)
    return QImage() if isinstance(found, str) else found.image


def at_most(image: QImage, side: int) -> QImage:
    """The image, scaled down if its long side has more pixels than that."""
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def small_poster(path: Path | None) -> QImage:
    """A poster that is small enough to be decoded where it is needed; a null image for none and for a large one."""
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
    """Many PNGs carry an alpha channel that is opaque throughout; those need no checkerboard."""
    small = image.scaled(64, 64, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return any(small.pixelColor(x, y).alpha() < 250 for y in range(small.height()) for x in range(small.width()))
