"""Which files a drop really means: those of a folder, without what the program itself put there. Blocks; call it in
the executor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from .gathered import IntakeFinding

MOST_FILES = 2_000
_OWN = (".part", ".part.json", ".part.new", ".copying", ".embedding", ".tmp", ".crdownload", ".download")
_NOISE = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


def choose_files(paths: Sequence[Path]) -> tuple[list[Path], list[IntakeFinding]]:
    """The files named, and those that lie directly in the folders named, in the order in which people count: 2 before
    10. Beside them what is wrong."""
    files: dict[Path, None] = {}
    findings: list[IntakeFinding] = []
    for path in paths:
        try:
            is_folder = path.is_dir()
        except OSError:
            is_folder = False
        if not is_folder:
            files[path] = None
            continue
        inside, remarks = _inside(path)
        files |= dict.fromkeys(inside)
        findings += [IntakeFinding(source=path.name, message=f"{path.name}: {remark}") for remark in remarks]
    chosen = list(files)
    if len(chosen) > MOST_FILES:
        message = f"{len(chosen):,} files were dropped. Only the first {MOST_FILES:,} are taken."
        findings.append(IntakeFinding(source=chosen[0].parent.name, message=message))
    return chosen[:MOST_FILES], findings


def _inside(folder: Path) -> tuple[list[Path], list[str]]:
    try:
        entries = sorted(folder.iterdir(), key=lambda path: as_counted(path.name))
        folders = [path for path in entries if path.is_dir()]
        files = [path for path in entries if path.is_file() and not is_noise(path)]
    except OSError as error:
        return [], [f"The folder cannot be read: {error.strerror or error}."]
    names = {path.name for path in files}
    # The settings files beside saved results tell nothing that the results' own folder was not dropped for.
    kept = [path for path in files if not (path.suffix == ".json" and path.stem in names)]
    remarks = [] if kept else ["There is no file in this folder."]
    shown = [path for path in folders if not path.name.startswith(".")]
    if len(shown) == 1:
        remarks.append("The folder inside it is left out. Drop it by itself.")
    elif shown:
        remarks.append(f"The {len(shown)} folders inside it are left out. Drop them by themselves.")
    return kept, remarks


def is_noise(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "~$")) or name in _NOISE or name.endswith(_OWN)


def as_counted(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part) for part in parts if part]
