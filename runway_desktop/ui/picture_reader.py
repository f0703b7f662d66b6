"""Opens picture files by content, rotated upright, and never drawings. Any thread; blocks; raises nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QImageReader

_DRAWINGS = frozenset({b"svg", b"svgz"})
_NOT_READ_HERE = frozenset({*_DRAWINGS, b"pdf"})
"""Names of Qt's formats. Qt's reader opens files that a drawing names, and some drawings take hours."""
_FIRST_BYTES = {b"\xff\xd8\xff": b"jpeg", b"\x89PNG\r\n\x1a\n": b"png"}
_DRAWING_SUFFIXES = frozenset({".svg", ".svgz"})


def open_reader(path: Path) -> QImageReader:
    """A reader that detects the format by content and applies the camera's rotation. Reads nothing from drawings,
    regardless of their names."""
    reader = _reader_by_content(path)
    reader.setAutoTransform(True)
    return QImageReader() if _form(reader) in _NOT_READ_HERE else reader


def is_drawing(path: Path) -> bool:
    """Whether the content is a drawing; if Qt does not recognize it, by the suffix. Blocks: reads the first bytes."""
    form = _form(_reader_by_content(path))
    return form in _DRAWINGS or (not form and path.suffix.lower() in _DRAWING_SUFFIXES)


def upright_size(reader: QImageReader) -> QSize:
    """The size after the camera's rotation, which Qt applies while reading."""
    size = reader.size()
    rotated = reader.transformation().value & 4
    return size.transposed() if rotated else size


def _reader_by_content(path: Path) -> QImageReader:
    if form := _usual_form(path):
        return QImageReader(str(path), QByteArray(form))
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    return reader


def _usual_form(path: Path) -> bytes:
    """JPEG or PNG by the first bytes; else empty. Qt's own detection loads all format plugins, including PDF: 2 MB of
    memory, while posters are all JPEG."""
    try:
        with path.open("rb") as file:
            begin = file.read(8)
    except OSError:
        return b""
    return next((form for first, form in _FIRST_BYTES.items() if begin.startswith(first)), b"")


def _form(reader: QImageReader) -> bytes:
    return bytes(reader.format().data())
