"""The request is embedded into a video with any layout of its header."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from mutagen.mp4 import MP4

from runway_desktop.catalog.resource_path import resource
from runway_desktop.services.results import embedding
from runway_desktop.services.results.embedding import NotEmbedded, embedded, note_of

NOTE = note_of({"task": {"runway_id": "t1"}, "request": {"prompt": "A fox – 猫", "model": "gen4.5"}})
SAMPLE = resource("samples", "sand-1x1-5s.mp4").read_bytes()


def boxes(film: bytes) -> dict[bytes, bytes]:
    found, at = {}, 0
    while at < len(film):
        length, kind = struct.unpack_from(">I4s", film, at)
        found[kind] = film[at : at + length]
        at += length
    return found


def box(kind: bytes, content: bytes, *, long: bool = False) -> bytes:
    head = struct.pack(">I4sQ", 1, kind, 16 + len(content)) if long else struct.pack(">I4s", 8 + len(content), kind)
    return head + content


def places(film: bytes) -> list[int]:
    """Where each piece of the media's data begins, as the description has it."""
    found, at = [], film.find(b"stco")
    while at >= 0:
        (count,) = struct.unpack_from(">I", film, at + 8)
        found += struct.unpack_from(f">{count}I", film, at + 12)
        at = film.find(b"stco", at + 4)
    return found


def described_last(*, long: bool = False) -> bytes:
    """The sample with its description at the end."""
    parts = boxes(SAMPLE)
    media = box(b"mdat", parts[b"mdat"][8:], long=long)
    start = len(parts[b"ftyp"]) + len(media) - len(parts[b"mdat"]) + 8
    moved = start - SAMPLE.find(b"mdat") - 4
    moov = bytearray(parts[b"moov"])
    at = moov.find(b"stco")
    while at >= 0:
        (count,) = struct.unpack_from(">I", moov, at + 8)
        old = struct.unpack_from(f">{count}I", moov, at + 12)
        struct.pack_into(f">{count}I", moov, at + 12, *(place + moved for place in old))
        at = moov.find(b"stco", at + 4)
    return parts[b"ftyp"] + media + bytes(moov)


def with_request(film: bytes) -> bytes:
    given = embedded(film, NOTE, ".mp4")
    assert given is not None
    return given


@pytest.mark.parametrize("film", [SAMPLE, described_last(), described_last(long=True)], ids=["first", "last", "long"])
def test_video_has_its_request_embedded_and_valid_media_offsets(tmp_path: Path, film: bytes) -> None:
    given = with_request(film)
    path = tmp_path / "film.mp4"
    path.write_bytes(given)
    assert embedding.read(path) == NOTE.document
    assert places(film)
    assert [given[at : at + 400] for at in places(given)] == [film[at : at + 400] for at in places(film)]
    assert boxes(given)[b"mdat"] == boxes(film)[b"mdat"] if film is SAMPLE else True


def test_request_is_not_embedded_into_a_fragmented_video() -> None:
    parts = boxes(SAMPLE)
    moov = box(b"moov", parts[b"moov"][8:] + box(b"mvex", bytes(8)))
    with pytest.raises(NotEmbedded):
        embedded(parts[b"ftyp"] + moov + box(b"moof", bytes(40)) + parts[b"mdat"], NOTE, ".mp4")


@pytest.mark.parametrize("cut", [0, 3, 8, 31, 33, 40, 1_000])
def test_request_is_not_embedded_into_a_truncated_video(cut: int) -> None:
    with pytest.raises(NotEmbedded):
        embedded(SAMPLE[:cut], NOTE, ".mp4")


def test_damaged_video_gets_no_request_or_keeps_its_media_unchanged() -> None:
    dice = random.Random(6)
    for _ in range(60):
        film = bytearray(SAMPLE)
        for _ in range(dice.randrange(1, 20)):
            film[dice.randrange(44, 3_000)] = dice.randrange(256)
        try:
            given = with_request(bytes(film))
        except NotEmbedded:
            continue
        assert given.endswith(SAMPLE[-100_000:])


# Descriptions as other programs build them.


def rebuilt(user_part: bytes | None, *, wide: bool = False) -> bytes:
    """The sample with another `udta`, or none; `wide`: with places of 64 bits."""
    parts = boxes(SAMPLE)
    kids = boxes(parts[b"moov"][8:])
    kids.pop(b"udta", None)
    if wide:
        kids[b"trak"] = widened(kids[b"trak"])
    moov = box(b"moov", b"".join(kids.values()) + (user_part or b""))
    film = parts[b"ftyp"] + moov + parts[b"mdat"]
    moved = len(moov) - len(parts[b"moov"])
    form, at = ("Q", film.find(b"co64")) if wide else ("I", film.find(b"stco"))
    content = bytearray(film)
    (count,) = struct.unpack_from(">I", film, at + 8)
    old = struct.unpack_from(f">{count}{form}", film, at + 12)
    struct.pack_into(f">{count}{form}", content, at + 12, *(place + moved for place in old))
    return bytes(content)


def widened(part: bytes) -> bytes:
    """A box whose `stco`, below it, is a `co64`."""
    kids = b""
    for kind, kid in boxes(part[8:]).items():
        if kind == b"stco":
            (count,) = struct.unpack_from(">I", kid, 12)
            places = struct.unpack_from(f">{count}I", kid, 16)
            kids += box(b"co64", bytes(4) + struct.pack(f">I{count}Q", count, *places))
        else:
            kids += widened(kid) if kind in (b"mdia", b"minf", b"stbl") else kid
    return box(part[4:8], kids)


def value(kind: bytes, text: str) -> bytes:
    return box(kind, box(b"data", struct.pack(">II", 1, 0) + text.encode()))


def meta(*values: bytes, handler: bytes = b"mdir", is_full: bool = True) -> bytes:
    hdlr = box(b"hdlr", bytes(8) + handler + b"appl" + bytes(9))
    return box(
        b"meta", (bytes(4) if is_full else b"") + hdlr + box(b"ilst", b"".join(values)) + box(b"free", bytes(40))
    )


OTHER = value(b"\xa9ART", "Somebody")
DESCRIPTIONS = {
    "no tags": None,
    "tags of others": box(b"udta", box(b"Xtra", b"12345") + meta(OTHER, value(b"\xa9nam", "An old title"))),
    "no values": box(b"udta", box(b"Xtra", b"12345")),
    "of QuickTime": box(b"udta", meta(OTHER, is_full=False)),
    "another handler": box(b"udta", meta(handler=b"mdta")),
    "two user parts": box(b"udta", meta(OTHER)) + box(b"udta", b""),
}


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_request_is_embedded_into_video_headers_of_any_layout(tmp_path: Path, name: str, wide: bool) -> None:
    film = rebuilt(DESCRIPTIONS[name], wide=wide)
    given = with_request(film)
    path = tmp_path / "film.mp4"
    path.write_bytes(given)
    assert embedding.read(path) == NOTE.document
    tags = MP4(path)
    assert (tags["\xa9nam"], tags["\xa9cmt"]) == ([NOTE.title], [NOTE.comment])
    if b"Somebody" in film and name != "of QuickTime":
        assert tags["\xa9ART"] == ["Somebody"]
    assert (b"Xtra12345" in given) == (b"Xtra12345" in film)
    form, at = ("Q", given.find(b"co64")) if wide else ("I", given.find(b"stco"))
    first = struct.unpack_from(f">{form}", given, at + 12)[0]
    before = struct.unpack_from(f">{form}", film, film.find(b"co64" if wide else b"stco") + 12)[0]
    assert given[first : first + 1_000] == film[before : before + 1_000]
    again = with_request(given)
    path.write_bytes(again)
    assert embedding.read(path) == NOTE.document
    assert again.count(b"com.runway-desktop") == 1, "an older note goes"
