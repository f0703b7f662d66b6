"""One program per profile, whatever the order and the pace in which two are started."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from runway_desktop.app.single_instance import DoesNotAnswer, InstanceSocket, enter, hand_over, words_in
from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.profile_lock import claim

pytestmark = pytest.mark.usefixtures("qapp")

ROOT = Path(__file__).parents[3]
HANDS_OVER = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from runway_desktop.app.single_instance import hand_over
application = QCoreApplication([])
print("asking", flush=True)
print(hand_over(Path(sys.argv[1]), json.loads(sys.argv[2])), flush=True)
"""
HOLDS = """
import sys
from pathlib import Path
from runway_desktop.app.single_instance import claim
mine = claim(Path(sys.argv[1]))
print("mine" if mine else "taken", flush=True)
sys.stdin.read()
"""


ENTERS_WITHOUT_LOCKS = """
import errno, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from runway_desktop.app import single_instance
from runway_desktop.services.disk import profile_lock
application = QCoreApplication([])
def refuse(file):
    raise OSError(errno.ENOLCK, "No locks available")
profile_lock._lock = refuse
print("mine" if single_instance.enter(Path(sys.argv[1]), ["word"]) else "given", flush=True)
"""


def entering_without_locks(folder: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", ENTERS_WITHOUT_LOCKS, str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def other_program(folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "mine"
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def test_the_first_has_the_profile_and_the_second_has_not(tmp_path: Path):
    first = claim(tmp_path)
    assert first is not None
    assert claim(tmp_path) is None
    first.release()
    second = claim(tmp_path)
    assert second is not None
    second.release()


def test_a_program_that_was_killed_leaves_no_claim_behind(tmp_path: Path):
    child = other_program(tmp_path)
    assert claim(tmp_path) is None
    end(child)
    mine = claim(tmp_path)
    assert mine is not None
    mine.release()


def test_two_profiles_do_not_know_each_other(tmp_path: Path):
    claims = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        claims.append(claim(tmp_path / name))
    assert all(claims)
    for one in claims:
        one.release()


def test_words_are_handed_over_whole(tmp_path: Path, qtbot: QtBot):
    bell = InstanceSocket(tmp_path)
    bell.open()
    words = ["/home/ö/猫.txt", "17f20503-6c24-4c16-946b-35dbbce2af2f", "with\nlines"]
    with qtbot.waitSignal(bell.rung) as rung:
        second = Second(tmp_path, words)
    assert rung.args == [words]
    assert second.answer() == "True"
    bell.close()


def test_where_files_cannot_be_locked_whoever_answers_keeps_the_profile(tmp_path: Path, qtbot: QtBot):
    bell = InstanceSocket(tmp_path)
    bell.open()
    with qtbot.waitSignal(bell.rung) as rung:
        second = entering_without_locks(tmp_path)
    assert rung.args == [["word"]]
    assert second.communicate(timeout=60)[0].strip() == "given"
    bell.close()


def test_where_files_cannot_be_locked_and_nobody_answers_the_program_starts(tmp_path: Path):
    assert entering_without_locks(tmp_path).communicate(timeout=60)[0].strip() == "mine"


def test_a_first_that_is_slow_to_answer_gets_the_words_once(tmp_path: Path, qtbot: QtBot):
    bell = InstanceSocket(tmp_path)
    bell.open()
    heard: list[object] = []
    bell.rung.connect(heard.append)
    second = Second(tmp_path, ["late"])
    # Our loop does not run meanwhile, as while the program starts: nothing is taken, and nothing given up.
    assert second.waits()
    assert not heard
    qtbot.waitUntil(lambda: bool(heard))
    assert second.answer() == "True"
    assert heard == [["late"]]
    bell.close()


def test_nobody_there_takes_nothing(tmp_path: Path):
    assert not hand_over(tmp_path, ["word"], patience_ms=50)


def test_one_that_hangs_is_said_to_hang_and_never_joined_by_a_second(tmp_path: Path):
    child = other_program(tmp_path)
    try:
        with pytest.raises(DoesNotAnswer):
            enter(tmp_path, ["word"], patience_ms=150)
    finally:
        end(child)


def test_whoever_waits_takes_over_when_the_first_ends(tmp_path: Path):
    child = other_program(tmp_path)
    timer = threading.Timer(0.2, lambda: end(child))
    timer.start()
    mine = enter(tmp_path, ["word"], patience_ms=60_000)
    timer.join()
    assert mine is not None
    with pytest.raises(DoesNotAnswer):
        enter(tmp_path, ["word"], patience_ms=150)
    mine.release()


def test_a_socket_that_a_crash_left_is_no_obstacle(tmp_path: Path, qtbot: QtBot):
    left = QLocalServer()
    assert left.listen(private_socket.place_for(tmp_path))
    bell = InstanceSocket(tmp_path)
    bell.open()
    with qtbot.waitSignal(bell.rung) as rung:
        second = Second(tmp_path, [])
    assert rung.args == [[]]
    assert second.answer() == "True"
    bell.close()
    left.close()


@pytest.mark.parametrize("line", [b"no json\n", b'{"a": 1}\n', b"[1, 2]\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_list_of_words_is_passed_over(line: bytes, tmp_path: Path, qtbot: QtBot):
    bell = InstanceSocket(tmp_path)
    bell.open()
    heard: list[object] = []
    bell.rung.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(private_socket.place_for(tmp_path))
    assert socket.waitForConnected(20_000)
    socket.write(line)
    socket.flush()
    with qtbot.waitSignal(socket.readyRead):
        pass
    second = QLocalSocket()
    second.connectToServer(private_socket.place_for(tmp_path))
    assert second.waitForConnected(20_000)
    with qtbot.waitSignal(bell.rung) as rung:
        second.write(json.dumps(["good"]).encode() + b"\n")
        second.flush()
    assert rung.args == [["good"]]
    assert heard == [["good"]]
    for one in (socket, second):
        one.disconnectFromServer()
    bell.close()


def test_the_socket_lies_where_no_other_user_may_look(tmp_path: Path):
    bell = InstanceSocket(tmp_path)
    bell.open()
    place = Path(private_socket.place_for(tmp_path))
    assert stat.S_ISSOCK(place.lstat().st_mode)
    assert not stat.S_IMODE(place.lstat().st_mode) & 0o077
    assert stat.S_IMODE(place.parent.lstat().st_mode) == 0o700
    assert place.parent.lstat().st_uid == os.getuid()
    bell.close()
    assert not place.exists()


def test_a_caller_of_another_user_is_not_listened_to(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    bell = InstanceSocket(tmp_path)
    bell.open()
    heard: list[object] = []
    bell.rung.connect(heard.append)
    with monkeypatch.context() as strange:
        strange.setattr(private_socket, "peer_is_own", lambda handle: False)
        assert Second(tmp_path, ["theirs"]).answer(qtbot) == "False"
    with qtbot.waitSignal(bell.rung):
        ours = Second(tmp_path, ["ours"])
    assert ours.answer() == "True"
    assert heard == [["ours"]]
    bell.close()


def test_nothing_is_said_to_another_users_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    theirs = QLocalServer()
    assert theirs.listen(private_socket.place_for(tmp_path))
    monkeypatch.setattr(private_socket, "peer_is_own", lambda handle: False)
    assert not hand_over(tmp_path, ["--profile", "secret client"], patience_ms=50)
    assert theirs.waitForNewConnection(1000)
    caller = theirs.nextPendingConnection()
    caller.waitForReadyRead(100)
    assert bytes(caller.readAll().data()) == b""
    theirs.close()


def test_without_a_private_folder_nothing_listens_and_the_program_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(profile: Path) -> str:
        raise PermissionError("nowhere")

    monkeypatch.setattr(private_socket, "place_for", refuse)
    bell = InstanceSocket(tmp_path)
    bell.open()
    assert not hand_over(tmp_path, ["word"], patience_ms=50)
    bell.close()


@pytest.mark.parametrize(
    "line", [b"", b"[]x", b'{"words": []}', b"[1]", b'["a", null]', b"\xff", b"[" * 500_000, b'["a"', b"9" * 5000]
)
def test_a_line_that_is_no_list_of_words_says_nothing(line: bytes):
    assert words_in(line) is None


class Second:
    """The second program: a process of its own, since a blocking socket holds the interpreter."""

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", HANDS_OVER, str(folder), json.dumps(words)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def waits(self) -> bool:
        """Whether it is connected and waits for the answer."""
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip() == "asking" and self._child.poll() is None

    def answer(self, qtbot: QtBot | None = None) -> str:
        """What it printed last; with a robot the first program works meanwhile."""
        if qtbot is not None:
            qtbot.waitUntil(lambda: self._child.poll() is not None, timeout=60_000)
        return self._child.communicate(timeout=60)[0].split()[-1]
