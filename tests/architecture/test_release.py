"""What a release is made of: one version, one list of commands that exist, and nothing that changes under it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from steps import installed, package, project, verbs
from steps.places import ROOT

RELEASING = (ROOT / "RELEASING.md").read_text("utf-8")
TELLS_VERSIONS = ("CHANGELOG.md", "RELEASING.md", "packaging/requirements.lock", "tests")
"""The history, an example, other people's versions, and versions made up."""


def test_version_stands_at_one_place():
    number = re.escape(project.version())
    words = ["git", "grep", "-I", "--files-with-matches", "-P", rf"(?<![\d.]){number}(?![\d.]*\d)", "--", "."]
    words += [f":!{path}" for path in TELLS_VERSIONS]
    found = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert found == ["runway_desktop/__init__.py"]


def test_releasing_begins_with_the_address():
    [first, *_] = re.findall(r"^    (\S.*)$", RELEASING, re.MULTILINE)
    assert first.startswith("python3 packaging/dev.py address ")


@pytest.mark.parametrize("line", re.findall(r"packaging/dev\.py (\w.*?)(?: {2}|`|$)", RELEASING, re.MULTILINE))
def test_commands_of_the_list_can_be_typed(line: str):
    chosen = verbs.parser().parse_args(line.split())
    assert set(getattr(chosen, "what", ())) <= set(package.ARTIFACTS)


def test_machine_of_a_release_has_what_checks_the_debian_package():
    [line] = re.findall(r"apt-get install --yes (.+)", (ROOT / ".github/workflows/release.yml").read_text("utf-8"))
    packages = {"lintian": "lintian", "desktop-file-validate": "desktop-file-utils", "appstreamcli": "appstream"}
    assert set(line.split()) >= {packages[tool] for tool in installed.CHECKS}


@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda file: file.name)
def test_actions_are_pinned_to_a_commit_and_may_do_nothing_unless_said(file: Path):
    text = file.read_text("utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert "\npermissions: {}\n" in text
    assert "timeout-minutes:" in text
