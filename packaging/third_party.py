"""Parts of a binary and their licenses: an SBOM, the text of each license, and a summary notice.

    .venv/bin/python packaging/third_party.py BUNDLE OUT [LINKED …]

BUNDLE is the one-folder bundle, OUT the folder to create. LINKED is what else the binary holds: a package of this
system, or a source as NAME=VERSION=LICENSE=FOLDER. The parts are the program's dependencies as installed in this
environment, libraries that the Qt wheels contain without naming them in their metadata, the interpreter, and the
system's libraries in the bundle. `sbom.cdx.json` is a CycloneDX 1.6 document, which the program shows in its
preferences. A part without a license stops the packaging: nothing is distributed under unread terms.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LICENSES = ROOT / "packaging" / "licenses"
WHOLE = "GPL-3.0-or-later"
"""The license of a binary as a whole: mutagen (GPL-2.0-or-later) together with parts under Apache-2.0 leaves only this
one."""
OUR_NAME = "runway-desktop"

_OF_CLASSIFIERS = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_EXPRESSION = re.compile(r"^[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*$")
_LICENSE_FILE = re.compile(r"(^|/)(licen[cs]es?|copying|notice|authors)([./-]|$)", re.IGNORECASE)
_COMMON_TEXTS = {
    "LGPL-3.0": ("LGPL-3.0.txt", "GPL-3.0.txt"),
    "LGPL-2.1": ("LGPL-2.1.txt",),
    "GPL-3.0": ("GPL-3.0.txt",),
}


@dataclass(frozen=True)
class Part:
    """A third-party component. `texts`: files with its license."""

    name: str
    version: str
    license: str
    texts: tuple[Path, ...]
    purl: str = ""
    note: str = ""
    files: tuple[str, ...] = ()
    """Names of its libraries in the bundle, of a part that is a package of this system."""


def main(bundle: Path, out: Path, linked: Sequence[str] = ()) -> None:
    """Write the notice, the texts and the SBOM of `bundle` into `out`. `SystemExit` for a part without license."""
    found = [*of_python(), *of_qt(), of_icons(), interpreter(), bootloader(), *of_system(bundle)]
    found += [of_source(*word.split("=")) if "=" in word else of_package(word, "Linked statically.") for word in linked]
    parts = sorted(found, key=lambda part: part.name.lower())
    unknown = [part.name for part in parts if not part.license or not part.texts]
    if unknown:
        raise SystemExit(f"No license is known of: {', '.join(unknown)}.")
    shutil.rmtree(out, ignore_errors=True)
    for part in parts:
        folder = out / "licenses" / f"{part.name}-{part.version}"
        folder.mkdir(parents=True, exist_ok=True)
        for text in part.texts:
            shutil.copyfile(text, folder / text.name)
    shutil.copyfile(LICENSES / "GPL-3.0.txt", out / "GPL-3.0.txt")
    shutil.copyfile(ROOT / "LICENSE", out / "MIT.txt")
    (out / "NOTICE.txt").write_text(notice(parts), "utf-8")
    (out / "sbom.cdx.json").write_text(json.dumps(sbom(parts), indent=1) + "\n", "utf-8")
    print(f"{len(parts)} parts, each with its license.")


def of_python() -> Iterator[Part]:
    """The program's direct and indirect dependencies on this system."""
    waiting, seen = [(OUR_NAME, frozenset[str]())], set[tuple[str, str]]()
    found: dict[str, Distribution] = {}
    while waiting:
        name, extras = waiting.pop()
        try:
            dist = distribution(name)
        except PackageNotFoundError:
            continue
        found[canonicalize_name(name)] = dist
        for line in dist.requires or ():
            requirement = Requirement(line)
            wanted = [e for e in ("", *extras) if not requirement.marker or requirement.marker.evaluate({"extra": e})]
            key = (canonicalize_name(requirement.name), ",".join(sorted(requirement.extras)))
            if wanted and key not in seen:
                seen.add(key)
                waiting.append((requirement.name, frozenset(requirement.extras)))
    for name, dist in found.items():
        if name != OUR_NAME:
            license_ = license_of(dist)
            yield Part(name, dist.version, license_, texts_of(dist, license_), f"pkg:pypi/{name}@{dist.version}")


def license_of(dist: Distribution) -> str:
    """The license as an SPDX expression where the metadata allow it; empty when they say nothing."""
    metadata = dist.metadata
    for field in ("License-Expression", "License"):
        said = ((metadata.get_all(field) or [""])[0]).strip()
        if said != "UNKNOWN" and _EXPRESSION.match(said):
            return "BSD-3-Clause" if said == "BSD" else said
    classifiers = metadata.get_all("Classifier") or []
    return " AND ".join(_OF_CLASSIFIERS[line] for line in classifiers if line in _OF_CLASSIFIERS)


def texts_of(dist: Distribution, license_: str) -> tuple[Path, ...]:
    """The license files of a distribution; where its wheel has none, the text that its license names."""
    own = [Path(str(file.locate())) for file in dist.files or () if _LICENSE_FILE.search(str(file))]
    own = [path for path in own if path.is_file() and path.suffix in ("", ".txt", ".md", ".rst", ".APACHE", ".BSD")]
    if own:
        return tuple(own)
    common = next((names for start, names in _COMMON_TEXTS.items() if start in license_), ())
    if common:
        return tuple(LICENSES / name for name in common)
    # A few wheels hold no text at all: their metadata name the authors and the license.
    metadata = next((Path(str(f.locate())) for f in dist.files or () if str(f).endswith("METADATA")), None)
    return (metadata,) if metadata is not None and license_ else ()


def of_qt() -> Iterator[Part]:
    """Components inside the Qt wheels that their metadata do not name."""
    version = distribution("pyside6-essentials").version
    lgpl = tuple(LICENSES / name for name in ("LGPL-3.0.txt", "GPL-3.0.txt"))
    yield Part("Qt", version, "LGPL-3.0-only", lgpl, f"pkg:generic/qt@{version}")
    ffmpeg = distribution("pyside6-essentials").locate_file("PySide6/Qt/lib")
    names = sorted((path.name for path in Path(str(ffmpeg)).glob("libavcodec.so.*")), key=len)
    numbers = names[-1].partition(".so.")[2] if names else "unknown"
    yield Part(
        "FFmpeg", f"libavcodec-{numbers}", "LGPL-2.1-or-later", (LICENSES / "LGPL-2.1.txt",),
        f"pkg:generic/ffmpeg@{numbers}", "As built and shipped by Qt.",
    )  # fmt: skip


def of_icons() -> Part:
    """The icon fonts inside qtawesome, which its license file does not mention."""
    version = distribution("qtawesome").version
    return Part(
        "icon-fonts-of-qtawesome", version, "OFL-1.1 AND Apache-2.0 AND MIT AND CC-BY-4.0",
        tuple(LICENSES / f"{name}.txt" for name in ("OFL-1.1", "Apache-2.0", "CC-BY-4.0")),
        f"pkg:generic/icon-fonts-of-qtawesome@{version}",
        "Font Awesome and Elusive Icons (OFL-1.1), Material Design Icons and Remix Icon (Apache-2.0), Phosphor (MIT), "
        "Codicons (CC-BY-4.0).",
    )  # fmt: skip


def bootloader() -> Part:
    """PyInstaller's bootloader, whose license has an exception for bundled programs."""
    made_by = distribution("pyinstaller")
    license_ = "GPL-2.0-or-later WITH Bootloader-exception"
    purl = f"pkg:pypi/pyinstaller@{made_by.version}"
    return Part("pyinstaller-bootloader", made_by.version, license_, texts_of(made_by, license_), purl)


def interpreter() -> Part:
    """The Python interpreter, with its license file if this build has one."""
    places = (
        Path(sys.base_prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{sys.version_info[0]}.{sys.version_info[1]}/copyright"),
    )
    texts = tuple(place for place in places if place.is_file())[:1]
    version = platform.python_version()
    return Part("Python", version, "PSF-2.0", texts, f"pkg:generic/python@{version}")


def of_system(bundle: Path) -> Iterator[Part]:
    """Libraries of this Debian system that PyInstaller copied into the bundle, one part for each package."""
    if shutil.which("dpkg-query") is None:
        return
    wheels = {Path(str(file)).name for part in _names_of_wheels() for file in distribution(part).files or ()}
    interpreters = re.compile(r"^libpython|\.cpython-|\.abi3\.")
    libraries = sorted(
        {path.name for path in bundle.rglob("*.so*") if path.is_file() and not interpreters.search(path.name)} - wheels
    )
    owners = dict[str, set[str]]()
    for library in libraries:
        done = subprocess.run(["dpkg-query", "--search", f"*/{library}"], check=False, capture_output=True, text=True)
        for line in done.stdout.splitlines()[:1]:
            owners.setdefault(line.split(":")[0], set()).add(library)
    for package, held in owners.items():
        yield of_package(package, files=tuple(sorted(held)))


def of_package(package: str, note: str = "", files: tuple[str, ...] = ()) -> Part:
    """A package of this Debian system."""
    shown = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", package], check=False, capture_output=True, text=True
    )
    copyright_ = Path(f"/usr/share/doc/{package}/copyright")
    texts = (copyright_,) if copyright_.is_file() else ()
    purl = f"pkg:deb/debian/{package}@{shown.stdout}"
    return Part(package, shown.stdout, "see its copyright file", texts, purl, note, files)


def of_source(name: str, version: str, license_: str, folder: str) -> Part:
    """A source that was compiled for this binary."""
    purl = f"pkg:generic/{name}@{version}"
    return Part(name, version, license_, (Path(folder) / "LICENSE",), purl, "Linked statically.")


def _names_of_wheels() -> Iterator[str]:
    for part in of_python():
        yield part.name


def notice(parts: list[Part]) -> str:
    """The notice: the license of the whole, the components, and where their source is available."""
    width = max(len(f"{part.name} {part.version}") for part in parts)
    lines = "\n".join(f"  {f'{part.name} {part.version}':{width}}  {part.license}" for part in parts)
    return f"""Runway Desktop: licenses of this binary

The source code of Runway Desktop is under the MIT license (MIT.txt). This binary also holds the parts below. One of
them, mutagen, is under the GNU General Public License, version 2 or later, and others are under licenses that fit only
version 3 of it. So this binary AS A WHOLE is under the GNU General Public License, version 3 or later (GPL-3.0.txt,
SPDX: {WHOLE}). It comes without any warranty.

Source. The complete source of Runway Desktop, with the scripts that make this binary, lies beside it wherever it is
handed out, as runway-desktop-VERSION-source.tar.gz; the sources of the parts from PyPI are the source distributions of
exactly the versions below, and of the parts from Debian its source packages. For three years from the day on which you
got this binary, the makers of Runway Desktop will give anyone who asks a copy of all of it for no more than the cost of
handing it on. Qt and FFmpeg are separate libraries in this folder and may be replaced by your own builds of them.

Parts
{lines}

Each part's license lies in licenses/. The same list for programs: sbom.cdx.json.
"""


def sbom(parts: list[Part]) -> dict[str, Any]:
    """The CycloneDX document. Without a time and a serial number, so that the same parts give the same bytes."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": OUR_NAME,
                "name": OUR_NAME,
                "version": distribution(OUR_NAME).version,
                "licenses": [{"expression": WHOLE}],
            }
        },
        "components": [_component(part) for part in parts],
    }


def _component(part: Part) -> dict[str, Any]:
    spdx = bool(_EXPRESSION.match(part.license))
    digest = hashlib.sha256(b"".join(text.read_bytes() for text in part.texts)).hexdigest()
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "licenses": [{"expression": part.license}] if spdx else [{"license": {"name": part.license}}],
        "properties": [
            {"name": "license-text-sha256", "value": digest},
            *({"name": "file", "value": name} for name in part.files),
        ],
    }
    return {**component, "description": part.note} if part.note else component


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
