"""The system's file manager and default programs: called in their form, with failures reported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from runway_desktop.ui.window import output
from runway_desktop.ui.window.output import FileManager, select_command
from tests.rigs.session_bus import FakeService, needs_bus, private_bus
from tests.rigs.waiting import until

ROOT = Path(__file__).parents[3]

FOX = Path("/library/a fox.mp4")
OWL = Path("/library/owl.mp4")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QUrl]:
    """Folders that were opened in place of files that were pointed at."""
    found: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: found.append(url) or True)
    return found


@pytest.fixture
def failed() -> list[Path]:
    return []


@pytest.fixture
def owner(qapp: object) -> Iterator[QObject]:
    owner = QObject()
    yield owner
    owner.deleteLater()


def test_folder_is_opened_when_there_is_no_session_bus(
    opened: list[QUrl], failed: list[Path], owner: QObject, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    # Without xdg-mime, which may know of no file manager here.
    monkeypatch.setenv("PATH", "")
    FileManager(failed.append, owner, platform="linux").show([FOX, OWL])
    qtbot.waitUntil(lambda: bool(opened))
    assert opened == [QUrl.fromLocalFile("/library")]
    assert failed == []


def test_folder_that_cannot_be_opened_is_reported(
    failed: list[Path], owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    FileManager(failed.append, owner, platform="darwin").open_folder(FOX.parent)
    assert failed == [FOX.parent]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a file manager")
@pytest.mark.parametrize("manager", ["", "org.gnome.Nautilus.desktop"])
def test_folder_that_no_program_opens_is_reported(
    manager: str,
    opened: list[QUrl],
    failed: list[Path],
    owner: QObject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    fake = tmp_path / "xdg-mime"
    fake.write_text(f"#!/bin/sh\necho {manager}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    FileManager(failed.append, owner, platform="linux").open_folder(FOX.parent)
    qtbot.waitUntil(lambda: bool(opened or failed))
    assert (opened, failed) == (([QUrl.fromLocalFile("/library")], []) if manager else ([], [FOX.parent]))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is not asked for")
def test_closing_the_window_while_the_file_manager_starts_is_harmless(
    opened: list[QUrl], failed: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    fake, asked = tmp_path / "xdg-mime", tmp_path / "asked"
    fake.write_text(f"#!/bin/sh\nsleep 0.3\n: > '{asked}'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    owner = QObject()
    FileManager(failed.append, owner, platform="linux").open_folder(FOX.parent)
    # Qt's warnings fail a test.
    shiboken6.delete(owner)
    qtbot.waitUntil(asked.exists)
    qtbot.wait(50)
    assert (opened, failed) == ([], [])


SHOWS = """\
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from runway_desktop.ui.window.output import FileManager
application = QGuiApplication([])
manager = FileManager(lambda folder: application.exit(1))
manager.show([Path(sys.argv[1])])
application.exec()
"""


@needs_bus
def test_sandboxed_program_selects_a_file_through_the_portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked from a process of its own, which has met no other bus."""
    (tmp_path / "a fox.mp4").touch()
    monkeypatch.setenv("FLATPAK_ID", "io.github.runway_desktop.RunwayDesktop")
    shown: list[str] = []

    def show(_window: str, file: Any, _options: object) -> tuple[str, tuple[str]]:
        shown.append(os.readlink(f"/proc/self/fd/{file.to_raw_fd()}"))
        return "o", ("/org/freedesktop/portal/desktop/request/1",)

    with private_bus(monkeypatch):
        portal = FakeService("org.freedesktop.portal.Desktop", {"OpenDirectory": show})
        with subprocess.Popen([sys.executable, "-c", SHOWS, str(tmp_path / "a fox.mp4")], cwd=ROOT) as child:
            until(lambda: bool(shown), "the portal to be asked")
            child.kill()
        portal.close()
    assert shown == [str(tmp_path / "a fox.mp4")]


def test_explorer_and_finder_select_a_file_by_command(
    opened: list[QUrl], failed: list[Path], owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert select_command("win32", [FOX, OWL]) == ("explorer.exe", "/select,", str(FOX))
    assert select_command("darwin", [FOX, OWL]) == ("open", "-R", str(FOX), str(OWL))
    assert select_command("linux", [FOX]) is None
    started: list[Sequence[str]] = []
    monkeypatch.setattr(output, "start", lambda words: started.append(words) or len(started) == 1)
    manager = FileManager(failed.append, owner, platform="darwin")
    manager.show([FOX])
    assert opened == []
    manager.show([FOX])
    assert opened == [QUrl.fromLocalFile("/library")]


def test_external_program_is_started(tmp_path: Path, qtbot: QtBot) -> None:
    done = tmp_path / "done by it"
    words = (sys.executable, "-c", "import sys; print('noise'); open(sys.argv[1], 'x').write('done')")
    assert output.start((*words, str(done)))
    qtbot.waitUntil(lambda: done.is_file() and done.read_text() == "done")


def test_starting_a_missing_program_is_no_success(tmp_path: Path, qapp: object) -> None:
    assert not output.start([str(tmp_path / "no such program")])
