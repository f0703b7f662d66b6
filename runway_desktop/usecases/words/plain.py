"""Escapes untrusted text (prompts, project and file names, server messages), so that it is shown literally.

Qt takes a tool tip that looks like HTML for HTML, and then loads the resources in it; in buttons and menus it takes an
ampersand for a mnemonic. For labels see `ui/labels.py`.
"""

from __future__ import annotations

from collections.abc import Callable

WRAPS_FROM = 80
"""Characters of a line above which a tool tip must wrap, which Qt does only in HTML."""
_JOINERS_AND_SPACES = "\u200c\u200d\u00a0\u202f\u3000"
"""Not printable to Python, but harmless: needed by scripts and emoji."""


def tip(text: str) -> str:
    """For a tool tip: the text itself if Qt does not take it for HTML, since screen readers read it as well."""
    if not ("<" in text or "&" in text or any(len(line) > WRAPS_FROM for line in text.split("\n"))):
        return text
    # Not by `html`, which imports a table of all entities.
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<p style="white-space: pre-wrap">{shown}</p>'


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
