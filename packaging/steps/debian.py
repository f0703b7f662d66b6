"""Packages of Debian and its derivatives: which are installed; installs them as root or prints the command for it.

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
    """Whether this system uses apt and dpkg."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def is_root() -> bool:
    """Whether this process runs as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def may_install() -> bool:
    """Whether packages can be installed without asking: as root, or under CI with a passwordless sudo."""
    if is_root() or not is_ci() or shutil.which("sudo") is None:
        return is_root()
    return subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0


def installed(names: Iterable[str]) -> set[str]:
    """The installed ones of these packages."""
    wanted = list(names)
    done = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *wanted],
        check=False,
        capture_output=True,
        text=True,
    )
    return {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}


def known(names: Sequence[str]) -> set[str]:
    """The ones of these packages that apt can install from its present lists."""
    done = subprocess.run(
        ["apt-cache", "--no-all-versions", "show", *names], check=False, capture_output=True, text=True
    )
    return {line.split()[1] for line in done.stdout.splitlines() if line.startswith("Package: ")}


def choose(alternatives: Sequence[str], available: set[str]) -> str:
    """The first of a package's names that this release has (newest first, as `…t64`), else the last."""
    for name in alternatives:
        if name in available:
            return name
    return alternatives[-1]


def install(names: Sequence[str], *, why: str) -> list[str]:
    """Installs as root, else prints the command. Returns the packages that are still missing."""
    if not may_install():
        say(f"{why}. Type this, then the command again:\n  {line_to_type(names, sudo=True)}")
        return list(names)
    say(f"{why}. Installing {', '.join(names)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not known(names) >= set(names):
        _apt(["update", "--quiet=2"], environment)
    done = _apt([*INSTALL, *names], environment)
    if done.returncode != 0:
        # The lists may be out of date and name files that the mirror no longer has.
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
    """Installs the missing ones. Raises `StepFailed` if any is still missing."""
    missing = [name for name in names if name not in installed(names)] if is_debian_like() else list(names)
    if missing and install(missing, why=why):
        raise StepFailed(f"{why}: {', '.join(missing)} must be installed first.")


def line_to_type(names: Iterable[str], *, sudo: bool = False) -> str:
    """The command line for a shell. Includes `apt-get update`, since a fresh system has no package lists."""
    who = "sudo " if sudo else ""
    return f"{who}apt-get update && {who}apt-get {' '.join([*INSTALL, *names])}"


def has_lists() -> bool:
    """Whether apt has package lists. A fresh system has none and knows only installed packages."""
    return any(Path("/var/lib/apt/lists").glob("*Packages*"))


def refresh_lists() -> None:
    """Downloads package lists if there are none, so that `available` can choose names."""
    if may_install() and not has_lists():
        _apt(["update", "--quiet=2"], dict(os.environ))


def _apt(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    who = [] if is_root() else ["sudo", "-n"]
    return subprocess.run([*who, "apt-get", *words], check=False, env=environment, capture_output=True, text=True)
