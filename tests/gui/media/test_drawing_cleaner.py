"""The SVG cleaner keeps visible content, removes external references, and refuses unbounded files."""

from __future__ import annotations

import base64
import gzip
import time
from pathlib import Path

import pytest

from runway_desktop.ui.media.drawing_cleaner import MOST_BYTES, BadDrawing, TooComplex, cleaned
from tests.rigs import hostile_drawings
from tests.rigs.hostile_drawings import drawing

TARGET = Path("/home/somebody/secret.png")
OPEN = hostile_drawings.that_open(TARGET)


@pytest.mark.parametrize("name", OPEN)
def test_svg_cleaner_removes_every_external_reference(name: str):
    found = cleaned(OPEN[name])
    assert cleaned(found) == found
    assert b"secret" not in found
    assert b"data:" not in found
    assert b"127.0.0.1" not in found
    assert b"@import" not in found


@pytest.mark.parametrize("name", hostile_drawings.with_entities())
def test_svg_with_entities_is_refused(name: str):
    with pytest.raises(BadDrawing):
        cleaned(hostile_drawings.with_entities()[name])


@pytest.mark.parametrize("name", hostile_drawings.too_complex())
def test_svg_with_too_many_elements_is_refused_at_once(name: str):
    content = hostile_drawings.too_complex()[name]
    began = time.monotonic()
    with pytest.raises(TooComplex):
        cleaned(content)
    assert time.monotonic() - began < 10


def test_svg_cleaner_keeps_visible_content():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(50)).decode()
    found = cleaned(
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by somebody -->\n'
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
        + drawing(
            '<defs><path id="p" d="M0 0 L9 9"/></defs><style>/* colors */ .a > b { fill: url(#g) }</style>'
            '<rect class="a" style="fill:url(#g)" filter="url(\'#g\')"/><use xlink:href="#p"/>'
            f'<image href="data:image/png;base64,{png}"/><text a="1&#10;2">猫 &amp; &lt;b&gt; "x"</text>'
        )
    ).decode()
    assert found.startswith("<svg xmlns=")
    assert cleaned(found.encode()).decode() == found
    for part in (
        '<path id="p" d="M0 0 L9 9">', "<style>/* colors */ .a &gt; b { fill: url(#g) }</style>",
        '<rect class="a" style="fill:url(#g)" filter="url(&#x27;#g&#x27;)">', '<use xlink:href="#p">',
        f'<image href="data:image/png;base64,{png}">', '<text a="1&#10;2">猫 &amp; &lt;b&gt; "x"</text>',
    ):  # fmt: skip
        assert part in found


def test_compressed_svg_is_unpacked_up_to_its_size_limit():
    assert cleaned(gzip.compress(drawing("<g/>"))) == cleaned(drawing("<g/>"))
    with pytest.raises(TooComplex):
        cleaned(gzip.compress(bytes(MOST_BYTES * 4)))
    for damaged in (b"\x1f\x8b", b"\x1f\x8b" + b"x" * 100, gzip.compress(drawing("<g/>"))[:30]):
        with pytest.raises(BadDrawing):
            cleaned(damaged)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<svg", b"<html/>", b"\xff\xfe<", b"<svg>&nothing;</svg>", b"<svg><a></b></svg>", b"\x00" * 100,
        b'<?xml version="1.0" encoding="no-such"?><svg/>', b'<?xml version="1.0" encoding="utf-7"?><svg/>',
        b'<svg width="\xff"/>',
    ],
)  # fmt: skip
def test_file_that_is_no_svg_is_reported_as_such(content: bytes):
    with pytest.raises(BadDrawing):
        cleaned(content)


def test_largest_allowed_svg_is_read_in_time():
    path = f'<path d="{"M0 0 L1 1 " * 100}"/>'
    content = drawing(path * (MOST_BYTES // len(path) - 1))
    began = time.monotonic()
    assert len(cleaned(content)) > MOST_BYTES * 0.9
    assert time.monotonic() - began < 5
