"""AppImage and Flatpak files, tested without building them; `dev.py package` verifies the built ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from steps import appimage, flatpak, project
from steps.places import ROOT, StepFailed
from steps.sources import Source, fetched

APP_RUN = ROOT / "packaging" / "linux" / "AppRun"
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="AppImages are for Linux")


def app_dir(folder: Path, program: str) -> Path:
    """A folder as an AppImage holds it, with a program of these lines."""
    inside = folder / "usr/lib/runway-desktop/runway-desktop"
    inside.parent.mkdir(parents=True)
    inside.write_text(f"#!/bin/sh\n{program}\n", "utf-8")
    inside.chmod(0o755)
    shutil.copy(APP_RUN, folder)
    return folder


def test_guide_explains_the_appimage_error_without_fuse():
    assert f"“{appimage.HINT}”" in (ROOT / "docs/guide/faq.md").read_text("utf-8")


@on_linux
def test_mounted_appimage_starts_the_program(tmp_path: Path):
    """No shell waits for it, so that signals reach it."""
    folder = app_dir(tmp_path / ".mount_Runway1", 'echo "$$ $APPDIR $*"; exit 7')
    variables = {**os.environ, "APPDIR": str(folder)}
    started = subprocess.Popen([folder / "AppRun", "list", "a b"], env=variables, stdout=subprocess.PIPE, text=True)
    said, _ = started.communicate(timeout=20)
    assert said.split(maxsplit=2) == [str(started.pid), str(folder), "list a b\n"]
    assert started.returncode == 7


@on_linux
def test_appimage_unpacked_by_hand_starts_from_its_folder(tmp_path: Path):
    folder = app_dir(tmp_path / "squashfs-root", "echo started")
    variables = {**os.environ, "APPDIR": "/of/another"}
    assert subprocess.check_output([folder / "AppRun"], env=variables, text=True, timeout=20) == "started\n"


@on_linux
def test_self_unpacked_appimage_keeps_its_files_when_another_start_ends(tmp_path: Path):
    """The runtime unpacks all starts of a file into one folder, and removes it when the first one ends."""
    waits = 'cat "$0" >/dev/null; read line; tail -n 1 "$APPDIR/usr/lib/runway-desktop/runway-desktop"; exit 7'
    folder = app_dir(tmp_path / "appimage_extracted_1", waits)
    # What the runtime sets only where it mounts, here of a terminal that is an AppImage.
    variables = {**os.environ, "APPDIR": str(folder), "OWD": str(tmp_path)}
    started = subprocess.Popen(
        [folder / "AppRun"], env=variables, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # Another start of the same file, which comes and ends.
    shutil.rmtree(app_dir(folder, "exit 0"))
    said, _ = started.communicate("go on\n", timeout=20)
    assert (said, started.returncode) == (f"{waits}\n", 7)
    assert folder.is_dir(), "the runtime fails where it finds nothing to remove"
    folder.rmdir()
    while list(tmp_path.iterdir()):
        assert time.monotonic() < deadline, "what was unpacked is left"
        time.sleep(0.01)


@on_linux
def test_self_unpacked_appimage_keeps_its_files_for_child_processes(tmp_path: Path):
    """As after a restore: the program starts itself again and ends."""
    again = f'(read line <"{tmp_path}/pipe"; cat "$APPDIR/AppRun" >"{tmp_path}/seen") </dev/null >/dev/null 2>&1 &'
    folder = app_dir(tmp_path / "appimage_extracted_1", again)
    os.mkfifo(tmp_path / "pipe")
    variables = {**os.environ, "APPDIR": str(folder)}
    subprocess.run([folder / "AppRun"], env=variables, check=True, timeout=20, stdout=subprocess.DEVNULL)
    (tmp_path / "pipe").write_text("go on\n")
    deadline = time.monotonic() + 20
    while list(tmp_path.glob("appimage_extracted_1.*")):
        assert time.monotonic() < deadline, "what was unpacked is left"
        time.sleep(0.01)
    assert (tmp_path / "seen").read_text() == APP_RUN.read_text()


def test_appimage_build_rejects_source_at_another_commit(tmp_path: Path):
    theirs = tmp_path / "theirs"
    commit = ["git", "-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--allow-empty", "-m", "one"]
    for words in (["git", "init", "--quiet"], commit):
        theirs.mkdir(exist_ok=True)
        subprocess.run(words, cwd=theirs, check=True)
    asked = ["git", "rev-parse", "HEAD"]
    head = subprocess.run(asked, cwd=theirs, check=True, capture_output=True, text=True).stdout.strip()
    assert (fetched(Source("right", str(theirs), head, "NO_SUCH_VARIABLE"), tmp_path) / ".git").is_dir()
    with pytest.raises(StepFailed):
        fetched(Source("wrong", str(theirs), "0" * 40, "NO_SUCH_VARIABLE"), tmp_path)


def test_flatpak_manifest_grants_only_needed_permissions():
    """Files that a person selects, notices, no sleep, the start at login and links go through portals, which ask."""
    manifest = json.loads(project.filled(flatpak.MANIFEST))
    assert set(manifest["finish-args"]) == {
        "--share=ipc",
        "--share=network",
        "--socket=wayland",
        "--socket=fallback-x11",
        "--socket=pulseaudio",
        "--device=dri",
        "--filesystem=xdg-videos/Runway Desktop:create",
        "--talk-name=org.freedesktop.secrets",
    }
    assert manifest["id"] == project.APP_ID == flatpak.MANIFEST.stem
    [module] = manifest["modules"]
    assert f"runway_desktop-{project.version()}-py3-none-any.whl" in json.dumps(module["sources"])
    assert "--share=network" not in json.dumps(module), "a store builds without network"


@pytest.mark.skipif(shutil.which("flatpak-builder") is None, reason="needs flatpak-builder")
def test_flatpak_builder_parses_the_manifest_as_intended(tmp_path: Path):
    manifest = tmp_path / flatpak.MANIFEST.name
    manifest.write_text(project.filled(flatpak.MANIFEST), "utf-8")
    wheel = {"type": "file", "path": "another.whl"}
    (tmp_path / "wheels.json").write_text(json.dumps([wheel]), "utf-8")
    read, written = flatpak.as_read(manifest), json.loads(manifest.read_text("utf-8"))
    assert {name: read[name] for name in ("id", "runtime", "sdk", "command", "finish-args")} == {
        name: written[name] for name in ("id", "runtime", "sdk", "command", "finish-args")
    }
    assert wheel["path"] in json.dumps(read["modules"])
