"""What a release is made of: one version, one list of commands that exist, and nothing that changes under it."""

from __future__ import annotations

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest
from steps import appimage, deb, installed, package, project, verbs
from steps.places import ROOT

RELEASING = (ROOT / "RELEASING.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
TELLS_VERSIONS = ("CHANGELOG.md", "RELEASING.md", "packaging/requirements.lock", "tests")
"""The history, an example, other people's versions, and versions made up."""


def test_version_number_is_defined_in_one_place():
    number = re.escape(project.version())
    words = ["git", "grep", "-I", "--files-with-matches", "-P", rf"(?<![\d.]){number}(?![\d.]*\d)", "--", "."]
    words += [f":!{path}" for path in TELLS_VERSIONS]
    found = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert found == ["runway_desktop/__init__.py"]


def test_release_checklist_starts_with_the_project_address():
    [first, *_] = re.findall(r"^    (\S.*)$", RELEASING, re.MULTILINE)
    assert first.startswith("python3 packaging/dev.py address ")


@pytest.mark.parametrize("line", re.findall(r"packaging/dev\.py (\w.*?)(?: {2}|`|$)", RELEASING, re.MULTILINE))
def test_commands_of_the_release_checklist_can_be_typed(line: str):
    chosen = verbs.parser().parse_args(line.split())
    assert set(getattr(chosen, "what", ())) <= set(package.ARTIFACTS)


@pytest.mark.parametrize(
    ("system", "machine", "made"),
    [
        ("Linux", "x86_64", lambda: [wheel_name(), deb.file().name, appimage.file().name]),
        ("Windows", "AMD64", lambda: [f"{project.artifact_stem()}-setup.exe"]),
        ("Darwin", "arm64", lambda: [f"{project.artifact_stem()}.dmg"]),
    ],
)
def test_readme_uses_the_names_of_built_files(system: str, machine: str, made, monkeypatch: pytest.MonkeyPatch):
    """On the machines of release.yml: those of macOS have Apple silicon."""
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    patterns = re.findall(r"[\w-]+\*[\w.-]*\.(?:whl|deb|AppImage|exe|dmg)", README)
    for name in made():
        assert [pattern for pattern in patterns if fnmatch.fnmatchcase(name, pattern)], name


def wheel_name() -> str:
    return f"{project.NAME.replace('-', '_')}-{project.version()}-py3-none-any.whl"


def test_readme_and_issue_forms_name_no_reserved_address_and_no_flatpak():
    for name in ("README.md", "SECURITY.md", ".github/ISSUE_TEMPLATE/config.yml", ".github/ISSUE_TEMPLATE/problem.yml"):
        text = (ROOT / name).read_text("utf-8")
        assert project.home_page() not in text, f"{name} leads to an address that is reserved"
        assert "flatpak" not in text.lower(), "no release has one"
    tried = re.findall(r'"Operating System :: (.+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert tried == ["POSIX :: Linux"]


def test_release_machine_installs_the_debian_package_checker():
    [line] = re.findall(r"apt-get install --yes (.+)", (ROOT / ".github/workflows/release.yml").read_text("utf-8"))
    packages = {"lintian": "lintian", "desktop-file-validate": "desktop-file-utils", "appstreamcli": "appstream"}
    assert set(line.split()) >= {packages[tool] for tool in installed.CHECKS}


@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda file: file.name)
def test_ci_actions_are_pinned_to_commits_and_have_no_default_permissions(file: Path):
    text = file.read_text("utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert "\npermissions: {}\n" in text
    assert "timeout-minutes:" in text
