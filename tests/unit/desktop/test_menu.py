"""The menu entry of a Linux desktop: added and removed for a wheel and an AppImage."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jeepney")

from runway_desktop import APP_ID
from runway_desktop.desktop.login import add_to_menu, remove_from_menu
from runway_desktop.domain.profiles import OF_APPIMAGE
from tests.unit.desktop.desktop_files import arguments, values

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="menus of Linux")


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def files(share: Path) -> list[str]:
    return sorted(str(file.relative_to(share)) for file in share.rglob("*") if file.is_file())


def test_menu_entry_starts_the_window_and_has_an_icon(share: Path):
    entry = add_to_menu()
    assert files(share) == [f"applications/{APP_ID}.desktop", f"icons/hicolor/256x256/apps/{APP_ID}.png"]
    told = values(entry.read_bytes())
    assert told["Name"] == "Runway Desktop"
    assert told["Icon"] == APP_ID
    assert "--hidden" not in arguments(entry.read_bytes())
    assert "MimeType" not in told, "it takes no type of file from another program"


def test_menu_entry_of_an_appimage_names_its_file(share: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "mounted" / "program"))
    monkeypatch.setenv(f"{OF_APPIMAGE}APPIMAGE", "/home/a b/Runway-Desktop.AppImage")
    monkeypatch.setenv(f"{OF_APPIMAGE}APPDIR", str(tmp_path / "mounted"))
    assert arguments(add_to_menu().read_bytes()) == ["/home/a b/Runway-Desktop.AppImage"]


def test_removing_the_menu_entry_leaves_nothing_and_may_be_repeated(share: Path):
    add_to_menu()
    remove_from_menu()
    remove_from_menu()
    assert files(share) == []


def test_menu_flags_work_without_a_display(share: Path):
    program = [sys.executable, "-m", "runway_desktop"]
    added = subprocess.run([*program, "--add-to-menu"], capture_output=True, text=True, check=True)
    assert added.stdout == f"In your menu now: {share}/applications/{APP_ID}.desktop\n"
    subprocess.run([*program, "--remove-from-menu"], capture_output=True, check=True)
    assert files(share) == []


def test_failed_write_of_the_menu_entry_gets_a_sentence(share: Path):
    share.write_text("a file")
    program = [sys.executable, "-m", "runway_desktop", "--add-to-menu"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The menu could not be changed: ")
