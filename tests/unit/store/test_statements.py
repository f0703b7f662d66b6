"""SQL statements work without warnings in every supported Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runway_desktop import store

FILES = sorted(Path(store.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_sql_statements_have_no_numbered_parameters(file: Path):
    """Python 3.12 warns of each until 3.12.4; Ubuntu 24.04 has 3.12.3."""
    assert re.findall(r".*\?\d.*", file.read_text("utf-8")) == []
