"""Every bug of the program fails the test that caused it, wherever it was caught."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MISTAKES = HERE / "made_on_purpose.py"
ALL = [
    node.name
    for node in ast.parse(MISTAKES.read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
]


@pytest.fixture(scope="module")
def failed() -> set[str]:
    """Those that failed or had an error, in a run of their own and each on its own account."""
    words = [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run([*words, str(MISTAKES)], cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert f"{len(ALL)} passed" not in done.stdout
    assert done.returncode == 1, done.stdout + done.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("test_passes")])
def test_deliberate_mistake_fails_its_test(failed: set[str], name: str):
    assert name in failed


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("test_passes")])
def test_expected_mistake_does_not_fail_its_test(failed: set[str], name: str):
    assert name not in failed
