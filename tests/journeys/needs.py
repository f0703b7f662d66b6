"""What these tests need from the system. A missing one skips the test with its reason; under CI it fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.rigs.programs import lack, need_programs

SYSTEM_PYTHON = "/usr/bin/python3"
LIBEXEC = ("/usr/libexec", "/usr/lib/at-spi2-core", "/usr/lib")


def need(*programs: str) -> None:
    """Leaves the test out unless the system has all of these programs."""
    if not sys.platform.startswith("linux"):
        pytest.skip("this system has no screen of its own to offer")
    need_programs(*programs)


def need_screen_reader() -> str:
    """The program that opens the accessibility bus. Leaves the test out when it or its Python binding is missing."""
    need()
    launcher = next((path for folder in LIBEXEC if os.path.exists(path := f"{folder}/at-spi-bus-launcher")), None)
    if launcher is None:
        lack("at-spi2-core is not installed")
    looked = subprocess.run([SYSTEM_PYTHON, "-c", "import pyatspi"], check=False, capture_output=True)
    if looked.returncode != 0:
        lack("the system's Python has no pyatspi")
    return launcher
