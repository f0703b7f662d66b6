"""Runs a program of the person's with an event on its stdin. Blocking; any thread. Raises HookFailed.

The program is started without a shell, in a process group of its own, which is killed if it takes too long. Its output
is dropped, but for the beginning of stderr.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

from runway_desktop.domain.hooks import HookFailed
from runway_desktop.domain.secrecy import WHOLE_KEY
from runway_desktop.texts import Text

KEPT_OF_STDERR = 2_000
"""Bytes."""
_BLOCK = 65_536
_REST_WITHIN = 0.5
"""Seconds for the rest of stderr once the program has ended: a child of it may keep the pipe open."""
_KEY = "RUNWAYML_API_SECRET"


def found_program(word: str) -> str:
    """The absolute path of a program, which is searched as a shell would. HookFailed if it must not be run."""
    found = shutil.which(os.path.expanduser(word))
    if found is None:
        raise _failed(Text("There is no program “{program}”."), word)
    path = os.path.abspath(found)
    check(path)
    return path


def check(path: str) -> None:
    """Raises HookFailed if the file is missing, or could have been replaced by another user: it must belong to this
    user or to the system, and not be writable by everybody. A new version by this user is no failure."""
    name = Path(path).name
    try:
        found = os.stat(path)
    except OSError as error:
        raise _failed(Text("The program “{program}” is not there any more."), name, str(error)) from None
    if sys.platform != "win32" and (found.st_uid not in (0, os.getuid()) or found.st_mode & stat.S_IWOTH):
        raise _failed(Text("“{program}” is not run: another user of this computer can change it."), name, path)


def run(words: Sequence[str], content: bytes, seconds: float) -> None:
    """`words`: an absolute path and arguments. Raises HookFailed, also if it ends with another code than 0."""
    check(words[0])
    name = Path(words[0]).name
    try:
        # A file, not a pipe: a program that does not read it blocks nothing.
        with tempfile.TemporaryFile() as event:
            event.write(content)
            event.seek(0)
            child = subprocess.Popen(
                words,
                stdin=event,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=Path.home(),
                env=variables(os.environ),
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
    except OSError as error:
        raise _failed(Text("“{program}” could not be started."), name, str(error)) from None
    said = bytearray()
    reader = Thread(target=_drain, args=(child.stderr, said), name="stderr of a program", daemon=True)
    reader.start()
    try:
        code = child.wait(seconds)
    except subprocess.TimeoutExpired:
        _kill(child)
        message = Text("“{program}” did not end within {seconds} seconds and was stopped.")
        raise _failed(message.with_(seconds=round(seconds)), name, said) from None
    if code:
        reader.join(_REST_WITHIN)
        raise _failed(Text("“{program}” ended with {code}.").with_(code=code), name, said)


def variables(inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment without Runway's key, under whatever name."""
    return {name: value for name, value in inherited.items() if name != _KEY and not WHOLE_KEY.search(value)}


def _drain(pipe: IO[bytes], said: bytearray) -> None:
    """Reads all of it and keeps the beginning, so that a talkative program neither blocks nor fills the memory."""
    with pipe, suppress(OSError):
        while block := os.read(pipe.fileno(), _BLOCK):
            said += block[: KEPT_OF_STDERR - len(said)]


def _failed(said: Text, program: str, detail: str | bytearray = "") -> HookFailed:
    words = detail if isinstance(detail, str) else detail.decode("utf-8", "replace").strip()
    return HookFailed(said.with_(program=program), detail=words)


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            subprocess.run([system, "/F", "/T", "/PID", str(child.pid)], capture_output=True, check=False)
        else:
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()
