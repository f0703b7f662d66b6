"""The checks and test suites, the environment in which each runs, and the summary at the end.

`SUITES` is the one place to add a suite. One whose tests are not there yet is left out. The gate takes samples of large
products and leaves out the tests marked `whole`; with WHOLE=1 in the environment all are run. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from steps import environment, libraries, line_count
from steps.places import ROOT, VENV, StepFailed, is_ci, program_of, say

# Seconds after which a check or suite counts as hung, and in a run of all tests. CI machines with Windows and macOS
# start processes three times as slowly.
PATIENCE = 900 if sys.platform == "linux" else 2700
PATIENCE_WHOLE = 3 * 3600

# Tests sync to disk thousands of times, which costs nothing in a folder in memory.
MEMORY = Path("/dev/shm")  # noqa: S108 - each suite makes a folder of its own there
FREE = 4 * 1024**3

# Pytest's exit code when it ran no test.
NO_TESTS = 5

TYPES = "types"
"""The one check that takes long."""

QT_PACKAGES = ("app", "loop", "rooms", "tour", "ui", "viewmodels")
"""Folders whose tests need Qt. Tests of all others run where Qt cannot be imported."""


@dataclass(frozen=True)
class Suite:
    """One run of pytest."""

    name: str
    paths: tuple[str, ...]
    without_qt: bool = False
    needs_display: bool = False
    workers: int = 0
    waits: bool = False
    """For processes and for time, so that the processors have room for suites that are `patient`."""
    patient: bool = False
    """Has no test that a busy machine would fail: runs at low priority beside those that wait."""
    systems: tuple[str, ...] = ("linux", "darwin", "win32")
    """Systems on which its tests can pass, by their `sys.platform`."""


def unit_folders(*, with_qt: bool) -> tuple[str, ...]:
    """Folders of tests/unit whose tests need Qt, or the others; files directly in tests/unit need none."""
    unit = ROOT / "tests" / "unit"
    names = sorted(path.name for path in unit.iterdir() if not path.name.startswith("__")) if unit.is_dir() else []
    return tuple(f"tests/unit/{name}" for name in names if (name in QT_PACKAGES) == with_qt)


SUITES = (
    # They send signals and check file modes.
    Suite("faults", ("tests/faults",), workers=2, waits=True, systems=("linux", "darwin")),
    Suite("unit", (*unit_folders(with_qt=True), "tests/architecture"), workers=2, patient=True),
    # These run only where Qt cannot be imported.
    Suite(
        "engine without Qt",
        (*unit_folders(with_qt=False), "tests/contract"),
        without_qt=True,
        workers=2,
        patient=True,
    ),
    # A small sample with fixed seeds.
    Suite("fuzz", ("tests/fuzz",), without_qt=True, workers=2, patient=True),
    Suite("gui", ("tests/gui",), workers=2),
    # A visible window receives more events before its first paint than one offscreen.
    Suite(
        "journeys",
        ("tests/journeys", "tests/benchmarks/test_first_imports.py"),
        needs_display=True,
        workers=2,
        waits=True,
        systems=("linux",),
    ),
    # Smoke tests of one or two seconds each, which read memory and processor time from /proc. `dev.py bench` measures.
    Suite("benchmarks", ("tests/benchmarks",), workers=2, systems=("linux",)),
)


@dataclass(frozen=True)
class Outcome:
    """Result of one check or suite, for the summary."""

    name: str
    code: int
    seconds: float
    is_left_out: bool = False


def checks(python: Path) -> dict[str, list[str]]:
    """The command of each."""
    return {
        "format": [str(python), "-m", "ruff", "format", "--check", "."],
        "lint": [str(python), "-m", "ruff", "check", "."],
        "texts": [str(python), str(ROOT / "packaging" / "catalogs.py"), "check"],
        "imports": [str(program_of(VENV, "lint-imports")), "--no-logo"],
        TYPES: [str(python), "-m", "mypy"],
    }


def check(python: Path, *, types: bool = True) -> list[Outcome]:
    """Prints the lines of code by room, then runs the checks, without `types` all but these, even after a failure."""
    line_count.show()
    chosen = {name: command for name, command in checks(python).items() if types or name != TYPES}
    return [_run(name, command, dict(os.environ)) for name, command in chosen.items()]


def check_and_test(python: Path, arguments: Sequence[str]) -> list[Outcome]:
    """Runs all checks and all suites. The types and the patient suites run at low priority beside the suites that wait,
    on what these leave of the processors, and are printed as they end; the other suites run last, alone."""
    outcomes = check(python, types=False)
    libraries.provide_for_tests()
    with ThreadPoolExecutor(1) as beside:
        types = beside.submit(_run, TYPES, checks(python)[TYPES], dict(os.environ), low=True)
        suites = _with_tests()
        patient = [beside.submit(_run_suite, each, python, arguments, low=True) for each in suites if each.patient]
        waiting = [_run_suite(each, python, arguments) for each in suites if each.waits]
        outcomes += [types.result(), *waiting, *(future.result() for future in patient)]
    outcomes += [_run_suite(each, python, arguments) for each in suites if not (each.waits or each.patient)]
    return outcomes


def test(python: Path, names: Sequence[str], arguments: Sequence[str]) -> list[Outcome]:
    """Runs the named suites, or all, one after the other, each with these additional arguments for pytest."""
    strangers = set(names) - {suite.name.split()[0] for suite in SUITES}
    if strangers:
        known = ", ".join(suite.name.split()[0] for suite in SUITES)
        raise StepFailed(f"No suite is called {', '.join(sorted(strangers))}. There are: {known}.")
    libraries.provide_for_tests()
    chosen = [suite for suite in _with_tests() if not names or suite.name.split()[0] in names]
    return [_run_suite(suite, python, arguments) for suite in chosen]


def _with_tests() -> list[Suite]:
    found = [suite for suite in SUITES if any(_has_tests(ROOT / path) for path in suite.paths)]
    if not found:
        raise StepFailed("There is no test to run.")
    return found


def summary(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Prints the result and duration of each, and of all together. Returns the exit code."""
    say("")
    for outcome in outcomes:
        word = "FAILED" if outcome.code else "left out" if outcome.is_left_out else "passed"
        say(f"{word:8}  {outcome.seconds:6.1f} s  {outcome.name}")
    failed = [outcome.name for outcome in outcomes if outcome.code != 0]
    left_out = [outcome.name for outcome in outcomes if outcome.is_left_out]
    well = f"All that was run is well, without {', '.join(left_out)}" if left_out else "All is well"
    say(f"{'FAILED: ' + ', '.join(failed) if failed else well} ({seconds:.0f} s)")
    return 1 if failed else 0


@contextlib.contextmanager
def display() -> Iterator[dict[str, str]]:
    """Starts a virtual display with a window manager. Yields the environment variables that select it."""
    if shutil.which("Xvfb") is None or shutil.which("openbox") is None:
        raise StepFailed("Journeys need Xvfb and openbox.")
    read, write = os.pipe()
    command = [
        "Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset",
    ]  # fmt: skip
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                number = answer.readline().strip()
            if not number:
                raise StepFailed("Xvfb did not start.")
            variables = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
            manager = subprocess.Popen(
                ["openbox"],
                env={**os.environ, **variables},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                yield variables
            finally:
                manager.terminate()
                manager.wait()
        finally:
            server.terminate()


def _temporary() -> Path | None:
    """Folder for a suite's files, in memory if there is space and this is no run of all tests; None: the default."""
    is_fit = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > FREE
    return MEMORY if is_fit and os.environ.get("WHOLE") != "1" else None


def _run_suite(suite: Suite, python: Path, arguments: Sequence[str], *, low: bool = False) -> Outcome:
    paths = [path for path in suite.paths if _has_tests(ROOT / path)]
    if sys.platform not in suite.systems:
        say(f"{suite.name}: left out, since it runs on {' and '.join(suite.systems)} only.")
        return Outcome(suite.name, 0, 0.0, is_left_out=True)
    if suite.without_qt:
        python = environment.set_up_without_qt()
    command = [str(python), "-m", "pytest", "-q"]
    if suite.workers:
        # Long tests are next to each other, so an idle worker has to steal some of another's.
        command += ["-n", str(suite.workers), "--dist", "worksteal"]
    if suite.without_qt:
        # pytest-qt and its settings are unknown where there is no Qt.
        command += ["-W", "ignore:Unknown config option:pytest.PytestConfigWarning"]
    command += [*paths, *arguments]
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory("", "tests-", _temporary(), ignore_cleanup_errors=True)
        variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": stack.enter_context(folder)}
        # Tests start hundreds of processes, each of which would compile what it imports.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        variables.pop("DISPLAY", None)
        variables.pop("WAYLAND_DISPLAY", None)
        if suite.needs_display:
            try:
                variables |= stack.enter_context(display())
            except StepFailed as failure:
                say(str(failure))
                return Outcome(suite.name, 1 if is_ci() else 0, 0.0, is_left_out=True)
        outcome = _run(suite.name, command, variables, low=low)
    # If tests are selected by words, a suite without a match is no failure.
    return replace(outcome, code=0) if arguments and outcome.code == NO_TESTS else outcome


def _run(name: str, command: list[str], variables: dict[str, str], *, low: bool = False) -> Outcome:
    """`low`: at low priority, and printed at its end."""
    nice = shutil.which("nice") if low else None
    start = time.monotonic()
    patience = PATIENCE_WHOLE if variables.get("WHOLE") == "1" else PATIENCE
    with tempfile.TemporaryFile() if low else contextlib.nullcontext() as printed:
        if not low:
            say(f"\n— {name}")
        try:
            code = subprocess.run(
                [*([nice, "-n", "10"] if nice else []), *command],
                cwd=ROOT,
                env=variables,
                check=False,
                timeout=patience,
                stdout=printed,
                stderr=printed and subprocess.STDOUT,
            ).returncode
        except subprocess.TimeoutExpired:
            say(f"{name} was ended after {patience} s.")
            code = 1
        if printed:
            printed.seek(0)
            say(f"\n— {name}\n{printed.read().decode(errors='replace')}")
    return Outcome(name, code, time.monotonic() - start)


def _has_tests(folder: Path) -> bool:
    return folder.is_file() or next(folder.rglob("test_*.py"), None) is not None
