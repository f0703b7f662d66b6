"""The identifier of a computer, which is stored only as a fingerprint."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runway_desktop.services.disk.machine import fingerprint, machine_id

NAME = "0123456789abcdef" * 2
only_from_files = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system has a call for it")


@only_from_files
def test_machine_name_comes_from_the_system(tmp_path: Path):
    (tmp_path / "machine-id").write_text(f"{NAME}\n")
    assert machine_id(tmp_path / "state", [tmp_path / "none", tmp_path / "machine-id"]) == NAME
    assert not (tmp_path / "state").exists()


@only_from_files
@pytest.mark.parametrize("content", ["", "uninitialized\n", "ä" * 40])
def test_missing_machine_name_is_generated_and_stored(tmp_path: Path, content: str):
    (tmp_path / "machine-id").write_text(content, encoding="utf-8")
    made = machine_id(tmp_path / "state", [tmp_path / "machine-id"])
    assert len(made) == 32
    assert machine_id(tmp_path / "state", [tmp_path / "machine-id"]) == made
    assert machine_id(tmp_path / "other", [tmp_path / "machine-id"]) != made


@only_from_files
def test_machine_name_that_cannot_be_stored_is_empty(tmp_path: Path):
    (tmp_path / "state").write_text("not a folder")
    assert machine_id(tmp_path / "state", []) == ""


def test_this_computer_has_a_machine_name(tmp_path: Path):
    assert machine_id(tmp_path) == machine_id(tmp_path) != ""


def test_machine_fingerprint_distinguishes_machines_within_one_list_only():
    assert fingerprint(NAME, "a") == fingerprint(NAME, "a")
    assert len({fingerprint(NAME, "a"), fingerprint(NAME, "b"), fingerprint(NAME[::-1], "a")}) == 3
    assert NAME not in fingerprint(NAME, "a")
    assert fingerprint("", "a") == ""
