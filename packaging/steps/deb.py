"""The Debian package: the bundle under `/usr/lib` without libraries that Debian has, and the desktop's files.

Made by `dpkg-deb` and `dpkg-shlibdeps`; `installed` proves it. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime, time
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from steps import bundle, desktop, installed, project, shells
from steps.desktop import LINUX, put
from steps.places import DIST, ROOT, StepFailed, run, say, told
from steps.project import NAME

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
REVISION = 1
LIBRARIES = f"usr/lib/{NAME}"
DOC = f"usr/share/doc/{NAME}"


def make(python: Path) -> None:
    """Wraps the bundle into `NAME_VERSION_ARCH.deb` in `dist/`."""
    if missing := [tool for tool in ("dpkg-deb", "dpkg-shlibdeps") if shutil.which(tool) is None]:
        raise StepFailed(f"A Debian package is made on a Debian-like system with dpkg-dev: {missing[0]} is not here.")
    if sys.base_prefix != "/usr":
        say("This Python is not Debian's: lintian will name its search paths. A release is made with --in bookworm.")
    with tempfile.TemporaryDirectory(prefix="runway-desktop-deb-") as folder:
        tree = Path(folder) / "tree"
        _lay_out(tree, python)
        midnight = datetime.combine(project.released(), time(), UTC)
        run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(file())],
            more={"SOURCE_DATE_EPOCH": f"{midnight.timestamp():.0f}"},
        )
    told(file())


def prove() -> None:
    """Runs Debian's own checks, then installs and removes the package in bare systems."""
    installed.check(file())
    installed.prove(file())


def file() -> Path:
    """Path of the built package. Raises `StepFailed` if there is none."""
    return DIST / f"{NAME}_{project.version()}-{REVISION}_{_architecture()}.deb"


def control(depends: str, kilobytes: int) -> str:
    """The `control` file. It depends on a font package, without which the window shows no text."""
    return (
        f"Package: {NAME}\n"
        f"Version: {project.version()}-{REVISION}\n"
        f"Architecture: {_architecture()}\n"
        f"Depends: {depends}, fonts-dejavu-core | fonts-noto-core | fonts-liberation\n"
        "Recommends: ca-certificates, fonts-noto-cjk, gnome-keyring | kwalletmanager | keepassxc, xdg-utils\n"
        "Suggests: xdg-desktop-portal\n"
        f"Installed-Size: {kilobytes}\n"
        "Section: video\n"
        "Priority: optional\n"
        f"Maintainer: {project.maintainer()}\n"
        f"Homepage: {project.home_page()}\n"
        "Description: drop prompts, watch the tasks live, keep the results\n"
        " A desktop program for the Runway API. It sends, follows and saves every task,\n"
        " with its prompt, settings and cost beside it, and offers a demo without key\n"
        " or network.\n"
    )


def changelog() -> str:
    """The Debian changelog, which lists versions of the package; the program's own changelog lists its changes."""
    day = datetime.combine(project.released(), time(), UTC)
    return (
        f"{NAME} ({project.version()}-{REVISION}) unstable; urgency=medium\n\n"
        f"  * {project.TITLE} {project.version()}: see changelog.gz for what is new.\n\n"
        f" -- {project.maintainer()}  {format_datetime(day)}\n"
    )


def copyright_of(parts: Iterable[dict[str, Any]]) -> str:
    """The `copyright` file in Debian's machine-readable format. `parts`: the components of the SBOM."""
    license_ = (ROOT / "LICENSE").read_text("utf-8").split("\n\n", 2)[2]
    lines = [f" {each['name']} {each['version']}: {_license_of(each)}" for each in parts]
    expat = textwrap.indent(license_.strip(), " ").replace("\n\n", "\n .\n")
    return project.filled(
        LINUX / "copyright",
        MAINTAINER=project.maintainer(),
        PARTS="\n .\n".join(lines),
        EXPAT=f"License: Expat\n{expat}",
    )


def depends_of(tree: Path) -> str:
    """The `Depends` field: packages of this system, with versions, whose libraries the tree's binaries need."""
    binaries = [each for each in (tree / LIBRARIES).rglob("*") if each.is_file() and not each.is_symlink()]
    binaries = [each for each in binaries if each.open("rb").read(4) == b"\x7fELF"]
    folders = {f"-l{each.parent}" for each in binaries}
    words = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", *sorted(folders), *(f"-e{each}" for each in binaries)]
    with tempfile.TemporaryDirectory() as scratch:
        put(Path(scratch) / "debian/control", f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n".encode())
        done = subprocess.run(words, cwd=scratch, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise StepFailed(f"{done.stderr}A library of the bundle is missing on this system: install it.")
    return done.stdout.strip().removeprefix("shlibs:Depends=")


def without_debians(parts: Iterable[dict[str, Any]]) -> set[str]:
    """Names of the bundle's files that its SBOM attributes to packages of this system."""
    of_system = [each for each in parts if each["purl"].startswith("pkg:deb/")]
    return {said["value"] for each in of_system for said in each["properties"] if said["name"] == "file"}


def _lay_out(tree: Path, python: Path) -> None:
    libraries = tree / LIBRARIES
    desktop.copy_of_bundle(bundle.FOLDER, libraries)
    about = libraries / bundle.ABOUT
    for name in without_debians(_parts(about)):
        for copy in libraries.rglob(name):
            copy.unlink()
    run([str(python), str(ROOT / "packaging" / "third_party.py"), str(libraries), str(about)])
    launcher = tree / "usr/bin" / NAME
    launcher.parent.mkdir(parents=True)
    launcher.symlink_to(f"../lib/{NAME}/{NAME}")
    desktop.lay_out(tree / "usr/share")
    shells.lay_out(tree)
    manual = tree / shells.MAN_PAGE
    put(manual.with_name(f"{manual.name}.gz"), _packed(manual.read_bytes()))
    manual.unlink()
    put(tree / DOC / "copyright", copyright_of(_parts(about)).encode())
    put(tree / DOC / "changelog.gz", _packed((ROOT / "CHANGELOG.md").read_bytes()))
    put(tree / DOC / "changelog.Debian.gz", _packed(changelog().encode()))
    put(tree / f"usr/share/lintian/overrides/{NAME}", project.filled(LINUX / "lintian-overrides").encode())
    (tree / DOC / "about").symlink_to(f"../../../lib/{NAME}/{bundle.ABOUT}")
    files = [each for each in sorted(tree.rglob("*")) if each.is_file() and not each.is_symlink()]
    sums = {each: hashlib.md5(each.read_bytes(), usedforsecurity=False).hexdigest() for each in files}
    lines = [f"{sum_}  {each.relative_to(tree)}\n" for each, sum_ in sums.items()]
    put(tree / "DEBIAN/md5sums", "".join(lines).encode())
    put(tree / "DEBIAN/control", control(depends_of(tree), sum(each.stat().st_size for each in files) // 1024).encode())


def _parts(about: Path) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = json.loads((about / "sbom.cdx.json").read_text("utf-8"))["components"]
    return parts


def _license_of(part: dict[str, Any]) -> str:
    said = part["licenses"][0]
    return str(said.get("expression") or said["license"]["name"])


def _packed(content: bytes) -> bytes:
    """Compresses reproducibly: the same content gives the same bytes."""
    return gzip.compress(content, 9, mtime=0)


def _architecture() -> str:
    return ARCHITECTURES.get(platform.machine(), platform.machine())
