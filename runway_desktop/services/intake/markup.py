"""The little of HTML that a drag from a browser needs: the pictures in it, and its words. Pure; raises nothing."""

from __future__ import annotations

from html.parser import HTMLParser

_LONGEST = 2_000_000
_SILENT = frozenset({"script", "style", "head", "title", "noscript"})
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[str] = []
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.words.append("\n")
        elif tag == "img":
            self.pictures += [value for name, value in attrs if name == "src" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data.replace("\n", " "))


def linked_pictures(html: str) -> tuple[str, ...]:
    """The https addresses of the pictures in it, each once."""
    found = _read(html).pictures
    return tuple(dict.fromkeys(address for address in found if address.lower().startswith("https://")))


def plain_text(html: str) -> str:
    """Its words, a line a block."""
    lines = (" ".join(line.split()) for line in "".join(_read(html).words).split("\n"))
    return "\n".join(line for line in lines if line)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html[:_LONGEST])
    reader.close()
    return reader
