"""The project's names, version and address, each defined once, and texts derived from them."""

from __future__ import annotations

import platform
import re
import subprocess
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from steps.places import ROOT, StepFailed, say

NAME = "runway-desktop"
TITLE = "Runway Desktop"
APP_ID = "io.github.runway_desktop.RunwayDesktop"
ABOUT = ROOT / "runway_desktop" / "__init__.py"
SUMMARY = "Drop prompts, watch the tasks live, keep the results"

_RELEASE = re.compile(r"^## \[([^\]]+)\] – (\S+)", re.MULTILINE)
_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!\w+:|#)([^)\s]+)\)")


def version() -> str:
    """The program's version, read without importing it. Raises `StepFailed`."""
    return _constant("__version__")


def artifact_stem() -> str:
    """Beginning of the file name of an artifact for one system and processor."""
    system = platform.system().lower().replace("darwin", "macos")
    return f"{NAME}-{version()}-{system}-{platform.machine().lower()}"


def home_page() -> str:
    """The project's address. Raises `StepFailed`."""
    return _constant("HOME_PAGE")


def maintainer() -> str:
    """Name and mail address in the form of a package's maintainer field."""
    return f"{TITLE} contributors <contributors@{urlsplit(home_page()).hostname}>"


def urls() -> dict[str, str]:
    """Project addresses for package metadata, by their well-known labels."""
    home = home_page()
    return {
        "Homepage": home,
        "Documentation": f"{home}/tree/v{version()}/docs/guide",
        "Changelog": f"{home}/blob/v{version()}/CHANGELOG.md",
        "Issues": f"{home}/issues",
        "Source": home,
    }


def with_absolute_links(text: str) -> str:
    """Markdown with absolute links to files, so that pictures also show on a package index."""

    def absolute(found: re.Match[str]) -> str:
        picture, label, path = found.groups()
        return f"{picture}{label}({home_page()}/{'raw' if picture else 'blob'}/v{version()}/{path})"

    return _LINK.sub(absolute, text)


def released() -> date:
    """Date of this version by the changelog, or of the last commit if it is unreleased."""
    found = dict(_RELEASE.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))).get(version(), "")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", found):
        return date.fromisoformat(found)
    words = ["git", "log", "-1", "--format=%cs"]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    return date.fromisoformat(done.stdout.strip()) if done.stdout.strip() else date.today()


def filled(template: Path, **more: str) -> str:
    """The text of a template with `@NAME@`, `@VERSION@` and so on replaced by values of this module and `more`."""
    values = {
        "APP_ID": APP_ID, "DATE": released().isoformat(), "HOME": home_page(), "NAME": NAME, "SUMMARY": SUMMARY,
        "TITLE": TITLE, "VERSION": version(), **more,
    }  # fmt: skip
    return re.sub(r"@([A-Z_]+)@", lambda found: values[found[1]], template.read_text("utf-8"))


def set_address(new: str) -> None:
    """Replaces the project's address by `new` in every file. Raises `StepFailed`."""
    parts = urlsplit(new)
    if parts.scheme != "https" or not parts.hostname or new.endswith("/"):
        raise StepFailed(f"{new} is no address: give one that begins with https:// and ends without a slash.")
    old = home_page()
    for path in files_with_address():
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        say(f"{path.relative_to(ROOT)} says {new}.")


def files_with_address() -> list[Path]:
    """The files under version control that contain the address."""
    words = ["git", "grep", "--files-with-matches", "--fixed-strings", "-I", home_page()]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    return [ROOT / line for line in done.stdout.splitlines()]


def _constant(name: str) -> str:
    found = re.search(rf'^{name} = "([^"]+)"', ABOUT.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise StepFailed(f"{ABOUT.relative_to(ROOT)} has no {name}.")
    return found[1]
