"""Renders drawings (SVG) in a child process, which is killed when it takes too long.

Qt's SVG reader opens files that a drawing names, and two kilobytes can keep it busy for hours. So `draw` sends the
bytes to a child (this program with `--draw`, see `main`) with limits on time and memory, which removes external
references before rendering. `draw` blocks for at least a third of a second: call it on a worker. Raises nothing;
failures are sentences.
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
from runway_desktop.texts import Text
from runway_desktop.values import Struct

WORD = "--draw"
LONGEST_SIDE = 4096
_LARGEST = 1 << 24
"""Maximum side of the drawing's own size in pixels."""
PATIENCE = 10.0
"""Seconds before the child is killed."""
_MEMORY = 1 << 30
"""Address space of the child in bytes; a large drawing takes a tenth of it."""
DAMAGED = Text("This drawing can't be read. It may be damaged.")
_DAMAGED_WORD = "damaged"
"""Of the child's answer."""
TOO_COMPLEX = Text("This drawing is too complex to show here.")


class Drawn(Struct, frozen=True):
    """`size` is the drawing's own size in pixels."""

    image: QImage
    size: QSize


def draw(path: Path, side: int, *, patience: float = PATIENCE) -> Drawn | str:
    """Renders with `side` pixels on the long side, at most `LONGEST_SIDE`; a sentence on failure."""
    # Imported late: it needs an XML parser, and drawings are rare.
    from .drawing_cleaner import MOST_BYTES

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        return str(DAMAGED)
    if len(content) > MOST_BYTES:
        return str(TOO_COMPLEX)
    try:
        done = subprocess.run(
            [*own_words(), WORD, str(min(side, LONGEST_SIDE))],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # The child shows no window and must not connect to the display.
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
    except subprocess.TimeoutExpired:
        return str(TOO_COMPLEX)
    except OSError:
        return str(DAMAGED)
    return _read(done.stdout)


def main(words: Sequence[str]) -> int:
    """Main function of the child: reads a drawing from standard input, writes a JSON line and the pixels to standard
    output."""
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
        return {"problem": "complex"}, b""
    except BadDrawing:
        return {"problem": _DAMAGED_WORD}, b""
    application = QGuiApplication([])
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    reader = QImageReader(buffer, QByteArray(b"svg"))
    size = reader.size()
    if size.isEmpty():
        return {"problem": _DAMAGED_WORD}, b""
    reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    del application
    if image.isNull():
        return {"problem": _DAMAGED_WORD}, b""
    told: dict[str, object] = {"size": [size.width(), size.height()], "drawn": [image.width(), image.height()]}
    return told, bytes(image.constBits())


def _read(answer: bytes) -> Drawn | str:
    """Validates the child's answer: it has parsed untrusted bytes, so nothing is taken unchecked."""
    line, _, pixels = answer.partition(b"\n")
    try:
        told = json.loads(line)
        (width, height), (across, down) = told["size"], told["drawn"]
    except (ValueError, TypeError, KeyError, RecursionError):
        # The word comes from the child; without a line its limits ended it.
        return str(DAMAGED if _DAMAGED_WORD.encode() in line else TOO_COMPLEX)
    if not all(isinstance(number, int) and 0 < number <= _LARGEST for number in (width, height, across, down)):
        return str(DAMAGED)
    if max(across, down) > LONGEST_SIDE or len(pixels) != across * down * 4:
        return str(DAMAGED)
    image = QImage(pixels, across, down, across * 4, QImage.Format.Format_ARGB32_Premultiplied)
    # Copied: the image does not own the Python bytes.
    return Drawn(image.copy(), QSize(width, height))


def _limit() -> None:
    """Limits time and memory; forbids writing files. On Windows, only the parent's timeout applies."""
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
