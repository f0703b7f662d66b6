"""One program per profile, also on a disk that cannot lock files: there the lock on this computer's own disk decides,
and a mark in the profile's folder tells other computers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.profile_lock import Claim, claim, is_in_use
from tests.rigs.lockless import refuse_locks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the descriptors' paths are read from /proc")


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On a disk without locks. The lock beside the socket lies elsewhere."""
    monkeypatch.setattr(private_socket, "SHORT_TEMPORARY", computer(tmp_path, "here"))
    folder = tmp_path / "share" / "profile"
    folder.mkdir(parents=True)
    refuse_locks(monkeypatch, folder)
    return folder


def computer(folder: Path, name: str) -> Path:
    (folder / name).mkdir(exist_ok=True)
    return folder / name


CLAIMS: list[Claim] = []


@pytest.fixture(autouse=True)
def all_released() -> Iterator[None]:
    yield
    while CLAIMS:
        CLAIMS.pop().release()


def claimed(profile: Path) -> Claim:
    found = claim(profile)
    assert found is not None
    CLAIMS.append(found)
    return found


def test_only_one_of_two_programs_on_a_computer_gets_the_profile(profile: Path):
    first = claimed(profile)
    assert (first.is_sure, claim(profile), is_in_use(profile)) == (True, None, True)
    first.release()
    assert not is_in_use(profile)


def test_profile_is_recognized_as_this_computers_after_a_crash(profile: Path):
    first = claimed(profile)
    mark = (profile / "lock.holder").read_bytes()
    first.release()
    (profile / "lock.holder").write_bytes(mark)
    assert claimed(profile).is_sure


def test_profile_possibly_open_on_another_computer_needs_the_persons_decision(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    theirs = claimed(profile)
    monkeypatch.setattr(private_socket, "SHORT_TEMPORARY", computer(tmp_path, "there"))
    ours = claimed(profile)
    assert (theirs.is_sure, ours.is_sure) == (True, False)
    ours.release()
    assert is_in_use(profile), "what is not sure removes nobody's mark"
    ours = claimed(profile)
    ours.confirm()
    theirs.release()
    monkeypatch.setattr(private_socket, "SHORT_TEMPORARY", computer(tmp_path, "here"))
    again = claimed(profile)
    assert not again.is_sure, "the mark is the other computer's now"
    again.release()
    ours.release()
    assert claimed(profile).is_sure


@pytest.mark.parametrize("mode", [0o700, 0o777])
def test_profile_lock_is_unsure_without_file_locks_or_with_access_by_others(
    profile: Path, mode: int, monkeypatch: pytest.MonkeyPatch
):
    claimed(profile).release()
    [folder] = private_socket.SHORT_TEMPORARY.iterdir()
    folder.chmod(mode)
    if mode == 0o700:
        refuse_locks(monkeypatch, None)
    found = claimed(profile)
    assert not found.is_sure
    found.confirm()
    assert found.is_sure


def test_disk_with_locks_needs_neither_second_lock_nor_mark(tmp_path: Path):
    found = claimed(tmp_path)
    assert (found.is_sure, found.is_locked) == (True, True)
    assert [one.name for one in tmp_path.iterdir()] == ["lock"]
