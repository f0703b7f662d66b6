"""The Debian package: the one-folder bundle under `/usr/lib`, with its launcher, icons and words for software centers.

Made by `dpkg-deb` alone. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from pathlib import Path

from steps import bundle, project, shells
from steps.places import DIST, ROOT, StepFailed, run, told
from steps.project import APP_ID, NAME

_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def make(_python: Path) -> None:
    """Wraps the bundle into `NAME_VERSION_ARCH.deb` in `dist/`."""
    if shutil.which("dpkg-deb") is None:
        raise StepFailed("A Debian package is made on a Debian-like system: dpkg-deb is not here.")
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    deb = DIST / f"{NAME}_{project.version()}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="runway-desktop-deb-") as folder:
        tree = Path(folder) / "tree"
        _lay_out(tree, architecture)
        run(["dpkg-deb", "--root-owner-group", "-Zzstd", "--build", str(tree), str(deb)])
    told(deb)


def needed_libc(folder: Path) -> str:
    """The oldest C library with which every binary of the bundle starts: the newest version that any of them names."""
    versions = {(2, 34)}
    for file in folder.rglob("*"):
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
        f"Version: {project.version()}\n"
        f"Architecture: {architecture}\n"
        f"Depends: libc6 (>= {libc}), libegl1, libgl1, fontconfig-config, "
        "fonts-dejavu-core | fonts-noto-core | fonts-liberation\n"
        "Recommends: gnome-keyring | kwalletmanager | keepassxc, xdg-utils\n"
        "Suggests: fonts-noto-cjk\n"
        f"Installed-Size: {kilobytes}\n"
        "Section: video\n"
        "Priority: optional\n"
        f"Maintainer: {project.maintainer()}\n"
        f"Homepage: {project.home_page()}\n"
        "Description: drop prompts, watch the tasks live, keep the results\n"
        " A desktop program for the Runway API. It sends, follows and saves every task, with\n"
        " its prompt, settings and cost beside it, and offers a demo without key or network.\n"
    )


def _lay_out(tree: Path, architecture: str) -> None:
    shutil.copytree(bundle.FOLDER, tree / "usr/lib" / NAME, symlinks=True)
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
    about = tree / "usr/lib" / NAME / bundle.ABOUT
    _copy(about / "NOTICE.txt", tree / f"usr/share/doc/{NAME}", "copyright")
    (tree / f"usr/share/doc/{NAME}/about").symlink_to(f"../../../lib/{NAME}/{bundle.ABOUT}")
    size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(control(architecture, size // 1024, needed_libc(bundle.FOLDER)), "utf-8")


def _copy(file: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (name or file.name)
    shutil.copyfile(file, target)
    target.chmod(0o644)
