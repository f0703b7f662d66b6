"""One program per profile, whatever the order and speed of two starts."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runway_desktop.app.single_instance import DoesNotAnswer, EngineLeaves, InstanceHolder, enter, hand_over
from runway_desktop.app.window_door import words_in
from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.profile_lock import claim
from tests.rigs.holders import PIPES, ROOT, Holder, holder

WORDS = ["/home/ö/猫.txt", "17f20503-6c24-4c16-946b-35dbbce2af2f", "with\nlines"]
ENTERS_WITHOUT_LOCKS = """
import errno, sys
from pathlib import Path
from runway_desktop.app import single_instance
from runway_desktop.services.disk import profile_lock
def refuse(file):
    raise OSError(errno.ENOLCK, "No locks available")
profile_lock._lock = refuse
print("mine" if single_instance.enter(Path(sys.argv[1]), ["word"]) else "given", flush=True)
"""


def entering_without_locks(folder: Path) -> str:
    words = [sys.executable, "-c", ENTERS_WITHOUT_LOCKS, str(folder)]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True, timeout=60).stdout.strip()


def test_first_program_gets_the_profile_and_the_second_does_not(tmp_path: Path):
    first = claim(tmp_path)
    assert first is not None
    assert claim(tmp_path) is None
    first.release()
    second = claim(tmp_path)
    assert second is not None
    second.release()


def test_killed_program_leaves_no_claim_on_the_profile(tmp_path: Path):
    with holder(tmp_path, "window"):
        assert claim(tmp_path) is None
    mine = enter(tmp_path, ["word"])
    assert mine is not None, "nor does the socket that it left keep anybody out"
    mine.release()


def test_programs_of_two_profiles_do_not_interfere(tmp_path: Path):
    claims = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        claims.append(claim(tmp_path / name))
    assert all(claims)
    for one in claims:
        one.release()


def test_command_line_words_reach_the_first_program_unchanged(tmp_path: Path):
    with holder(tmp_path, "window") as first:
        assert enter(tmp_path, WORDS) is None
        assert first.told() == WORDS


def test_running_program_keeps_the_profile_where_files_cannot_be_locked(tmp_path: Path):
    with holder(tmp_path, "window") as first:
        assert entering_without_locks(tmp_path) == "given"
        assert first.told() == ["word"]


def test_program_starts_where_files_cannot_be_locked_and_none_is_running(tmp_path: Path):
    assert entering_without_locks(tmp_path) == "mine"


def test_slow_first_program_gets_the_command_line_words_once(tmp_path: Path):
    with holder(tmp_path, "late") as first:
        assert enter(tmp_path, ["late"]) is None
        assert first.told() == ["late"]
        assert first.end() == []


def test_no_running_program_accepts_no_words(tmp_path: Path):
    assert hand_over(tmp_path, ["word"], patience=0.05) == (InstanceHolder.BY_NOBODY, ())


def test_hanging_program_is_reported_and_blocks_a_second_one(tmp_path: Path):
    with holder(tmp_path, "silent"), pytest.raises(DoesNotAnswer, match="does not respond"):
        enter(tmp_path, ["word"], patience=0.15)


def test_waiting_program_takes_over_when_the_first_ends(tmp_path: Path):
    first = Holder(tmp_path, "silent")
    timer = threading.Timer(0.2, first.end)
    timer.start()
    mine = enter(tmp_path, ["word"], patience=60.0)
    timer.join()
    assert mine is not None
    mine.release()


def test_engine_without_a_window_yields_the_profile_to_a_window(tmp_path: Path):
    with holder(tmp_path, "engine") as engine:
        mine = enter(tmp_path, ["word"])
        assert mine is not None
        assert engine.told() == ["window", "leave"]
        mine.release()


def test_engine_that_finishes_a_request_names_what_it_sends(tmp_path: Path):
    with holder(tmp_path, "busy"), pytest.raises(EngineLeaves) as leaves:
        enter(tmp_path, ["word"])
    [under] = leaves.value.under_way
    assert under == "Gen-4.5 for claude"


def test_engine_killed_while_yielding_leaves_the_profile_to_the_window(tmp_path: Path):
    engine = Holder(tmp_path, "busy")
    timer = threading.Timer(0.3, engine.end)
    timer.start()
    mine = enter(tmp_path, ["word"])
    timer.join()
    assert mine is not None
    mine.release()


def test_window_of_an_older_version_is_reported_at_once(tmp_path: Path):
    with holder(tmp_path, "old"), pytest.raises(DoesNotAnswer, match="An older Runway Desktop is running"):
        enter(tmp_path, WORDS)


@pytest.mark.skipif(sys.platform == "win32", reason=PIPES)
def test_socket_lies_in_a_folder_closed_to_other_users(tmp_path: Path):
    listening = private_socket.Listening(tmp_path, 8)
    place = Path(private_socket.address_for(tmp_path))
    assert stat.S_ISSOCK(place.lstat().st_mode)
    assert not stat.S_IMODE(place.lstat().st_mode) & 0o077
    assert stat.S_IMODE(place.parent.lstat().st_mode) == 0o700
    assert place.parent.lstat().st_uid == os.getuid()
    listening.close()
    assert not place.exists()


@pytest.mark.parametrize(
    "line", [b"", b"[]x", b'{"words": []}', b"[1]", b'["a", null]', b"\xff", b"[" * 500_000, b'["a"', b"9" * 5000]
)
def test_malformed_message_on_the_socket_is_ignored(line: bytes):
    assert words_in(line) is None
