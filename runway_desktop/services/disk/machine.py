"""An identifier of this computer, to recognize task lists that were opened on another one.

Blocking; raises nothing. The identifier itself is never stored in a list or sent: see `fingerprint`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from . import private
from .disk_steps import write_whole

_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_LEAST_LETTERS = 32
"""A system image before its first start holds the word "uninitialized", or nothing."""


def machine_id(state: Path, files: Sequence[Path] = _FILES) -> str:
    """The system's machine id. If there is none, a random word kept in the folder `state` of this person on this
    computer; empty if that cannot be written."""
    return _of_system(files) or _kept_in(state)


def fingerprint(machine: str, list_id: str) -> str:
    """Hash that is equal for the same list and machine, and reveals nothing else; empty for an empty `machine`."""
    if not machine:
        return ""
    return hashlib.sha256(f"runway-desktop list {list_id} on {machine}".encode()).hexdigest()[:_LEAST_LETTERS]


def _kept_in(state: Path) -> str:
    path = state / "machine"
    with suppress(OSError, ValueError):
        if len(kept := path.read_text(encoding="ascii").strip()) >= _LEAST_LETTERS:
            return kept
    made = os.urandom(16).hex()
    try:
        private.make_folder(state)
        write_whole(path, made.encode())
    except OSError:
        return ""
    return made


if sys.platform == "win32":
    import winreg

    def _of_system(_files: Sequence[Path]) -> str:
        with suppress(OSError):
            where, access = r"SOFTWARE\Microsoft\Cryptography", winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, where, 0, access) as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""

elif sys.platform == "darwin":

    def _of_system(_files: Sequence[Path]) -> str:
        import ctypes

        class Timespec(ctypes.Structure):
            _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))

        found, patience = (ctypes.c_ubyte * 16)(), Timespec(1, 0)
        with suppress(OSError, AttributeError):
            if ctypes.CDLL(None).gethostuuid(found, ctypes.byref(patience)) == 0:
                return bytes(found).hex()
        return ""

else:

    def _of_system(files: Sequence[Path]) -> str:
        for path in files:
            with suppress(OSError, ValueError):
                if len(found := path.read_text(encoding="ascii").strip()) >= _LEAST_LETTERS:
                    return found
        return ""
