"""The lock file that `dev.py` installs: complete, hashed, and without addresses of registries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from steps import environment, lock
from steps.places import LOCK, PYPROJECT, StepFailed

TEXT = LOCK.read_text("utf-8")


def names_in(text: str) -> set[str]:
    return {line.split("==")[0] for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))}


def declared() -> set[str]:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))
    lines = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return {re.split(r"[\[<>=!~ ;]", line)[0].lower() for line in lines}


def test_lock_file_holds_no_registry_address():
    assert "://" not in TEXT
    assert not re.search(r"--(extra-)?index|--find-links|--trusted|file:|@ ", TEXT)


def test_lock_file_lists_every_declared_dependency():
    assert declared() <= names_in(TEXT)


def test_every_locked_distribution_has_a_hash():
    entries = re.split(r"\n(?=\S)", TEXT.split("\n", 2)[2])
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_lock_serves_every_system():
    assert {"pefile", "macholib", "secretstorage"} <= names_in(TEXT)


def test_qt_is_locked_at_version_6_10():
    assert re.search(r"^pyside6-addons==6\.10\.", TEXT, re.MULTILINE)


def test_tidy_lock_file_is_left_unchanged():
    assert lock.HEAD + lock.tidy(TEXT) == TEXT


@pytest.mark.parametrize("line", ["--index-url https://example.org/simple", "thing @ file:///home/me/thing.whl"])
def test_registry_address_in_the_lock_file_is_refused(line):
    with pytest.raises(StepFailed, match="does not belong"):
        lock.tidy(f"thing==1 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")


def test_light_lock_file_omits_only_qt_and_its_hashes():
    light = environment.without(TEXT, environment.QT_DISTRIBUTIONS)
    assert names_in(TEXT) - names_in(light) == environment.QT_DISTRIBUTIONS
    assert "httpx" in names_in(light)
    removed = len(TEXT.splitlines()) - len(light.splitlines())
    assert removed == sum(
        len(entry.splitlines())
        for entry in re.split(r"\n(?=\S)", TEXT)
        if entry.split("==")[0] in environment.QT_DISTRIBUTIONS
    )


def test_lock_file_is_in_the_folder_of_its_scripts():
    assert Path(lock.__file__).parents[1] == LOCK.parent
