"""The note's text as an EXIF block, for programs that read only EXIF: description, program, time. Pure.

Source of the layout: the EXIF standard 2.32 (CIPA DC-008), chapter 4. Its texts are formally ASCII; all current readers
accept UTF-8, including the programs of cameras' makers.
"""

from __future__ import annotations

import re
import struct

PROGRAM = "Runway Desktop"
_DESCRIPTION, _SOFTWARE, _TIME = 0x010E, 0x0131, 0x0132
_TEXT = 2
_MOST = 16_000
"""Bytes of a description: a JPEG's EXIF and XMP must fit into two segments, and this text is only for display."""


def block(comment: str, date: str) -> bytes:
    """A complete TIFF structure. `date` is ISO 8601; any other is left out."""
    texts = {_DESCRIPTION: _cut(comment), _SOFTWARE: PROGRAM.encode(), _TIME: _time(date)}
    entries = [(tag, text + b"\0") for tag, text in texts.items() if text]
    head = b"MM\0\x2a" + struct.pack(">I", 8)
    position = len(head) + 2 + 12 * len(entries) + 4
    directory, content = struct.pack(">H", len(entries)), b""
    for tag, text in entries:
        directory += struct.pack(">HHII", tag, _TEXT, len(text), position + len(content))
        content += text + b"\0" * (len(text) % 2)
    return head + directory + struct.pack(">I", 0) + content


def is_ours(content: bytes) -> bool:
    """Whether a block was made by `block`; others are left alone."""
    return content.startswith(b"MM\0\x2a") and PROGRAM.encode() + b"\0" in content


def _cut(text: str) -> bytes:
    content = text.encode("utf-8", errors="replace").replace(b"\0", b" ")
    return content[:_MOST].decode("utf-8", errors="ignore").encode("utf-8")


def _time(date: str) -> bytes:
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)", date)
    return f"{found[1]}:{found[2]}:{found[3]} {found[4]}".encode() if found else b""
