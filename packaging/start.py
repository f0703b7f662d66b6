"""Start script of a bundle, since PyInstaller needs a script and the program is a package."""

import os
import sys
from contextlib import suppress

from runway_desktop.__main__ import main

RUNNING = "/proc/self/exe"


def read_the_running_file() -> None:
    """Modules are imported late, from the program's file, which an update replaces while the program runs. Linux keeps
    the file that runs. Raises KeyError or AttributeError where PyInstaller's loader has other names."""
    archive = sys.modules["pyimod02_importers"].pyz_archive
    name = archive._filename
    # Without /proc there is none.
    with suppress(OSError):
        if os.path.samefile(name, RUNNING):
            archive._filename = RUNNING


if __name__ == "__main__":
    if sys.platform == "linux":
        read_the_running_file()
    sys.exit(main())
