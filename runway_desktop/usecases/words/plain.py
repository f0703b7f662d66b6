"""Escapes untrusted text (prompts, project and file names, server messages), so that it is shown literally.

Qt takes a tool tip that looks like HTML for HTML, and then loads the resources in it; in buttons and menus it takes an
ampersand for a mnemonic. Screen readers read the tool tip of a widget without a description as it is, so it contains no
HTML. For labels see `ui/labels.py`.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable

WRAPS_FROM = 80
"""Columns after which a line of a tool tip wraps: Qt wraps HTML only."""
_BREAK = "\u200b"
"""After "<" or "&" it makes sure that `Qt::mightBeRichText` finds neither tag nor entity. Invisible, and not read."""
_JOINERS_AND_SPACES = "\u200c\u200d\u00a0\u202f\u3000"
"""Not printable to Python, but harmless: needed by scripts and emoji."""


def tip(text: str) -> str:
    """For a tool tip: plain text for Qt, with long lines wrapped."""
    lines = "\n".join(_wrapped(line) for line in text.split("\n"))
    return lines.replace("<", f"<{_BREAK}").replace("&", f"&{_BREAK}")


def _wrapped(line: str) -> str:
    if len(line) <= WRAPS_FROM // 2:
        return line
    # Letters of Chinese, Japanese and Korean are twice as wide.
    is_wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in line) * 2 > len(line)
    return "\n".join(textwrap.wrap(line, WRAPS_FROM // (1 + is_wide), replace_whitespace=False)) or line


def notice(text: str) -> str:
    """For desktop notifications: some desktops interpret HTML, others do not, so that escaping is not possible."""
    return text.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")


def caption(text: str) -> str:
    """For a button, a check box or a menu entry."""
    return text.replace("&", "&&")


def shown(text: str, escape: Callable[[str], str] = lambda letter: letter.encode("unicode_escape").decode()) -> str:
    """For a line in a terminal: control characters, direction marks and line ends are escaped."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in _JOINERS_AND_SPACES else escape(letter) for letter in text
    )
