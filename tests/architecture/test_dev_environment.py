"""When `dev.py` considers the environment complete, when it rebuilds it, and its messages on failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from steps import environment, places, verbs
from steps.environment import STAMP, is_whole, one_at_a_time, stamp_text
from steps.places import StepFailed, python_of


@pytest.fixture
def venv(tmp_path):
    """A folder that looks like a finished environment, with a Python that starts."""
    venv = tmp_path / "venv"
    python = python_of(venv)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (venv / STAMP).write_text(stamp_text("lock"))
    return venv


def test_finished_environment_is_reported_complete(venv):
    assert is_whole(venv, stamp_text("lock"))


def test_interrupted_environment_is_reported_incomplete(venv):
    (venv / STAMP).unlink()
    assert not is_whole(venv, stamp_text("lock"))


def test_environment_with_missing_python_is_reported_incomplete(venv):
    python_of(venv).unlink()
    assert not is_whole(venv, stamp_text("lock"))


@pytest.mark.parametrize(
    "other",
    [
        stamp_text("newer lock"),
        stamp_text("lock", pyproject=b"another declaration"),
        stamp_text("lock", python="cpython 3.99"),
        stamp_text("lock", home="/another/place"),
    ],
)
def test_environment_of_another_lock_python_or_place_is_reported_incomplete(venv, other):
    assert not is_whole(venv, other)


def test_newer_lock_is_installed_into_the_existing_environment(venv):
    assert environment._can_be_updated(venv, stamp_text("newer lock"))


def test_different_python_needs_a_new_environment(venv):
    assert not environment._can_be_updated(venv, stamp_text("lock", python="cpython 3.99"))


def test_moved_environment_is_rebuilt(venv):
    assert not environment._can_be_updated(venv, stamp_text("lock", home="/another/place"))


def test_crashed_environment_builder_leaves_no_lock(tmp_path):
    with pytest.raises(RuntimeError, match="killed"), one_at_a_time(tmp_path / "lock"):
        raise RuntimeError("killed")
    with one_at_a_time(tmp_path / "lock"):
        pass


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """An empty working copy."""
    for module in (environment, places, verbs):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    return tmp_path


@pytest.fixture
def nobody_may_write(monkeypatch):
    """To these paths. Root may write anywhere, so it is not asked of the system."""
    refused: set[Path] = set()
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) not in refused)
    return refused


def refusal(*words: str) -> str:
    """What a command says that cannot be done."""
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr(verbs, "say", said.append)
        assert verbs.main([*words]) == 1
    return "\n".join(said)


@pytest.mark.parametrize("verb", ["setup", "run", "test", "check"])
def test_read_only_working_copy_is_reported(verb, copy, nobody_may_write):
    nobody_may_write.add(copy)
    assert refusal(verb).startswith(f"{copy} cannot be written to")
    assert list(copy.iterdir()) == []


@pytest.mark.parametrize("verb", ["setup", "test"])
@pytest.mark.parametrize("name", [".venv", ".venv.lock", ".mypy_cache"])
def test_environment_of_another_user_is_reported_with_a_removal_command(name, verb, copy, nobody_may_write):
    (copy / name).mkdir()
    nobody_may_write.add(copy / name)
    said = refusal(verb).splitlines()
    assert said[0].startswith(f"{copy / name} was made by another user ({copy.owner()})")
    assert said[1].strip().startswith("sudo python")
    assert said[1].endswith("packaging/dev.py clean")


def test_complete_environment_works_for_a_user_without_write_access(copy, nobody_may_write, venv, monkeypatch):
    monkeypatch.setattr(environment, "VENV", venv)
    (venv / STAMP).write_text(stamp_text(places.LOCK.read_text("utf-8")))
    nobody_may_write.update({copy, venv})
    assert environment.set_up() == python_of(venv)
    assert not (copy / ".venv.lock").exists()


def test_other_file_errors_during_setup_are_reported_in_a_sentence(copy, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "/its/folder")

    monkeypatch.setattr(environment, "set_up", refuse)
    assert refusal("setup") == "/its/folder could not be used: Permission denied."


def test_full_disk_is_reported_before_setup_creates_anything(copy, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9e9, 8.7e9, 3e8))
    assert refusal("setup").startswith(f"There is not enough room in {copy}: 1.3 GB are needed, 0.3 GB are free.")
    assert not (copy / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ProtocolError(\"Connection broken: OSError(28, 'No space left on device')\")", "not enough room in"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "1.3 GB are needed",
        ),
        ("Retrying after connection broken by 'NewConnectionError('Temporary failure in name resolution')'", "network"),
        ("Retrying after connection broken by 'ProxyError('Cannot connect to proxy.')'", "no network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "DO NOT MATCH"),
    ],
)
def test_pip_failure_is_explained_in_a_sentence(words, said):
    assert said in environment.why_pip_failed(words)


def test_output_of_a_failed_pip_is_not_printed_before_the_explanation(copy, monkeypatch, capfd):
    def run(command, **more):
        assert more["stderr"] == subprocess.PIPE
        return subprocess.CompletedProcess(command, 1, None, "Traceback … NewConnectionError")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(StepFailed, match="no network"):
        environment._pip(copy / ".venv", "install")
    assert capfd.readouterr().err == ""


def test_dev_clean_removes_only_generated_files(copy):
    kept = copy / "runway_desktop" / "values.py"
    for name in (*places.MADE, "runway_desktop/__pycache__", "tests/unit/__pycache__", "packaging/steps/__pycache__"):
        (copy / name).mkdir(parents=True)
        (copy / name / "some.pyc").touch()
    kept.touch()
    assert verbs.main(["clean"]) == 0
    assert {file for file in copy.rglob("*") if file.is_file()} == {kept}


@pytest.mark.parametrize("name", ["runway-desktop-tour", ".grimp_cache", ".import_linter_cache"])
def test_dev_clean_removes_output_of_tour_and_checks(name):
    assert name in places.MADE


def test_git_ignores_every_generated_path():
    ignored = {line.strip("/") for line in (Path(places.ROOT) / ".gitignore").read_text("utf-8").splitlines()}
    assert [name for name in places.MADE if name not in ignored and not name.startswith(".venv-")] == []
