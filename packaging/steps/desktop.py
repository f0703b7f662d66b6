"""Files that integrate the program into a Linux desktop: launcher, icons, file types, metadata for software centers.

The same in each package that has a `usr/share`. Standard library only.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from steps import project
from steps.places import ROOT
from steps.project import APP_ID

LINUX = ROOT / "packaging" / "linux"
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
TEMPLATES = {
    "launcher.desktop": f"applications/{APP_ID}.desktop",
    "metainfo.xml": f"metainfo/{APP_ID}.metainfo.xml",
    "types.xml": f"mime/packages/{APP_ID}.xml",
}
"""Files of `LINUX` and their places below `usr/share`."""


def lay_out(share: Path) -> None:
    """Copies them to `share`, the `usr/share` of a package."""
    for name, place in TEMPLATES.items():
        put(share / place, project.filled(LINUX / name).encode())
    icons = ROOT / "resources" / "icons"
    for size in ICON_SIZES:
        put(share / f"icons/hicolor/{size}x{size}/apps/{APP_ID}.png", (icons / f"app-{size}.png").read_bytes())
    put(share / f"icons/hicolor/scalable/apps/{APP_ID}.svg", (icons / "app.svg").read_bytes())


def put(file: Path, content: bytes) -> None:
    """Writes a world-readable file of a package and creates its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o644)


def copy_of_bundle(folder: Path, target: Path) -> None:
    """Copies a bundle with the file modes of a package: only programs are executable."""
    shutil.copytree(folder, target, symlinks=True)
    for file in target.rglob("*"):
        if not file.is_symlink():
            file.chmod(0o755 if file.is_dir() or file.parent == target else 0o644)
