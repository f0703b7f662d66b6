"""The macOS application: its metadata, and the order of signing, notarizing and packing."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path

import pytest
from steps import bundle, macos, project
from steps.places import StepFailed

from tests.rigs.stand_in_program import put_stand_in

IDENTITY = "Developer ID Application: Somebody (TEAM)"
LIBRARY = b"\xcf\xfa\xed\xfe" + bytes(28)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    app = tmp_path / "Runway Desktop.app"
    for name in (macos.PROGRAM, "Contents/Frameworks/Qt.framework/Versions/A/Qt", "Contents/Frameworks/libz.dylib"):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_bytes(LIBRARY)
    (app / "Contents/Frameworks/Qt.framework/Qt").symlink_to("Versions/A/Qt")
    (app / "Contents/Resources").mkdir()
    (app / "Contents/Resources/words.txt").write_text("no code", "utf-8")
    return app


def test_macos_app_declares_version_and_id_and_claims_no_file_type():
    info = macos.info()
    assert info["CFBundleShortVersionString"] == info["CFBundleVersion"] == project.version()
    assert info["CFBundleIdentifier"] == project.APP_ID
    assert info["LSMinimumSystemVersion"] == "13.0"
    assert {kind["LSHandlerRank"] for kind in info["CFBundleDocumentTypes"]} == {"Alternate"}
    assert not [key for key in info if key.endswith("UsageDescription")], "nothing private is asked for"


def test_macos_hardened_runtime_has_one_exception():
    entitlements = plistlib.loads(macos.ENTITLEMENTS.read_bytes())
    assert entitlements == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


def test_macos_signing_starts_with_nested_code_and_ends_with_the_app(app: Path):
    *inner, outer, check = macos.signing(app, IDENTITY)
    assert [Path(command[-1]).name for command in inner] == ["Qt", "libz.dylib"]
    assert not [command for command in inner if "--entitlements" in command]
    assert outer[-1] == str(app)
    assert "--entitlements" in outer
    for command in (*inner, outer):
        assert "--deep" not in command
        assert command[command.index("--options") + 1] == "runtime"
    assert check[:2] == ["codesign", "--verify"]


def test_macos_signature_without_identity_does_not_use_the_hardened_runtime(app: Path):
    assert not [command for command in macos.signing(app, macos.AD_HOC) if "runtime" in command]


def test_macos_app_is_notarized_before_packing_and_the_image_after_signing(app: Path, tmp_path: Path):
    image = tmp_path / "runway-desktop.dmg"
    commands = macos.packing(app, image, tmp_path, IDENTITY, "notary")
    assert [command[2] if command[0] == "xcrun" else command[0] for command in commands] == [
        "ditto", "submit", "staple", "ditto", "ln", "hdiutil", "codesign", "submit", "staple",
    ]  # fmt: skip
    assert commands[2][-1] == str(app)
    assert commands[-1][-1] == commands[-2][3] == str(image)


def test_macos_image_is_built_without_a_signing_identity(app: Path, tmp_path: Path):
    commands = macos.packing(app, tmp_path / "runway-desktop.dmg", tmp_path, macos.AD_HOC, "")
    assert [command[0] for command in commands] == ["ditto", "ln", "hdiutil"]


@pytest.mark.skipif(os.name == "nt", reason="needs a program that is a script")
def test_macos_app_is_verified_before_packing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """All that the machine of a release does but the work of macOS's own programs."""
    app, commands = tmp_path / "Runway Desktop.app", []
    put_stand_in(app / macos.PROGRAM)
    (tmp_path / "bundle" / bundle.ABOUT).mkdir(parents=True)
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr(macos, "APP", app)
    monkeypatch.setattr(bundle, "FOLDER", tmp_path / "bundle")
    monkeypatch.setattr(macos, "run", commands.append)
    monkeypatch.setattr(macos, "told", lambda made: made)
    monkeypatch.delenv("SIGN_MACOS", raising=False)
    macos.make(tmp_path)
    said = capsys.readouterr().out
    assert "The application completed the tour" in said
    assert "The application answers commands, and serves agents." in said
    assert [command[0] for command in commands][-1] == "hdiutil"


def test_macos_build_on_another_system_says_where_to_run_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    with pytest.raises(StepFailed, match="made on macOS"):
        macos.make(Path("python"))
