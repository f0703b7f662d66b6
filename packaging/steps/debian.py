"""Packages of Debian and its kin: which are there, and installing them as root or saying the exact line to type.

Raises nothing but in `require`: what could not be installed is returned. Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from steps.places import StepFailed, is_ci, say

INSTALL = ("install", "--yes", "--no-install-recommends")
NO_NETWORK = re.compile(r"Temporary failure resolving|Could not resolve|Could not connect|Unable to connect")


def is_debian_like() -> bool:
    """Whether apt and dpkg rule here."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def is_root() -> bool:
    """Whether this process may do anything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def may_install() -> bool:
    """Whether installing needs no one's leave: as root, or on a test machine with a sudo that asks for no password."""
    if is_root() or not is_ci() or shutil.which("sudo") is None:
        return is_root()
    return subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0


def installed(names: Iterable[str]) -> set[str]:
    """Those of the named packages that are installed."""
    wanted = list(names)
    done = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *wanted],
        check=False,
        capture_output=True,
        text=True,
    )
    return {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}


def known(names: Sequence[str]) -> set[str]:
    """Those of the named packages that apt could install from the lists it has."""
    done = subprocess.run(
        ["apt-cache", "--no-all-versions", "show", *names], check=False, capture_output=True, text=True
    )
    return {line.split()[1] for line in done.stdout.splitlines() if line.startswith("Package: ")}


def choose(alternatives: Sequence[str], available: set[str]) -> str:
    """The first of a package's names that this release has: newer releases first (`…t64`), else the plainest."""
    for name in alternatives:
        if name in available:
            return name
    return alternatives[-1]


def install(names: Sequence[str], *, why: str) -> list[str]:
    """Install as root, else print the line to type. Returns what is still missing."""
    if not may_install():
        say(f"{why}. Type this, then the command again:\n  {line_to_type(names, sudo=True)}")
        return list(names)
    say(f"{why}. Installing {', '.join(names)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not known(names) >= set(names):
        _apt(["update", "--quiet=2"], environment)
    done = _apt([*INSTALL, *names], environment)
    if done.returncode != 0:
        # Lists may be there but old: what they name is gone from the mirror.
        _apt(["update", "--quiet=2"], environment)
        done = _apt([*INSTALL, *names], environment)
    missing = [name for name in names if name not in installed(names)]
    if missing:
        words = done.stdout + done.stderr
        offline = NO_NETWORK.search(words)
        say("There is no network, or Debian's mirror cannot be reached through it." if offline else words[-2000:])
        say(f"Could not install {', '.join(missing)}. The line was:\n  {line_to_type(names)}")
    return missing


def require(names: Sequence[str], *, why: str) -> None:
    """Installs those that are missing. Raises `StepFailed` if they still are."""
    missing = [name for name in names if name not in installed(names)] if is_debian_like() else list(names)
    if missing and install(missing, why=why):
        raise StepFailed(f"{why}: {', '.join(missing)} must be installed first.")


def line_to_type(names: Iterable[str], *, sudo: bool = False) -> str:
    """For a shell. A fresh system has no lists of packages, so they are asked for first."""
    who = "sudo " if sudo else ""
    return f"{who}apt-get update && {who}apt-get {' '.join([*INSTALL, *names])}"


def has_lists() -> bool:
    """Whether apt has lists of packages: a fresh system has none, and knows only what is installed."""
    return any(Path("/var/lib/apt/lists").glob("*Packages*"))


def refresh_lists() -> None:
    """Ask for package lists when a fresh system has none, so that names can be chosen."""
    if may_install() and not has_lists():
        _apt(["update", "--quiet=2"], dict(os.environ))


def _apt(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    who = [] if is_root() else ["sudo", "-n"]
    return subprocess.run([*who, "apt-get", *words], check=False, env=environment, capture_output=True, text=True)
