"""Child process that draws contact sheets: pages of tiles, each a frame with a name and lines of text.

    python -m runway_desktop --sheet

Reads JSON from standard input, as `services/media/contact_sheet.py` writes it. Writes JSON: the `files` in base64, one
PDF or a PNG for each page, and whether each tile has a picture (`shown`).
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from bisect import bisect_right
from itertools import chain
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QMarginsF, QObject, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtMultimedia import QVideoFrame

from runway_desktop.ui.building import timer
from runway_desktop.ui.colors import COLORS
from runway_desktop.ui.picture_reader import open_reader, upright_size
from runway_desktop.ui.theme import program_font

from .players import MediaEngine
from .stills import png_of

_DPI = 216
"""All lengths here are of an A4 page across in dots of this size. Small sizes, enlarged, would give Japanese letters
the thick stems that they have on a screen."""
_WIDE, _HIGH, _MARGIN, _GAP, _TITLE, _LABEL = 2526.0, 1785.0, 84.0, 36.0, 84.0, 46.0
_MOST_ROWS = 3
"""Of a line of text; the rest is left out."""
_DECODE_MS = 3_000
_KEPT, _SMOOTH = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
_INK, _FAINT, _EMPTY, _EDGE = (QColor(COLORS[role][1]) for role in ("text", "faint", "window", "border"))


class _Sheet:
    def __init__(self, title: str, tiles: list[dict[str, Any]], frames: _Frames) -> None:
        self._title, self._tiles, self._frames = title, tiles, frames
        self.shown = [False] * len(tiles)
        self._strong, self._small = _font(28, QFont.Weight.DemiBold), _font(24, QFont.Weight.Normal)
        self._top = _MARGIN + (_TITLE if title else 0.0)
        sizes = [upright_size(open_reader(Path(path))) for tile in tiles for path in tile["pictures"]]
        ratios = sorted(size.height() / size.width() for size in sizes if not size.isEmpty()) or [9 / 16]
        self._ratio = min(max(ratios[len(ratios) // 2], 9 / 21), 16 / 9)
        # The largest tiles of which all fit on one page; if none do, the smallest.
        any(map(self._lay_out, range(1, 5 if self._ratio <= 0.8 else 8)))
        places, a_page = range(len(tiles)), self._rows * self._columns
        self._pages = [places[at : at + a_page] for at in places[::a_page]]

    def _lay_out(self, columns: int) -> bool:
        """Whether all tiles fit on one page."""
        self._columns, self._width = columns, (_WIDE - 2 * _MARGIN + _GAP) / columns - _GAP
        self._texts = [
            "\n".join(_cut(line, self._small, self._width) for line in tile["lines"]) for tile in self._tiles
        ]
        text = max((_height(text, self._small, self._width) for text in self._texts if text), default=0.0)
        self._step = self._width * self._ratio + _LABEL + text + _GAP
        rows = int((_HIGH - self._top - _MARGIN + _GAP) / self._step)
        self._rows = max(1, rows)
        return rows * columns >= len(self._tiles)

    def pdf(self) -> list[bytes]:
        kept = QBuffer()
        kept.open(QBuffer.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(kept)
        writer.setTitle(self._title)
        writer.setResolution(_DPI)
        writer.setPageSize(QPageSize(QSizeF(_WIDE / _DPI, _HIGH / _DPI), QPageSize.Unit.Inch))
        writer.setPageMargins(QMarginsF())
        painter = QPainter(writer)
        for number in range(len(self._pages)):
            if number:
                writer.newPage()
            self._paint(painter, number)
        painter.end()
        return [bytes(kept.data().data())]

    def pictures(self) -> list[bytes]:
        """Each ends below its last tile."""
        files = []
        for number, page in enumerate(self._pages):
            high = self._top + -(-len(page) // self._columns) * self._step - _GAP + _MARGIN
            image = QImage(round(_WIDE), round(high), QImage.Format.Format_RGB32)
            image.fill(Qt.GlobalColor.white)
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self._paint(painter, number)
            painter.end()
            files.append(png_of(image))
        return files

    def _paint(self, painter: QPainter, number: int) -> None:
        told = f"{number + 1} / {len(self._pages)}" if len(self._pages) > 1 else ""
        wide = QFontMetricsF(self._small).horizontalAdvance(told)
        if self._title:
            font, width = _font(48, QFont.Weight.DemiBold), _WIDE - 2 * _MARGIN - wide - _GAP
            _write(painter, QPointF(_MARGIN, _MARGIN + 36), self._title, font, width)
            _write(painter, QPointF(_WIDE - _MARGIN - wide, _MARGIN + 36), told, self._small, wide)
        for place, at in enumerate(self._pages[number]):
            row, column = divmod(place, self._columns)
            left, top = _MARGIN + column * (self._width + _GAP), self._top + row * self._step
            box = QRectF(left, top, self._width, self._width * self._ratio)
            image = self._frame(self._tiles[at], round(max(box.width(), box.height())))
            self.shown[at] = not image.isNull()
            if image.isNull():
                painter.setPen(_EDGE)
                painter.setBrush(_EMPTY)
                painter.drawRect(box)
            within = QRectF(QPointF(), QSizeF(image.size()).scaled(box.size(), _KEPT))
            within.moveCenter(box.center())
            painter.drawImage(within, image)
            _write(painter, QPointF(left, box.bottom() + 34), self._tiles[at]["name"], self._strong, self._width)
            painter.setFont(self._small)
            painter.setPen(_FAINT)
            below = QRectF(left, box.bottom() + _LABEL, self._width, _HIGH)
            painter.drawText(below, Qt.TextFlag.TextWordWrap, self._texts[at])

    def _frame(self, tile: dict[str, Any], side: int) -> QImage:
        """At most `side` pixels long; a null image if there is none."""
        images = (_read(Path(path), side) for path in tile["pictures"])
        decoded = (self._frames.decoded(Path(path), round(tile["at"] * 1000)) for path in [tile["clip"]] if path)
        sources = (decoded, images) if tile["at"] else (images, decoded)
        image = next((image for image in chain(*sources) if not image.isNull()), QImage())
        return image if max(image.width(), image.height()) <= side else image.scaled(side, side, _KEPT, _SMOOTH)


class _Frames(QObject):
    """Frames of clips, one after the other. The application's loop runs only meanwhile."""

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__()
        self._application = application
        self._engine = MediaEngine(self, sound=False)
        self._engine.frame.connect(self._came)
        self._engine.failed.connect(application.quit)
        self._time_out = timer(self, _DECODE_MS, application.quit)

    def decoded(self, path: Path, at: int) -> QImage:
        """At these milliseconds; the clip's first one if it does not reach them in time."""
        application, self._at, self._found = self._application, at, list[QVideoFrame]()
        self._engine.load(path)
        self._engine.pause()
        self._time_out.start()
        application.exec()
        self._time_out.stop()
        return self._found[-1].toImage() if self._found else QImage()

    def _came(self, frame: QVideoFrame) -> None:
        self._found.append(frame)
        if frame.endTime() // 1000 >= self._at:
            self._application.quit()
        elif len(self._found) == 1:
            self._engine.seek(self._at)


def _read(path: Path, side: int) -> QImage:
    reader = open_reader(path)
    if max(reader.size().width(), reader.size().height()) > side:
        reader.setScaledSize(reader.size().scaled(side, side, _KEPT))
    return reader.read()


def _font(size: int, weight: QFont.Weight) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    font.setWeight(weight)
    return font


def _height(text: str, font: QFont, width: float) -> float:
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, width, _HIGH), Qt.TextFlag.TextWordWrap, text).height()


def _cut(text: str, font: QFont, width: float) -> str:
    """As much of it as `_MOST_ROWS` hold."""
    most = _height("\n" * (_MOST_ROWS - 1), font, width)
    if _height(text, font, width) <= most:
        return text
    ends = range(1, len(text))
    return text[: bisect_right(ends, most, key=lambda end: _height(f"{text[:end]}…", font, width))] + "…"


def _write(painter: QPainter, at: QPointF, text: str, font: QFont, width: float) -> None:
    painter.setFont(font)
    painter.setPen(_INK)
    painter.drawText(at, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width))


def main() -> int:
    wanted = json.loads(sys.stdin.buffer.read())
    application = QGuiApplication([])
    application.setFont(program_font(application.font()))
    sheet = _Sheet(wanted["title"], wanted["tiles"], _Frames(application))
    files = sheet.pdf() if wanted["is_pdf"] else sheet.pictures()
    json.dump({"files": [b64encode(file).decode() for file in files], "shown": sheet.shown}, sys.stdout)
    sys.stdout.flush()
    return 0
