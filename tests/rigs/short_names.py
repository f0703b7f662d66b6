"""A disk that limits names to 143 bytes, like an encrypted home folder (eCryptfs)."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LONGEST = 143
_CALLS = ("open", "mkdir", "link", "rename", "replace", "stat", "lstat", "unlink")


def refuse_long_names(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Every call that names a file in this folder refuses a longer name from now on."""
    folder.mkdir(exist_ok=True)
    for module, name in ((io, "open"), *((os, name) for name in _CALLS)):
        monkeypatch.setattr(module, name, _refusing(getattr(module, name), os.fsencode(folder)))


def _refusing(call: Callable[..., Any], folder: bytes) -> Callable[..., Any]:
    def refuses(*arguments: Any, **more: Any) -> Any:
        for path in arguments[:2]:
            if isinstance(path, str | bytes | os.PathLike):
                place, _, inside = os.fsencode(path).partition(folder)
                if not place and any(len(part) > LONGEST for part in inside.split(os.sep.encode())):
                    raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), os.fspath(path))
        return call(*arguments, **more)

    return refuses
