"""The proof of the Debian package: what Debian's own checks say, then bare systems in which it is installed, completes
the tour on X11 and on Wayland, and is removed without a trace.

The displays and the session's bus are this machine's, so that a root holds nothing but what the package asks for. What
cannot be proved here is said. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from steps import debian, desktop, suites
from steps.bare_root import PERSON, SUITE, add_packages, bare_root, entering
from steps.older import OLDEST
from steps.places import StepFailed, run, say
from steps.project import NAME
from steps.proofs import prove_commands, prove_tour

CHECKS = {
    "lintian": ("--fail-on", "error", "--allow-root"),
    "desktop-file-validate": (),
    "appstreamcli": ("validate", "--pedantic", "--no-net"),
}
"""Without network access, since the project's address may be a reserved name."""
SERVERS = ("xvfb", "openbox", "labwc", "dbus-daemon")
SECONDS_TO_START = 20.0
_AS_PERSON = """\
mount --bind "$1/etc/passwd" /etc/passwd
who=$2 group=$3
shift 3
exec setpriv --reuid="$who" --regid="$group" --clear-groups "$@"
"""
SESSION_BUS = """\
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""Configuration of a bus without this machine's services, whose keychain would ask for a password."""
PASSING = ("tmp/", "run/", "var/log/", "var/cache/", "var/lib/apt/", "var/lib/dpkg/")
"""Paths that apt and running programs change, which are not leftovers of the package."""


def check(package: Path) -> None:
    """Runs lintian and the validators of the launcher and of the metadata for software centers."""
    with tempfile.TemporaryDirectory() as folder:
        run(["dpkg-deb", "--extract", str(package), folder])
        launcher, metainfo, _ = (Path(folder) / "usr/share" / place for place in desktop.TEMPLATES.values())
        for (tool, words), what in zip(CHECKS.items(), (package, launcher, metainfo), strict=True):
            if shutil.which(tool) is None:
                say(f"{what.name} was not checked: {tool} is not installed.")
            else:
                run([tool, *words, str(what)])
                say(f"{tool} finds no error in {what.name}.")


def prove(package: Path) -> None:
    """Installs, uses and removes the package in the oldest supported Debian and in a new one."""
    if not debian.is_root():
        say("It was not installed in a bare root: that needs root. Type the command again with sudo and --as-is.")
        return
    debian.require(SERVERS, why="The package is proved on X11 and on Wayland")
    asked = subprocess.run(["dpkg-deb", "--field", package, "Depends"], check=True, capture_output=True, text=True)
    for suite in (OLDEST, SUITE):
        with bare_root(suite=suite) as root, tempfile.TemporaryDirectory(prefix="runway-desktop-deb-") as folder:
            scratch = Path(folder)
            satisfy = [*entering(root, scratch), "apt-get", "satisfy", *debian.INSTALL[1:], "--quiet=2"]
            simulated = [*satisfy, "--simulate", asked.stdout.strip()]
            if subprocess.run(simulated, check=False, capture_output=True).returncode != 0:
                say(f"{package.name} is not for Debian {suite}: for that, make it with --in {OLDEST}.")
                continue
            run([*satisfy, asked.stdout.strip()], more={"DEBIAN_FRONTEND": "noninteractive"})
            before = _files(root)
            shutil.copy(package, root / "srv")
            add_packages(root, [f"/srv/{package.name}"])
            (root / "srv" / package.name).unlink()
            _prove_in(root, scratch, f"package in a bare {suite}")
            run([*entering(root, scratch), "apt-get", "purge", "--yes", "--quiet=2", NAME])
            if left := sorted(_files(root) - before):
                raise StepFailed(f"The package leaves {len(left)} files when it is removed, such as {left[0]}.")
            say(f"Removed from a bare {suite}, the package leaves nothing but what the person made.")


def _prove_in(root: Path, scratch: Path, name: str) -> None:
    """Runs the program as `person`, whose home folder is in `scratch`."""
    (scratch / "home").mkdir()
    for path in (scratch, scratch / "home"):
        os.chown(path, *map(int, PERSON.split(":")))
    program = [*entering(root, scratch, PERSON), f"/usr/bin/{NAME}"]
    prove_commands(program, scratch, name, serves_agents=True)
    with suites.display() as x11, _session(root, scratch) as session:
        prove_tour(program, scratch, name, {**session, **x11})
        wayland = {"WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "wayland"}
        prove_tour(program, scratch, name, {**session, **wayland})


def _files(root: Path) -> set[str]:
    """All files of the system except temporary ones."""
    found = {str(path.relative_to(root)) for path in root.rglob("*")}
    return {name for name in found if not name.startswith(PASSING)}


@contextlib.contextmanager
def _session(root: Path, scratch: Path) -> Iterator[dict[str, str]]:
    """Environment variables of a session whose bus and Wayland compositor run with their sockets in `scratch`."""
    variables = {"XDG_RUNTIME_DIR": str(scratch), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={scratch / 'bus'}"}
    config = scratch / "bus.conf"
    config.write_text(SESSION_BUS.format(address=variables["DBUS_SESSION_BUS_ADDRESS"]), "utf-8")
    bus = ["dbus-daemon", "--nofork", f"--config-file={config}"]
    headless = {"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", **variables}
    home = {"HOME": str(scratch / "home")}
    with _running(bus, root, {**variables, **home}), _running(["labwc"], root, {**headless, **home}):
        end = time.monotonic() + SECONDS_TO_START
        while not ((scratch / "bus").exists() and (scratch / "wayland-0").exists()):
            if time.monotonic() > end:
                raise StepFailed("No session bus or no Wayland compositor started.")
            time.sleep(0.1)
        yield variables


@contextlib.contextmanager
def _running(command: Sequence[str], root: Path, more: Mapping[str, str]) -> Iterator[None]:
    """Starts a server of this machine as `person`, who has an account in `root` only."""
    who, group = PERSON.split(":")
    enter = ["unshare", "--mount", "sh", "-ec", _AS_PERSON, "sh", str(root), who, group]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*enter, *command], env={**os.environ, **more}, stdout=quiet, stderr=quiet) as server:
        try:
            yield
        finally:
            server.terminate()
