"""Where a local socket of a profile lies, and whether who is at its other end is the same person.

Without Qt, so that every process of the program can use it. A socket
lies in a folder that no other user may enter, and both ends look at whom they speak with: the folder's name can be
guessed, and a folder in `/tmp` can be made by anyone. Windows has named pipes instead, whose access lists the pipe's
maker sets: there `place_for` and `places` give a pipe's name. Blocking, but short; any thread.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

log = logging.getLogger(__name__)

MOST_WAITING = 64
"""Other programs that may wait for an answer."""
LONGEST_PATH = 90
"""Bytes of a socket's path. The system takes 103 to 107, and Qt binds it under a longer name first."""
SHORT_TEMPORARY = Path(os.sep, "tmp")
_FOLDER = "runway-desktop"


def place_for(profile: Path, variables: Mapping[str, str] = os.environ) -> str:
    """The path at which the program of a profile shall listen; its folder is made. Raises OSError where no folder can
    be had that is this person's alone."""
    if sys.platform == "win32":
        return _name(profile)
    for path in _paths(profile, variables):
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            continue
        if _is_private(path.parent):
            return str(path)
    raise PermissionError("There is no folder for a socket that other users cannot enter")


def places(profile: Path, variables: Mapping[str, str] = os.environ) -> list[str]:
    """The paths at which the program of a profile may listen now: sockets of this person's, in folders that are theirs
    alone. It may have been started with other variables than this one."""
    if sys.platform == "win32":
        return [_name(profile)]
    return [str(path) for path in _paths(profile, variables) if _is_private(path.parent) and _is_own_socket(path)]


def _name(profile: Path) -> str:
    return "runway-desktop-" + _digits(profile)


def _digits(profile: Path) -> str:
    return hashlib.sha256(str(profile.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _paths(profile: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """The best first. The profile's own folder comes last: some programs cannot copy a folder that holds a socket."""
    user = os.getuid()
    run = variables.get("XDG_RUNTIME_DIR", "")
    folders = [
        *([Path(run) / _FOLDER] if Path(run).is_absolute() else ()),
        Path(f"/run/user/{user}") / _FOLDER,
        Path(tempfile.gettempdir()) / f"{_FOLDER}-{user}",
        # The folder for temporary files may be named by a path that is too long.
        SHORT_TEMPORARY / f"{_FOLDER}-{user}",
        profile.absolute() / "run",
    ]
    for folder in dict.fromkeys(folders):
        path = folder / f"{_digits(profile)}.socket"
        if len(os.fsencode(path)) <= LONGEST_PATH:
            yield path


def _is_private(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077


def _is_own_socket(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


if sys.platform == "win32":

    def listen(_profile: Path) -> None:
        """Nobody, by these means."""

    def peer_is_own(_handle: int) -> bool:
        """Whether the process at the other end is this person's. Of a pipe its access list has seen to that."""
        return True

else:
    import socket
    import struct
    from contextlib import suppress

    class Listening:
        """A socket that other programs of this person find: from its first moment on callers wait in it, until somebody
        answers them."""

        def __init__(self, profile: Path, most: int) -> None:
            """What lies at its place is taken away: nobody is behind it, since the profile is ours, and a crash leaves
            the file. `most` callers may wait. Raises OSError where nobody can listen."""
            self._place = place = place_for(profile)
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                with suppress(FileNotFoundError):
                    os.unlink(place)
                self.socket.setblocking(False)
                self.socket.bind(place)
                # Its folder lets nobody else in either.
                os.chmod(place, 0o600)
                self.socket.listen(most)
                self._number = os.lstat(place).st_ino
            except OSError:
                self.socket.close()
                raise

        def close(self) -> None:
            """May be called twice."""
            self.socket.close()
            with suppress(OSError):
                # Whoever has the profile next may listen there already.
                if os.lstat(self._place).st_ino == self._number:
                    os.unlink(self._place)

    def listen(profile: Path) -> Listening | None:
        """At once: who comes from now on waits for an answer. None where nobody can listen, which stops no program."""
        try:
            return Listening(profile, MOST_WAITING)
        except OSError as error:
            log.warning("Other programs cannot be heard: %s", error)
            return None

    def peer_is_own(handle: int) -> bool:
        """Whether the process at the other end of a connected socket, given by its descriptor, is this person's. False
        where the system does not say."""
        try:
            with socket.socket(fileno=os.dup(handle)) as ours:
                return _user_of(ours) == os.getuid()
        except (OSError, struct.error):
            return False

    if sys.platform == "darwin":

        def _user_of(ours: socket.socket) -> int:
            local, peer_credentials = 0, 1
            found = ours.getsockopt(local, peer_credentials, 76)
            return int(struct.unpack_from("=II", found)[1])

    else:

        def _user_of(ours: socket.socket) -> int:
            found = ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return int(struct.unpack("3i", found)[1])
