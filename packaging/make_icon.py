#!/usr/bin/env python3
"""Draws the icon, `resources/icons/app.svg`, into the sizes that systems ask for. Run after changing the SVG."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
OF_MACOS = Path(__file__).resolve().parent / "macos" / "app.icns"


def main() -> int:
    """Write `app-SIZE.png` for each size, `app.ico` for Windows and `app.icns` for macOS."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    drawn = {size: draw(size) for size in SIZES}
    for size, image in drawn.items():
        image.save(ICONS / f"app-{size}.png", optimize=True)
    small = [drawn[size] for size in SIZES if size <= 256]
    small[-1].save(ICONS / "app.ico", append_images=small[:-1], sizes=[image.size for image in small])
    drawn[512].save(OF_MACOS, append_images=[draw(1024), *small])
    del application
    return 0


def draw(size: int) -> Image.Image:
    """The icon at this size in pixels, rendered rather than scaled."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(ICONS / "app.svg")).render(painter, QRectF(0, 0, size, size))
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes, Qt wants text
    return Image.open(io.BytesIO(content.data()))


if __name__ == "__main__":
    sys.exit(main())
