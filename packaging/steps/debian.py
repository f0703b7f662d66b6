"""Packages of Debian and its kin: which are there, and installing them as root or saying the exact line to type.

Raises nothing: what could not be installed is returned. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence

from steps.places import say


def is_debian_like() -> bool:
    """Whether apt and dpkg rule here."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def is_root() -> bool:
    """Whether installing needs no one's leave."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


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
    line = "apt-get install --yes --no-install-recommends " + " ".join(names)
    if not is_root():
        say(f"Missing from this system: {', '.join(names)} ({why}). Type this, then run the command again:")
        say(f"  sudo {line}")
        return list(names)
    say(f"Installing {', '.join(names)} ({why}) …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not known(names) >= set(names):
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False, env=environment)
    done = _apt(line, environment)
    if done.returncode != 0:
        # Lists may be there but old: what they name is gone from the mirror.
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False, env=environment)
        done = _apt(line, environment)
    missing = [name for name in names if name not in installed(names)]
    if missing:
        say(done.stdout[-2000:] + done.stderr[-2000:])
        say(f"Could not install {', '.join(missing)}. The line was: {line}")
    return missing


def refresh_lists() -> None:
    """Ask for package lists when a fresh system has none, so that names can be chosen. Needs root."""
    if is_root() and not known(["bash"]):
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False)


def _apt(line: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line.split(), check=False, env=environment, capture_output=True, text=True)
