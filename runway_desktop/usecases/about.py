"""Third-party parts of the program and their licenses. Reads files: call it on a worker thread."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import msgspec

from runway_desktop import __version__
from runway_desktop.catalog.resource_path import resource
from runway_desktop.values import Struct

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Component(Struct, frozen=True):
    """A third-party component."""

    name: str
    version: str
    license: str
    """An SPDX expression, or words. Empty if unknown: outside a build."""


class About(Struct, frozen=True):
    version: str
    license: str
    """Of the installed program as a whole: a build contains parts whose licenses ask for more than ours."""
    parts: tuple[Component, ...]
    licenses: Path | None
    """The folder with the license texts, in a build."""


class _License(msgspec.Struct):
    name: str = ""


class _Licenses(msgspec.Struct):
    expression: str = ""
    license: _License | None = None


class _Component(msgspec.Struct):
    name: str
    version: str = ""
    licenses: tuple[_Licenses, ...] = ()

    def part(self) -> Component:
        said = (each.expression or (each.license.name if each.license else "") for each in self.licenses)
        return Component(self.name, self.version, " AND ".join(said))


class _Metadata(msgspec.Struct):
    component: _Component


class _Bom(msgspec.Struct):
    """The parts of a CycloneDX document that are shown."""

    metadata: _Metadata
    components: tuple[_Component, ...] = ()


def about(folder: Path | None = None) -> About:
    """Reads the SBOM in `folder` (in a build, next to its resources); without one, lists the installed dependencies."""
    folder = folder or resource("about")
    try:
        bom = msgspec.json.decode((folder / "sbom.cdx.json").read_bytes(), type=_Bom)
    except (OSError, msgspec.DecodeError):
        return About(__version__, "MIT", _installed(), None)
    whole = bom.metadata.component.part().license
    return About(__version__, whole, tuple(part.part() for part in bom.components), folder / "licenses")


def _installed() -> tuple[Component, ...]:
    """The program's dependencies with their installed versions."""
    try:
        lines = metadata.requires("runway-desktop") or ()
    except metadata.PackageNotFoundError:
        return ()
    names = (found[0] for line in lines if (found := _NAME.match(line)))
    return tuple(part for name in sorted(names, key=str.lower) if (part := _part(name)) is not None)


def _part(name: str) -> Component | None:
    try:
        return Component(name, metadata.version(name), "")
    except metadata.PackageNotFoundError:
        return None
