"""The verbs of ``dev.py``: their arguments and the steps that each runs.

Returns exit codes; a step that cannot go on says why in a sentence. Standard library only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from steps import environment, libraries
from steps.places import MADE, ROOT, StepFailed, must_be_writable, say

PICTURE = ROOT / "docs" / "pictures" / "studio.png"
OF_GUIDE = ROOT / "docs" / "guide" / "pictures"
GUIDE = "guide-"
"""Prefix of the tour's pictures that belong to the guide."""


def main(arguments: list[str]) -> int:
    """Runs the verb that the arguments name. Returns the exit code."""
    # All arguments after these verbs are the program's, even if they look like ours.
    if arguments[:1] in (["run"], ["bench"], ["faults"], ["tour"]) and arguments[1:2] not in (["-h"], ["--help"]):
        arguments = [arguments[0], "--", *arguments[1:]]
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.step(chosen))
    except StepFailed as failure:
        say(str(failure))
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        say(f"{error.filename} could not be used: {error.strerror}.")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def parser() -> argparse.ArgumentParser:
    """The parser of the command line. `step` of the parsed arguments runs the verb."""
    parser = argparse.ArgumentParser(
        prog="dev.py", description="Set up, run, test, check, measure and package Runway Desktop."
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    def add(name: str, step: Callable[[argparse.Namespace], int], does: str) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=does)
        verb.set_defaults(step=step)
        return verb

    run = add("run", _start_program, "set up and start the program: run [--demo] [its arguments …]")
    test = add("test", _test, "check, then every suite: test [SUITE …] [-k WORDS] [--whole]")
    test.add_argument("suites", nargs="*", metavar="SUITE", help="only these, without the checks")
    test.add_argument("-k", dest="expression", help="only tests that match, as pytest's own -k")
    test.add_argument("--whole", action="store_true", help="all that the gate takes only samples of, for a release")
    check = add("check", _check, "format, lint, types, texts and import contracts")
    check.add_argument("--fix", action="store_true", help="first mend what ruff can mend")
    bench = add("bench", _bench, "measure, beside a reference: bench [its arguments …]")
    faults = add("faults", _faults, "count what faults do to paid tasks: faults [its arguments …]")
    mutate = add("mutate", _mutate, "do the tests notice small changes to what decides about money: mutate [MODULE …]")
    mutate.add_argument("modules", nargs="*", metavar="MODULE", help="only modules whose path holds this")
    mutate.add_argument("--workers", type=int, default=2, help="mutants tried at once")
    mutate.add_argument("--again", action="store_true", help="only what the last run left alive, and changed functions")
    tour = add("tour", _tour, "drive the window through its main job, pictures into DIR: tour [DIR]")
    add("picture", _picture, "make the pictures of README and guide again, by the tour")
    package = add("package", _package, "make artifacts and prove them: package [wheel|bundle|deb|…]")
    package.add_argument("what", nargs="*", metavar="ARTIFACT", help="wheel and bundle unless named")
    package.add_argument("--all", action="store_true", help="all that a release makes on this system")
    package.add_argument("--as-is", action="store_true", help="of the bundle that lies in dist/")
    package.add_argument("--in", dest="suite", metavar="SUITE", help="in a bare Debian, for older systems: bookworm")
    package.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    add("address", _address, "put the project's address into every file that names it").add_argument(
        "url", metavar="URL"
    )
    add("texts", _texts, "write the template for translators and merge it into the catalogs")
    lock = add("lock", _lock, "resolve the dependencies for all systems and write the lock")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    add("setup", _set_up, "only set up the environment")
    add("clean", _clean, "remove all that these commands made")
    for verb in (run, bench, faults, tour):
        verb.add_argument("rest", nargs="*")
    return parser


def _ready() -> Path:
    """Sets up the environment and Qt's libraries. Returns the environment's Python."""
    python = environment.set_up()
    libraries.provide_for_program()
    return python


def _set_up(_chosen: argparse.Namespace) -> int:
    _ready()
    return 0


def _start_program(chosen: argparse.Namespace) -> int:
    command = [str(_ready()), "-m", "runway_desktop", *chosen.rest]
    if os.name != "nt":
        # The program replaces this process, so that it receives Ctrl-C and signals itself.
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    return subprocess.run(command, check=False).returncode


def _tour(chosen: argparse.Namespace) -> int:
    folder, *more = chosen.rest or ["tour"]
    chosen.rest = ["--demo", "--tour", folder, *more]
    return _start_program(chosen)


def _picture(_chosen: argparse.Namespace) -> int:
    for file, png in pictures(_ready()).items():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(png)
        say(f"Made {file.relative_to(ROOT)}.")
    return 0


def pictures(python: Path) -> dict[Path, bytes]:
    """The pictures of README and of the guide by their files, as PNG with the words that they show in a chunk; the same
    on each machine, with no display. The tour's first part makes them."""
    with tempfile.TemporaryDirectory() as scratch:
        words = [
            str(python),
            "-m",
            "runway_desktop",
            "--tour",
            scratch,
            "--profile-dir",
            str(Path(scratch) / "profile"),
        ]
        variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "RUNWAY_DESKTOP_TOUR_STUDIO": "1"}
        done = subprocess.run(words, cwd=ROOT, env=variables, check=False, capture_output=True, text=True)
        if done.returncode:
            raise StepFailed(f"The pictures could not be made: exit code {done.returncode}.\n{done.stderr}")
        made = {file.stem.partition("-")[2]: file.read_bytes() for file in Path(scratch).glob("*.png")}
    return {
        OF_GUIDE / f"{name.removeprefix(GUIDE)}.png" if name.startswith(GUIDE) else PICTURE: png
        for name, png in sorted(made.items())
    }


def _bench(chosen: argparse.Namespace) -> int:
    """Measures on a virtual display if there can be one: the limits are for a window on X11."""
    from steps import suites

    command = [str(_ready()), "-m", "tests.benchmarks", *chosen.rest]
    with contextlib.ExitStack() as stack:
        screen = {}
        if sys.platform.startswith("linux"):
            try:
                screen = stack.enter_context(suites.display())
            except StepFailed:
                say("Without Xvfb and openbox the limits of the whole program cannot be told.")
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **screen}, check=False).returncode


def _faults(chosen: argparse.Namespace) -> int:
    return subprocess.run([str(_ready()), "-m", "tests.reliability", *chosen.rest], cwd=ROOT, check=False).returncode


def _check(chosen: argparse.Namespace) -> int:
    from steps import suites

    start = time.monotonic()
    must_be_writable()
    python = environment.set_up()
    if chosen.fix:
        subprocess.run([str(python), "-m", "ruff", "check", "--fix", "--quiet", "."], cwd=ROOT, check=False)
        subprocess.run([str(python), "-m", "ruff", "format", "--quiet", "."], cwd=ROOT, check=False)
    return suites.summary(suites.check(python), time.monotonic() - start)


def _test(chosen: argparse.Namespace) -> int:
    from steps import suites

    start = time.monotonic()
    must_be_writable()
    python = _ready()
    if chosen.whole:
        os.environ["WHOLE"] = "1"
    further = ["-k", chosen.expression] if chosen.expression else []
    if not chosen.suites:
        return suites.summary(suites.check_and_test(python, further), time.monotonic() - start)
    return suites.summary(suites.test(python, chosen.suites, further), time.monotonic() - start)


def _mutate(chosen: argparse.Namespace) -> int:
    from steps import mutation

    _ready()
    return mutation.run(chosen.modules, chosen.workers, again=chosen.again)


def _package(chosen: argparse.Namespace) -> int:
    from steps import package

    here = [name for name, artifact in package.ARTIFACTS.items() if artifact.system == sys.platform]
    names = here if chosen.all else chosen.what or ["wheel", "bundle"]
    if strangers := [name for name in names if name not in package.ARTIFACTS]:
        raise StepFailed(f"No artifact is called {strangers[0]}. There are: {', '.join(package.ARTIFACTS)}.")
    return package.make(_ready(), names, as_is=chosen.as_is, suite=chosen.suite, is_inside=chosen.inside)


def _address(chosen: argparse.Namespace) -> int:
    from steps import project

    project.set_address(chosen.url)
    return 0


def _texts(_chosen: argparse.Namespace) -> int:
    must_be_writable()
    python = environment.set_up()
    done = subprocess.run([str(python), str(ROOT / "packaging" / "catalogs.py"), "update"], cwd=ROOT, check=False)
    environment.compile_catalogs(python)
    return done.returncode


def _lock(chosen: argparse.Namespace) -> int:
    from steps import lock

    lock.make(upgrade=chosen.upgrade)
    return 0


def _clean(_chosen: argparse.Namespace) -> int:
    bytecode = [
        path for scratch in ("runway_desktop", "tests", "packaging") for path in (ROOT / scratch).rglob("__pycache__")
    ]
    for path in [*(ROOT / name for name in MADE), *bytecode]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    say("Removed what these commands made.")
    return 0
