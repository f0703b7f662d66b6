"""The one-folder bundle with its archive and its source, and its proof: elsewhere it completes the tour.

Raises `StepFailed`. Standard library only; PyInstaller runs in `.venv`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from steps import project
from steps.places import BUILD, DIST, ROOT, run, say, told
from steps.proofs import prove_commands, prove_tour

FOLDER = DIST / project.NAME
ABOUT = "_internal/runway_desktop/resources/about"
"""Where a bundle keeps its licenses and its SBOM: among the files that ship with the program, which shows them."""


def make(_python: Path) -> None:
    """Packs the bundle in `dist/`."""
    told(Path(shutil.make_archive(str(DIST / project.artifact_stem()), "xztar", DIST, FOLDER.name)))


def build(python: Path) -> None:
    """Makes `FOLDER`, its SBOM and the source archive, and proves the first."""
    say("Making the bundle …")
    command = [
        str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", str(DIST), "--workpath", str(BUILD / "pyinstaller"),
        str(ROOT / "packaging" / "runway-desktop.spec"),
    ]  # fmt: skip
    run(command)
    run([str(python), str(ROOT / "packaging" / "third_party.py"), str(FOLDER), str(FOLDER / ABOUT)])
    told(FOLDER)
    shutil.copyfile(FOLDER / ABOUT / "sbom.cdx.json", DIST / f"{project.artifact_stem()}.cdx.json")
    _prove()
    _pack_source()


def _pack_source() -> None:
    """The source lies next to the artifacts, as the license of the whole requires."""
    name = f"{project.NAME}-{project.version()}-source"
    archive = DIST / f"{name}.tar.gz"
    run(["git", "archive", "--format=tar.gz", f"--prefix={name}/", f"--output={archive}", "HEAD"])
    told(archive)


def _prove() -> None:
    """Copied elsewhere, started by its own program file."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-bundle-") as elsewhere:
        room = Path(elsewhere)
        copy = Path(shutil.copytree(FOLDER, room / "program", symlinks=True))
        name = "runway-desktop.exe" if os.name == "nt" else "runway-desktop"
        prove_tour([str(copy / name)], room, "bundle")
        name = "runway-desktop-cli.exe" if os.name == "nt" else "runway-desktop"
        prove_commands([str(copy / name)], room, "bundle", serves_agents=True)
