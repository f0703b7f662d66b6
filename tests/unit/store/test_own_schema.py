"""A foreign list of tasks cannot run code by triggers, views or the like."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from runway_desktop.domain.errors import StoreError
from runway_desktop.store.migrations import MIGRATIONS, bring_up_to_date
from runway_desktop.store.snapshots import SqliteSnapshots
from tests.rigs.mistakes import Mistakes

FIRST = Path(__file__).parent / "version_4_2.sql"


def a_list(path: Path, steps: int) -> None:
    """As the first form was written, and brought so many steps further."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(FIRST.read_text(encoding="utf-8"))
        bring_up_to_date(connection, path, MIGRATIONS[:steps])


@pytest.mark.parametrize("steps", range(1, len(MIGRATIONS) + 1))
def test_schema_of_every_version_of_this_program_is_accepted(tmp_path: Path, steps: int):
    path = tmp_path / "list.db"
    a_list(path, steps)
    assert SqliteSnapshots().look(path).tasks == 1
    SqliteSnapshots().bring_up_to_date(path)
    assert SqliteSnapshots().look(path).version == str(MIGRATIONS[-1].to)


@pytest.mark.parametrize("steps", [1, len(MIGRATIONS)])
def test_foreign_trigger_with_one_of_our_names_is_refused(tmp_path: Path, steps: int):
    path = tmp_path / "list.db"
    a_list(path, steps)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER ledger_is_not_rewritten")
        connection.execute(
            "CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger BEGIN DELETE FROM tasks; END"
        )
    for work in (SqliteSnapshots().look, SqliteSnapshots().bring_up_to_date):
        with pytest.raises(StoreError, match="contains code that is not from this program"):
            work(path)


def test_schema_calls_no_functions_of_the_program(tmp_path: Path, mistakes: Mistakes):
    path = tmp_path / "list.db"
    a_list(path, len(MIGRATIONS))
    with closing(sqlite3.connect(path)) as connection:
        connection.create_function("without_secrets", 1, str, deterministic=True)
        connection.execute("ALTER TABLE settings ADD COLUMN theirs TEXT AS (without_secrets(value))")
    with pytest.raises(StoreError) as caught:
        SqliteSnapshots().take(path, tmp_path / "copy.db", lambda _done, _total: None)
    assert "unsafe use of without_secrets" in caught.value.detail
    # That a list refuses is no mistake of the program, but SQLite has no code of its own for it.
    mistakes.take("unsafe use of without_secrets")
    assert not (tmp_path / "copy.db").exists()
