"""Builds artifacts in an older Debian, so that they start there too. Its root stays in `build/`.

Needs root and debootstrap. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from steps.bare_root import add_packages, copied, entering
from steps.environment import STAMP
from steps.places import BUILD, DIST, ROOT, VENV, run, say

OLDEST = "bookworm"
"""The oldest Debian with a supported Python."""
TOOLS = ("python3", "python3-venv", "libpython3-dev", "git", "dpkg-dev")
LIBRARIES = ("libwayland-cursor0", "libwayland-egl1", "libdrm2", "fonts-dejavu-core")
"""Libraries in the bundle besides those that `dev.py` installs itself."""
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
"""This machine's certificates, for pip and git."""
ASKED_FOR_TRUST = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO")
"""Set to the copied file, since this machine's variables may name another. pip prefers the one of requests."""
_WITH_HISTORY = """\
mkdir -p "$1$2"
mount --bind "$2" "$1$2"
shift 2
exec "$@"
"""
_WITH_OWN_FOLDERS = """\
mount --bind /srv/venv "$1"
mount --bind /srv/build "$2"
shift 2
exec "$@"
"""


def make(suite: str, words: Sequence[str]) -> None:
    """Runs `dev.py package` with these arguments inside it, in its own environment, into our `dist/`."""
    root = BUILD / f"root-{suite}-build"
    if not root.exists():
        draft = BUILD / f"{root.name}.draft"
        run(["rm", "-rf", str(draft)])
        add_packages(copied(suite, draft), (*TOOLS, *LIBRARIES))
        draft.rename(root)
    kept = root / "srv"
    if not (kept / "venv" / STAMP).exists():
        # Incomplete. From inside it could not be removed, since it is a mount point there.
        shutil.rmtree(kept / "venv", ignore_errors=True)
    for folder in (kept / "venv", kept / "build", DIST):
        folder.mkdir(exist_ok=True)
    more = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    if TRUSTED.exists():
        shutil.copy(TRUSTED, kept)
        more |= dict.fromkeys(ASKED_FOR_TRUST, f"/srv/{TRUSTED.name}")
    say(f"Going on in a bare Debian {suite} …")
    with_history = ["unshare", "--mount", "sh", "-ec", _WITH_HISTORY, "sh", str(root), str(_history())]
    with_own_folders = ["sh", "-ec", _WITH_OWN_FOLDERS, "sh", str(VENV), str(BUILD)]
    command = ["python3", "packaging/dev.py", "package", *words]
    run([*with_history, *entering(root, ROOT), *with_own_folders, *command], more=more)


def _history() -> Path:
    """Git's folder, which is elsewhere for a linked working copy."""
    words = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())
