"""An untrusted SVG is drawn in its own process, loads nothing and blocks nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QImageReader

from runway_desktop.ui.media import drawing
from runway_desktop.ui.media.drawing import DAMAGED, TOO_COMPLEX, Drawn, draw
from runway_desktop.ui.media.picture import BadPicture, Picture, read_picture, read_small, small_poster
from runway_desktop.ui.picture_reader import open_reader
from runway_desktop.ui.sharing.drag import FileMime
from runway_desktop.ui.tasks.posters import load
from tests.rigs import hostile_drawings

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A picture of the person's, all red."""
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    path = tmp_path / "secret.png"
    assert image.save(str(path))
    return path


def test_svg_is_drawn_at_the_requested_size_and_reports_its_own(drawing: Path) -> None:
    found = draw(drawing, 300)
    assert isinstance(found, Drawn)
    assert (found.size.width(), found.size.height()) == (200, 100)
    assert (found.image.width(), found.image.height()) == (300, 150)
    assert found.image.pixelColor(150, 75) == QColor("#00ff00")


@pytest.mark.parametrize(
    "name", ["image", "old-link", "plain-path", "relative", "drawing-called-png", "drawing-within"]
)
def test_file_referenced_by_an_svg_is_not_shown(name: str, secret: Path, tmp_path: Path) -> None:
    path = tmp_path / "drawing.svg"
    path.write_bytes(hostile_drawings.that_open(secret)[name])
    found = read_picture(path)
    assert isinstance(found, Picture)
    assert found.levels[-1].pixelColor(32, 32).alpha() == 0


def test_text_in_an_svg_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "letters.svg"
    path.write_bytes(hostile_drawings.drawing('<text x="0" y="50" font-size="60" fill="#00f">M</text>'))
    found = draw(path, 64)
    assert isinstance(found, Drawn)
    assert any(found.image.pixelColor(x, y).alpha() for x in range(64) for y in range(64))


def test_svg_that_takes_too_long_is_aborted(tmp_path: Path) -> None:
    path = tmp_path / "slow.svg"
    path.write_bytes(hostile_drawings.slow())
    began = time.monotonic()
    assert draw(path, 512, patience=1.5) == str(TOO_COMPLEX)
    assert time.monotonic() - began < 10


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits nothing here")
def test_svg_child_process_limits_its_own_time_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "own_words", lambda: [sys.executable, "-c", LIMITED])
    path = tmp_path / "any.svg"
    path.write_bytes(b"<svg/>")
    began = time.monotonic()
    assert draw(path, 512, patience=60) == str(TOO_COMPLEX)
    assert time.monotonic() - began < 30


LIMITED = """
from runway_desktop.ui.media import drawing
drawing.PATIENCE = 0
drawing._limit()
try:
    bytes(2 << 30)
except MemoryError:
    while True:
        pass
print('{"size": [1, 1], "drawn": [1, 1]}', flush=True)
"""


@pytest.mark.parametrize("name", [*hostile_drawings.with_entities(), *hostile_drawings.too_complex()])
def test_refused_svg_gets_an_explanation(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.svg"
    path.write_bytes((hostile_drawings.with_entities() | hostile_drawings.too_complex())[name])
    found = read_picture(path)
    assert isinstance(found, BadPicture)
    assert found.reason in (str(DAMAGED), str(TOO_COMPLEX))


@pytest.mark.parametrize("name", ["picture.png", "poster.jpg", "drawing.svg", "noname"])
def test_svg_is_never_parsed_in_the_main_process_whatever_its_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(hostile_drawings.drawing('<rect width="64" height="64" fill="red"/>'))
    assert open_reader(path).read().isNull()
    assert small_poster(path).isNull()
    assert load((str(path), 64, 64, False)).isNull()
    shown = FileMime([path]).imageData()
    assert shown is None or shown.isNull()
    # It is shown all the same.
    found = read_small(path, 32)
    assert isinstance(found, Drawn)
    assert found.image.pixelColor(16, 16) == QColor("red")


def test_picture_readers_are_made_in_three_known_modules_only() -> None:
    package = Path(drawing.__file__).parents[2]
    made = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "QImageReader(" in path.read_text(encoding="utf-8")
    }
    # Where they are made, where a drawing that was cleaned is drawn, and where Qt is warmed with a picture of ours.
    assert made == {"ui/picture_reader.py", "ui/media/drawing.py", "ui/media/workers.py"}


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\n", b"no", b"[]\n", b"{}\n", b'{"size": [1, 1]}\n', b'{"size": [1, 1], "drawn": [2, 2]}\nabc',
        b'{"size": [1e400, 1], "drawn": [1, 1]}\nabcd', b'{"size": [0, 0], "drawn": [1, 1]}\nabcd',
        b'{"size": [1, 1], "drawn": [-1, -1]}\nabcd', b'{"size": [1, 1], "drawn": [1e9, 1e9]}\nabcd',
        b'{"size": [1, 1], "drawn": ["a", "b"]}\nabcd', b'{"size": [' + b"9" * 400 + b', 1], "drawn": [1, 1]}\nabcd',
        b"[" * 200_000 + b"\n",
    ],
)  # fmt: skip
def test_invalid_answer_of_the_svg_child_process_is_rejected(
    answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "answer").write_bytes(answer)
    says = "import shutil, sys; shutil.copyfileobj(open(sys.argv[1], 'rb'), sys.stdout.buffer)"
    monkeypatch.setattr(drawing, "own_words", lambda: [sys.executable, "-c", says, str(tmp_path / "answer")])
    assert draw(tmp_path / "answer", 512) in (str(DAMAGED), str(TOO_COMPLEX))


def test_svg_child_process_cannot_write_files(tmp_path: Path) -> None:
    script = (
        "import sys; from runway_desktop.ui.media import drawing; drawing._limit(); "
        "open(sys.argv[1], 'w').write('x' * 10)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "written")], check=False, capture_output=True)
    assert (tmp_path / "written").read_bytes() == b""


def test_qt_without_the_cleaner_would_load_the_referenced_file(secret: Path, tmp_path: Path) -> None:
    """That these drawings are hostile at all."""
    path = tmp_path / "drawing.svg"
    path.write_bytes(hostile_drawings.that_open(secret)["plain-path"])
    assert QImageReader(str(path)).read().pixelColor(32, 32) == QColor("red")
