"""Atomic writes: a small file has its old or its new content after any interruption."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from runway_desktop.domain.folders import SPARE
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import WORK, rename_exclusively, work_folder, write_whole
from runway_desktop.services.disk.folder_look import nearest_folder
from tests.rigs.dying import dies_at, needs_fork


@needs_fork
def test_kill_while_replacing_a_text_leaves_the_old_or_the_new_one(tmp_path: Path):
    path = tmp_path / "note.json"
    moment, done = 0, False
    while not done:
        moment += 1
        path.write_bytes(b"old")
        done = not dies_at(moment, lambda: write_whole(path, b"new"))
        assert path.read_bytes() in (b"old", b"new")
    write_whole(path, b"newer")
    assert [file.name for file in tmp_path.iterdir()] == ["note.json"], "the next writing leaves nothing of the killed"
    assert moment > 2


def test_failed_replacement_keeps_the_old_text_and_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "note.json"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["note.json"]


def test_free_space_is_that_of_the_disk_of_the_nearest_existing_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[Path] = []

    class Usage:
        free = SPARE + 7

    monkeypatch.setattr("shutil.disk_usage", lambda place: asked.append(place) or Usage)
    assert DiskSpace().left(tmp_path / "not" / "made") == 7
    assert asked == [tmp_path] == [nearest_folder(tmp_path / "not" / "made")]
    Usage.free = SPARE - 1
    assert DiskSpace().left(tmp_path) == 0


def test_file_that_cannot_be_moved_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    old, new = tmp_path / "old.mp4", tmp_path / "new.mp4"
    old.write_bytes(b"film")
    unlink = Path.unlink

    def protected(path: Path, *arguments: bool, **more: bool) -> None:
        if path == old:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, *arguments, **more)

    monkeypatch.setattr(Path, "unlink", protected)
    with pytest.raises(PermissionError):
        rename_exclusively(old, new)
    assert [file.name for file in tmp_path.iterdir()] == ["old.mp4"]


def test_folder_of_work_takes_along_what_a_killed_program_left_there(tmp_path: Path):
    forgotten, running = tmp_path / f"{WORK}old", tmp_path / f"{WORK}new"
    for folder in (forgotten, running):
        folder.mkdir()
        (folder / "page").touch()
    os.utime(forgotten, (0, 0))
    with work_folder(tmp_path) as made:
        assert made.is_dir()
        assert sorted(tmp_path.iterdir()) == sorted([made, running])
    assert list(tmp_path.iterdir()) == [running]
