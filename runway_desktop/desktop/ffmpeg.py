"""Runs the person's ffmpeg, where there is one. Blocks; call it in a worker.

Without a shell, with an argument list. The program is killed to stop it, so it writes to a name that is deleted then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence

from runway_desktop.domain.errors import NotPossible
from runway_desktop.texts import Text

from .own_program import KEPT_OF_STDERR, variables

_FIRST = ("-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", "-progress", "pipe:1", "-y")


class Stopped(Exception):
    """By the person."""


def found() -> str:
    """Path of ffmpeg; empty if there is none."""
    return shutil.which("ffmpeg") or ""


def run(program: str, arguments: Sequence[str], goes_on: Callable[[float], bool] = lambda _: True) -> None:
    """`goes_on` is called twice a second with the seconds that were written, in this thread; if it returns False,
    `Stopped` is raised. NotPossible if ffmpeg fails."""
    words = [program, *_FIRST, *arguments]
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=variables(os.environ),
                creationflags=flags,
            )  # fmt: skip
        except OSError as error:
            raise NotPossible(Text("ffmpeg could not be started."), detail=str(error)) from error
        with child:
            try:
                for line in child.stdout or ():
                    name, _, value = line.strip().partition(b"=")
                    # The first may be "N/A".
                    if name == b"out_time_us" and not goes_on(int(value) / 1e6 if value.isdigit() else 0.0):
                        raise Stopped
            except BaseException:
                # Otherwise leaving this block would wait until it is through.
                child.kill()
                raise
        if child.returncode:
            said.seek(0)
            detail = said.read(KEPT_OF_STDERR).decode("utf-8", "replace").strip()
            raise NotPossible(Text("ffmpeg could not convert the file."), detail=detail)
