"""Remote ids, and stored ranks of states."""

from __future__ import annotations

import importlib.util
import sys
import uuid
from pathlib import Path

from runway_desktop.domain import task
from runway_desktop.domain.task import RANKS, RemoteId, State, parse_remote_id

REMOTE = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")


def test_remote_id_is_a_version_4_uuid():
    assert parse_remote_id(f"  {str(REMOTE).upper()}\n") == REMOTE
    assert parse_remote_id(str(uuid.uuid1())) is None
    for word in ("", "no", str(REMOTE).replace("-", ""), f"{{{REMOTE}}}", f"urn:uuid:{REMOTE}", f"{REMOTE}0"):
        assert parse_remote_id(word) is None


STORED = {
    "held": 0,
    "sending": 1,
    "uncertain": 2,
    "pending": 3,
    "throttled": 4,
    "running": 5,
    "other": 6,
    "succeeded": 7,
    "failed": 8,
    "cancelled": 9,
    "gone": 10,
}
"""The ranks in the rows of every list there is. A new state is added below them; no line is ever changed."""


def test_state_ranks_equal_those_in_stored_rows():
    assert {state.value: rank for state, rank in RANKS.items()} == STORED
    assert set(RANKS) == set(State)
    assert len(set(RANKS.values())) == len(RANKS)


def test_state_inserted_into_the_enum_changes_no_stored_rank(monkeypatch, tmp_path):
    source = Path(task.__file__).read_text("utf-8")
    grown = source.replace('    PENDING = "pending"\n', '    PENDING = "pending"\n    NEW = "new"\n')
    assert grown != source
    (tmp_path / "grown.py").write_text(grown, "utf-8")
    spec = importlib.util.spec_from_file_location("runway_desktop.domain.grown", tmp_path / "grown.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    spec.loader.exec_module(module)
    assert len(module.State) == len(State) + 1
    assert {state.value: module.RANKS[state] for state in module.State if state.value in STORED} == STORED
