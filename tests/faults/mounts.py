"""Whether a test may mount its own disk."""

from __future__ import annotations

import shutil
import subprocess


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
    return tried.returncode == 0
