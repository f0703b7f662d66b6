"""Third-party parts and licenses, in a bundle and from source."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

from runway_desktop import __version__
from runway_desktop.usecases.about import about


def test_source_run_names_its_license_and_installed_libraries(tmp_path: Path):
    told = about(tmp_path)
    assert (told.version, told.license, told.licenses) == (__version__, "MIT", None)
    try:
        metadata.distribution("runway-desktop")
    except metadata.PackageNotFoundError:
        # Run from a copy that is not installed: it knows of no libraries.
        assert told.parts == ()
    else:
        assert "httpx" in [part.name for part in told.parts]
    assert all(part.version for part in told.parts)


def test_bundle_names_its_combined_license_and_each_part(tmp_path: Path):
    bom = {
        "metadata": {"component": {"name": "runway-desktop", "licenses": [{"expression": "GPL-3.0-or-later"}]}},
        "components": [
            {"name": "mutagen", "version": "1.47", "licenses": [{"expression": "GPL-2.0-or-later"}], "purl": "pkg:x"},
            {"name": "libpulse0", "version": "17", "licenses": [{"license": {"name": "see its copyright file"}}]},
        ],
    }
    (tmp_path / "sbom.cdx.json").write_text(json.dumps(bom), "utf-8")
    told = about(tmp_path)
    assert told.license == "GPL-3.0-or-later"
    assert told.licenses == tmp_path / "licenses"
    assert [(part.name, part.license) for part in told.parts] == [
        ("mutagen", "GPL-2.0-or-later"),
        ("libpulse0", "see its copyright file"),
    ]


def test_unreadable_list_of_parts_is_treated_as_missing(tmp_path: Path):
    (tmp_path / "sbom.cdx.json").write_text('{"metadata": 3', "utf-8")
    assert about(tmp_path).licenses is None
