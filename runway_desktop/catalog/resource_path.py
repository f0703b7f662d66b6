"""Paths of the files that ship with the program: catalog, icons, samples, translations, guide.

One function for the source tree (`resources/` next to the package), the wheel and the bundle (`resources/` inside it).
No disk access except one check; any thread; raises nothing: a missing file is reported by its reader.
"""

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder: `resource("icons", "app.svg")`; `resource()` is the folder itself."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources"
    home = installed if installed.is_dir() else package.parent / "resources"
    return home.joinpath(*parts)


def guide() -> Path:
    """The folder of the guide's pages and pictures: `docs/guide` in the source tree."""
    shipped = resource("guide")
    return shipped if shipped.is_dir() else resource().parent / "docs" / "guide"
