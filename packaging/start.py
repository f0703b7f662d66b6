"""Where a bundle begins: PyInstaller wants a script, and the program is a package."""

import sys

from runway_desktop.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
