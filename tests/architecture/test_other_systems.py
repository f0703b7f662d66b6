"""Windows and macOS, as far as testable on Linux: every module imports, and every test is collected."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from steps.places import ROOT
from steps.suites import SUITES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the suites themselves tell")

ONLY_ON_LINUX = {"desktop.notices", "desktop.portal"}
"""They speak D-Bus."""


def python(system: str, *words: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "ELSEWHERE": system, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=240
    )


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_every_module_that_is_not_linux_only_can_be_imported(system: str):
    done = python(system, "-m", "tests.rigs.elsewhere")
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {f"runway_desktop.{name}" for name in ONLY_ON_LINUX}


@pytest.mark.long
@pytest.mark.parametrize(
    ("system", "suites"),
    [
        ("win32", [suite for suite in SUITES if "win32" in suite.systems]),
        ("darwin", [suite for suite in SUITES if "darwin" in suite.systems and "win32" not in suite.systems]),
    ],
    ids=["win32", "darwin"],
)
def test_every_test_module_can_be_collected(system: str, suites: list):
    paths = [path for suite in suites for path in suite.paths]
    assert paths
    collect = ["--collect-only", "-qq", "-p", "tests.rigs.elsewhere", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = python(system, "-m", "pytest", *collect, *paths)
    assert done.returncode == 0, done.stdout[-4000:]
