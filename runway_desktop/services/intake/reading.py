"""From bytes to text, whatever program wrote them. Blocks; call it in the executor.

Raises `Unreadable`, whose message is a whole sentence that names the file: too large, empty, no text, not there.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.catalog.limits import MEGABYTE
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.media.media_facts import megabytes

LARGEST_TEXT = 20 * MEGABYTE
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALVES = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Unreadable(Exception):
    """Nothing can be made of a file. The message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """`text` has plain newlines and no characters that text cannot have. `remarks` are sentences about how it was
    read."""

    text: str
    remarks: tuple[str, ...] = ()


def read_text(path: Path) -> ReadText:
    """The text of a file. DiskError from the system's refusals is left to the caller."""
    with spoken_for(path.parent):
        size = path.stat().st_size
        if size > LARGEST_TEXT:
            raise Unreadable(too_large(path.name, size))
        content = path.read_bytes()
    return decode(content, path.name)


def decode(content: bytes, name: str) -> ReadText:
    """UTF-8, UTF-8 or UTF-16 with a mark at its start, else Windows-1252 with a remark that says so."""
    if not content.strip():
        raise Unreadable(f"{name} is empty.")
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return ReadText(_checked(content.decode(encoding), name))
            except UnicodeDecodeError as error:
                raise Unreadable(f"{name} is damaged: it says it is {encoding.upper()} text and is not.") from error
    try:
        return ReadText(_checked(content.decode("utf-8"), name))
    except UnicodeDecodeError:
        text = _checked(content.decode("cp1252", errors="replace"), name)
    remark = f"{name} is not in UTF-8. It was read as Western European text; check letters such as é, ß and “ ”."
    return ReadText(text, (remark,))


def too_large(name: str, size: int) -> str:
    return f"{name} is {megabytes(size)} large. A list of prompts may have up to {megabytes(LARGEST_TEXT)}."


def clean(text: str) -> str:
    """Without halves of characters, which JSON can spell but nothing can store, and without zero bytes."""
    if _HALVES.search(text) is not None:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "")


def _checked(text: str, name: str) -> str:
    if "\x00" in text or len(_CONTROL.findall(text[:100_000])) * 50 > min(len(text), 100_000):
        raise Unreadable(f"{name} is not a text file.")
    text = clean(text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Unreadable(f"{name} is empty.")
    return text
