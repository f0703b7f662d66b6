"""Start at login: entries for each system, system settings, and moved programs."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jeepney")

from runway_desktop.desktop import login
from runway_desktop.desktop.session_bus import BusError
from runway_desktop.domain.profiles import DEFAULT, OF_APPIMAGE, Profile
from tests.rigs.session_bus import FakeService, needs_bus
from tests.unit.desktop.desktop_files import arguments, values

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files of Linux")

NASTY = r'/home/a "b"/100% $HOME/`x`/c\d/猫'


@pytest.fixture
def autostart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart"


def profile(key_name: str = DEFAULT, *words: str, name: str = DEFAULT) -> Profile:
    return Profile(name=name, folder=Path("/p"), library=Path("/l"), key_name=key_name, words=words)


def test_start_at_login_is_off_by_default(autostart):
    assert not login.starts_at_login(profile())
    assert not autostart.exists()


def test_start_at_login_opens_the_profile_hidden(autostart):
    login.start_at_login(profile("client-a", "--profile", "Client A"), on=True)
    (file,) = autostart.iterdir()
    assert arguments(file.read_bytes())[-3:] == ["--profile", "Client A", "--hidden"]
    assert login.starts_at_login(profile("client-a"))


def test_each_profile_has_its_own_login_entry(autostart):
    login.start_at_login(profile(), on=True)
    login.start_at_login(profile("client-a"), on=True)
    login.start_at_login(profile("client-a"), on=False)
    assert [file.name for file in autostart.iterdir()] == ["io.github.runway_desktop.RunwayDesktop.desktop"]
    assert login.starts_at_login(profile())
    assert not login.starts_at_login(profile("client-a"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (DEFAULT, "Runway Desktop"),
        ("Nordsee", "Runway Desktop — Nordsee"),
        (r"a\nb;c=d #猫", r"Runway Desktop — a\nb;c=d #猫"),
    ],
)
def test_login_entry_is_named_after_its_profile(autostart, name, shown):
    login.start_at_login(profile("k", name=name), on=True)
    (file,) = autostart.iterdir()
    assert values(file.read_bytes())["Name"] == shown


def test_login_entry_follows_a_renamed_profile(autostart):
    login.start_at_login(profile("k", name="Nordsee"), on=True)
    (file,) = autostart.iterdir()
    login.repair(profile("k", name="Ostsee"))
    assert values(file.read_bytes())["Name"] == "Runway Desktop — Ostsee"
    file.write_text(before := f"{file.read_text()}Hidden=true\n")
    login.repair(profile("k", name="Adria"))
    assert file.read_text() == before, "the person has disabled it"


def test_unusual_profile_names_reach_the_program_unchanged(autostart):
    entry = login.desktop_entry("Runway Desktop", [NASTY, "--profile", NASTY])
    assert arguments(entry) == [NASTY, "--profile", NASTY]
    assert login.started_by(entry) == NASTY


@pytest.mark.parametrize(
    ("line", "is_on"),
    [
        ("Hidden=true", False),
        ("X-GNOME-Autostart-enabled=false", False),
        ("X-GNOME-Autostart-enabled=true", True),
        ("Hidden = false", True),
    ],
)
def test_system_setting_can_disable_the_login_entry(autostart, line, is_on):
    login.start_at_login(profile(), on=True)
    (file,) = autostart.iterdir()
    file.write_text(f"{file.read_text()}{line}\n")
    assert login.starts_at_login(profile()) is is_on
    login.start_at_login(profile(), on=True)
    assert login.starts_at_login(profile())


@pytest.mark.parametrize("rubbish", [b"", b"\xff\x00", b"[Desktop Entry]\n", b"Exec"])
def test_damaged_login_entry_starts_nothing(autostart, rubbish):
    autostart.mkdir(parents=True)
    (autostart / "io.github.runway_desktop.RunwayDesktop.desktop").write_bytes(rubbish)
    assert not login.starts_at_login(profile())
    login.repair(profile())
    login.start_at_login(profile(), on=True)
    assert login.starts_at_login(profile())


def test_disabling_start_at_login_twice_is_harmless(autostart):
    login.start_at_login(profile(), on=False)
    login.start_at_login(profile(), on=False)
    assert not login.starts_at_login(profile())


@pytest.fixture
def moved(autostart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An entry of an AppImage that was renamed since; the new one runs."""
    old, new = tmp_path / "Runway-0.1.AppImage", tmp_path / "Runway-0.2.AppImage"
    old.touch()
    monkeypatch.setenv(f"{OF_APPIMAGE}APPDIR", str(Path(sys.executable).parent))
    monkeypatch.setenv(f"{OF_APPIMAGE}APPIMAGE", str(old))
    login.start_at_login(profile(), on=True)
    assert login.command(profile()) == [str(old), "--hidden"]
    old.rename(new)
    monkeypatch.setenv(f"{OF_APPIMAGE}APPIMAGE", str(new))
    return new


def test_login_entry_of_a_moved_program_is_repaired(autostart, moved):
    login.repair(profile())
    (file,) = autostart.iterdir()
    assert arguments(file.read_bytes()) == [str(moved), "--hidden"]


def test_disabled_login_entry_stays_disabled(autostart, moved):
    (file,) = autostart.iterdir()
    file.write_text(before := f"{file.read_text()}Hidden=true\n")
    login.repair(profile())
    assert file.read_text() == before


def test_login_entry_of_another_installed_program_stays(autostart, moved, tmp_path):
    (tmp_path / "Runway-0.1.AppImage").touch()
    (file,) = autostart.iterdir()
    before = file.read_text()
    login.repair(profile())
    assert file.read_text() == before


def test_failed_repair_of_a_login_entry_raises_nothing(autostart, moved):
    (file,) = autostart.iterdir()
    file.with_suffix(".part").mkdir()
    before = file.read_bytes()
    login.repair(profile())
    assert file.read_bytes() == before


def test_terminal_packaged_as_an_appimage_is_not_taken_for_the_program(autostart, monkeypatch, tmp_path):
    monkeypatch.setenv(f"{OF_APPIMAGE}APPDIR", str(tmp_path / "mounted"))
    monkeypatch.setenv(f"{OF_APPIMAGE}APPIMAGE", str(tmp_path / "terminal.AppImage"))
    assert "terminal" not in login.command(profile())[0]


@pytest.mark.parametrize(
    ("is_installed", "words"), [(True, ["runway-desktop-window"]), (False, ["-m", "runway_desktop"])]
)
def test_login_entry_starts_the_installed_command_or_else_python(monkeypatch, tmp_path, is_installed, words):
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    if is_installed:
        (tmp_path / "runway-desktop-window").touch()
    command = login.command(profile())
    assert [Path(word).name for word in command][-len(words) - 1 : -1] == words


AGENT = plistlib.loads(login.launch_agent("x", ["/Applications/R.app/run", "--hidden"]))


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        (plistlib.dumps(AGENT), "/Applications/R.app/run"),
        (plistlib.dumps(AGENT | {"Disabled": True}), None),
        (plistlib.dumps({"Label": "x"}), None),
        (b"rubbish", None),
        (b"<?xml version='1.0'?><plist><dict>", None),
    ],
)
def test_launch_agent_of_macos_is_read(agent, program):
    assert login.launched_by(agent) == program


@needs_bus
@pytest.mark.parametrize(
    ("response", "results", "is_on"), [(0, {"autostart": ("b", True)}, True), (0, {"autostart": ("b", False)}, False)]
)
async def test_portal_reports_whether_it_starts_the_program(bus, response, results, is_on):
    with answering(response, results) as desk:
        assert await login.ask_portal(profile(), on=True) is is_on
    (_, options), *_ = desk.named("RequestBackground")
    assert options["autostart"] == ("b", True)
    assert options["commandline"][1][-1] == "--hidden"


@needs_bus
async def test_refusal_by_the_portal_is_reported(bus):
    with answering(1, {}), pytest.raises(BusError):
        await login.ask_portal(profile(), on=True)


class answering:
    """A portal that answers a request by a signal, as portals do."""

    def __init__(self, response: int, results: dict[str, Any]) -> None:
        self._answer = response, results

    def __enter__(self) -> FakeService:
        path = "/org/freedesktop/portal/desktop/request/1"

        def request(*_: object) -> Any:
            self.desk.tell(path, "org.freedesktop.portal.Request", "Response", "ua{sv}", *self._answer)
            return "o", (path,)

        self.desk = FakeService("org.freedesktop.portal.Desktop", {"RequestBackground": request})
        return self.desk

    def __exit__(self, *_: object) -> None:
        self.desk.close()
