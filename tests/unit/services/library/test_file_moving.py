"""A file is moved completely, with its sidecar, and never over a foreign one; interrupted moves are repeated."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import FolderState, StayedCode
from runway_desktop.services.library.file_moving import (
    Disk,
    Errand,
    MoveFate,
    MoveStopped,
    SourceUnreadable,
    bring,
    finish,
)
from runway_desktop.services.results import sidecar
from runway_desktop.values import replace

CONTENT = bytes(range(256)) * 20_000
OWNER = ("t1", 0)


class TwoDrives(Disk):
    """The target lies on another drive, so that nothing can be renamed between them."""

    def device(self, folder: Path) -> int:
        return super().device(folder) + 1


class Killed(BaseException):
    """The program is gone: whoever tidies up after an error does not do it here."""


class Mortal(TwoDrives):
    """Dies before or after the n-th step that changes the disk; from then on it does nothing more."""

    def __init__(self, moment: int, *, one_drive: bool = False) -> None:
        super().__init__()
        self.moment = moment
        self.passed = 0
        self.one_drive = one_drive

    def device(self, folder: Path) -> int:
        return Disk.device(self, folder) + (0 if self.one_drive else 1)

    def _step(self, work: Callable[..., Any], *arguments: Any) -> Any:
        self._moment()
        result = work(*arguments)
        self._moment()
        return result

    def _moment(self) -> None:
        self.passed += 1
        if self.passed >= self.moment:
            raise Killed

    def make_folder(self, folder: Path) -> None:
        self._step(super().make_folder, folder)

    def rename(self, source: Path, target: Path) -> None:
        self._step(super().rename, source, target)

    def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
        def told(count: int) -> None:
            self._moment()
            progress(count)

        return self._step(super().copy, source, target, told)

    def write(self, path: Path, content: bytes) -> None:
        self._step(super().write, path, content)

    def remove(self, path: Path) -> None:
        self._step(super().remove, path)

    def remove_folder(self, folder: Path) -> None:
        self._step(super().remove_folder, folder)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "old" / "Lighthouse"
    folder.mkdir(parents=True)
    file = folder / "fox.mp4"
    file.write_bytes(CONTENT)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    document = {
        "schema": sidecar.SCHEMA,
        "schema_version": 1,
        "request": {"endpoint": "text_to_video", "model": "gen4.5", "values": {}, "prompt": "Fox"},
        "task": {"id": OWNER[0]},
        "output": {"index": OWNER[1], "file": "fox.mp4"},
    }
    sidecar.path_for(file).write_text(json.dumps(document), encoding="utf-8")
    return tmp_path / "old"


@pytest.fixture
def errand(old: Path, tmp_path: Path) -> Errand:
    return Errand(
        source=old / "Lighthouse" / "fox.mp4",
        target=tmp_path / "new" / "Lighthouse" / "fox.mp4",
        owner=OWNER,
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def nothing(_: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("disk", [Disk(), TwoDrives()], ids=["one drive", "two drives"])
def test_file_moves_with_its_sidecar_and_time_and_leaves_no_empty_folder(disk, errand, old, tmp_path):
    told: list[int] = []
    outcome = bring(disk, errand, told.append)
    assert outcome.fate is MoveFate.MOVED
    assert sum(told) == len(CONTENT)
    assert errand.target.read_bytes() == CONTENT
    assert finish(disk, errand, outcome.seen, old) is None
    assert files(tmp_path) == ["new/Lighthouse/fox.mp4", "new/Lighthouse/fox.mp4.json"]
    assert errand.target.stat().st_mtime == 1_700_000_000
    assert list(old.iterdir()) == []


def test_other_files_beside_a_moved_file_stay(errand, old):
    beside = old / "Lighthouse" / "my edit.prproj"
    beside.write_text("mine")
    outcome = bring(TwoDrives(), errand, nothing)
    assert finish(TwoDrives(), errand, outcome.seen, old) is None
    assert files(old) == ["Lighthouse/my edit.prproj"]


def test_sidecar_of_another_program_is_not_moved(errand, old):
    beside = sidecar.path_for(errand.source)
    beside.write_text('{"not": "ours"}')
    outcome = bring(TwoDrives(), errand, nothing)
    assert finish(TwoDrives(), errand, outcome.seen, old) is None
    assert files(old) == ["Lighthouse/fox.mp4.json"]
    assert not sidecar.path_for(errand.target).exists()


def test_moved_sidecar_names_its_file(errand, old):
    numbered = replace(errand, target=errand.target.with_name("fox (2).mp4"))
    outcome = bring(Disk(), numbered, nothing)
    finish(Disk(), numbered, outcome.seen, old)
    document = json.loads(sidecar.path_for(numbered.target).read_text(encoding="utf-8"))
    assert document["output"]["file"] == "fox (2).mp4"


@pytest.mark.parametrize("disk", [Disk(), TwoDrives()], ids=["one drive", "two drives"])
def test_edited_file_is_not_moved(disk, errand):
    errand.source.write_bytes(CONTENT + b"and more")
    assert bring(disk, errand, nothing).fate is MoveFate.CHANGED
    assert not errand.target.exists()
    assert errand.source.read_bytes() == CONTENT + b"and more"


def test_change_of_equal_size_is_noticed_while_copying(errand, tmp_path):
    errand.source.write_bytes(CONTENT[::-1])
    assert bring(TwoDrives(), errand, nothing).fate is MoveFate.CHANGED
    assert files(tmp_path / "new") == []


def test_existing_file_is_never_overwritten_by_a_move(errand):
    errand.target.parent.mkdir(parents=True)
    errand.target.write_bytes(b"somebody else's")
    for disk in (Disk(), TwoDrives()):
        assert bring(disk, errand, nothing).fate is MoveFate.TAKEN
    assert errand.target.read_bytes() == b"somebody else's"
    assert not sidecar.path_for(errand.target).exists()


def test_file_created_during_the_copy_is_not_overwritten(errand):
    class Rival(TwoDrives):
        def rename(self, source: Path, target: Path) -> None:
            target.write_bytes(b"somebody else's")
            super().rename(source, target)

    assert bring(Rival(), errand, nothing).fate is MoveFate.TAKEN
    assert errand.target.read_bytes() == b"somebody else's"
    assert files(errand.target.parent) == ["fox.mp4"]
    assert errand.source.read_bytes() == CONTENT


def test_wrongly_copied_bytes_are_rejected(errand):
    class Liar(TwoDrives):
        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            digest = super().copy(source, target, progress)
            target.write_bytes(CONTENT[:-1] + b"\0")
            return digest

    with pytest.raises(DiskError, match="was not copied completely"):
        bring(Liar(), errand, nothing)
    assert files(errand.target.parent) == []
    assert errand.source.read_bytes() == CONTENT


def test_full_disk_during_a_move_keeps_the_file_and_no_partial_copy(errand):
    class Filling(TwoDrives):
        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            def told(_: int) -> None:
                raise OSError(errno.ENOSPC, "No space left on device")

            return super().copy(source, target, told)

    with pytest.raises(DiskError, match=r"The disk with .* is full") as caught:
        bring(Filling(), errand, nothing)
    assert caught.value.state is FolderState.FULL
    assert files(errand.target.parent) == []
    assert errand.source.read_bytes() == CONTENT


def test_move_to_a_disk_without_space_is_not_started(errand, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1_000}))
    with pytest.raises(DiskError, match=r"The disk with .* is full"):
        bring(TwoDrives(), errand, nothing)


def test_stopped_move_removes_its_partial_copy(errand):
    copied: list[int] = []
    with pytest.raises(MoveStopped):
        bring(TwoDrives(), errand, copied.append, lambda: bool(copied))
    assert len(copied) == 1
    assert files(errand.target.parent) == []
    assert errand.source.read_bytes() == CONTENT


def test_missing_file_is_distinguished_from_an_unreadable_one(errand):
    class Broken(TwoDrives):
        def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
            raise SourceUnreadable("Input/output error")

    outcome = bring(Broken(), errand, nothing)
    assert (outcome.fate, outcome.detail) == (MoveFate.UNREADABLE, "Input/output error")
    errand.source.unlink()
    assert bring(Disk(), errand, nothing).fate is MoveFate.MISSING


def test_file_open_elsewhere_is_copied_and_its_original_reported(errand, old):
    """As on Windows, where nobody may rename or remove it meanwhile."""

    class InUse(Disk):
        def rename(self, source: Path, target: Path) -> None:
            if source == errand.source:
                raise PermissionError(errno.EACCES, "In use")
            super().rename(source, target)

        def remove(self, path: Path) -> None:
            if path == errand.source:
                raise PermissionError(errno.EACCES, "In use")
            super().remove(path)

    outcome = bring(InUse(), errand, nothing)
    assert outcome.fate is MoveFate.MOVED
    assert finish(InUse(), errand, outcome.seen, old) is StayedCode.IN_USE
    assert errand.target.read_bytes() == errand.source.read_bytes() == CONTENT


def test_file_changed_right_after_copying_is_not_deleted(errand, old):
    outcome = bring(TwoDrives(), errand, nothing)
    errand.source.write_bytes(b"new work")
    assert finish(TwoDrives(), errand, outcome.seen, old) is StayedCode.CHANGED_MEANWHILE
    assert errand.source.read_bytes() == b"new work"
    assert errand.target.read_bytes() == CONTENT


def test_newer_of_two_sidecars_wins(errand, old):
    outcome = bring(TwoDrives(), errand, nothing)
    newer = json.loads(sidecar.path_for(errand.source).read_text(encoding="utf-8")) | {"rating": 5}
    sidecar.path_for(errand.source).write_text(json.dumps(newer), encoding="utf-8")
    os.utime(sidecar.path_for(errand.target), (1_700_000_000, 1_700_000_000))
    finish(TwoDrives(), errand, outcome.seen, old)
    assert json.loads(sidecar.path_for(errand.target).read_text(encoding="utf-8"))["rating"] == 5


@pytest.mark.parametrize("one_drive", [True, False], ids=["one drive", "two drives"])
@pytest.mark.parametrize("moment", range(1, 40))
def test_move_killed_at_any_step_keeps_the_file_whole_and_is_completed_next_run(
    errand, old, tmp_path, moment, one_drive
):
    disk = Mortal(moment, one_drive=one_drive)
    try:
        outcome = bring(disk, errand, nothing)
        assert finish(disk, errand, outcome.seen, old) is None
        died = False
    except Killed:
        died = True
        whole = [path for path in (errand.source, errand.target) if path.is_file() and path.read_bytes() == CONTENT]
        assert whole, "the file is lost"
    again, healthy = replace(errand, is_begun=True), Mortal(10_000, one_drive=one_drive)
    outcome = bring(healthy, again, nothing)
    assert outcome.fate is MoveFate.MOVED
    assert finish(healthy, again, outcome.seen, old) is None
    assert files(tmp_path) == ["new/Lighthouse/fox.mp4", "new/Lighthouse/fox.mp4.json"]
    assert errand.target.read_bytes() == CONTENT
    assert died or moment > disk.passed


def test_reserved_but_unused_file_name_is_released(errand):
    """On FAT a kill between taking a name and filling it leaves an empty file."""
    errand.target.parent.mkdir(parents=True)
    errand.target.touch()
    assert bring(Disk(), errand, nothing).fate is MoveFate.TAKEN
    assert errand.target.exists(), "an empty file may be somebody's"
    assert bring(Disk(), replace(errand, is_begun=True), nothing).fate is MoveFate.TAKEN
    assert bring(Disk(), replace(errand, is_begun=True), nothing).fate is MoveFate.MOVED
