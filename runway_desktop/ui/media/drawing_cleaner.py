"""Sanitizer for SVG drawings: removes references to files and addresses, scripts and entities.

`cleaned` rewrites untrusted bytes from what the parser found. The result refers only to its own parts (`#name`) and
embedded pictures (`data:` with PNG, JPEG, WebP or GIF bytes). Its size is bounded, including parts that are reused
repeatedly. Pure; may take a second, so it runs in the drawing process. Raises BadDrawing and TooComplex.
"""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64decode
from html import escape
from xml.parsers import expat

from runway_desktop.values import Struct, field

MOST_BYTES = 16 * 1024 * 1024
"""Maximum size, unpacked."""
MOST_ELEMENTS = 200_000
"""Each reuse of a part counts again."""
MOST_DEPTH = 200
_GZIP = b"\x1f\x8b"
_LEFT_OUT = frozenset({"script", "foreignobject", "iframe", "object", "embed", "audio", "video"})
_PICTURE = re.compile(r"data:image/[a-z+.-]+;base64,", re.IGNORECASE)
_PICTURE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_REACHES_OUT = re.compile(r"""url\s*\(\s*["']?\s*(?!\s|["']|#)|@import|@font-face|\\|expression\s*\(""", re.IGNORECASE)
"""CSS that refers outside. A backslash escape could hide any of the others."""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


class BadDrawing(ValueError):
    """Not a drawing, or a damaged one."""


class TooComplex(BadDrawing):
    """The drawing exceeds the limits."""


def cleaned(content: bytes) -> bytes:
    """The sanitized drawing in UTF-8. `content` may be compressed (SVGZ)."""
    content = _unpacked(content)
    if len(content) > MOST_BYTES:
        raise TooComplex
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise error if isinstance(error, BadDrawing) else BadDrawing(str(error)) from error
    _check_uses(reader.nodes, reader.names)
    return "".join(reader.out).encode("utf-8", "replace")


class _Node(Struct):
    children: list[int] = field(default_factory=list)
    uses: str = ""


class _Reader:
    """Parser callbacks that write down what is allowed."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.nodes: list[_Node] = []
        self.names: dict[str, int] = {}
        """Index of each element by its id."""
        self._open: list[int] = []
        self._left_out = 0
        """Number of open elements that are left out."""
        self._style: list[str] | None = None
        """Text of the open style sheet."""
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # DTD, processing instructions and comments have no handler, so they are dropped.
        parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = _local(name)
        if not self.nodes and kind != "svg":
            raise BadDrawing(f"It begins with {name}")
        if len(self.nodes) >= MOST_ELEMENTS or len(self._open) + self._left_out >= MOST_DEPTH:
            raise TooComplex
        if self._left_out or kind in _LEFT_OUT:
            self._left_out += 1
            return
        number, node = len(self.nodes), _Node()
        self.nodes.append(node)
        if self._open:
            self.nodes[self._open[-1]].children.append(number)
        self._open.append(number)
        kept = {key: value for key, value in attributes.items() if _may_stay(_local(key), value)}
        for key, value in kept.items():
            if key == "id":
                self.names.setdefault(value, number)
            elif _local(key) == "href" and value.strip().startswith("#") and kind != "a":
                node.uses = value.strip()[1:]
        said = "".join(f' {key}="{_quoted(value)}"' for key, value in kept.items())
        self.out.append(f"<{name}{said}>")
        if kind == "style":
            self._style = []

    def _end(self, name: str) -> None:
        if self._left_out:
            self._left_out -= 1
            return
        self._open.pop()
        if self._style is not None:
            css, self._style = "".join(self._style), None
            self.out.append("" if _reaches_out(css) else escape(css, quote=False))
        self.out.append(f"</{name}>")

    def _text(self, text: str) -> None:
        if self._left_out:
            return
        if self._style is not None:
            self._style.append(text)
        else:
            self.out.append(escape(text, quote=False))

    def _entity(self, *_: object) -> None:
        raise BadDrawing("It declares entities")


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise BadDrawing(str(error)) from error
    return found


def _quoted(value: str) -> str:
    """Escapes an attribute value, with line ends, which a parser would turn into spaces."""
    return escape(value).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _may_stay(key: str, value: str) -> bool:
    if key in ("href", "src"):
        return value.strip().startswith("#") or _is_picture(value)
    if key.startswith("on") or key == "base":
        return False
    return not _reaches_out(value)


def _reaches_out(css: str) -> bool:
    """Checks the text with and without comments, which could split a keyword."""
    return any(_REACHES_OUT.search(text) for text in (css, _COMMENT.sub("", css)))


def _is_picture(value: str) -> bool:
    """Whether it is an embedded raster picture, by its bytes: Qt too ignores the declared type."""
    start = _PICTURE.match(value.strip())
    if start is None:
        return False
    try:
        head = b64decode(value.strip()[start.end() :][:64].encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return head.startswith(_PICTURE_STARTS) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")


def _check_uses(nodes: list[_Node], names: dict[str, int]) -> None:
    """Raises TooComplex if reused parts add up to too many elements, or reuse themselves."""
    steps = 0
    waiting = [(0, 0)] if nodes else []
    while waiting:
        number, depth = waiting.pop()
        steps += 1
        if steps > MOST_ELEMENTS or depth > MOST_DEPTH:
            raise TooComplex
        node = nodes[number]
        waiting += [(child, depth + 1) for child in node.children]
        if node.uses in names:
            waiting.append((names[node.uses], depth + 1))
