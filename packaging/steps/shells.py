"""Completions for bash, zsh and fish, and the man page, generated from the command line's parser when packaging.

Raises `StepFailed`. The two libraries that make them run in a Python that has them and what the parser needs, and call
`parser` there; the rest is standard library only.
"""

from __future__ import annotations

import os
import subprocess
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path

from steps.places import BUILD, ROOT, VENV, StepFailed, python_of

NAME = "runway-desktop"
PLACES = {
    "bash": f"usr/share/bash-completion/completions/{NAME}",
    "zsh": f"usr/share/zsh/vendor-completions/_{NAME}",
    "fish": f"usr/share/fish/vendor_completions.d/{NAME}.fish",
}
FILES_TOO = {
    "bash": ("complete -o bashdefault ", "complete -o bashdefault -o default "),
    "zsh": (
        "_describe 'runway-desktop commands' _commands\n",
        "_describe 'runway-desktop commands' _commands\n  _files\n",
    ),
    "fish": (
        "complete -c runway-desktop -f\n",
        "complete -c runway-desktop -f\n"
        "complete -c runway-desktop -n '_shtab_runway_desktop_using; and test $_shtab_runway_desktop_npos -eq 0' -F\n",
    ),
}
"""Replacements in a completion script that offer files in the place of a command, since the window accepts files."""
MAN_PAGE = f"usr/share/man/man1/{NAME}.1"
DOES = "make video, pictures and sound with the Runway API, keep every result"


COMPLETIONS = ROOT / "resources" / "completions"
"""What `runway-desktop completion` prints, in the wheel and the bundle."""


def ship(python: Path) -> Path:
    """Writes the completions to the program's resources, and the man page to the returned file."""
    _complete({shell: COMPLETIONS / shell for shell in PLACES}, python)
    page = BUILD / "man" / f"{NAME}.1"
    _describe(page, python)
    return page


def lay_out(tree: Path) -> None:
    """Writes them to the folders in which Debian looks for them."""
    _complete({shell: tree / place for shell, place in PLACES.items()}, python_of(VENV))
    _describe(tree / MAN_PAGE, python_of(VENV))


def _complete(files: Mapping[str, Path], python: Path) -> None:
    for shell, file in files.items():
        words = ("--error-unimportable", f"--shell={shell}", "--prefix=runway_desktop", "steps.shells.parser")
        text = _made(python, "-m", "shtab", *words)
        before, after = FILES_TOO[shell]
        if text.count(before) != 1:
            raise StepFailed(f"shtab writes other completions for {shell} than it did: see FILES_TOO.")
        _write(file, text.replace(before, after))


def _describe(file: Path, python: Path) -> None:
    run = "from argparse_manpage.cli import main; main()"
    text = _made(
        python, "-c", run, "--module", "runway_desktop.cli.options", "--function", "parser",
        "--project-name", NAME, "--prog", NAME, "--description", DOES, "--manual-title", "Runway Desktop",
        "--include", str(ROOT / "packaging" / "linux" / "window.man"), "--format", "single-commands-section",
    )  # fmt: skip
    _write(file, text)


def parser() -> ArgumentParser:
    """The parser of commands and flags, with what a shell can complete: files, folders, endpoints, models."""
    import shtab

    from runway_desktop.app import options as window
    from runway_desktop.catalog import Catalog
    from runway_desktop.cli import options

    pairs = list(Catalog.load().pairs())
    offered = {
        "source": shtab.FILE,
        "save": shtab.DIRECTORY,
        "profile_dir": shtab.DIRECTORY,
        "endpoint": sorted({pair.endpoint for pair in pairs}),
        "model": sorted({pair.model for pair in pairs}),
    }
    found = options.parser()
    for action in window.parser()._actions:
        if action.option_strings and action.dest != "help":
            found._add_action(action)
    [commands] = [action.choices for action in found._actions if action.choices]
    for command in dict(commands or {}).values():
        for action in command._actions:
            offer = offered.get(action.dest)
            if isinstance(offer, list):
                action.choices = offer
            elif offer is not None:
                action.complete = offer
    return found


def _made(python: Path, *words: str) -> str:
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "packaging"))), "PYTHONUTF8": "1"}
    command = [str(python), *words]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | paths, check=False, stdout=subprocess.PIPE)
    if done.returncode != 0 or not done.stdout:
        raise StepFailed(f"{words[1]} made nothing: see its words above.")
    return done.stdout.decode("utf-8")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")
    file.chmod(0o644)
