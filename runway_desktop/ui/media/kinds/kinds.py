"""List of the media kinds that the window shows. To add one: a module in this folder and a line here."""

from __future__ import annotations

from runway_desktop.domain.media import Media

from .clip import CLIP
from .kind import Kind
from .picture import PICTURE
from .sound import SOUND

KINDS = (PICTURE, CLIP, SOUND)


def kind_of(media: Media) -> Kind | None:
    """The record of a kind; None for one that is not shown."""
    return next((kind for kind in KINDS if kind.media is media), None)
