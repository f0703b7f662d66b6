"""What the preview is asked to show. Plain values: they compare, so that being asked for the same thing again changes
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.task import Media


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One output. Without a `path` there is nothing to play yet; `text` says why ("Running 62 %", or what failed)."""

    path: Path | None
    media: Media
    poster: Path | None = None
    title: str = ""
    text: str = ""
