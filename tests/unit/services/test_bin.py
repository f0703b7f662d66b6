"""*Delete file* means the system's bin."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest
import send2trash

from runway_desktop.domain.errors import DiskError
from runway_desktop.services.bin import SystemBin
from tests.engine_rig import AtOnce


@pytest.fixture
def thrown(monkeypatch):
    """What the system's bin was given, in place of the real one."""
    given: list[str] = []
    monkeypatch.setattr(send2trash, "send2trash", given.append)
    return given


async def test_file_goes_to_the_systems_bin(tmp_path, thrown):
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    await SystemBin(AtOnce()).throw(path)
    assert thrown == [str(path)]


async def test_file_that_is_gone_needs_no_throwing_away(tmp_path, thrown):
    await SystemBin(AtOnce()).throw(tmp_path / "none.mp4")
    assert thrown == []


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (send2trash.TrashPermissionError("/x"), "has no bin"),
        (PermissionError(13, "Permission denied"), "open in another program"),
    ],
)
async def test_bin_that_refuses_says_what_to_do(tmp_path, monkeypatch, trouble, said):
    def refuse(_: str) -> None:
        raise trouble

    monkeypatch.setattr(send2trash, "send2trash", refuse)
    path: Path = tmp_path / "fox.mp4"
    path.write_bytes(b"x")
    with pytest.raises(DiskError) as caught:
        await SystemBin(AtOnce()).throw(path)
    assert "fox.mp4 could not be moved to the bin." in caught.value.in_words()
    assert said in caught.value.advice
    assert path.exists()


@pytest.fixture
def own_bin(monkeypatch, tmp_path) -> Path:
    """A home of the test's own, with a bin as freedesktop.org describes it."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("this system keeps its bin to itself")
    data = tmp_path / "home" / ".local" / "share"
    data.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    other = importlib.import_module("send2trash.plat_other")
    monkeypatch.setattr(other, "HOMETRASH_B", os.fsencode(data / "Trash"))
    monkeypatch.setattr(other, "XDG_DATA_HOME", os.fsencode(data))
    monkeypatch.setattr(send2trash, "send2trash", other.send2trash)
    return data / "Trash"


async def test_what_was_thrown_away_comes_back_from_where_it_is_in_the_bin(tmp_path, own_bin):
    system_bin = SystemBin(AtOnce())
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
    with pytest.raises(DiskError, match=r"another fox\.mp4 in its place"):
        await system_bin.take_back(thrown[1], path)
    assert thrown[1].read_bytes() == b"second"
    with pytest.raises(DiskError, match="not in the bin any more"):
        await system_bin.take_back(thrown[0], path)


async def test_a_bin_on_another_disk_gives_the_whole_file(tmp_path, own_bin, monkeypatch):
    system_bin = SystemBin(AtOnce())
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
