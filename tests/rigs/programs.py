"""Programs of the system that tests ask. A missing one leaves the test out and says why; under CI it fails."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def need_programs(*names: str) -> None:
    """Leaves the test out unless the system has all of these programs. `packaging/steps/libraries.py` provides them."""
    lacking = [name for name in names if shutil.which(name) is None]
    if lacking:
        lack(f"{', '.join(lacking)} is not installed")


def lack(reason: str) -> NoReturn:
    if os.environ.get("CI", "").casefold() in ("true", "1"):
        pytest.fail(f"{reason}, and a test machine must have it")
    pytest.skip(reason)
