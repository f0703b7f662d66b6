"""Content credentials (C2PA): a maker's signature over a file's bytes, which any change of the file makes invalid.

Whether they are valid is for other programs to say. They are found by their bytes, not by each format's structure: in
every format the manifest is one JUMBF box, whose type is uncompressed and in one piece; a manifest that is kept
elsewhere is named in the file's XMP. Source: the C2PA specification 2.1, and files signed by c2pa-python 0.38.
"""

from __future__ import annotations

from typing import BinaryIO

_MARKS = (b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71", b"dcterms:provenance")
_MOST = 64 * 1024 * 1024
"""Bytes that are read: nothing is written into a larger file."""
_BLOCK = 1024 * 1024


def has_credentials(file: BinaryIO) -> bool:
    """Whether the file, read from its position on, names or holds a manifest. Blocks; raises OSError."""
    end = b""
    for _ in range(_MOST // _BLOCK):
        if not (block := file.read(_BLOCK)):
            break
        if any(mark in end + block for mark in _MARKS):
            return True
        end = block[-max(map(len, _MARKS)) :]
    return False
