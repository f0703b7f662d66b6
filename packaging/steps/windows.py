"""The installer for Windows: NSIS packs the one-folder bundle for the current user.

Needs `makensis`. The variable `SIGN_WINDOWS` is the command that signs a file; the file's path is added to it. Raises
`StepFailed`. Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from steps import bundle, project
from steps.places import DIST, ROOT, StepFailed, is_ci, run, say, told
from steps.proofs import prove_commands, prove_tour

SCRIPT = ROOT / "packaging" / "windows" / "installer.nsi"
PROGRAM = "runway-desktop.exe"
CONSOLE_PROGRAM = "runway-desktop-cli.exe"


def make(_python: Path) -> None:
    """Builds `dist/*-setup.exe`. Under CI it is also installed, tested and removed."""
    setup = told(compiled(bundle.FOLDER, DIST / f"{project.artifact_stem()}-setup.exe"))
    if os.name != "nt" or not is_ci():
        say("It was not installed here: this would replace what a person has installed.")
        return
    with tempfile.TemporaryDirectory(prefix="runway-desktop-setup-") as folder:
        _prove(setup, Path(folder))


def compiled(folder: Path, setup: Path) -> Path:
    """Compiles the installer of this bundle, with every warning an error. Returns `setup`."""
    for program in (PROGRAM, CONSOLE_PROGRAM):
        if not (folder / program).is_file():
            raise StepFailed(
                f"{folder} is no bundle for Windows: {program} is missing. A bundle is built on its system."
            )
    # The installer of NSIS does not add it to the path.
    usual = Path(os.environ.get("PROGRAMFILES(X86)", ""), "NSIS", "makensis.exe")
    makensis = shutil.which("makensis") or (str(usual) if usual.is_file() else None)
    if makensis is None:
        raise StepFailed("makensis is missing. Install NSIS 3.")
    sign = os.environ.get("SIGN_WINDOWS", "")
    if not sign:
        say("SIGN_WINDOWS is not set: the installer is not signed, and Windows will warn of it.")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    values = {
        "VERSION": project.version(), "NUMBERS": numbers(project.version()), "HOME_PAGE": project.home_page(),
        "PUBLISHER": f"{project.TITLE} contributors", "APP_ID": project.APP_ID, "BUNDLE": str(folder),
        "KILOBYTES": str(size // 1024), "OUT": str(setup), **({"SIGN": sign} if sign else {}),
    }  # fmt: skip
    defines = [f"-D{name}={value}" for name, value in values.items()]
    run([makensis, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defines, str(SCRIPT)])
    return setup


def numbers(version: str) -> str:
    """The version as Windows stores it: four numbers."""
    found = re.findall(r"\d+", version)[:3]
    return ".".join([*found, *["0"] * (4 - len(found))])


def _prove(setup: Path, scratch: Path) -> None:
    """Installs into a folder with a space in its name, runs the tests there, and uninstalls."""
    home = scratch / "Runway Desktop"
    # NSIS reads /D up to the end of the line without quotes, which a list of arguments would add.
    if subprocess.run(f'"{setup}" /S /D={home}', check=False).returncode != 0:
        raise StepFailed("The setup did not install.")
    prove_tour([str(home / PROGRAM)], scratch, "setup")
    prove_commands([str(home / CONSOLE_PROGRAM)], scratch, "setup", serves_agents=True)
    # With _? the uninstaller does not copy itself elsewhere, so that its process can be waited for.
    subprocess.run(f'"{home}\\uninstall.exe" /S _?={home}', check=False)
    if (home / PROGRAM).exists() or (home / "_internal").exists():
        raise StepFailed("The uninstaller left the program.")
    say("The setup was installed, used and removed.")
