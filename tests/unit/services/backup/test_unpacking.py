"""A file that is no backup, damaged, or from a newer program is reported as such, and its contents are never
trusted."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain import backups
from runway_desktop.domain.errors import BadBackup, DiskError
from runway_desktop.services.backup.packing import PackOptions, pack
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Watch
from tests.rigs.profiles_on_disk import NOW, a_profile

Change = Callable[[dict[str, Any]], None]


async def a_backup(tmp_path: Path) -> Path:
    made = await a_profile(tmp_path, results=1)
    target = tmp_path / "studio.zip"
    pack(made.profile, made.snapshots, target, PackOptions(results=True), made.library, NOW, Watch())
    return target


def rewritten(path: Path, change: Change, contents: dict[str, bytes] | None = None) -> Path:
    """The backup with another manifest, and members with other contents."""
    target = path.with_name("rewritten.zip")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = (contents or {}).get(name, before.read(name))
            if name == backups.MANIFEST:
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            after.writestr(name, content)
    return target


def extract_all(path: Path, folder: Path) -> None:
    with opened(path) as backup:
        for member in backup.manifest.members:
            backup.extract(member, folder / member.name, Watch())


def same(_: dict[str, Any]) -> None:
    pass


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + b"\0" * 18])
def test_file_that_is_no_backup_is_reported(tmp_path: Path, content: bytes):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(BadBackup, match=r"“x\.zip” is not a Runway Desktop backup"), opened(tmp_path / "x.zip"):
        pass


def test_missing_backup_file_is_reported(tmp_path: Path):
    with pytest.raises(DiskError, match="is not there"), opened(tmp_path / "gone.zip"):
        pass


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
async def test_partially_copied_backup_is_reported(tmp_path: Path, kept: float):
    path = await a_backup(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: round(len(content) * kept)])
    with pytest.raises(BadBackup), opened(path):
        pass


async def test_single_flipped_bit_in_a_backup_is_found(tmp_path: Path):
    path = await a_backup(tmp_path)
    content = bytearray(path.read_bytes())
    content[content.index(b"clip 0 clip 0") + 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadBackup, match="is damaged"):
        extract_all(path, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.part"))
    assert not (tmp_path / "out" / "results" / "Aurora" / "clip 0.mp4").exists()


async def test_changed_content_of_equal_length_is_found(tmp_path: Path):
    path = rewritten(await a_backup(tmp_path), same, {"posters/0.jpg": b"POSTER 0"})
    with pytest.raises(BadBackup, match="is damaged") as caught:
        extract_all(path, tmp_path / "out")
    assert "posters/0.jpg is not what the manifest says" in caught.value.detail


async def test_archive_member_larger_than_declared_counts_as_damage(tmp_path: Path):
    path = rewritten(await a_backup(tmp_path), same, {"posters/0.jpg": b"x" * 50_000_000})
    with pytest.raises(BadBackup, match="is damaged"):
        extract_all(path, tmp_path / "out")


async def test_missing_archive_member_is_found(tmp_path: Path):
    path = await a_backup(tmp_path)

    def add(manifest: dict[str, Any]) -> None:
        manifest["members"].append({**manifest["members"][0], "name": "inputs/gone.png", "kind": "input"})

    with pytest.raises(BadBackup, match="is damaged"):
        extract_all(rewritten(path, add), tmp_path / "out")


async def test_backup_of_a_newer_program_is_refused_with_its_version(tmp_path: Path):
    def newer(manifest: dict[str, Any]) -> None:
        manifest |= {"format": 2, "program": "7.1.0", "members": "something else"}

    path = rewritten(await a_backup(tmp_path), newer)
    with pytest.raises(BadBackup, match=r"made by Runway Desktop 7\.1\.0, which is newer") as caught, opened(path):
        pass
    assert "Install the newest version" in caught.value.advice


@pytest.mark.parametrize(
    "name",
    [
        "inputs/../../../etc/cron.d/x",
        "/inputs/x",
        "inputs/",
        "inputs//x",
        "inputs\\..\\x",
        "inputs/C:/x",
        "inputs/a\0b",
        "inputs/\udc80",
        "profile.db",
        "posters/x",
        "log.txt",
    ],
)
async def test_archive_name_outside_the_folder_of_its_kind_counts_as_damage(tmp_path: Path, name: str):
    def rename(manifest: dict[str, Any]) -> None:
        member = next(one for one in manifest["members"] if one["kind"] == "input")
        member["name"] = name

    with pytest.raises(BadBackup, match="is damaged"), opened(rewritten(await a_backup(tmp_path), rename)):
        pass


def _drop(name: str) -> Change:
    return lambda manifest: manifest.pop(name)


def _put(name: str, value: Any) -> Change:
    return lambda manifest: manifest.update({name: value})


@pytest.mark.parametrize(
    "change",
    [
        *(_drop(name) for name in ("schema", "format", "members", "contents", "made_at", "inputs", "is_demo")),
        _put("format", True),
        _put("format", 0),
        _put("members", []),
        _put("members", [7]),
        _put("made_at", "yesterday"),
        _put("contents", {"version": "1.0"}),
        _put("left_out", -1),
        _put("library", {"path": 7, "uri": ""}),
    ],
)
async def test_nonsensical_manifest_counts_as_damage(tmp_path: Path, change: Change):
    with pytest.raises(BadBackup), opened(rewritten(await a_backup(tmp_path), change)):
        pass


async def test_duplicate_archive_member_counts_as_damage(tmp_path: Path):
    def twice(manifest: dict[str, Any]) -> None:
        member = next(one for one in manifest["members"] if one["kind"] == "input")
        manifest["members"].append({**member, "name": member["name"].upper().replace("INPUTS/", "inputs/")})

    with pytest.raises(BadBackup, match="is damaged"), opened(rewritten(await a_backup(tmp_path), twice)):
        pass


async def test_full_disk_while_unpacking_is_reported_and_leaves_no_partial_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = await a_backup(tmp_path)

    class Full(Watch):
        def step(self, count: int) -> None:
            raise OSError(28, "No space left on device")

    with opened(path) as backup, pytest.raises(DiskError, match=r"The disk with .* is full"):
        backup.extract(backup.manifest.database, tmp_path / "out" / "profile.db", Full())
    assert list((tmp_path / "out").iterdir()) == []
    shutil.rmtree(tmp_path / "out")
