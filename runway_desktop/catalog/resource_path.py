"""Where the files that ship with the program lie: catalog, icons, samples, translations.

One answer for the source tree (`resources/` beside the package), the wheel and the bundle (`resources/` inside it).
Pure path work on any thread; raises nothing, for a missing file is the reader's to report.
"""

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder: `resource("icons", "app.svg")`; `resource()` is the folder of all."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources"
    home = installed if installed.is_dir() else package.parent / "resources"
    return home.joinpath(*parts)
