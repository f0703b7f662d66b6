"""The words and pictures of a page, as a browser puts it into a drop or the clipboard. Pure; raises nothing.

Each character is looked at a bounded number of times, whatever the page: Python's own parser takes hours over a
hundred kilobytes that were made for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_LONGEST = 2_000_000
_SILENT = frozenset({"script", "style", "head", "title", "noscript"})
_RAW = frozenset({"script", "style"})
"""In these nothing is a tag but their own end."""
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
_TAG = re.compile(r"""<(/?)([a-z][^\s/<>"']*+)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""", re.IGNORECASE)
_SOURCE = re.compile(r"""(?:^|\s)src\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]++))""", re.IGNORECASE)

Piece = tuple[str, str, str]
"""A text and nothing else; or nothing, a tag's name in small letters, "/" before it for one that ends, and what else
stands in the tag."""


def linked_pictures(html: str) -> tuple[str, ...]:
    """The https addresses of the pictures in it, each once."""
    found = []
    for _, name, inside in _pieces(html[:_LONGEST]):
        source = _SOURCE.search(inside) if name == "img" else None
        if source is not None:
            found.append(unescape("".join(source.groups(default=""))).strip())
    return tuple(dict.fromkeys(address for address in found if address.lower().startswith("https://")))


def plain_text(html: str) -> str:
    """Its words, a line a block."""
    words: list[str] = []
    silent = 0
    for text, name, _ in _pieces(html[:_LONGEST]):
        if text and not silent:
            words.append(unescape(text).replace("\n", " "))
        bare = name.removeprefix("/")
        if bare in _SILENT:
            silent = max(0, silent - 1) if name != bare else silent + 1
        elif bare in _BREAKS:
            words.append("\n")
    lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(html: str) -> Iterator[Piece]:
    """Texts and tags, in order. Comments and declarations are left out."""
    lower, at, begun = html.lower(), 0, 0
    while (start := html.find("<", at)) >= 0:
        tag = _TAG.match(html, start)
        if tag is None and not html.startswith(("<!", "<?"), start):
            # A sign in a text.
            at = start + 1
            continue
        yield html[begun:start], "", ""
        if tag is None:
            at = begun = _after("-->" if html.startswith("<!--", start) else ">", html, start)
            continue
        at = begun = tag.end()
        name = tag[2].lower()
        yield "", tag[1] + name, tag[3]
        if name in _RAW and not tag[1]:
            end = lower.find(f"</{name}", at)
            at = begun = end if end >= 0 else len(html)
    yield html[begun:], "", ""


def _after(mark: str, html: str, start: int) -> int:
    end = html.find(mark, start)
    return end + len(mark) if end >= 0 else len(html)
