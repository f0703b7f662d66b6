"""Where a bundle begins: PyInstaller wants a script, and the program is a package."""

import os
import sys

from runway_desktop.__main__ import main

RUNNING = "/proc/self/exe"


def read_the_running_file() -> None:
    """Modules are imported late, from the program's file, which an update replaces while the program runs. Linux keeps
    the file that runs. Raises KeyError or AttributeError where PyInstaller's loader has other names."""
    archive = sys.modules["pyimod02_importers"].pyz_archive
    if os.path.samefile(archive._filename, RUNNING):
        archive._filename = RUNNING


if __name__ == "__main__":
    if sys.platform == "linux":
        read_the_running_file()
    sys.exit(main())
