"""A program of the person's with real processes: it gets the event and no key, and whatever it does costs little."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from runway_desktop.desktop.own_program import KEPT_OF_STDERR, found_program, run
from runway_desktop.domain.hooks import HookFailed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts of a POSIX shell")
KEY = "key_" + "ab" * 64
PATIENCE = 20.0


def program(folder: Path, body: str) -> str:
    path = folder / "hook"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_program_gets_the_event_its_arguments_as_they_are_and_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RUNWAYML_API_SECRET", KEY)
    monkeypatch.setenv("ANOTHER_NAME", f"x{KEY} {KEY}")
    monkeypatch.setenv("BUCKET", "shots")
    out = tmp_path / "out"
    words = program(tmp_path, f'cat > {out}.json; printf %s "$1" > {out}.txt; env > {out}.env')
    run([words, "$(touch /tmp/no); two words"], b'{"event": "saved"}', PATIENCE)
    assert json.loads(Path(f"{out}.json").read_text()) == {"event": "saved"}
    assert Path(f"{out}.txt").read_text() == "$(touch /tmp/no); two words"
    inherited = Path(f"{out}.env").read_text()
    assert "BUCKET=shots" in inherited
    assert KEY not in inherited
    assert "RUNWAYML_API_SECRET" not in inherited


def test_program_that_hangs_is_stopped_with_its_children(tmp_path: Path):
    pid = tmp_path / "pid"
    words = program(tmp_path, f"sleep 60 & echo $! > {pid}; wait")
    begun = time.monotonic()
    with pytest.raises(HookFailed, match="did not end within 1 seconds and was stopped"):
        run([words], b"", 1.0)
    assert time.monotonic() - begun < PATIENCE
    assert is_gone(int(pid.read_text()))


def is_gone(pid: int) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except OSError:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("stream", [1, 2])
def test_gigabyte_of_output_blocks_nothing_and_only_a_part_of_stderr_is_kept(stream: int, tmp_path: Path):
    words = program(tmp_path, f"head -c 1000000000 /dev/zero | tr '\\0' x >&{stream}; exit 3")
    with pytest.raises(HookFailed, match="“hook” ended with 3") as failed:
        run([words], b"", 60.0)
    assert len(failed.value.detail) == (KEPT_OF_STDERR if stream == 2 else 0)


def test_event_that_is_not_read_and_a_child_that_stays_block_nothing(tmp_path: Path):
    words = program(tmp_path, "sleep 5 & exit 0")
    begun = time.monotonic()
    run([words], b"x" * 10_000_000, PATIENCE)
    assert time.monotonic() - begun < 4


def test_program_that_is_missing_replaced_or_not_executable_is_named(tmp_path: Path):
    words = program(tmp_path, "exit 0")
    run([words], b"", PATIENCE)
    Path(words).chmod(0o757)
    with pytest.raises(HookFailed, match="another user of this computer can change it"):
        run([words], b"", PATIENCE)
    Path(words).chmod(0o644)
    with pytest.raises(HookFailed, match="could not be started"):
        run([words], b"", PATIENCE)
    Path(words).unlink()
    Path(words).mkdir()
    with pytest.raises(HookFailed, match="could not be started"):
        run([words], b"", PATIENCE)
    Path(words).rmdir()
    with pytest.raises(HookFailed, match="is not there any more"):
        run([words], b"", PATIENCE)
    Path(words).write_bytes(b"\0\1\2 no program")
    Path(words).chmod(0o755)
    with pytest.raises(HookFailed, match="could not be started"):
        run([words], b"", PATIENCE)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_program_that_another_user_put_in_its_place_is_not_run(tmp_path: Path):
    words = program(tmp_path, f"touch {tmp_path}/ran")
    os.chown(words, 1234, 1234)
    with pytest.raises(HookFailed, match="another user"):
        run([words], b"", PATIENCE)
    assert not (tmp_path / "ran").exists()


def test_new_version_of_the_program_runs(tmp_path: Path):
    words = program(tmp_path, "exit 4")
    Path(words).unlink()
    program(tmp_path, "exit 0")
    run([words], b"", PATIENCE)


def test_program_is_found_as_a_shell_finds_it_and_kept_with_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    words = program(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert found_program("hook") == words
    assert found_program("~/hook") == words
    with pytest.raises(HookFailed, match="There is no program “nowhere”"):
        found_program("nowhere")
