"""What the preview is asked to show: the view-model's own value, by the name that this room uses.

Plain values: they compare, so that being asked for the same thing again changes nothing.
"""

from __future__ import annotations

from runway_desktop.usecases.words.tasks import Showing as PreviewItem

__all__ = ["PreviewItem"]
