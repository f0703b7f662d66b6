"""The file of a poster: what is asked for, what was made, reading and writing it. On a worker."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter

from runway_desktop.ui.picture_reader import open_reader
from runway_desktop.values import Struct

POSTER_SIDE = 512
"""Pixels of the long side."""
GROUND = QColor(24, 26, 30)
"""Behind what is transparent: a kept picture cannot follow the theme; this one reads well in both."""
_WIDTH, _HEIGHT, _SECONDS = "FileWidth", "FileHeight", "FileSeconds"


class Wish(Struct, frozen=True):
    """The suffix of `target` (.png or .jpg) chooses the format."""

    path: Path
    target: Path


class Made(Struct, frozen=True):
    """Width and height of the file in pixels (0 for sound), its length in seconds (0 for what does not last)."""

    width: int
    height: int
    seconds: float


def kept_poster(target: Path) -> Made | None:
    """What an existing poster tells of its file."""
    if not target.is_file():
        return None
    reader = open_reader(target)
    if not reader.canRead():
        return None
    try:
        return Made(int(reader.text(_WIDTH)), int(reader.text(_HEIGHT)), float(reader.text(_SECONDS)))
    except ValueError:
        return Made(reader.size().width(), reader.size().height(), 0.0)


def save_poster(image: QImage, target: Path, size: QSize, seconds: float) -> Made | str:
    """Whole or not at all: written beside and renamed."""
    png = target.suffix.lower() == ".png"
    if not png and image.hasAlphaChannel():
        ground = QImage(image.size(), QImage.Format.Format_RGB32)
        ground.fill(GROUND)
        painter = QPainter(ground)
        painter.drawImage(0, 0, image)
        painter.end()
        image = ground
    image.setDevicePixelRatio(1)
    for key, value in ((_WIDTH, size.width()), (_HEIGHT, size.height()), (_SECONDS, seconds)):
        image.setText(key, str(value))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # As everything in a profile: for nobody else to look at.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if not image.save(str(part), "PNG" if png else "JPG", -1 if png else 88):  # type: ignore[call-overload]
            part.unlink(missing_ok=True)
            return f"The poster cannot be written to {target.parent}."
        part.replace(target)
    except OSError as error:
        return f"The poster cannot be written: {error.strerror}."
    return Made(size.width(), size.height(), seconds)
