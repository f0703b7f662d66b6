"""The key in a real GNOME Keyring, in a D-Bus session of its own that nothing else of this machine can see.

Each step runs in a process of its own, as the program does from one start to the next.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.journeys.needs import need

ROOT = Path(__file__).resolve().parents[2]
SECRET = "key_5f0c9f6c1d"

STEPS = """
import asyncio, json, sys
from concurrent.futures import ThreadPoolExecutor
from runway_desktop.domain.errors import SecretStoreError
from runway_desktop.keychain import SystemKeychain

async def main(words):
    with ThreadPoolExecutor(1) as executor:
        keychain = SystemKeychain(executor)
        said = []
        for word in words:
            name, *arguments = word.split("|")
            try:
                said.append(await getattr(keychain, name)(*arguments))
            except SecretStoreError as error:
                said.append({"kind": error.kind, "words": error.in_words()})
        print(json.dumps(said))

asyncio.run(main(sys.argv[1:]))
"""

LOCK = """
import secretstorage
with secretstorage.dbus_init() as bus:
    secretstorage.get_default_collection(bus).lock()
"""

DAEMON = "printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null"


class Session:
    """A D-Bus session that lasts for one script; what the keyring keeps on disk lasts for the test."""

    def __init__(self, folder: Path, runtime: str) -> None:
        self.folder = folder
        (folder / "share").mkdir()
        bare = ("PATH", "LANG", "LC_ALL")
        self.surroundings = {name: os.environ[name] for name in bare if name in os.environ} | {
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "XDG_DATA_HOME": str(folder / "share"),
            "XDG_RUNTIME_DIR": runtime,
        }

    def run(self, *lines: str) -> list:
        """Runs shell lines, one after the other, and gives what the last of them printed."""
        script = "\n".join(("set -e", *lines))
        done = subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", script],
            check=False, capture_output=True, text=True, timeout=60, env=self.surroundings, cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])


def python(program: str, *words: str) -> str:
    quoted = " ".join(f"'{word}'" for word in words)
    return f"{sys.executable} -c \"$(cat <<'END'\n{program}\nEND\n)\" {quoted}"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    need("dbus-run-session", "gnome-keyring-daemon")
    # Short: the address of a socket has 107 characters at most.
    with TemporaryDirectory(dir="/tmp") as runtime:
        yield Session(tmp_path, runtime)


def test_stored_key_survives_a_restart_and_is_deleted_permanently(session: Session):
    first = python(STEPS, "name", "get|Northlight", f"set|Northlight|  {SECRET} ")
    second = python(STEPS, "get|Northlight", "get|another", "delete|Northlight", "get|Northlight", "delete|Northlight")
    name, nothing, _ = session.run(DAEMON, first)
    assert "GNOME Keyring" in name
    assert nothing is None
    assert session.run(DAEMON, second) == [SECRET, None, None, None, None]


def test_key_is_in_no_file_in_plain_text(session: Session):
    session.run(DAEMON, python(STEPS, f"set|Northlight|{SECRET}"))
    kept = [path for path in session.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".keyring" for path in kept)
    assert not any(SECRET.encode() in path.read_bytes() for path in kept)


def test_locked_keychain_that_cannot_prompt_is_reported(session: Session):
    (found,) = session.run(
        DAEMON, python(STEPS, f"set|Northlight|{SECRET}"), python(LOCK), python(STEPS, "get|Northlight")
    )
    assert found["kind"] == "locked"
    assert found["words"] == "The keychain is locked. Unlock it, then try again."


def test_no_keychain_is_available_without_a_session_bus(session: Session):
    done = subprocess.run(
        [sys.executable, "-c", STEPS, "name", f"set|Northlight|{SECRET}", "get|Northlight"],
        check=True, capture_output=True, text=True, timeout=60, env=session.surroundings, cwd=session.folder,
    )  # fmt: skip
    assert [said["kind"] for said in json.loads(done.stdout)] == ["absent"] * 3
