"""A binary names each part of it with a license, and the package asks for what the program needs to start."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from steps import deb, project
from steps.places import ROOT, StepFailed


@pytest.fixture(scope="module")
def about(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("PySide6")
    room = tmp_path_factory.mktemp("about")
    out = room / "about"
    script = ROOT / "packaging" / "third_party.py"
    subprocess.run([sys.executable, str(script), str(room), str(out)], check=True, cwd=room, capture_output=True)
    return out


def test_every_part_of_a_binary_is_listed_with_its_license_and_the_license_lies_beside(about: Path):
    bom = json.loads((about / "sbom.cdx.json").read_text("utf-8"))
    assert bom["metadata"]["component"]["licenses"] == [{"expression": "GPL-3.0-or-later"}]
    names = {part["name"] for part in bom["components"]}
    assert names >= {"httpx", "mutagen", "Qt", "FFmpeg", "Python", "pyinstaller-bootloader", "keyring", "anyio"}
    assert not names & {"pytest", "mypy", "ruff", "runwayml"}, "what only builds and tests is not handed on"
    for part in bom["components"]:
        assert part["licenses"][0], part["name"]
        assert any((about / "licenses" / f"{part['name']}-{part['version']}").iterdir())


def test_notice_says_what_the_whole_is_under_and_how_the_source_is_had(about: Path):
    notice = (about / "NOTICE.txt").read_text("utf-8")
    assert "GPL-3.0-or-later" in notice
    assert "three years" in notice
    assert (about / "GPL-3.0.txt").stat().st_size > 30_000


def test_package_asks_for_the_c_library_of_its_newest_binary_and_of_no_other(tmp_path: Path):
    (tmp_path / "old.so").write_bytes(b"\x7fELF....GLIBC_2.17\0GLIBC_2.4\0")
    (tmp_path / "new.so").write_bytes(b"\x7fELF....GLIBC_2.39\0GLIBC_2.2.5\0")
    (tmp_path / "words.txt").write_bytes(b"GLIBC_2.99")
    assert deb.needed_libc(tmp_path) == "2.39"


def test_package_asks_for_fonts_and_for_the_files_that_say_where_they_lie():
    depends = next(line for line in deb.control("amd64", 1, "2.34").splitlines() if line.startswith("Depends"))
    assert "fontconfig-config" in depends
    assert "fonts-dejavu-core" in depends


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


def test_commands_have_a_console_on_every_system(monkeypatch: pytest.MonkeyPatch):
    assert spec("win32", monkeypatch)[0] == {"runway-desktop": False, "runway-desktop-cli": True}
    assert spec("linux", monkeypatch)[0] == {"runway-desktop": True}
    assert spec("darwin", monkeypatch)[0] == {"runway-desktop": True}


def test_on_macos_the_program_has_a_window_all_the_same(monkeypatch: pytest.MonkeyPatch):
    assert spec("darwin", monkeypatch)[1]["info_plist"]["LSBackgroundOnly"] is False


def test_what_serves_agents_is_in_the_bundle(monkeypatch: pytest.MonkeyPatch):
    excluded = spec("linux", monkeypatch)[2]
    assert excluded
    assert not excluded & {"mcp", "mcp_types", "pydantic", "pydantic_core", "anyio", "starlette"}


def test_pictures_of_the_readme_show_where_no_file_lies_next_to_it():
    home, version = project.home_page(), project.version()
    text = (
        "![The window](docs/pictures/studio.png) [a page](docs/guide/keys.md), [out](https://a.example/b), [here](#x)"
    )
    assert project.with_absolute_links(text) == (
        f"![The window]({home}/raw/v{version}/docs/pictures/studio.png) "
        f"[a page]({home}/blob/v{version}/docs/guide/keys.md), [out](https://a.example/b), [here](#x)"
    )


def test_installed_metadata_are_made_of_the_one_address():
    said = metadata("runway-desktop")
    assert f"Homepage, {project.home_page()}" in said.get_all("Project-URL")
    assert f"({project.home_page()}/raw/" in said.json["description"]


def test_address_stands_in_every_file_as_the_constant_says_it():
    host = project.home_page().removeprefix("https://")
    words = ["git", "grep", "-I", "--only-matching", "-E", f".{{0,8}}{host}", "--", ".", ":!tests"]
    found = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert any(line.startswith("SECURITY.md:") for line in found)
    assert not [line for line in found if "https://" not in line], "`dev.py address` would miss these"


def test_address_is_refused_that_is_none():
    for wrong in ("http://a.example", "a.example", "https://a.example/"):
        with pytest.raises(StepFailed, match="is no address"):
            project.set_address(wrong)
