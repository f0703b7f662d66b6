"""*Delete file* means the system's trash."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import send2trash

from runway_desktop.domain.errors import DiskError
from runway_desktop.services.disk.system_trash import TrashFolder
from tests.rigs.engine_rig import AtOnce


@pytest.fixture
def thrown(monkeypatch):
    """What the system's trash was given, in place of the real one."""
    given: list[str] = []
    monkeypatch.setattr(send2trash, "send2trash", given.append)
    return given


async def test_file_is_moved_to_the_systems_trash(tmp_path, thrown):
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    await TrashFolder(AtOnce()).throw(path)
    assert thrown == [str(path)]


async def test_missing_file_needs_no_move_to_the_trash(tmp_path, thrown):
    await TrashFolder(AtOnce()).throw(tmp_path / "none.mp4")
    assert thrown == []


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (send2trash.TrashPermissionError("/x"), "has no trash"),
        (PermissionError(13, "Permission denied"), "open in another program"),
    ],
)
async def test_refusing_trash_says_what_to_do(tmp_path, monkeypatch, trouble, said):
    def refuse(_: str) -> None:
        raise trouble

    monkeypatch.setattr(send2trash, "send2trash", refuse)
    path: Path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    with pytest.raises(DiskError) as caught:
        await TrashFolder(AtOnce()).throw(path)
    assert "“fox.mp4” could not be moved to the trash." in caught.value.in_words()
    assert said in caught.value.advice
    assert path.exists()


@pytest.fixture
def own_bin(monkeypatch, tmp_path) -> Path:
    """A home of the test's own, with a bin as freedesktop.org describes it."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("this system keeps its trash to itself")
    data = tmp_path / "home" / ".local" / "share"
    data.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    other = importlib.import_module("send2trash.plat_other")
    monkeypatch.setattr(other, "HOMETRASH_B", os.fsencode(data / "Trash"))
    monkeypatch.setattr(other, "XDG_DATA_HOME", os.fsencode(data))
    monkeypatch.setattr(send2trash, "send2trash", other.send2trash)
    return data / "Trash"


async def test_trashed_file_is_restored_from_its_place_in_the_trash(tmp_path, own_bin):
    system_bin = TrashFolder(AtOnce())
    path = tmp_path / "Füchse und 猫" / "fox.mp4"
    path.parent.mkdir()
    thrown = []
    for words in (b"first", b"second"):
        path.write_bytes(words)
        thrown.append(await system_bin.throw(path))
    assert [place.read_bytes() for place in thrown if place is not None] == [b"first", b"second"]
    assert all(place is not None and place.parent == own_bin / "files" for place in thrown)

    await system_bin.take_back(thrown[0], path)
    assert path.read_bytes() == b"first"
    assert len(list((own_bin / "info").iterdir())) == 1
    with pytest.raises(DiskError, match=r"Another “fox\.mp4” is in its place"):
        await system_bin.take_back(thrown[1], path)
    assert thrown[1].read_bytes() == b"second"
    with pytest.raises(DiskError, match="no longer in the trash"):
        await system_bin.take_back(thrown[0], path)


async def test_only_files_trashed_from_a_place_are_restored_to_it(tmp_path, own_bin):
    private, path = tmp_path / "id_ed25519", tmp_path / "fox.mp4"
    private.write_bytes(b"a key")
    path.write_bytes(b"fox")
    thrown = await TrashFolder(AtOnce()).throw(path)
    assert thrown is not None
    for file, place in ((private, tmp_path / "library.mp4"), (thrown, tmp_path / "another.mp4")):
        with pytest.raises(DiskError, match="was not moved there from this folder"):
            await TrashFolder(AtOnce()).take_back(file, place)
        assert file.exists()
        assert not place.exists()


async def test_trash_on_another_disk_returns_the_complete_file(tmp_path, own_bin, monkeypatch):
    system_bin = TrashFolder(AtOnce())
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"fox")
    place = await system_bin.throw(path)
    assert place is not None
    real = Path.lstat

    def elsewhere(self: Path) -> os.stat_result:
        found = real(self)
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10])) if self == place else found

    monkeypatch.setattr(Path, "lstat", elsewhere)
    await system_bin.take_back(place, path)
    assert path.read_bytes() == b"fox"
    assert not place.exists()
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["fox.mp4"]


class ComError(Exception):
    """What the library of a system raises, which is no OSError."""


WORST = (
    OSError("told by Gio in a sentence"),
    OSError(errno.ENOENT, "No such file"),
    OSError(None, None, "path", None),
    PermissionError(errno.EPERM, "Operation not permitted"),
    send2trash.TrashPermissionError(""),
    ComError(-2147352567, "Exception occurred."),
    ValueError("embedded null byte"),
    TypeError("str, bytes or PathLike expected"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    RuntimeError("Could not determine home directory."),
    ImportError("No module named gi"),
    RecursionError(),
    MemoryError(),
    StopIteration(),
)


@pytest.mark.parametrize("error", WORST, ids=repr)
async def test_any_error_of_the_trash_is_a_disk_error(tmp_path, monkeypatch, error):
    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(send2trash, "send2trash", fail)
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    with pytest.raises(DiskError, match=r"“fox\.mp4” could not be moved to the trash"):
        await TrashFolder(AtOnce()).throw(path)
    assert path.exists()


@pytest.mark.parametrize("error", WORST, ids=repr)
async def test_unreadable_trash_still_took_the_file(tmp_path, monkeypatch, own_bin, error):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os.path, "ismount", fail)
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    monkeypatch.setattr(send2trash, "send2trash", os.remove)
    assert await TrashFolder(AtOnce()).throw(path) is None
    assert not path.exists()


@pytest.mark.parametrize("error", WORST, ids=repr)
@pytest.mark.parametrize("step", ["exists", "is_dir", "lstat"])
async def test_any_error_while_restoring_from_the_trash_is_a_disk_error(tmp_path, monkeypatch, own_bin, error, step):
    place = tmp_path / "library" / "fox.mp4"
    place.parent.mkdir()
    place.write_bytes(b"x")
    binned = await TrashFolder(AtOnce()).throw(place)
    assert binned is not None

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(Path, step, fail)
        with pytest.raises(DiskError):
            await TrashFolder(AtOnce()).take_back(binned, place)
    assert binned.exists()
    assert not place.exists()


async def test_impossible_file_name_cannot_be_restored_and_needs_no_trash(tmp_path, own_bin):
    with pytest.raises(DiskError):
        await TrashFolder(AtOnce()).take_back(tmp_path / "fox.mp4", tmp_path / "a\x00b" / "fox.mp4")
    assert await TrashFolder(AtOnce()).throw(tmp_path / "a\x00b.mp4") is None


async def test_file_in_place_of_the_target_folder_stops_a_restore_from_the_trash(tmp_path):
    binned = tmp_path / "fox.mp4"
    binned.write_bytes(b"x")
    (tmp_path / "library").write_text("in the way")
    with pytest.raises(DiskError) as caught:
        await TrashFolder(AtOnce()).take_back(binned, tmp_path / "library" / "fox.mp4")
    assert "There is another" not in caught.value.message
    assert binned.exists()


async def test_closed_worker_pool_is_a_disk_error(tmp_path):
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    workers = ThreadPoolExecutor(1)
    workers.shutdown()
    with pytest.raises(DiskError):
        await TrashFolder(workers).throw(path)
    with pytest.raises(DiskError):
        await TrashFolder(workers).take_back(path, tmp_path / "b.mp4")


async def test_file_is_restored_though_the_other_disk_keeps_a_copy(tmp_path, monkeypatch, own_bin):
    place = tmp_path / "fox.mp4"
    place.write_bytes(b"fox")
    binned = await TrashFolder(AtOnce()).throw(place)
    assert binned is not None
    real_lstat, real_unlink = Path.lstat, Path.unlink

    def elsewhere(self: Path) -> os.stat_result:
        found = real_lstat(self)
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10])) if self == binned else found

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self == binned:
            raise PermissionError(errno.EACCES, "Permission denied")
        real_unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "lstat", elsewhere)
    monkeypatch.setattr(Path, "unlink", unlink)
    await TrashFolder(AtOnce()).take_back(binned, place)
    assert place.read_bytes() == b"fox"
