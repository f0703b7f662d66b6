"""The wheel and the one-folder bundle, and the proof of each: outside the working copy it completes the tour.

Raises `StepFailed`. What was made lies in `dist/`. Standard library only; hatchling and PyInstaller run in `.venv`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from steps import deb
from steps.environment import base_python
from steps.places import LOCK, ROOT, StepFailed, program_of, python_of, say

DIST = ROOT / "dist"
BUILD = ROOT / "build"
TOUR_SECONDS = 600
COMMAND_SECONDS = 120
HELLO = (
    b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", '
    b'"capabilities": {}, "clientInfo": {"name": "package", "version": "1"}}}\n'
)
"""What a host says first, in the older era of the protocol."""
ABOUT = "_internal/runway_desktop/resources/about"
"""Where a bundle keeps its licenses and its SBOM: among the files that ship with the program, which shows them."""


def make(python: Path, what: Sequence[str]) -> int:
    """Make and prove what is named: "wheel", "bundle", "deb" (made of the bundle). Returns the exit code."""
    if "wheel" in what:
        wheel = _wheel(python)
        say(f"{wheel.relative_to(ROOT)}: {_megabytes(wheel.stat().st_size)}")
        _prove_wheel(wheel)
    if "bundle" in what or "deb" in what:
        folder = _bundle(python)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
        say(f"{folder.relative_to(ROOT)}: {_megabytes(size)}")
        _prove_bundle(folder)
        source = _source()
        say(f"{source.relative_to(ROOT)}: {_megabytes(source.stat().st_size)}")
        if "deb" in what:
            deb.make(folder, DIST, ABOUT)
            return 0
        archive = Path(shutil.make_archive(str(folder), "xztar", DIST, folder.name))
        say(f"{archive.relative_to(ROOT)}: {_megabytes(archive.stat().st_size)}")
    return 0


def _wheel(python: Path) -> Path:
    say("Making the wheel …")
    before = set(DIST.glob("*.whl"))
    for old in before:
        old.unlink()
    _run([str(python), "-m", "hatchling", "build", "--target", "wheel", "--directory", str(DIST)])
    return next(DIST.glob("*.whl"))


def _bundle(python: Path) -> Path:
    say("Making the bundle …")
    command = [
        str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", str(DIST), "--workpath", str(BUILD / "pyinstaller"),
        str(ROOT / "packaging" / "runway-desktop.spec"),
    ]  # fmt: skip
    _run(command)
    folder = DIST / "runway-desktop"
    out = folder / ABOUT
    _run([str(python), str(ROOT / "packaging" / "third_party.py"), str(folder), str(out)])
    return folder


def _source() -> Path:
    """Writes the source archive next to the artifacts, as the license of the whole requires. Raises `StepFailed`."""
    name = f"runway-desktop-{deb.version()}-source"
    archive = DIST / f"{name}.tar.gz"
    _run(["git", "archive", "--format=tar.gz", f"--prefix={name}/", f"--output={archive}", "HEAD"])
    return archive


def _prove_wheel(wheel: Path) -> None:
    """Into a fresh environment elsewhere, as a person installs it, with the versions of the lock."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-wheel-") as folder:
        room = Path(folder)
        _run([base_python(), "-m", "venv", str(room / "venv")])
        versions = [line.split(" \\")[0] for line in LOCK.read_text("utf-8").splitlines() if "==" in line]
        (room / "versions.txt").write_text("\n".join(versions) + "\n", "utf-8")
        command = [
            str(python_of(room / "venv")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--constraint", str(room / "versions.txt"), str(wheel),
        ]  # fmt: skip
        _run(command)
        program = str(program_of(room / "venv", "runway-desktop"))
        _prove_tour([program], room, "wheel")
        _prove_commands(program, room, "wheel", serves_agents=False)


def _prove_bundle(folder: Path) -> None:
    """Copied elsewhere, started by its own program file."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-bundle-") as elsewhere:
        room = Path(elsewhere)
        copy = Path(shutil.copytree(folder, room / "program", symlinks=True))
        name = "runway-desktop.exe" if os.name == "nt" else "runway-desktop"
        _prove_tour([str(copy / name)], room, "bundle")
        name = "runway-desktop-cli.exe" if os.name == "nt" else "runway-desktop"
        _prove_commands(str(copy / name), room, "bundle", serves_agents=True)


def _surroundings(home: Path) -> dict[str, str]:
    """Variables with nothing of the working copy in them."""
    home.mkdir(exist_ok=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    for variable in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        variables[variable] = str(home)
    return variables


def _prove_commands(program: str, room: Path, name: str, *, serves_agents: bool) -> None:
    """The demo's list by a command, and an agent's server that says hello, or what to install. Raises `StepFailed`."""
    variables = _surroundings(room / "home")
    list_them = [program, "list", "--demo", "--json"]
    done = subprocess.run(
        list_them, cwd=room, env=variables, check=False, stdout=subprocess.PIPE, timeout=COMMAND_SECONDS
    )
    if done.returncode != 0 or not json.loads(done.stdout)["tasks"]:
        raise StepFailed(f"The {name} lists no tasks of the demo (exit code {done.returncode}).")
    serve = subprocess.Popen(
        [program, "mcp", "--demo"], cwd=room, env=variables,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    if serve.stdin is None or serve.stdout is None:
        raise StepFailed("The system gives no pipes.")
    guard = threading.Timer(COMMAND_SECONDS, serve.kill)
    guard.start()
    with contextlib.suppress(OSError):
        serve.stdin.write(HELLO)
        serve.stdin.flush()
    answer = serve.stdout.readline()
    _, said = serve.communicate()
    guard.cancel()
    if serves_agents and b'"serverInfo"' not in answer:
        raise StepFailed(f"The {name} serves no agent: {said.decode(errors='replace')}")
    if not serves_agents and b"pipx install" not in said:
        raise StepFailed(f"The {name} does not say what serving agents needs: {said.decode(errors='replace')}")
    say(f"The {name} answers commands, and {'serves agents' if serves_agents else 'says what serving agents needs'}.")


def _prove_tour(program: list[str], room: Path, name: str) -> None:
    """Run the demo's tour with nothing of the working copy in sight. Raises `StepFailed` when it does not complete."""
    variables = _surroundings(room / "home")
    variables["QT_QPA_PLATFORM"] = "offscreen"
    pictures = room / "tour"
    done = subprocess.run(
        [*program, "--demo", "--tour", str(pictures)], cwd=room, env=variables, check=False, timeout=TOUR_SECONDS
    )
    count = len(list(pictures.glob("*.png")))
    if done.returncode != 0 or count == 0:
        raise StepFailed(f"The {name} did not complete the tour (exit code {done.returncode}, {count} pictures).")
    say(f"The {name} completed the tour outside the working copy: {count} pictures.")


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise StepFailed(f"{Path(command[0]).name} {' '.join(command[1:4])} failed: see its words above.")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
