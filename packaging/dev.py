#!/usr/bin/env python3
"""The one command of a working copy: set up, run, test, check, measure, package.

``python3 packaging/dev.py run --demo`` and ``python3 packaging/dev.py test`` are all that a newcomer needs; ``--help``
lists the rest. Only the standard library is used, because nothing else is there at the first run. This file stays
readable for an old Python, so that it can say which one is needed; the work is done in ``steps/``.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
TOO_NEW = (3, 15)


def main(arguments: "list[str]") -> int:
    """Runs one verb with a supported Python. Returns the exit code."""
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        return start_again_with_a_known_python(arguments)
    from steps import verbs

    return verbs.main(arguments)


def start_again_with_a_known_python(arguments: "list[str]") -> int:
    """Runs the verb with another Python from the path, or says which one is needed."""
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        # The launcher of a version switcher fails if that version is not installed.
        if found and subprocess.call([found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            print(f"This is Python {ours}, which does not suit; going on with {found}.", flush=True)
            return subprocess.call([found, os.path.abspath(__file__), *arguments])
    print(f"Runway Desktop needs Python 3.11, 3.12, 3.13 or 3.14; this is {ours}.", file=sys.stderr)
    print("Install one of them and run this command again with it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
