"""Writes the head of a WebM or MKV file: as many elements as tell what it is, and no media."""

from __future__ import annotations

import struct

UNKNOWN = b"\x01" + b"\xff" * 7


def element(kind: str, *inside: bytes, length: bytes | None = None) -> bytes:
    content = b"".join(inside)
    return bytes.fromhex(kind) + (length or (len(content) | 1 << 56).to_bytes(8, "big")) + content


def number(kind: str, value: int) -> bytes:
    return element(kind, value.to_bytes(4, "big"))


def clip(
    *,
    doctype: bytes = b"webm",
    seconds: float | None = 2.5,
    sides: tuple[int, int] | None = (1280, 720),
    codec: bytes = b"V_VP9",
    sound: bytes = b"",
    open_ended: bool = False,
    frame_rate: int | None = None,
) -> bytes:
    """`open_ended`: the segment does not say how long it is, as when a browser recorded it."""
    info = number("2AD7B1", 1_000_000)
    if seconds is not None:
        info += element("4489", struct.pack(">d", seconds * 1000))
    tracks = b""
    if sides is not None:
        shape = element("E0", number("B0", sides[0]), number("BA", sides[1]))
        time = number("23E383", round(1e9 / frame_rate)) if frame_rate is not None else b""
        tracks += element("AE", number("83", 1), element("86", codec), time, shape)
    if sound:
        tracks += element("AE", number("83", 2), element("86", sound))
    content = element("1549A966", info) + element("1654AE6B", tracks) + element("1F43B675", bytes(64))
    head = element("1A45DFA3", element("4282", doctype))
    return head + element("18538067", content, length=UNKNOWN if open_ended else None)
