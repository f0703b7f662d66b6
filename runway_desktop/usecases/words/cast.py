"""Texts about the cast. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from runway_desktop.domain.cast import MemberFile, MemberKind
from runway_desktop.domain.media import Media
from runway_desktop.texts import Text, _, listed, ngettext
from runway_desktop.usecases.question import Question

KIND_WORDS: Mapping[MemberKind, Text] = MappingProxyType(
    {
        MemberKind.CHARACTER: Text("Character"),
        MemberKind.PROP: Text("Prop"),
        MemberKind.STYLE: Text("Style"),
    }
)
KIND_ICONS: Mapping[MemberKind, str] = MappingProxyType(
    {
        MemberKind.CHARACTER: "mdi6.account-outline",
        MemberKind.PROP: "mdi6.cube-outline",
        MemberKind.STYLE: "mdi6.palette-outline",
    }
)
AMOUNTS: Mapping[Media, Text] = MappingProxyType(
    {
        Media.IMAGE: Text("{n} picture", "{n} pictures"),
        Media.VIDEO: Text("{n} clip", "{n} clips"),
        Media.AUDIO: Text("the voice"),
    }
)
"""Files of a member, by kind."""


def unknown_words(names: Sequence[str]) -> str:
    """Of names after an @ that stay text; empty without any."""
    if not names:
        return ""
    said = listed([f"@{name}" for name in names[:3]])
    return ngettext("{names} is not in the cast.", "{names} are not in the cast.", len(names), names=said)


def held_words(files: Iterable[MemberFile]) -> str:
    """ "4 pictures, 1 clip and the voice"; empty without files."""
    found = [file.media for file in files]
    return listed([AMOUNTS[media].of(found.count(media)) for media in AMOUNTS if media in found])


def design_question() -> Question:
    """Before a voice is designed by words."""
    return Question(
        _("Design this voice?"),
        _("Runway doesn't say what this costs. It is asked once, and not again by itself."),
        _("Design voice"),
    )
