"""When `dev.py` takes the environment for whole, and when it makes it anew."""

from __future__ import annotations

import sys

import pytest
from steps import environment
from steps.environment import STAMP, is_whole, one_at_a_time, stamp_text
from steps.places import python_of


@pytest.fixture
def venv(tmp_path):
    """A folder that looks like a finished environment, with a Python that starts."""
    venv = tmp_path / "venv"
    python = python_of(venv)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (venv / STAMP).write_text(stamp_text("lock"))
    return venv


def test_finished_environment_is_whole(venv):
    assert is_whole(venv, stamp_text("lock"))


def test_interrupted_environment_is_not_whole(venv):
    (venv / STAMP).unlink()
    assert not is_whole(venv, stamp_text("lock"))


def test_environment_whose_python_is_gone_is_not_whole(venv):
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
def test_environment_made_for_something_else_is_not_whole(venv, other):
    assert not is_whole(venv, other)


def test_newer_lock_is_brought_into_the_same_environment(venv):
    assert environment._can_be_updated(venv, stamp_text("newer lock"))


def test_other_python_needs_another_environment(venv):
    assert not environment._can_be_updated(venv, stamp_text("lock", python="cpython 3.99"))


def test_moved_environment_is_made_anew(venv):
    assert not environment._can_be_updated(venv, stamp_text("lock", home="/another/place"))


def test_builder_that_died_leaves_no_lock_behind(tmp_path):
    with pytest.raises(RuntimeError, match="killed"), one_at_a_time(tmp_path / "lock"):
        raise RuntimeError("killed")
    with one_at_a_time(tmp_path / "lock"):
        pass
