"""Drawings (SVG) become pixels in a process of their own, which is killed when it takes too long.

Qt's reader of drawings opens files that a drawing names, and can be kept busy for hours by two kilobytes. So no drawing
is read in this process: `draw` hands its bytes to a child, which is this program itself (`--draw`, `main`), may use so
much time and memory and no more, and takes out whatever reaches beyond the drawing before it draws. `draw` blocks, for
a third of a second at the least: on a worker. Raises nothing; a sentence says why there is no picture.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from runway_desktop.domain.profiles import own_words
from runway_desktop.values import Struct

WORD = "--draw"
LONGEST_SIDE = 4096
_LARGEST = 1 << 24
"""Pixels of a drawing's own side."""
PATIENCE = 10.0
"""Seconds that a drawing may take."""
_MEMORY = 1 << 30
"""Bytes that the child may have of everything: a large drawing takes a tenth of it."""
DAMAGED = "This drawing cannot be read here. It may be damaged."
TOO_COMPLEX = "This drawing is too complex to be shown here."


class Drawn(Struct, frozen=True):
    """`size` is the drawing's own, in pixels."""

    image: QImage
    size: QSize


def draw(path: Path, side: int, *, patience: float = PATIENCE) -> Drawn | str:
    """The drawing with so many pixels on its long side, at most `LONGEST_SIDE`; else a sentence."""
    # With a parser of XML: few people ever see a drawing here.
    from .drawing_cleaner import MOST_BYTES

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        return DAMAGED
    if len(content) > MOST_BYTES:
        return TOO_COMPLEX
    try:
        done = subprocess.run(
            [*own_words(), WORD, str(min(side, LONGEST_SIDE))],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # It shows no window, and has no business at the display.
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
    except subprocess.TimeoutExpired:
        return TOO_COMPLEX
    except OSError:
        return DAMAGED
    return _read(done.stdout)


def main(words: Sequence[str]) -> int:
    """The child: reads a drawing from its input, writes a line that tells of it and its pixels to its output."""
    from .drawing_cleaner import MOST_BYTES

    _limit()
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    told, pixels = _drawn(content, int(words[0]))
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + pixels)
    sys.stdout.buffer.flush()
    return 0


def _drawn(content: bytes, side: int) -> tuple[dict[str, object], bytes]:
    from PySide6.QtCore import QBuffer, QByteArray, Qt
    from PySide6.QtGui import QGuiApplication, QImageReader

    from .drawing_cleaner import BadDrawing, TooComplex, cleaned

    try:
        content = cleaned(content)
    except TooComplex:
        return {"problem": TOO_COMPLEX}, b""
    except BadDrawing:
        return {"problem": DAMAGED}, b""
    application = QGuiApplication([])
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    reader = QImageReader(buffer, QByteArray(b"svg"))
    size = reader.size()
    if size.isEmpty():
        return {"problem": DAMAGED}, b""
    reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    del application
    if image.isNull():
        return {"problem": DAMAGED}, b""
    told: dict[str, object] = {"size": [size.width(), size.height()], "drawn": [image.width(), image.height()]}
    return told, bytes(image.constBits())


def _read(answer: bytes) -> Drawn | str:
    """What the child says. It has read a stranger's bytes: nothing that it says is taken unseen."""
    line, _, pixels = answer.partition(b"\n")
    try:
        told = json.loads(line)
        (width, height), (across, down) = told["size"], told["drawn"]
    except (ValueError, TypeError, KeyError, RecursionError):
        # It says why; or nothing, where it was ended by its limits.
        return DAMAGED if DAMAGED.encode() in line else TOO_COMPLEX
    if not all(isinstance(number, int) and 0 < number <= _LARGEST for number in (width, height, across, down)):
        return DAMAGED
    if max(across, down) > LONGEST_SIDE or len(pixels) != across * down * 4:
        return DAMAGED
    image = QImage(pixels, across, down, across * 4, QImage.Format.Format_ARGB32_Premultiplied)
    # The bytes belong to Python, and the image would outlive them.
    return Drawn(image.copy(), QSize(width, height))


def _limit() -> None:
    """So much time and memory, no file, no other process. Windows has only the time that the parent gives."""
    if sys.platform == "win32":
        return
    import resource

    limits = (
        (resource.RLIMIT_CPU, int(PATIENCE) + 1),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in limits:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))
