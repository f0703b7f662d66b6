"""A binary names each part of it with a license, and the package asks for what the program needs to start."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from steps import deb, desktop, project
from steps.places import ROOT, StepFailed

from runway_desktop.domain import backups
from runway_desktop.services.results import sidecar


@pytest.fixture(scope="module")
def about(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("PySide6")
    room = tmp_path_factory.mktemp("about")
    out = room / "about"
    script = ROOT / "packaging" / "third_party.py"
    subprocess.run([sys.executable, str(script), str(room), str(out)], check=True, cwd=room, capture_output=True)
    return out


def test_every_part_of_a_binary_is_listed_with_its_license_file(about: Path):
    bom = json.loads((about / "sbom.cdx.json").read_text("utf-8"))
    assert bom["metadata"]["component"]["licenses"] == [{"expression": "GPL-3.0-or-later"}]
    names = {part["name"] for part in bom["components"]}
    assert names >= {"httpx", "mutagen", "Qt", "FFmpeg", "Python", "pyinstaller-bootloader", "keyring", "anyio"}
    assert not names & {"pytest", "mypy", "ruff", "runwayml"}, "what only builds and tests is not handed on"
    for part in bom["components"]:
        assert part["licenses"][0], part["name"]
        assert any((about / "licenses" / f"{part['name']}-{part['version']}").iterdir())


def test_license_notice_names_the_license_of_the_whole_and_the_source_offer(about: Path):
    notice = (about / "NOTICE.txt").read_text("utf-8")
    assert "GPL-3.0-or-later" in notice
    assert "three years" in notice
    assert (about / "GPL-3.0.txt").stat().st_size > 30_000


PARTS = [
    {"name": "mutagen", "version": "1", "purl": "pkg:pypi/mutagen@1", "licenses": [{"expression": "GPL-2.0-or-later"}]},
    {
        "name": "libssl3",
        "version": "3.0",
        "purl": "pkg:deb/debian/libssl3@3.0",
        "licenses": [{"license": {"name": "see its copyright file"}}],
        "properties": [{"name": "file", "value": "libssl.so.3"}, {"name": "license-text-sha256", "value": "0"}],
    },
]


def test_debian_package_depends_on_a_font_and_the_libraries_of_its_binaries():
    depends = next(line for line in deb.control("libc6 (>= 2.36)", 1).splitlines() if line.startswith("Depends"))
    assert depends.startswith("Depends: libc6 (>= 2.36), fonts-dejavu-core |")


def test_debian_package_omits_libraries_that_debian_provides():
    assert deb.without_debians(PARTS) == {"libssl.so.3"}


def test_debian_copyright_names_the_license_of_the_whole_and_each_part():
    text = deb.copyright_of(PARTS)
    header, *paragraphs = text.split("\n\n")
    assert "License: GPL-3.0-or-later" in header.splitlines()
    assert " mutagen 1: GPL-2.0-or-later" in header.splitlines()
    assert " libssl3 3.0: see its copyright file" in header.splitlines()
    assert not [line for line in header.splitlines() if not line], "an empty line ends a paragraph"
    named = {line.split(": ")[1] for each in paragraphs for line in each.splitlines() if line.startswith("License: ")}
    told = {each.splitlines()[0].split(": ")[1] for each in paragraphs if each.startswith("License: ")}
    assert named == told == {"GPL-3.0-or-later", "Expat", "CC0-1.0"}


def test_license_of_the_combined_work_is_named_alike_everywhere(about: Path):
    metainfo = project.filled(desktop.LINUX / "metainfo.xml")
    assert "<project_license>GPL-3.0-or-later</project_license>" in metainfo
    assert "GPL-3.0-or-later" in (about / "NOTICE.txt").read_text("utf-8")
    assert metadata("runway-desktop")["License-Expression"] == "MIT", "a wheel holds our source alone"


@pytest.mark.parametrize(
    ("tool", "place"),
    [
        (("desktop-file-validate",), "applications/*.desktop"),
        (("appstreamcli", "validate", "--pedantic", "--no-net"), "metainfo/*.xml"),
        (("update-mime-database",), "mime"),
    ],
)
def test_desktop_files_pass_the_desktop_validators(tool: tuple[str, ...], place: str, tmp_path: Path):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    desktop.lay_out(tmp_path)
    [file] = tmp_path.glob(place)
    done = subprocess.run([*tool, str(file)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_launcher_claims_only_the_two_file_types_of_this_program(tmp_path: Path):
    desktop.lay_out(tmp_path)
    [types] = (tmp_path / "mime/packages").iterdir()
    name = "{http://www.freedesktop.org/standards/shared-mime-info}"
    ours = {each.attrib["type"]: each for each in ElementTree.parse(types).iter(f"{name}mime-type")}  # noqa: S314 - ours
    [launcher] = (tmp_path / "applications").iterdir()
    [line] = [line for line in launcher.read_text("utf-8").splitlines() if line.startswith("MimeType=")]
    # A desktop may open each type of a launcher with it, also where the person has an editor for it.
    assert line.removeprefix("MimeType=").rstrip(";").split(";") == list(ours)
    assert all(name.startswith(f"application/vnd.{project.NAME}.") for name in ours)
    for each in ours.values():
        assert {glob.attrib["weight"] for glob in each.iter(f"{name}glob")} == {"40"}, "the system's own type wins"
    magic = [
        found.attrib["value"] for found in ours[f"application/vnd.{project.NAME}.result+json"].iter(f"{name}match")
    ]
    assert magic == [f'"schema": "{sidecar.SCHEMA}"']
    magic = [found.attrib["value"] for found in ours[f"application/vnd.{project.NAME}.backup+zip"].iter(f"{name}match")]
    assert magic[-1] == backups.DATABASE


def spec(system: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, bool], dict[str, Any], set[str]]:
    """What the bundle's description makes on a system: its programs with whether each has a console, what is said of
    the application of macOS, and what is left out."""
    programs: dict[str, bool] = {}
    application: dict[str, Any] = {}
    excluded: set[str] = set()

    def analysis(*_: Any, excludes: list[str], **__: Any) -> SimpleNamespace:
        excluded.update(excludes)
        return SimpleNamespace(binaries=[], datas=[], pure=[], scripts=[])

    def executable(*_: Any, name: str, console: bool, **__: Any) -> str:
        programs[name] = console
        return name

    hooks = ModuleType("PyInstaller.utils.hooks")
    for name in ("collect_data_files", "collect_submodules", "copy_metadata"):
        setattr(hooks, name, lambda _: [])
    for name, module in (("PyInstaller", ModuleType("PyInstaller")), ("PyInstaller.utils.hooks", hooks)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(sys, "platform", system)
    names = {
        "SPECPATH": str(ROOT / "packaging"), "Analysis": analysis, "PYZ": lambda _: None, "EXE": executable,
        "COLLECT": lambda *_, **__: None, "BUNDLE": lambda _, **more: application.update(more),
    }  # fmt: skip
    runpy.run_path(str(ROOT / "packaging" / "runway-desktop.spec"), names)
    return programs, application, excluded


def test_command_line_program_has_a_console_on_every_system(monkeypatch: pytest.MonkeyPatch):
    assert spec("win32", monkeypatch)[0] == {"runway-desktop": False, "runway-desktop-cli": True}
    assert spec("linux", monkeypatch)[0] == {"runway-desktop": True}
    assert spec("darwin", monkeypatch)[0] == {"runway-desktop": True}


def test_program_on_macos_still_opens_a_window(monkeypatch: pytest.MonkeyPatch):
    assert spec("darwin", monkeypatch)[1]["info_plist"]["LSBackgroundOnly"] is False


def test_bundle_contains_the_agent_server(monkeypatch: pytest.MonkeyPatch):
    excluded = spec("linux", monkeypatch)[2]
    assert excluded
    assert not excluded & {"mcp", "mcp_types", "pydantic", "pydantic_core", "anyio", "starlette"}


def test_readme_pictures_load_outside_of_the_repository():
    home, version = project.home_page(), project.version()
    text = (
        "![The window](docs/pictures/studio.png) [a page](docs/guide/keys.md), [out](https://a.example/b), [here](#x)"
    )
    assert project.with_absolute_links(text) == (
        f"![The window]({home}/raw/v{version}/docs/pictures/studio.png) "
        f"[a page]({home}/blob/v{version}/docs/guide/keys.md), [out](https://a.example/b), [here](#x)"
    )


def test_package_metadata_uses_the_project_address_constant():
    said = metadata("runway-desktop")
    assert f"Homepage, {project.home_page()}" in said.get_all("Project-URL")
    assert f"({project.home_page()}/raw/" in said.json["description"]


def test_every_mention_of_the_project_address_has_its_scheme():
    host = project.home_page().removeprefix("https://")
    words = ["git", "grep", "-I", "--only-matching", "-E", f".{{0,8}}{host}", "--", ".", ":!tests"]
    found = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert any(line.startswith("runway_desktop/__init__.py:") for line in found)
    assert not [line for line in found if "https://" not in line], "`dev.py address` would miss these"


def test_invalid_project_address_is_refused():
    for wrong in ("http://a.example", "a.example", "https://a.example/"):
        with pytest.raises(StepFailed, match="is no address"):
            project.set_address(wrong)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not replace a file that runs")
def test_running_bundle_imports_from_its_own_file_after_an_update(monkeypatch: pytest.MonkeyPatch):
    start = runpy.run_path(str(ROOT / "packaging" / "start.py"))
    running = str(Path("/proc/self/exe").resolve())
    for name, read in ((running, start["RUNNING"]), ("/nowhere", "/nowhere")):
        archive = SimpleNamespace(_filename=name)
        monkeypatch.setitem(sys.modules, "pyimod02_importers", SimpleNamespace(pyz_archive=archive))
        start["read_the_running_file"]()
        assert vars(archive) == {"_filename": read}
