"""Text from outside (prompts, names of projects and files, what a server says), written so that it is shown as it is.

Qt takes a tool tip for HTML as soon as it looks like some, and then loads what the HTML names; in buttons and menus it
takes an ampersand for the mark of a key. Labels are plain by `ui/labels.py`.
"""

from __future__ import annotations

from collections.abc import Callable

WRAPS_FROM = 80
"""Characters of a line from which on a tool tip wraps, which Qt does in HTML alone."""
_JOINERS_AND_SPACES = "\u200c\u200d\u00a0\u202f\u3000"
"""Not printable to Python, and harmless: scripts and emoji are put together with them."""


def tip(text: str) -> str:
    """A tool tip: the text itself where Qt takes it for nothing else, since screen readers read it as well."""
    if not ("<" in text or "&" in text or any(len(line) > WRAPS_FROM for line in text.split("\n"))):
        return text
    # Not by `html`, which holds a table of all entities.
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<p style="white-space: pre-wrap">{shown}</p>'


def notice(text: str) -> str:
    """What the desktop shows: some desktops read HTML there, others none, so that nothing can be escaped."""
    return text.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")


def caption(text: str) -> str:
    """The text of a button, a check box or an entry of a menu."""
    return text.replace("&", "&&")


def shown(text: str, escape: Callable[[str], str] = lambda letter: letter.encode("unicode_escape").decode()) -> str:
    """A line of a terminal: what would control it, turn its direction or end the line is written out."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in _JOINERS_AND_SPACES else escape(letter) for letter in text
    )
