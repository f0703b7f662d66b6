"""The note put into a film's description (the box `moov`) as players and taggers know it: `moov.udta.meta.ilst`, the
form of iTunes. For descriptions that are built as common programs build them; mutagen takes the others, which costs
ten times as much. Pure; raises nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .note import Note

_HEAD = 8
_FULL = 4
"""Bytes of version and flags."""
_TO_TABLES = {b"trak", b"mdia", b"minf", b"stbl"}
"""The boxes in which they stand."""
_TABLES = {b"stco": ("I", 4), b"co64": ("Q", 8)}
"""Where the media's data lie in the file, by kind: form and bytes of each place."""
_TEXT = 1
"""The kind of a value: UTF-8."""
_HANDLER = b"mdir"


class _Odd(Exception):
    """It is built in another way."""


def with_note(moov: bytes, start: int, note: Note, *, mean: str, name: str) -> bytes | None:
    """The description that stands at `start`, with the note in it in place of an older one, and with the places of the
    media's data moved by its growth where those lie behind it. `mean` and `name` call the value that holds the
    document. None for one that is left to mutagen."""
    try:
        return _with_note(moov, start, note, mean.encode(), name.encode())
    except (_Odd, struct.error):
        return None


def _with_note(moov: bytes, start: int, note: Note, mean: bytes, name: bytes) -> bytes:
    if int.from_bytes(moov[:4], "big") != len(moov):
        raise _Odd
    parts, has_any = [], False
    for kind, begin, end in _boxes(moov, _HEAD, len(moov)):
        if kind == b"udta":
            if has_any:
                raise _Odd
            has_any = True
            parts.append(_user_part(moov[begin:end], note, mean, name))
        else:
            parts.append(moov[begin:end])
    if not has_any:
        parts.append(_user_part(_box(b"udta"), note, mean, name))
    made = bytearray(_box(b"moov", *parts))
    _move(made, 0, len(made), start, start + len(moov), len(made) - len(moov))
    return bytes(made)


def _user_part(udta: bytes, note: Note, mean: bytes, name: bytes) -> bytes:
    kept, items, handler = [], b"", _box(b"hdlr", bytes(8), _HANDLER, b"appl", bytes(9))
    has_any = False
    for kind, begin, end in _boxes(udta, _HEAD, len(udta)):
        if kind != b"meta":
            kept.append(udta[begin:end])
            continue
        if has_any:
            raise _Odd
        has_any = True
        handler, items = _known(udta[begin:end], mean)
    values = _values(note, mean, name)
    meta = _box(b"meta", bytes(_FULL), handler, _box(b"ilst", items, *values))
    return _box(b"udta", *kept, meta)


def _known(meta: bytes, mean: bytes) -> tuple[bytes, bytes]:
    """The handler of a `meta`, and those of its values that stay."""
    if meta[_HEAD : _HEAD + _FULL] != bytes(_FULL):
        # QuickTime's own has no version.
        raise _Odd
    found = {kind: (begin, end) for kind, begin, end in _boxes(meta, _HEAD + _FULL, len(meta)) if kind != b"free"}
    if not found.keys() <= {b"hdlr", b"ilst"} or b"hdlr" not in found:
        raise _Odd
    handler = meta[slice(*found[b"hdlr"])]
    if handler[16:20] != _HANDLER:
        raise _Odd
    kept = []
    begin, end = found.get(b"ilst", (0, _HEAD))
    for kind, at, stop in _boxes(meta, begin + _HEAD, end):
        is_ours = kind in _NAMES or (kind == b"----" and mean in meta[at:stop])
        if not is_ours:
            kept.append(meta[at:stop])
    return handler, b"".join(kept)


_NAMES = {b"\xa9nam", b"\xa9cmt", b"\xa9too", b"\xa9day"}


def _values(note: Note, mean: bytes, name: bytes) -> Iterator[bytes]:
    yield _value(b"\xa9nam", note.title)
    yield _value(b"\xa9cmt", note.comment)
    yield _value(b"\xa9too", "Runway Desktop")
    if note.date:
        yield _value(b"\xa9day", note.date)
    called = _box(b"mean", bytes(_FULL), mean) + _box(b"name", bytes(_FULL), name)
    yield _box(b"----", called, _content(note.json))


def _value(kind: bytes, text: str) -> bytes:
    return _box(kind, _content(text))


def _content(text: str) -> bytes:
    return _box(b"data", struct.pack(">II", _TEXT, 0), text.encode("utf-8", errors="replace"))


def _move(made: bytearray, begin: int, end: int, old_start: int, old_end: int, growth: int) -> None:
    """Moves the places that lie behind the old description."""
    for kind, at, stop in _boxes(made, begin + _HEAD, end):
        if kind in _TO_TABLES:
            _move(made, at, stop, old_start, old_end, growth)
        elif kind in _TABLES:
            letter, size = _TABLES[kind]
            first = at + _HEAD + _FULL + 4
            (count,) = struct.unpack_from(">I", made, first - 4)
            if first + count * size != stop:
                raise _Odd
            places = struct.unpack_from(f">{count}{letter}", made, first)
            if any(old_start < place < old_end for place in places):
                raise _Odd
            moved = (place + growth if place >= old_end else place for place in places)
            struct.pack_into(f">{count}{letter}", made, first, *moved)


def _boxes(block: bytes | bytearray, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of each box between two places, which they fill."""
    while begin < end:
        if end - begin < _HEAD:
            raise _Odd
        length, kind = struct.unpack_from(">I4s", block, begin)
        # 0 and 1 stand for other ways of saying it.
        if not _HEAD <= length <= end - begin or kind in (b"cmov", b"uuid"):
            raise _Odd
        yield kind, begin, begin + length
        begin += length


def _box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", _HEAD + len(content), kind) + content
