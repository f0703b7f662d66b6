"""Detection of Qt's missing system libraries, and the Debian packages that contain them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from steps import debian, libraries
from steps.places import StepFailed

# These come with the system's C library, without which no Python runs.
OF_THE_C_LIBRARY = ("libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libresolv.so", "ld-linux")

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the wheels bring all")


def qt_folder() -> Path:
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("there is no Qt in this environment")
    return Path(spec.submodule_search_locations[0]) / "Qt"


def test_package_with_several_missing_libraries_is_listed_once():
    packages, strangers = libraries.packages_for(["libglib-2.0.so.0", "libgthread-2.0.so.0"], {"libglib2.0-0"})
    assert packages == ["libglib2.0-0"]
    assert strangers == []


@pytest.mark.parametrize(
    ("available", "expected"),
    [
        ({"libglib2.0-0t64", "libglib2.0-0"}, "libglib2.0-0t64"),
        ({"libglib2.0-0t64"}, "libglib2.0-0t64"),
        ({"libglib2.0-0"}, "libglib2.0-0"),
        (set(), "libglib2.0-0"),
    ],
)
def test_renamed_system_package_is_listed_by_the_name_of_this_release(available, expected):
    assert libraries.packages_for(["libglib-2.0.so.0"], available)[0] == [expected]


def test_library_without_a_known_package_is_listed_by_its_file_name():
    assert libraries.packages_for(["libX11.so.6", "libmoon.so.7"], set()) == (["libx11-6"], ["libmoon.so.7"])


@linux_only
def test_library_lookup_tells_installed_from_missing_libraries():
    assert libraries.loader_finds("libc.so.6")
    assert not libraries.loader_finds("libmoon.so.7")


@linux_only
def test_needed_libraries_include_those_of_qts_own_libraries():
    names = libraries.outside_names(qt_folder(), libraries.NEEDED_FOR_X11)
    assert "libxcb-cursor.so.0" in names
    assert not [name for name in names if name.startswith("libQt6")]


@linux_only
def test_every_library_needed_by_qt_has_a_package():
    names = libraries.outside_names(qt_folder(), libraries.NEEDED_ALWAYS + libraries.NEEDED_FOR_X11)
    system = [name for name in names if not name.startswith(OF_THE_C_LIBRARY)]
    assert len(system) > 20
    assert libraries.packages_for(system, set())[1] == []


@linux_only
def test_only_the_missing_library_is_reported(monkeypatch):
    monkeypatch.setattr(libraries, "loader_finds", lambda name: name != "libxcb-keysyms.so.1")
    assert libraries.missing_libraries(qt_folder(), libraries.NEEDED_FOR_X11) == ["libxcb-keysyms.so.1"]


def test_file_that_is_no_library_has_no_dependencies(tmp_path):
    file = tmp_path / "note.so"
    file.write_text("not a library, though it has the name of one and is longer than an ELF header would be")
    assert libraries.needed_by(file) == []


def test_user_without_root_gets_the_exact_install_command(monkeypatch, capsys):
    monkeypatch.setattr(debian, "is_root", lambda: False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: pytest.fail("nothing is started for them"))
    assert debian.install(["libpulse0", "libegl1"], why="Qt lacks two") == ["libpulse0", "libegl1"]
    line = capsys.readouterr().out.splitlines()[-1]
    install = "sudo apt-get install --yes --no-install-recommends"
    assert line.strip() == f"sudo apt-get update && {install} libpulse0 libegl1"


def words_of_the_line(said: str) -> list[str]:
    """The packages of the only line that is to be typed."""
    [line] = [line for line in said.splitlines() if "apt-get install" in line]
    return line.split("recommends ")[1].split()


@pytest.fixture
def person(monkeypatch):
    """Somebody who is not root, on a Debian with lists of packages that lacks xcb-cursor and has xvfb."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(debian, "is_root", lambda: False)
    monkeypatch.setattr(debian, "is_debian_like", lambda: True)
    monkeypatch.setattr(debian, "has_lists", lambda: True)
    monkeypatch.setattr(debian, "known", set)
    monkeypatch.setattr(debian, "installed", lambda _: {"xvfb"})
    monkeypatch.setattr(libraries, "loader_finds", lambda name: name != "libxcb-cursor.so.0")


def test_install_command_for_run_omits_test_packages(person, capsys):
    with pytest.raises(StepFailed, match="no environment"):
        libraries.provide_venv_module()
    venv = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert words_of_the_line(capsys.readouterr().out) == [venv, "libxcb-cursor0"]


def test_install_command_for_tests_uses_names_of_this_release(person, monkeypatch, capsys):
    monkeypatch.setattr(debian, "known", lambda names: set(names) - {"labwc"})
    libraries.provide_for_tests()
    said = capsys.readouterr().out
    assert words_of_the_line(said) == [name for name in libraries.PACKAGES_FOR_TESTS if name not in ("xvfb", "labwc")]
    assert "This release has no labwc" in said


def test_install_command_for_tests_uses_portable_names_without_apt_lists(person, monkeypatch, capsys):
    monkeypatch.setattr(debian, "has_lists", lambda: False)
    monkeypatch.setattr(debian, "known", lambda _: pytest.fail("apt would only know what is installed"))
    libraries.provide_for_tests()
    assert words_of_the_line(capsys.readouterr().out) == [
        name for name in libraries.PACKAGES_FOR_TESTS if name not in ("xvfb", "labwc")
    ]


def test_ci_machine_installs_packages_with_passwordless_sudo(monkeypatch):
    started: list[list[str]] = []

    def run(words, **_more):
        started.append(list(words))
        return subprocess.CompletedProcess(words, 0, "Package: libegl1\nlibegl1 installed\n", "")

    monkeypatch.setattr(debian, "is_root", lambda: False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("CI", "true")
    assert debian.install(["libegl1"], why="Qt lacks one") == []
    assert ["sudo", "-n", "apt-get", *debian.INSTALL, "libegl1"] in started


def test_root_without_network_gets_a_clear_message(monkeypatch, capsys):
    def run(words, **_more):
        return subprocess.CompletedProcess(words, 100, "", "E: Temporary failure resolving 'mirror.example'")

    monkeypatch.setattr(debian, "is_root", lambda: True)
    monkeypatch.setattr(subprocess, "run", run)
    assert debian.install(["libegl1"], why="Qt lacks one") == ["libegl1"]
    said = capsys.readouterr().out
    assert "There is no network" in said
    assert "mirror.example" not in said
    assert said.splitlines()[-1].strip().startswith("apt-get update && apt-get install")
