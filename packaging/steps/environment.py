"""The virtual environment: created once, stamped when complete, rebuilt when it does not match the lock.

The stamp is written last and removed first, so an interrupted environment has none and is rebuilt. With a matching
stamp nothing is installed and no pip is started, which makes the second run fast. Raises `StepFailed` with a sentence.
Runs before anything is installed: standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from steps import libraries
from steps.places import (
    LOCK,
    PYPROJECT,
    ROOT,
    VENV,
    VENV_WITHOUT_QT,
    StepFailed,
    must_be_writable,
    python_of,
    say,
)

STAMP = "runway-desktop.stamp"

# Bytes that creating an environment needs temporarily, two thirds of them for Qt.
NEEDED = 1_300_000_000
NEEDED_WITHOUT_QT = 200_000_000

NO_NETWORK = re.compile(r"NewConnectionError|NameResolutionError|ConnectTimeoutError|Network is unreachable|ProxyError")

# Left out of the environment for the engine's tests, with everything that only these need.
QT_DISTRIBUTIONS = frozenset(
    {"pyside6-addons", "pyside6-essentials", "shiboken6", "qasync", "qtawesome", "qtpy", "pytest-qt"}
)
# Tools that the light environment does not need.
TOOL_DISTRIBUTIONS = frozenset(
    {
        "mypy",
        "ruff",
        "import-linter",
        "grimp",
        "pyinstaller",
        "pyinstaller-hooks-contrib",
        "hatchling",
        "mutmut",
        "libcst",
        "textual",
        "coverage",
        "setproctitle",
        "babel",
        "pyyaml",
        "pyyaml-ft",
        "linkify-it-py",
        "mdit-py-plugins",
    }
)


def set_up() -> Path:
    """Creates or updates the environment if needed. Returns its Python."""
    _make_whole(VENV, LOCK.read_text("utf-8"))
    python = python_of(VENV)
    compile_catalogs(python)
    return python


def compile_catalogs(python: Path) -> None:
    """Compiles the translators' catalogs that are newer than their compiled files. In a read-only folder nothing is
    compiled, and the program shows English texts."""
    for source in ROOT.glob("resources/locale/*/LC_MESSAGES/*.po"):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([python, str(ROOT / "packaging" / "catalogs.py"), "compile"], cwd=ROOT, check=False)
            return


def set_up_without_qt() -> Path:
    """Creates or updates the light environment, in which Qt cannot be imported. Returns its Python."""
    text = without(LOCK.read_text("utf-8"), QT_DISTRIBUTIONS | TOOL_DISTRIBUTIONS)
    _make_whole(VENV_WITHOUT_QT, text, with_program=False)
    python = python_of(VENV_WITHOUT_QT)
    if subprocess.run([python, "-c", "import PySide6"], check=False, capture_output=True).returncode == 0:
        raise StepFailed(
            f"Qt can be imported in {VENV_WITHOUT_QT}, so nothing is proven there. Remove it and try again."
        )
    return python


def stamp_text(lock_text: str, *, pyproject: bytes | None = None, python: str | None = None, home: str = "") -> str:
    """Hash of what an environment is built from: the lock, `pyproject.toml`, the Python and the path."""
    pyproject = PYPROJECT.read_bytes() if pyproject is None else pyproject
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}" if python is None else python
    return (
        f"lock {hashlib.sha256(lock_text.encode()).hexdigest()}\n"
        f"project {hashlib.sha256(pyproject).hexdigest()}\n"
        f"python {python}\n"
        f"place {home or ROOT}\n"
    )


def is_whole(venv: Path, stamp: str) -> bool:
    """Whether this environment was completed with exactly this stamp and its Python starts."""
    try:
        if (venv / STAMP).read_text("utf-8") != stamp:
            return False
    except OSError:
        return False
    return _starts(python_of(venv))


def without(lock_text: str, names: frozenset[str]) -> str:
    """The lock without the named distributions. The indented lines below each one are its hashes."""
    kept: list[str] = []
    keeping = True
    for line in lock_text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            keeping = line.split("==")[0].split("[")[0].strip().lower() not in names
        if keeping:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _make_whole(venv: Path, lock_text: str, *, with_program: bool = True) -> None:
    # A complete one can also be used by a user who may not write to it.
    if is_whole(venv, stamp_text(lock_text)):
        return
    must_be_writable()
    with one_at_a_time(ROOT / ".venv.lock"):
        if not is_whole(venv, stamp_text(lock_text)):
            build(venv, lock_text, with_program=with_program)


def build(venv: Path, lock_text: str, *, with_program: bool = True) -> None:
    """Installs the lock into a new environment, then the program in editable mode, then writes the stamp."""
    stamp = stamp_text(lock_text)
    if _can_be_updated(venv, stamp):
        say(f"Bringing {venv.name} up to date …")
        (venv / STAMP).unlink()
    else:
        _remove(venv)
        needed = NEEDED if with_program else NEEDED_WITHOUT_QT
        if shutil.disk_usage(venv.parent).free < needed:
            raise StepFailed(no_space(venv.parent, needed))
        say(f"Making {venv.name} with Python {sys.version_info[0]}.{sys.version_info[1]} (once; a few minutes) …")
        _make_venv(venv)
    requirements = venv / "requirements.txt"
    requirements.write_text(lock_text, "utf-8")
    _pip(venv, "install", "--require-hashes", "--no-deps", "--requirement", str(requirements))
    if with_program:
        _pip(venv, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    (venv / STAMP).write_text(stamp, "utf-8")


def no_space(folder: Path, needed: int) -> str:
    """Message for a full disk."""
    free = shutil.disk_usage(folder).free
    return (
        f"There is not enough room in {folder}: {needed / 1e9:g} GB are needed, {free / 1e9:.2g} GB are free. "
        "Make room, then type the command again."
    )


def base_python() -> str:
    """The interpreter that creates environments: the base of ours if ours belongs to an environment."""
    return getattr(sys, "_base_executable", "") or sys.executable


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Holds a file lock so that two commands do not build at once. It is released when the process ends."""
    with path.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                file.seek(0)
                # On Windows locking fails after ten seconds; the other command may take minutes.
                with contextlib.suppress(OSError):
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _starts(python: Path) -> bool:
    try:
        return subprocess.run([python, "-S", "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _can_be_updated(venv: Path, stamp: str) -> bool:
    """Updates a complete environment of the same Python and path to a newer lock without rebuilding it."""
    try:
        old = (venv / STAMP).read_text("utf-8").splitlines()
    except OSError:
        return False
    return old[2:] == stamp.splitlines()[2:] and _starts(python_of(venv))


def _remove(venv: Path) -> None:
    if not venv.exists() or not any(venv.iterdir()):
        return
    try:
        shutil.rmtree(venv)
    except OSError as error:
        raise StepFailed(
            f"{venv} is broken and cannot be removed ({error}). Remove it by hand, then try again."
        ) from error


def _make_venv(venv: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        libraries.provide_venv_module()
    made = subprocess.run([base_python(), "-m", "venv", str(venv)], check=False)
    if made.returncode != 0:
        raise StepFailed(f"Python could not make {venv}: see its words above.")


def _pip(venv: Path, *arguments: str) -> None:
    """Runs pip with the user's own configuration: index, proxy and certificates."""
    # Pip unpacks next to the target, since /tmp may be in memory and small.
    environment = {"TMPDIR": str(venv), **os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [str(python_of(venv)), "-m", "pip", "--quiet", *arguments]
    done = subprocess.run(command, env=environment, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise StepFailed(why_pip_failed(done.stderr))
    sys.stderr.write(done.stderr)


def why_pip_failed(words: str) -> str:
    """A sentence that explains what pip wrote to its standard error."""
    if "No space left on device" in words:
        fullest = min((ROOT, Path(tempfile.gettempdir())), key=lambda folder: shutil.disk_usage(folder).free)
        return no_space(fullest, NEEDED)
    if NO_NETWORK.search(words):
        return (
            "There is no network, or pip's index cannot be reached through it. The first time, some 300 MB are loaded "
            "from there. Type the command again when it can be: what is half made will be made anew."
        )
    return f"{words.rstrip()}\npip could not install what the lock names: see its words above."
