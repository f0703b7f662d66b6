"""Files and folders are chosen in the desktop's own dialogs, by its portal; where none answers, in Qt's."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from runway_desktop.ui import file_dialogs
from runway_desktop.ui.file_dialogs import (
    SystemDialogs,
    choose_file,
    choose_files,
    choose_folder,
    choose_moved,
    choose_target,
)
from runway_desktop.wiring.stages import Supervisor
from tests.rigs.desktop import until
from tests.rigs.session_bus import needs_bus, private_bus

if sys.platform != "linux":
    pytest.skip("only Linux has portals", allow_module_level=True)

from runway_desktop.desktop import portal, session_bus
from tests.rigs.fake_portal import FakePortal

pytestmark = needs_bus
TABLES = "Tables (*.csv)"


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


@pytest.fixture
def bus(monkeypatch):
    with private_bus(monkeypatch):
        yield


@contextlib.asynccontextmanager
async def system_dialogs() -> AsyncIterator[None]:
    """The program's side."""
    bugs: list[BaseException] = []
    supervisor = Supervisor(lambda _, error: bugs.append(error))
    application = QApplication.instance()
    assert application is not None
    dialogs = SystemDialogs(application, portal.choose_files, supervisor.spawn)
    try:
        yield
    finally:
        await supervisor.close(5.0)
        dialogs.setParent(None)
        dialogs.deleteLater()
    assert not bugs


@contextlib.asynccontextmanager
async def desktop(**answers) -> AsyncIterator[FakePortal]:
    fake = FakePortal(**answers)
    try:
        async with system_dialogs():
            yield fake
    finally:
        fake.close()


def qt_dialogs(window: QWidget) -> list[QFileDialog]:
    return [dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible()]


async def test_file_chosen_in_the_desktop_dialog_is_used(bus, window, tmp_path):
    async with desktop() as fake:
        chosen: list[list[Path]] = []
        choose_files(window, "Choose inputs", chosen.append, near=tmp_path, filters=f"{TABLES};;All files (*)")
        await until(fake.asked)
        [(title, options)] = fake.asked("OpenFile")
        assert title == "Choose inputs"
        assert options["multiple"] == ("b", True)
        assert options["directory"] == ("b", False)
        assert options["current_folder"] == ("ay", bytes(tmp_path) + b"\0")
        assert options["filters"][1] == [(TABLES, [(0, "*.[cC][sS][vV]")]), ("All files (*)", [(0, "*")])]
        fake.choose("file:///a%20b/%C3%B6.png", "file:///c.png")
        await until(lambda: chosen)
        assert chosen == [[Path("/a b/ö.png"), Path("/c.png")]]
        assert not qt_dialogs(window)


async def test_desktop_dialog_asks_for_folders_as_folders_and_filters_a_lost_file_by_type(bus, window, tmp_path):
    async with desktop() as fake:
        chosen: list[Path] = []
        choose_folder(window, "Move the library to", chosen.append, near=tmp_path)
        await until(fake.asked)
        assert fake.asked()[0][1]["directory"] == ("b", True)
        fake.choose(tmp_path.as_uri())
        await until(lambda: chosen == [tmp_path])
        choose_moved(window, Path("/gone/shot.mp4"), chosen.append, None)
        await until(lambda: len(fake.asked()) == 2)
        assert fake.asked()[1][1]["filters"][1][0][1] == [(0, "*.[mM][pP]4")]
        fake.choose("file:///found.mp4")
        await until(lambda: chosen[1:] == [Path("/found.mp4")])


@pytest.mark.parametrize("code", [1, 2], ids=["canceled", "closed"])
async def test_canceled_desktop_dialog_chooses_nothing(bus, window, code, monkeypatch):
    monkeypatch.setattr(portal, "_SEEN", 0.0)
    async with desktop() as fake:
        chosen: list[Path] = []
        choose_file(window, "Choose inputs", chosen.append)
        await until(fake.asked)
        fake.choose(code=code)
        await until(lambda: fake.gone)
        choose_file(window, "Once more", chosen.append)
        await until(lambda: len(fake.asked()) == 2)
        assert not chosen
        assert not qt_dialogs(window)


async def test_save_dialog_adds_the_suffix_and_asks_before_replacing_a_file(bus, window, tmp_path):
    async with desktop() as fake:
        chosen: list[Path] = []
        (tmp_path / "mine.csv").write_text("kept")
        choose_target(window, "Export sheet", chosen.append, tmp_path / "sheet.csv", TABLES)
        await until(fake.asked)
        assert fake.asked("SaveFile")[0][1]["current_name"] == ("s", "sheet.csv")
        fake.choose((tmp_path / "mine").as_uri())
        await until(lambda: len(fake.asked()) == 2)
        assert fake.asked()[1][1]["current_name"] == ("s", "mine.csv")
        assert not chosen
        fake.choose((tmp_path / "yours").as_uri())
        await until(lambda: chosen == [tmp_path / "yours.csv"])


@pytest.mark.parametrize("how", [None, ("error", ()), ("s", ("rubbish",))], ids=["hangs", "refuses", "rubbish"])
async def test_qt_dialog_opens_when_the_portal_opens_none(bus, window, how, monkeypatch):
    monkeypatch.setattr(session_bus, "PATIENCE", 0.3)
    async with desktop(OpenFile=lambda *_: how) as fake:
        chosen: list[Path] = []
        choose_file(window, "Choose inputs", chosen.append)
        await until(fake.asked)
        if how == ("s", ("rubbish",)):
            # It says that a dialog is open and shows none, so the person asks again.
            monkeypatch.setattr(file_dialogs, "_DOUBLE_CLICK", 0.0)
            choose_file(window, "Choose inputs", chosen.append)
        await until(lambda: qt_dialogs(window))
        [dialog] = qt_dialogs(window)
        dialog.fileSelected.emit("/by/qt.png")
        dialog.reject()
        assert chosen == [Path("/by/qt.png")]


async def test_qt_dialog_opens_when_the_system_dialog_fails(bus, window, monkeypatch):
    monkeypatch.setattr(portal, "_SEEN", 60.0)
    async with desktop() as fake:
        choose_file(window, "Choose inputs", print)
        await until(fake.asked)
        fake.choose(code=2)
        await until(lambda: qt_dialogs(window))
        qt_dialogs(window)[0].reject()


async def test_asking_again_opens_the_qt_dialog_but_a_double_click_does_not(bus, window, monkeypatch):
    async with desktop() as fake:
        choose_file(window, "Choose inputs", print)
        await until(fake.asked)
        choose_file(window, "Choose inputs", print)
        assert not qt_dialogs(window)
        monkeypatch.setattr(file_dialogs, "_DOUBLE_CLICK", 0.0)
        choose_file(window, "Choose inputs", print)
        await until(lambda: qt_dialogs(window) and fake.gone)
        assert len(fake.asked()) == 1
        qt_dialogs(window)[0].reject()


async def test_qt_dialog_opens_without_a_portal(bus, window):
    async with system_dialogs():
        choose_file(window, "Choose inputs", print)
        await until(lambda: qt_dialogs(window))
        qt_dialogs(window)[0].reject()


@pytest.mark.parametrize("address", ["unix:path=/nowhere", "tcp:host=localhost", "rubbish"])
async def test_qt_dialog_opens_without_a_session_bus(window, monkeypatch, address):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    async with system_dialogs():
        choose_file(window, "Choose inputs", print)
        await until(lambda: qt_dialogs(window))
        qt_dialogs(window)[0].reject()


async def test_qt_dialog_starts_in_the_home_folder_when_its_folder_is_missing(window, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    choose_target(window, "Export", print, tmp_path / "Documents" / "sheet.csv", TABLES)
    [dialog] = qt_dialogs(window)
    assert dialog.selectedFiles() == [str(tmp_path / "sheet.csv")]
    dialog.reject()


async def test_answer_of_a_dialog_is_dropped_when_its_window_is_gone(bus, window):
    async with desktop() as fake:
        chosen: list[Path] = []
        gone = QWidget()
        choose_file(gone, "Choose inputs", chosen.append)
        await until(fake.asked)
        shiboken6.delete(gone)
        fake.choose("file:///late.png")
        await until(lambda: fake.gone)
        assert not chosen
