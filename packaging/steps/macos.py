"""The disk image for macOS: PyInstaller's application signed from the inside out, notarized and packed.

`SIGN_MACOS` is the name of a "Developer ID Application" identity in the keychain, `NOTARY_PROFILE` that of credentials
stored with `xcrun notarytool store-credentials`. Without the first the signature is ad hoc and Gatekeeper refuses the
program until it is allowed by hand. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import os
import platform
import plistlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from steps import bundle, project
from steps.places import DIST, ROOT, StepFailed, run, say, told
from steps.proofs import prove_commands, prove_tour

APP = DIST / f"{project.TITLE}.app"
PROGRAM = f"Contents/MacOS/{project.NAME}"
ENTITLEMENTS = ROOT / "packaging" / "macos" / "entitlements.plist"
AD_HOC = "-"

_MACH_O = {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"}
"""First bytes of a program or library for 64 bits, for 32 bits, and for several processors."""


def make(_python: Path) -> None:
    """Builds `dist/*.dmg` from the application that was built with the bundle, and tests the application."""
    if platform.system() != "Darwin":
        raise StepFailed("A disk image is made on macOS: codesign, notarytool and hdiutil are only there.")
    # PyInstaller builds the application before licenses and SBOM are written to the bundle.
    about = APP / bundle.ABOUT.replace("_internal", "Contents/Resources")
    shutil.copytree(bundle.FOLDER / bundle.ABOUT, about, dirs_exist_ok=True)
    identity, notary = os.environ.get("SIGN_MACOS", AD_HOC), os.environ.get("NOTARY_PROFILE", "")
    if identity == AD_HOC or not notary:
        say("SIGN_MACOS and NOTARY_PROFILE are not both set: Gatekeeper will refuse the program until it is allowed.")
    for command in signing(APP, identity):
        run(command)
    with tempfile.TemporaryDirectory(prefix="runway-desktop-app-") as folder:
        scratch = Path(folder)
        prove_tour([str(APP / PROGRAM)], scratch, "application")
        prove_commands([str(APP / PROGRAM)], scratch, "application", serves_agents=True)
        image = DIST / f"{project.artifact_stem()}.dmg"
        for command in packing(APP, image, scratch, identity, notary):
            run(command)
    told(image)


def info() -> dict[str, Any]:
    """The content of the application's `Info.plist`, for PyInstaller."""
    content: dict[str, Any] = plistlib.loads(project.filled(ROOT / "packaging" / "macos" / "Info.plist").encode())
    return content


def signing(app: Path, identity: str) -> list[list[str]]:
    """Commands that sign each program and library, the deepest first, and the application last: a signature covers what
    lies below it. `codesign --deep` is only for checking: it would give the program's entitlements to every library."""
    sign = ["codesign", "--force", "--sign", identity]
    # With an ad-hoc signature the hardened runtime refuses our own libraries, since they have no common team id.
    hardened = ["--options", "runtime", "--timestamp"] if identity != AD_HOC else []
    inner = sorted((file for file in code(app) if file != app / PROGRAM), key=lambda file: (-len(file.parts), file))
    return [
        *([*sign, *hardened, str(file)] for file in inner),
        [*sign, *hardened, "--entitlements", str(ENTITLEMENTS), str(app)],
        ["codesign", "--verify", "--strict", "--deep", str(app)],
    ]


def packing(app: Path, image: Path, scratch: Path, identity: str, notary: str) -> list[list[str]]:
    """Commands that notarize the application and put it into a disk image, next to a link to the programs' folder.
    Both carry their ticket, so that the program starts without a network, too. Temporary files lie in `scratch`."""
    has_identity = identity != AD_HOC
    is_notarized = has_identity and bool(notary)
    content = scratch / "image"
    archive = scratch / "app.zip"
    make_image = ["hdiutil", "create", "-volname", project.TITLE, "-format", "ULFO", "-ov", "-srcfolder", str(content)]
    return [
        *([["ditto", "-c", "-k", "--keepParent", str(app), str(archive)]] if is_notarized else []),
        *(_notarizing(archive, app, notary) if is_notarized else []),
        ["ditto", str(app), str(content / app.name)],
        ["ln", "-s", "/Applications", str(content / "Applications")],
        [*make_image, str(image)],
        *([["codesign", "--sign", identity, "--timestamp", str(image)]] if has_identity else []),
        *(_notarizing(image, image, notary) if is_notarized else []),
    ]


def code(app: Path) -> list[Path]:
    """The application's programs and libraries, without repeats."""
    files = (file for file in app.rglob("*") if file.is_file() and not file.is_symlink())
    return [file for file in files if _first_bytes(file) in _MACH_O]


def _notarizing(sent: Path, stapled: Path, notary: str) -> list[list[str]]:
    return [
        ["xcrun", "notarytool", "submit", str(sent), "--keychain-profile", notary, "--wait"],
        ["xcrun", "stapler", "staple", str(stapled)],
    ]


def _first_bytes(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(4)
