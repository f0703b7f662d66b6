"""The one-folder bundle, its archive and its source archive, and its test: a copy elsewhere completes the tour.

Raises `StepFailed`. Standard library only; PyInstaller runs in `.venv`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from steps import project, shells
from steps.places import BUILD, DIST, ROOT, run, say, told
from steps.proofs import prove_commands, prove_tour

FOLDER = DIST / project.NAME
ABOUT = "_internal/runway_desktop/resources/about"
"""Folder of the licenses and the SBOM in a bundle, from which the program shows them."""


def make(_python: Path) -> None:
    """Packs the bundle into an archive in `dist/`."""
    told(Path(shutil.make_archive(str(DIST / project.artifact_stem()), "xztar", DIST, FOLDER.name)))


def build(python: Path) -> None:
    """Builds `FOLDER`, its SBOM and the source archive, and tests the bundle."""
    say("Making the bundle …")
    shells.ship(python)
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
    """Puts the source archive next to the artifacts, which the GPL requires."""
    name = f"{project.NAME}-{project.version()}-source"
    archive = DIST / f"{name}.tar.gz"
    run(["git", "archive", "--format=tar.gz", f"--prefix={name}/", f"--output={archive}", "HEAD"])
    told(archive)


def _prove() -> None:
    """Starts a copy of the bundle in another folder by its executable."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-bundle-") as elsewhere:
        scratch = Path(elsewhere)
        copy = Path(shutil.copytree(FOLDER, scratch / "program", symlinks=True))
        name = "runway-desktop.exe" if os.name == "nt" else "runway-desktop"
        prove_tour([str(copy / name)], scratch, "bundle")
        name = "runway-desktop-cli.exe" if os.name == "nt" else "runway-desktop"
        prove_commands([str(copy / name)], scratch, "bundle", serves_agents=True)
