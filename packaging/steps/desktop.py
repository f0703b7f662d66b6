"""What a Linux desktop knows the program by: its launcher, icons, file types and words for software centers.

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
    """Puts them below `share`, a package's `usr/share`."""
    for name, place in TEMPLATES.items():
        put(share / place, project.filled(LINUX / name).encode())
    icons = ROOT / "resources" / "icons"
    for size in ICON_SIZES:
        put(share / f"icons/hicolor/{size}x{size}/apps/{APP_ID}.png", (icons / f"app-{size}.png").read_bytes())
    put(share / f"icons/hicolor/scalable/apps/{APP_ID}.svg", (icons / "app.svg").read_bytes())


def put(file: Path, content: bytes) -> None:
    """Writes a file of a package: readable by everybody, in folders that it makes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o644)


def copy_of_bundle(folder: Path, target: Path) -> None:
    """A bundle with the modes of a package: only programs can be executed."""
    shutil.copytree(folder, target, symlinks=True)
    for file in target.rglob("*"):
        if not file.is_symlink():
            file.chmod(0o755 if file.is_dir() or file.parent == target else 0o644)
