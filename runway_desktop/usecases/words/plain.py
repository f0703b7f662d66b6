"""Text from outside (prompts, names of projects and files, what a server says), written so that it is shown as it is.

Qt takes a tool tip for HTML as soon as it looks like some, and then loads what the HTML names; in buttons and menus it
takes an ampersand for the mark of a key. Labels are plain by `ui/labels.py`.
"""

from __future__ import annotations

WRAPS_FROM = 80
"""Characters of a line from which on a tool tip wraps, which Qt does in HTML alone."""


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
