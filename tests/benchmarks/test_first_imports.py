"""What the first paint does not wait for: a new import at the top of a module is easily made and never seen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.children import ROOT

LATE = (
    "httpx",
    "keyring",
    "mutagen",
    "PIL",
    "PySide6.QtMultimedia",
    "PySide6.QtSvg",
    "qtawesome",
    "send2trash",
    "starlette",
    "urllib.request",
    "runway_desktop.api",
    "runway_desktop.app.tour",
    "runway_desktop.ui.dialogs.preferences",
    "runway_desktop.ui.dialogs.welcome",
    "runway_desktop.ui.exchange.host",
    "runway_desktop.ui.media.preview",
)


@pytest.fixture(scope="module")
def imported() -> set[str]:
    script = "import sys, runway_desktop.app.session; print(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True).split())


@pytest.mark.parametrize("module", LATE)
def test_module_is_imported_after_the_first_paint(imported: set[str], module: str):
    assert "runway_desktop.app.session" in imported
    assert module not in imported
