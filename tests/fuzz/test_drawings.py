"""Drawings (SVG) that are damaged or hostile: what is left of them refers to nothing outside, and is clean."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.ui.media.drawing_cleaner import BadDrawing, cleaned
from tests.fuzz.bounds import assert_bounded, damaged, often
from tests.rigs import hostile_drawings

TARGET = Path("/home/somebody/secret.png")
SEEDS = (
    *hostile_drawings.that_open(TARGET).values(),
    *hostile_drawings.with_entities().values(),
    hostile_drawings.slow(),
    hostile_drawings.drawing('<g id="a"><path d="M0 0"/></g><use xlink:href="#a"/><text>x &amp; y</text>'),
)
OUTSIDE = re.compile(
    r"""(?:href|src)="(?!#|data:image/)|@import|<!|<\?|url\(\s*["']?(?!\s|["']|#|&#x27;|&quot;)""", re.IGNORECASE
)


def assert_cleaned_or_refused(content: bytes) -> None:
    found = assert_bounded(lambda: cleaned(content), [BadDrawing])
    if found is not None:
        # Texts are shown, whatever they say.
        for part in re.findall(r"<style.*?</style>|<[^>]*>", found.decode(), re.DOTALL):
            assert OUTSIDE.search(part) is None
        assert cleaned(found) == found


@given(damaged(SEEDS))
@often(200)
def test_damaged_svg_refers_to_nothing_outside_or_is_refused(content: bytes):
    assert_cleaned_or_refused(content)


@given(damaged([gzip.compress(content) for content in SEEDS]))
@often(50)
def test_damaged_compressed_svg_is_read_or_refused(content: bytes):
    assert_cleaned_or_refused(content)


STYLES = st.text(st.sampled_from("url(#')\"@importexpfile:/*\\ \n;&"), max_size=60)


@given(STYLES, STYLES)
@often(200)
def test_svg_styles_load_nothing_from_outside(sheet: str, attribute: str):
    quoted = attribute.replace("&", "&amp;").replace('"', "&quot;")
    assert_cleaned_or_refused(
        hostile_drawings.drawing(f'<style><![CDATA[{sheet}]]></style><rect style="{quoted}" fill="{quoted}"/>')
    )
