"""The one place where a tone of the words becomes a color of the theme, for painters and for labels. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from runway_desktop.usecases.words.states import Tone

from .theme import Role

INKS: Mapping[Tone, Role] = MappingProxyType(
    {
        Tone.PLAIN: Role.TEXT,
        Tone.BUSY: Role.ACCENT,
        Tone.GOOD: Role.GOOD,
        Tone.WARN: Role.WARN,
        Tone.BAD: Role.BAD,
    }
)
"""Each tone has its own."""
SECOND_INKS: Mapping[Tone, Role] = MappingProxyType({**INKS, Tone.PLAIN: Role.MUTED})
"""For words that stand beside something more important."""
QUIET_INKS: Mapping[Tone, Role] = MappingProxyType({**SECOND_INKS, Tone.GOOD: Role.MUTED})
"""Where most of what is seen went well: only the rest stands out."""
DOT_INKS: Mapping[Tone, Role] = MappingProxyType({**INKS, Tone.PLAIN: Role.FAINT, Tone.BUSY: Role.FAINT})
"""For a dot that says how the connection is."""
LABEL_TONES: Mapping[Tone, str] = MappingProxyType(
    {tone: (Role.MUTED if tone in (Tone.PLAIN, Tone.BUSY) else role).value for tone, role in INKS.items()}
)
"""The property `tone` of a label, by which the style sheet colors it."""
