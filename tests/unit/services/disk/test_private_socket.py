"""The socket's folder belongs to this user alone, even if another user has prepared files at its path."""

from __future__ import annotations

import os
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.private_socket import LONGEST_PATH, address_for, addresses, peer_is_own

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes, which Qt serves")
USER = os.getuid() if hasattr(os, "getuid") else -1
without_session = pytest.mark.skipif(Path(f"/run/user/{USER}").exists(), reason="this session has a run-time folder")
as_root = pytest.mark.skipif(USER != 0, reason="only root may give files to another user, and become one")


@pytest.fixture
def run() -> Iterator[Path]:
    """A run-time folder with a path as short as those of real ones."""
    with tempfile.TemporaryDirectory(prefix="run-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def room(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files. Those of the tests are made before it is another."""
    temporary = run / "t"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(private_socket, "SHORT_TEMPORARY", temporary)
    return temporary


def listening(path: str) -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    found.bind(path)
    found.listen()
    return found


def test_socket_lies_in_the_runtime_folder_of_the_session(run: Path, tmp_path: Path):
    place = address_for(tmp_path, {"XDG_RUNTIME_DIR": str(run)})
    assert Path(place).parent == run / "runway-desktop"
    assert stat.S_IMODE(Path(place).parent.lstat().st_mode) == 0o700


def test_program_of_another_session_finds_the_socket(
    run: Path, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    found = private_socket.listen(tmp_path)
    assert found is not None
    other = run / "other"
    other.mkdir()
    for variables in ({}, {"XDG_RUNTIME_DIR": str(other)}):
        assert addresses(tmp_path, variables) == [address_for(tmp_path)]
    found.close()
    assert addresses(tmp_path, {}) == []


@pytest.mark.parametrize("named", ["", "socket", "/nowhere/a.socket", "/tmp/a\0b", "/" + "a" * 500])
def test_nonsensical_socket_named_in_the_profile_is_not_used(run: Path, room: Path, tmp_path: Path, named: str):
    (tmp_path / "socket.txt").write_text(named)
    assert addresses(tmp_path, {"XDG_RUNTIME_DIR": str(run)}) == []


def test_named_socket_of_another_profile_is_not_used(run: Path, room: Path, tmp_path: Path):
    other = address_for(tmp_path / "other", {"XDG_RUNTIME_DIR": str(run)})
    with listening(other):
        (tmp_path / "socket.txt").write_text(other)
        assert addresses(tmp_path, {}) == []


def test_each_profile_has_its_own_socket(run: Path, tmp_path: Path):
    variables = {"XDG_RUNTIME_DIR": str(run)}
    assert address_for(tmp_path / "a", variables) != address_for(tmp_path / "b", variables)


def test_socket_folder_open_to_others_is_not_used(run: Path, room: Path, tmp_path: Path):
    (run / "runway-desktop").mkdir(mode=0o755)
    (run / "runway-desktop").chmod(0o755)
    assert not Path(address_for(tmp_path, {"XDG_RUNTIME_DIR": str(run)})).is_relative_to(run / "runway-desktop")


def test_socket_folder_that_is_a_symbolic_link_is_not_used(run: Path, room: Path, tmp_path: Path):
    (tmp_path / "theirs").mkdir(mode=0o700)
    (run / "runway-desktop").symlink_to(tmp_path / "theirs")
    assert not Path(address_for(tmp_path, {"XDG_RUNTIME_DIR": str(run)})).is_relative_to(run / "runway-desktop")


@as_root
def test_socket_folder_of_another_user_is_not_used(run: Path, room: Path, tmp_path: Path):
    variables = {"XDG_RUNTIME_DIR": str(run)}
    place = address_for(tmp_path, variables)
    theirs = listening(place)
    assert addresses(tmp_path, variables) == [place]
    os.chown(run / "runway-desktop", 4321, 4321)
    assert address_for(tmp_path, variables) != place
    assert addresses(tmp_path, variables) == []
    theirs.close()


@as_root
def test_socket_of_another_user_is_not_contacted(run: Path, tmp_path: Path):
    variables = {"XDG_RUNTIME_DIR": str(run)}
    place = address_for(tmp_path, variables)
    theirs = listening(place)
    os.chown(place, 4321, 4321)
    assert addresses(tmp_path, variables) == []
    theirs.close()


@without_session
def test_socket_without_a_session_lies_in_its_own_temporary_folder(room: Path, tmp_path: Path):
    assert Path(address_for(tmp_path, {})).parent == room / f"runway-desktop-{USER}"


@without_session
def test_socket_lies_in_the_profile_when_its_temporary_name_is_taken(run: Path, room: Path):
    (room / f"runway-desktop-{USER}").write_text("taken")
    assert Path(address_for(run, {})).parent == run / "run"
    taken = run / ("a deep profile " * 8)
    taken.mkdir()
    with pytest.raises(OSError, match="no folder"):
        address_for(taken, {})


def test_socket_path_never_exceeds_the_system_limit(run: Path, tmp_path: Path):
    deep = run / ("d" * 60)
    deep.mkdir()
    for variables in ({"XDG_RUNTIME_DIR": str(deep)}, {"XDG_RUNTIME_DIR": "relative"}, {}):
        place = address_for(tmp_path, variables)
        assert len(os.fsencode(place)) <= LONGEST_PATH
        listening(place).close()
        os.unlink(place)


def test_peer_of_a_socket_is_identified_by_its_user():
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    assert peer_is_own(ours.fileno())
    ours.close()
    theirs.close()
    assert not peer_is_own(-1)
    with tempfile.TemporaryFile() as file:
        assert not peer_is_own(file.fileno())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has sockets without a file")
@as_root
def test_peer_of_another_user_is_detected():
    server = listening(f"\0runway-desktop-test-{os.getpid()}")
    child = os.fork()
    if child == 0:
        os.setuid(4321)
        caller = socket.socket(socket.AF_UNIX)
        caller.connect(server.getsockname())
        caller.recv(1)
        os._exit(0)
    connection, _ = server.accept()
    assert not peer_is_own(connection.fileno())
    connection.close()
    server.close()
    os.waitpid(child, 0)
