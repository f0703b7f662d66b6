"""Reads dropped or pasted data and command-line arguments into one value.

Call `gather` on the loop's thread; reading and parsing run in the executor. It raises nothing for bad files, texts or
links: problems are findings, and the rest is kept. A folder stands for its files, without the program's own
by-products.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.domain.inputs import IntakeFinding
from runway_desktop.domain.prices import Measure
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.texts import Text
from runway_desktop.values import replace

from .found_inputs import FoundInput, InputFinder
from .gathered import Gathered, GatheredDraft
from .parts import Parts
from .reading import Dropped
from .sources import SourceReader, about, draft_of
from .vocabulary import Vocabulary

MOST_FILES = 2_000
_OWN = (".part", ".part.json", ".part.new", ".copying", ".embedding", ".tmp", ".crdownload", ".download")
_NOISE = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(eq=False, repr=False)
class Intake:
    """`measured` is called with the facts of each file."""

    _catalog: Catalog
    _executor: Executor
    _measured: Callable[[str, Measure], None] = lambda *_: None

    @cached_property
    def words(self) -> Vocabulary:
        """Built on the loop's thread, which owns the catalog; any thread may read it."""
        return Vocabulary(self._catalog)

    async def gather(self, dropped: Dropped, *, prefer: tuple[str, str] | None = None) -> Gathered:
        """All data in the order given. `prefer`: the composer's endpoint and model, used for rows that name none if
        their inputs fit."""
        reader = SourceReader(self.words, dropped, prefer)
        gathered = await in_worker(self._executor, _gather, reader, dropped)
        for asset in gathered.assets:
            if asset.facts is not None:
                self._measured(asset.uri, asset.facts)
        return gathered

    async def look(self, addresses: Sequence[str]) -> dict[str, FoundInput]:
        """Facts of inputs, by their URIs."""
        looks = await in_worker(self._executor, _look, tuple(addresses))
        for address, found in looks.items():
            if found.facts is not None:
                self._measured(address, found.facts)
        return looks


def _look(addresses: tuple[str, ...]) -> dict[str, FoundInput]:
    finder = InputFinder()
    return {address: finder.find(address, None) for address in addresses}


def _gather(reader: SourceReader, dropped: Dropped) -> Gathered:
    paths = dropped.paths
    files, findings = choose_files(paths)
    all_parts = Parts(findings=findings)
    sidecar_sources: list[str] = []
    for path in files:
        parts = reader.read_file(path)
        sidecar_sources += [path.name] * len(parts.sidecars)
        all_parts.add(parts)
    for address in dropped.urls:
        all_parts.add(reader.read_address(address))
    if not paths and not dropped.urls:
        parts = reader.read_clipboard(dropped.text)
        sidecar_sources += ["clipboard"] * len(parts.sidecars)
        all_parts.add(parts)
    gathered = _gathered(reader, all_parts, sidecar_sources, _name(paths, files))
    return replace(gathered, is_folder=len(paths) == 1 and bool(files) and paths[0] not in files)


def _gathered(reader: SourceReader, parts: Parts, sources: list[str], name: str) -> Gathered:
    restored = None
    findings: list[IntakeFinding] = list(parts.findings)
    drafts: list[GatheredDraft] = list(parts.drafts)
    if len(parts.sidecars) == 1 and not drafts and not parts.assets and not parts.ids:
        restored = parts.sidecars[0].request
        findings += reader.missing_inputs(restored, sources[0])
    else:
        drafts += [draft_of(found, source) for found, source in zip(parts.sidecars, sources, strict=True)]
    return Gathered(
        drafts=tuple(drafts),
        assets=tuple({asset.uri: asset for asset in parts.assets}.values()),
        remote_ids=tuple(parts.ids),
        findings=tuple(findings),
        name=name,
        restored=restored,
    )


def _name(paths: Sequence[Path], files: Sequence[Path]) -> str:
    if not paths:
        return ""
    if len(paths) == 1:
        return paths[0].stem if paths[0] in files else paths[0].name
    return f"{paths[0].stem} +{len(paths) - 1}"


def choose_files(paths: Sequence[Path]) -> tuple[list[Path], list[IntakeFinding]]:
    """The named files and those directly in named folders, in natural order (2 before 10); and findings."""
    files: dict[Path, None] = {}
    findings: list[IntakeFinding] = []
    for path in paths:
        if not os.path.isdir(path):
            files[path] = None
            continue
        inside, remarks = _inside(path)
        files |= dict.fromkeys(inside)
        findings += remarks
    chosen = list(files)
    if len(chosen) > MOST_FILES:
        said = Text("You dropped {total} files. Only the first {most} are used.").with_(
            total=len(chosen), most=MOST_FILES
        )
        findings.append(IntakeFinding(source=chosen[0].parent.name, said=said))
    return chosen[:MOST_FILES], findings


def _inside(folder: Path) -> tuple[list[Path], list[IntakeFinding]]:
    def finding(said: Text) -> IntakeFinding:
        return IntakeFinding(source=folder.name, said=about(folder.name, said))

    try:
        entries = sorted(folder.iterdir(), key=lambda path: as_counted(path.name))
        folders = [path for path in entries if path.is_dir()]
        files = [path for path in entries if path.is_file() and not is_noise(path)]
    except OSError as error:
        return [], [finding(Text("The folder cannot be read ({reason}).").with_(reason=error.strerror or str(error)))]
    names = {path.name for path in files}
    # Skips the sidecars of results in the same folder.
    kept = [path for path in files if not (path.suffix == ".json" and path.stem in names)]
    remarks = [] if kept else [finding(Text("There is no file in this folder."))]
    shown = [path for path in folders if not path.name.startswith(".")]
    if shown:
        left_out = Text(
            "The folder inside it was left out. Drop it by itself.",
            "The {n} folders inside it were left out. Drop them by themselves.",
        )
        remarks.append(finding(left_out.of(len(shown))))
    return kept, remarks


def is_noise(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "~$")) or name in _NOISE or name.endswith(_OWN)


def as_counted(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part) for part in parts if part]
