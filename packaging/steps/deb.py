"""The Debian package: the one-folder bundle under `/usr/lib`, with its launcher, icons and words for software centers.

Made by `dpkg-deb` alone. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from steps import shells
from steps.places import ROOT, StepFailed, say

NAME = "runway-desktop"
APP_ID = "io.github.runway_desktop.RunwayDesktop"
_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def make(bundle: Path, dist: Path, about_folder: str) -> Path:
    """Wrap the bundle into `NAME_VERSION_ARCH.deb` in `dist`. `about_folder` is where the bundle keeps its licenses.
    Returns the path of the package."""
    if shutil.which("dpkg-deb") is None:
        raise StepFailed("A Debian package is made on a Debian-like system: dpkg-deb is not here.")
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    deb = dist / f"{NAME}_{version()}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="runway-desktop-deb-") as folder:
        tree = Path(folder) / "tree"
        _lay_out(tree, bundle, architecture, about_folder)
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "--build", str(tree), str(deb)]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode != 0:
            raise StepFailed("dpkg-deb failed: see its words above.")
    say(f"{deb.relative_to(ROOT)}: {deb.stat().st_size / 1e6:.1f} MB")
    return deb


def version() -> str:
    """The program's version, read without importing it."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "runway_desktop" / "__init__.py").read_text("utf-8"))
    if found is None:
        raise StepFailed("runway_desktop/__init__.py names no version.")
    return found[1]


def needed_libc(bundle: Path) -> str:
    """The oldest C library with which every binary of the bundle starts: the newest version that any of them names."""
    versions = {(2, 34)}
    for file in bundle.rglob("*"):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            if content.startswith(b"\x7fELF"):
                versions |= {(int(major), int(minor)) for major, minor in _GLIBC.findall(content)}
    return ".".join(map(str, max(versions)))


def control(architecture: str, kilobytes: int, libc: str) -> str:
    """The package's description. `libc` is the oldest C library that will do. Without fonts and the files that say
    where they lie the window would be without a letter."""
    return (
        f"Package: {NAME}\n"
        f"Version: {version()}\n"
        f"Architecture: {architecture}\n"
        f"Depends: libc6 (>= {libc}), libegl1, libgl1, fontconfig-config, "
        "fonts-dejavu-core | fonts-noto-core | fonts-liberation\n"
        "Recommends: gnome-keyring | kwalletmanager | keepassxc, xdg-utils\n"
        "Suggests: fonts-noto-cjk\n"
        f"Installed-Size: {kilobytes}\n"
        "Section: video\n"
        "Priority: optional\n"
        "Maintainer: Runway Desktop contributors <contributors@runway-desktop.invalid>\n"
        "Description: drop prompts, watch the tasks live, keep the results\n"
        " A desktop program for the Runway API. It sends, follows and saves every task, with\n"
        " its prompt, settings and cost beside it, and offers a demo without key or network.\n"
    )


def _lay_out(tree: Path, bundle: Path, architecture: str, about_folder: str) -> None:
    shutil.copytree(bundle, tree / "usr/lib" / NAME, symlinks=True)
    launcher = tree / "usr/bin" / NAME
    launcher.parent.mkdir(parents=True)
    launcher.symlink_to(f"../lib/{NAME}/{NAME}")
    linux = ROOT / "packaging" / "linux"
    _copy(linux / f"{APP_ID}.desktop", tree / "usr/share/applications")
    _copy(linux / f"{APP_ID}.metainfo.xml", tree / "usr/share/metainfo")
    icons = ROOT / "resources" / "icons"
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        _copy(icons / f"app-{size}.png", tree / f"usr/share/icons/hicolor/{size}x{size}/apps", f"{APP_ID}.png")
    _copy(icons / "app.svg", tree / "usr/share/icons/hicolor/scalable/apps", f"{APP_ID}.svg")
    shells.lay_out(tree)
    about = tree / "usr/lib" / NAME / about_folder
    _copy(about / "NOTICE.txt", tree / f"usr/share/doc/{NAME}", "copyright")
    (tree / f"usr/share/doc/{NAME}/about").symlink_to(f"../../../lib/{NAME}/{about_folder}")
    size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(control(architecture, size // 1024, needed_libc(bundle)), "utf-8")


def _copy(file: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (name or file.name)
    shutil.copyfile(file, target)
    target.chmod(0o644)
