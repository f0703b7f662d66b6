"""Threads may read pictures at the same time, from the first moment on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

TOGETHER = """
import sys, threading
from PySide6.QtGui import QGuiApplication
from runway_desktop.ui.media.workers import prepare_for_threads
from runway_desktop.ui.media.picture import read_picture
from runway_desktop.ui.picture_reader import open_reader, upright_size
from pathlib import Path

sys.setswitchinterval(1e-6)
application = QGuiApplication([])
prepare_for_threads()
path = Path(sys.argv[1])
start = threading.Barrier(4)
sizes = []

def read():
    reader = open_reader(path)
    start.wait()
    reader.transformation().value
    sizes.append(upright_size(reader).width())
    read_picture(path)

threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*sizes)
"""


def test_four_threads_can_read_their_first_picture_at_once(tmp_path: Path):
    """A process of its own: whatever this one has used of Qt is used already. Without the preparation nearly every
    such process ends in a crash."""
    path = tmp_path / "fox.png"
    Image.new("RGBA", (64, 36), (200, 80, 20, 120)).save(path)
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", TOGETHER, str(path)], capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout.split()) == (0, ["64"] * 4), done.stderr


LOADED = """
from PySide6.QtCore import qInstallMessageHandler
from runway_desktop.app.program import make_application
from runway_desktop.ui.media.players import prepare

application = make_application()
said = []
qInstallMessageHandler(lambda kind, context, message: said.append((context.category, message)))
prepare()
print(said)
"""


def test_loading_the_media_library_prints_nothing():
    """A handler in Python waits for the interpreter then, inside the loader's lock: with a thread that imports a module
    in C at this moment, one start in ten stood still for ever where PipeWire is missing."""
    environment = {name: value for name, value in os.environ.items() if name != "QT_LOGGING_RULES"}
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert done.stdout.split("\n")[0] == "[]", done.stderr


PLUGINS = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from runway_desktop.ui.media.workers import prepare_for_threads
from runway_desktop.ui.picture_reader import open_reader

application = QGuiApplication([])
prepare_for_threads()
sizes = [open_reader(Path(name)).read().width() for name in sys.argv[1:]]
print(*sizes, any("libqpdf" in line for line in open("/proc/self/maps")))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells what a process has loaded")
def test_common_pictures_are_read_without_loading_the_library_for_rare_ones(tmp_path: Path):
    """Whatever they are called: the first bytes tell."""
    names = [str(tmp_path / name) for name in ("poster.jpg", "named.png", "drawn.png", "photo.gif")]
    for name, form in zip(names, ("JPEG", "JPEG", "PNG", "PNG"), strict=True):
        Image.new("RGB", (64, 36), (200, 80, 20)).save(name, form)
    done = subprocess.run(
        [sys.executable, "-c", PLUGINS, *names], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == ["64"] * 4 + ["False"], done.stderr
