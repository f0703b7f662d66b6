"""Takes in what is dropped, pasted or named on the command line, and gives one value.

`gather` is called on the loop's thread; everything that reads or parses runs in the executor. It raises nothing that a
file, a text or a link can cause: what is wrong is a finding, and the rest is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.services.disk.disk_threads import in_worker

from .folders import choose_files
from .gathered import Draft, Gathered, IntakeFinding
from .inputs import FoundInput, InputFinder
from .markup import linked_pictures, plain_text
from .parts import Parts
from .reading import Dropped
from .sources import SourceReader, draft_of
from .vocabulary import Vocabulary


class Intake:
    def __init__(self, catalog: Catalog, executor: Executor) -> None:
        self._catalog = catalog
        self._executor = executor

    @cached_property
    def words(self) -> Vocabulary:
        """The catalog belongs to the loop's thread, which asks for it; the words made from it may be read anywhere."""
        return Vocabulary(self._catalog)

    async def gather(self, dropped: Dropped, *, prefer: tuple[str, str] | None = None) -> Gathered:
        """Everything at once, in the order given. `prefer` is the endpoint and model that the composer shows: a row
        that names none goes there if its inputs fit."""
        reader = SourceReader(self.words, dropped, prefer)
        return await in_worker(self._executor, _gather, reader, dropped)

    async def look(self, addresses: Sequence[str]) -> dict[str, FoundInput]:
        """What inputs that are named by address turn out to be, by those addresses."""
        return await in_worker(self._executor, _look, tuple(addresses))


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
    for address in _addresses(dropped.urls, dropped.text, dropped.html):
        all_parts.add(reader.read_address(address))
    if not paths and not dropped.urls:
        parts = reader.read_clipboard(dropped.text or plain_text(dropped.html))
        sidecar_sources += ["clipboard"] * len(parts.sidecars)
        all_parts.add(parts)
    gathered = _gathered(reader, all_parts, sidecar_sources, _name(paths, files))
    return replace(gathered, is_folder=len(paths) == 1 and bool(files) and paths[0] not in files)


def _addresses(urls: tuple[str, ...], text: str, html: str) -> tuple[str, ...]:
    """What a browser means when a picture is dragged from it: the picture, not the page it leads to."""
    pictures = linked_pictures(html)
    lone_text = text.strip() in ("", *urls)
    if len(pictures) == 1 and lone_text and len(urls) <= 1 and not plain_text(html):
        return tuple(pictures)
    return urls


def _gathered(reader: SourceReader, parts: Parts, sources: list[str], name: str) -> Gathered:
    restored = None
    findings: list[IntakeFinding] = list(parts.findings)
    drafts: list[Draft] = list(parts.drafts)
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
        return "Clipboard"
    if len(paths) == 1:
        return paths[0].stem if paths[0] in files else paths[0].name
    return f"{paths[0].stem} and {len(paths) - 1} more"
