"""A bare Debian in a folder, where an artifact is installed and tested without anything from this system.

Needs root and debootstrap. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from steps import debian
from steps.places import BUILD, StepFailed, run, say

SUITE = "trixie"
PERSON = "1000:1000"
"""User and group id of `person`, an account in every root."""
_ENTER = """\
mkdir -p "$1$2"
mount --bind "$2" "$1$2"
mount -t proc proc "$1/proc"
mount -t tmpfs shm "$1/dev/shm"
root=$1 scratch=$2 who=$3
shift 3
chroot --userspec="$who" "$root" env -C "$scratch" "$@"
"""
"""Without `exec`, since signals do not end a program that is process 1 of its namespace."""


@contextmanager
def bare_root(*packages: str, suite: str = SUITE) -> Iterator[Path]:
    """A fresh root with `packages` and their dependencies, removed afterwards. The first one takes two minutes."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-root-") as folder:
        root = copied(suite, Path(folder) / "root")
        run(["chroot", str(root), "useradd", "person"])
        add_packages(root, packages)
        yield root


def copied(suite: str, root: Path) -> Path:
    """Copies a bare system of this release to `root`, which must not exist. The first one is downloaded."""
    if not debian.is_root():
        raise StepFailed("A bare Debian is made by root: type the command again with sudo.")
    debian.require(["debootstrap"], why="A bare Debian is made by debootstrap")
    minimal = BUILD / f"root-{suite}"
    if not (minimal / "etc/debian_version").is_file():
        say(f"Making a bare Debian {suite} …")
        draft = BUILD / f"root-{suite}.draft"
        run(["rm", "-rf", str(draft)])
        draft.mkdir(parents=True)
        run(["debootstrap", "--variant=minbase", suite, str(draft)])
        draft.rename(minimal)
    run(["cp", "--archive", str(minimal), str(root)])
    return root


def add_packages(root: Path, packages: Sequence[str]) -> None:
    """Installs packages, given by name or as files in the root, with their dependencies."""
    with tempfile.TemporaryDirectory() as scratch:
        enter, quiet = entering(root, Path(scratch)), {"DEBIAN_FRONTEND": "noninteractive"}
        run([*enter, "apt-get", "update", "--quiet=2"], more=quiet)
        run([*enter, "apt-get", *debian.INSTALL, "--quiet=2", *packages], more=quiet)


def entering(root: Path, scratch: Path, who: str = "0:0") -> list[str]:
    """Prefix of a command line that runs it inside the root as user `who`, in the folder `scratch`, which is mounted
    under the same path. Processes that it started end with it."""
    enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", _ENTER, "sh"]
    return [*enter, str(root), str(scratch), who]
