"""The path of a profile's local socket, and the check that its peer is the same user.

Without Qt, so that every process of the program can use it. The socket lies in a folder that only its user may enter,
and both ends check their peer's user: the folder's name can be guessed, and anyone can create a folder in `/tmp`. A
file in the profile names it, for programs of another session, whose run-time folder is another.
Windows has named pipes, whose creator sets an access list; there `address_for` and `addresses` give pipe names.
Blocking, but short; any thread.
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

from . import private

log = logging.getLogger(__name__)

MOST_WAITING = 64
LONGEST_PATH = 90
"""Bytes of a socket's path. The system allows 103 to 107, and Qt first binds a longer name."""
SHORT_TEMPORARY = Path(os.sep, "tmp")
_FOLDER = "runway-desktop"
_NAMED_IN = "socket.txt"


def address_for(profile: Path, variables: Mapping[str, str] = os.environ) -> str:
    """The path for a profile's socket; creates its folder. Raises OSError if no folder is private to this user."""
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


def addresses(profile: Path, variables: Mapping[str, str] = os.environ) -> list[str]:
    """Paths at which the profile's program may be listening: sockets of this user in private folders. That program's
    environment variables may differ from this one's."""
    if sys.platform == "win32":
        return [_name(profile)]
    paths = dict.fromkeys((*_named(profile), *_paths(profile, variables)))
    return [str(path) for path in paths if _is_private(path.parent) and _is_own_socket(path)]


def _named(profile: Path) -> tuple[Path, ...]:
    """The path that the last program to listen has written down; a socket there may be gone or stale."""
    try:
        path = Path(os.fsdecode((profile / _NAMED_IN).read_bytes()))
    except (OSError, ValueError):
        return ()
    is_one = path.is_absolute() and path.name == f"{_digits(profile)}.socket" and len(os.fsencode(path)) <= LONGEST_PATH
    return (path,) if is_one else ()


def lock_beside(profile: Path) -> Path:
    """The path of a profile's lock on this computer's own disk, the same whatever the environment of this user's
    programs says; creates its folder. Raises OSError if that is not private to this user."""
    if sys.platform == "win32":
        return Path(tempfile.gettempdir()) / f"{_name(profile)}.lock"
    folder = SHORT_TEMPORARY / f"{_FOLDER}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError("Other users can enter the folder of the lock")
    return folder / f"{_digits(profile)}.lock"


def _name(profile: Path) -> str:
    return "runway-desktop-" + _digits(profile)


def _digits(profile: Path) -> str:
    return hashlib.sha256(str(profile.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _paths(profile: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """Candidates, best first. The profile's own folder is last: some programs cannot copy a folder with a socket."""
    user = os.getuid()
    run = variables.get("XDG_RUNTIME_DIR", "")
    folders = [
        *([Path(run) / _FOLDER] if Path(run).is_absolute() else ()),
        Path(f"/run/user/{user}") / _FOLDER,
        Path(tempfile.gettempdir()) / f"{_FOLDER}-{user}",
        # The temporary folder's path may be too long.
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
        """No Unix sockets on Windows."""

    def peer_is_own(_handle: int) -> bool:
        """Whether the peer is the same user; the pipe's access list ensures that."""
        return True

else:
    import socket
    import struct
    from contextlib import suppress

    class Listening:
        """The listening socket of a profile. Clients can connect from now on and wait for an answer."""

        def __init__(self, profile: Path, most: int) -> None:
            """Replaces a stale socket file: the caller owns the profile, so no process listens there. `most` clients
            may wait. Raises OSError if it cannot listen."""
            self._address = address = address_for(profile)
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                with suppress(FileNotFoundError):
                    os.unlink(address)
                self.socket.setblocking(False)
                self.socket.bind(address)
                # In addition to the private folder.
                os.chmod(address, 0o600)
                self.socket.listen(most)
                self._number = os.lstat(address).st_ino
            except OSError:
                self.socket.close()
                raise
            with suppress(OSError), open(profile / _NAMED_IN, "wb", opener=private.opener) as file:
                file.write(os.fsencode(address))

        def close(self) -> None:
            """May be called twice."""
            self.socket.close()
            with suppress(OSError):
                # The profile's next program may listen there already.
                if os.lstat(self._address).st_ino == self._number:
                    os.unlink(self._address)

    def listen(profile: Path) -> Listening | None:
        """Starts listening; None if that fails, which is not fatal."""
        try:
            return Listening(profile, MOST_WAITING)
        except OSError as error:
            log.warning("Other programs cannot be heard: %s", error)
            return None

    def peer_is_own(handle: int) -> bool:
        """Whether the peer of a connected socket, given by its descriptor, is the same user. False if the system does
        not say."""
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
