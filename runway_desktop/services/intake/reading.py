"""Opens the files of a drop once, and decodes their text from any encoding. Blocks; call it in the executor.

Raises `Unreadable` with a sentence that names the file: too large, empty, no text, missing.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from runway_desktop.domain.folders import Size
from runway_desktop.domain.media import HEAD_LENGTH
from runway_desktop.services.disk.disk_steps import storable_text
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.texts import Text
from runway_desktop.values import Struct

LARGEST_TEXT = 20_000_000
TABLES = frozenset({".csv", ".tsv", ".tab"})
JSON_LINES = frozenset({".jsonl", ".ndjson"})
DOCUMENTS = frozenset({".json"})
PLAIN = frozenset({".txt", ".text", ".md", ".markdown", ".prompt", ".prompts", ".list", ""})
LOGS = frozenset({".log", ".out", ".err"})
TEXTS = TABLES | JSON_LINES | DOCUMENTS | PLAIN | LOGS
"""Extensions of text files."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class FileUnreadable(Exception):
    """A file that cannot be used. `said` says why."""

    def __init__(self, said: Text) -> None:
        super().__init__(said)
        self.said = said


class ReadText(Struct, frozen=True):
    """`text` has normalized newlines and no invalid characters. `remarks`: sentences about the decoding."""

    text: str
    remarks: tuple[Text, ...] = ()


class Source:
    """A file of a drop, opened once for all its readers. Keeps a text's content up to `LARGEST_TEXT` bytes; of other
    files the first bytes. Raises Unreadable, DiskError and, for an invalid path, ValueError."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise FileUnreadable(Text("There is no file “{file}”.").with_(file=path))
        if not path.is_file():
            # Opening a pipe would block until a program writes to it.
            raise FileUnreadable(Text("“{file}” is not an ordinary file.").with_(file=path.name))
        self.path = path
        self.ending = path.suffix.lower()
        with spoken_for(path.parent), path.open("rb") as file:
            self.size = os.fstat(file.fileno()).st_size
            self.content = file.read(LARGEST_TEXT if self.ending in TEXTS else HEAD_LENGTH)

    @property
    def head(self) -> bytes:
        return self.content[:HEAD_LENGTH]

    def open(self) -> BinaryIO:
        """The whole file; opened again if it was too large to keep."""
        return io.BytesIO(self.content) if len(self.content) >= self.size else self.path.open("rb")

    def text(self) -> ReadText:
        if self.size > LARGEST_TEXT:
            raise too_large(self.path.name, self.size)
        return decode(self.content, self.path.name)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dropped:
    """Dropped or pasted data or command-line arguments, not classified yet."""

    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    text: str = ""
    _sources: dict[Path, Source] = field(default_factory=dict, repr=False)

    def source(self, path: Path) -> Source:
        """A file of the drop, or one that it names; opened at first use."""
        if path not in self._sources:
            self._sources[path] = Source(path)
        return self._sources[path]


def decode(content: bytes, name: str) -> ReadText:
    """Decodes UTF-8, UTF-16 or UTF-32 with a byte order mark, plain UTF-8, or else Windows-1252 with a remark."""
    if not content.strip():
        raise is_empty(name)
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return ReadText(_checked(content.decode(encoding), name))
            except UnicodeDecodeError as error:
                raise FileUnreadable(
                    Text("“{file}” is damaged: it is marked as {encoding} text, but is not.").with_(
                        file=name, encoding=encoding.upper()
                    )
                ) from error
    try:
        return ReadText(_checked(content.decode("utf-8"), name))
    except UnicodeDecodeError:
        text = _checked(content.decode("cp1252", errors="replace"), name)
    remark = Text(
        "“{file}” is not in UTF-8. It was read as Western European text; check letters such as é, ß and “ ”."
    ).with_(file=name)
    return ReadText(text, (remark,))


def too_large(name: str, size: int) -> FileUnreadable:
    return FileUnreadable(
        Text("“{file}” is too large ({size}). A list of prompts may have up to {limit}.").with_(
            file=name, size=Size(size), limit=Size(LARGEST_TEXT)
        )
    )


def is_empty(name: str) -> FileUnreadable:
    return FileUnreadable(Text("“{file}” is empty.").with_(file=name))


def _checked(text: str, name: str) -> str:
    if "\x00" in text or len(_CONTROL.findall(text[:100_000])) * 50 > min(len(text), 100_000):
        raise FileUnreadable(Text("“{file}” is not a text file.").with_(file=name))
    text = storable_text(text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise is_empty(name)
    return text
