"""*Delete file* means the system's bin."""

from __future__ import annotations

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
