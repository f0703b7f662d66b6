"""The installer for Windows compiles without a warning, and removes nothing but the program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from steps import project, windows
from steps.places import ROOT, StepFailed

from tests.rigs.stand_in_program import put_stand_in


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A stand-in for the bundle that PyInstaller makes on Windows."""
    folder = tmp_path / "runway-desktop"
    (folder / "_internal" / "ö 猫").mkdir(parents=True)
    (folder / "_internal" / "ö 猫" / "words.txt").write_text("hello", "utf-8")
    for name in (windows.PROGRAM, windows.CONSOLE_PROGRAM):
        (folder / name).write_bytes(b"MZ")
    return folder


@pytest.mark.skipif(shutil.which("makensis") is None, reason="needs makensis")
def test_windows_installer_compiles_without_warnings_and_shows_the_version(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SIGN_WINDOWS", raising=False)
    content = windows.compiled(bundle, bundle.parent / "stand-in-setup.exe").read_bytes()
    assert content.startswith(b"MZ")
    assert f"ProductVersion\0{project.version()}".encode("utf-16le") in content
    assert b"longPathAware" in content


@pytest.mark.skipif(shutil.which("makensis") is None, reason="needs makensis")
def test_windows_program_uninstaller_and_setup_are_signed_by_the_configured_command(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
):
    signed = bundle.parent / "signed.txt"
    script = bundle.parent / "sign.sh"
    script.write_text(f'echo "$1" >> "{signed}"\n', "utf-8")
    monkeypatch.setenv("SIGN_WINDOWS", f"sh {script}")
    windows.compiled(bundle, bundle.parent / "stand-in-setup.exe")
    assert len(lines := signed.read_text("utf-8").splitlines()) == 4
    assert [Path(line).name for line in lines[:2]] == [windows.PROGRAM, windows.CONSOLE_PROGRAM]
    assert lines[-1] == str(bundle.parent / "stand-in-setup.exe")


def test_windows_build_refuses_a_bundle_of_another_system(tmp_path: Path):
    with pytest.raises(StepFailed, match="no bundle for Windows"):
        windows.compiled(tmp_path, tmp_path / "stand-in-setup.exe")


@pytest.mark.skipif(os.name == "nt", reason="there the setup itself is proved")
def test_windows_installer_is_verified_by_install_and_uninstall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    """All that the machine of a release does but the setup's own work."""
    real, told = subprocess.run, []

    def run(command, **more):
        if not isinstance(command, str):
            return real(command, **more)
        told.append(command)
        home = Path(command.rpartition("=")[2])
        for name in (windows.PROGRAM, windows.CONSOLE_PROGRAM):
            put_stand_in(home / name)
        if "uninstall.exe" in command:
            shutil.rmtree(home)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(windows, "os", SimpleNamespace(name="nt", environ={}))
    monkeypatch.setattr(windows, "compiled", lambda _folder, setup: setup)
    monkeypatch.setattr(windows, "told", lambda made: made)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("CI", "true")
    windows.make(tmp_path)
    said = capsys.readouterr().out
    assert "The setup completed the tour" in said
    assert "The setup answers commands, and serves agents." in said
    assert ["/S /D=" in told[0], "uninstall.exe" in told[1]] == [True, True]


def test_windows_uninstaller_removes_only_the_program():
    script = windows.SCRIPT.read_text("utf-8")
    assert re.findall(r"^ *RMDir (.+)$", script, re.MULTILINE) == ['/r "$INSTDIR\\${LIBRARIES}"', '"$INSTDIR"']
    for path in re.findall(r"^ *Delete (.+)$", script, re.MULTILINE):
        assert path == '"${SHORTCUT}"' or path.startswith('"$INSTDIR\\'), path
    assert "HKLM" not in script


def test_windows_version_has_four_numbers():
    assert [windows.numbers(version) for version in ("2.3.4", "1.2", "1.2.0rc1")] == ["2.3.4.0", "1.2.0.0", "1.2.0.0"]


def test_windows_uninstaller_removes_the_login_entry_of_the_program():
    written = re.findall(
        r'^_\w+ = r"(Software.+)"$', (ROOT / "runway_desktop/desktop/login.py").read_text("utf-8"), re.M
    )
    script = windows.SCRIPT.read_text("utf-8")
    assert len(written) == 2
    for key in written:
        [name] = re.findall(rf'^!define (\w+) "{re.escape(key)}"$', script, re.MULTILINE)
        assert f'!insertmacro RemoveStarts "${{{name}}}"' in script
