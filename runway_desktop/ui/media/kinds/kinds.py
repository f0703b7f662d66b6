"""The kinds of media that the window shows. A new kind is a module in this folder and a line here."""

from __future__ import annotations

from runway_desktop.domain.media import Media

from .clip import CLIP
from .kind import Kind
from .picture import PICTURE
from .sound import SOUND

KINDS = (PICTURE, CLIP, SOUND)


def kind_of(media: Media) -> Kind | None:
    """None for a kind that is kept and not shown."""
    return next((kind for kind in KINDS if kind.media is media), None)
