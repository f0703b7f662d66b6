"""The page that goes to a client: what it carries, and what it does not."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.media import Media
from runway_desktop.usecases.review.page import PageClip, Wish, languages, page

SENT = 1_795_953_600.0
HEAD = Wish(folder=Path(), title="Aurora spot, round 2", sender="Northlight Studio")


class Read(HTMLParser):
    """Elements with their attributes, and the text of each element by its id or name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def clip(tmp_path: Path, name: str = "010, take 1", **values: Any) -> PageClip:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"moving pictures" * 3)
    given = {"sha256": "a" * 64, "path": path, "media": Media.VIDEO, "mime": "video/mp4", "duration": 5.0, **values}
    return PageClip(name=name, **given)


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="round">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_clips_stand_in_the_file_and_play_without_scripts(tmp_path: Path) -> None:
    text = "".join(
        page(HEAD, "r1", SENT, [clip(tmp_path), clip(tmp_path, media=Media.IMAGE, mime="image/png", duration=0)])
    )
    read = Read(text)
    [video], [image] = read.all("video"), read.all("img")
    assert "controls" in video
    assert b64decode((video["src"] or "").removeprefix("data:video/mp4;base64,")) == b"moving pictures" * 3
    assert (image["src"] or "").startswith("data:image/png;base64,")
    assert [one["href"] for one in read.all("a")] == ["mailto:?subject=Aurora%20spot%2C%20round%202"]
    assert "Northlight Studio · 29 November 2026 · 2 clips, 5 s" in read.text


def test_page_may_request_nothing(tmp_path: Path) -> None:
    text = "".join(page(HEAD, "r1", SENT, [clip(tmp_path)]))
    policy = Read(text).all("meta")[1]["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'none'; form-action 'none'; base-uri 'none'" in policy
    assert "file:" not in policy
    assert not re.search(r"https?:|//[a-z]", text)


def test_clips_beside_the_page_are_named_relatively(tmp_path: Path) -> None:
    read = Read("".join(page(HEAD, "r1", SENT, [clip(tmp_path, beside="010 a&b.mp4")])))
    assert [one["src"] for one in read.all("video")] == ["clips/010%20a%26b.mp4"]
    assert "media-src data: blob: 'self' file:" in (read.all("meta")[1]["content"] or "")


@pytest.mark.parametrize("name", ['"><script>x</script>', "@round@ & </script><!--", "猫" * 200, "../..", "a'b\"c"])
def test_names_are_text(tmp_path: Path, name: str) -> None:
    head = Wish(folder=Path(), title=name, sender=name)
    text = "".join(page(head, "r1", SENT, [clip(tmp_path, name)]))
    read = Read(text)
    assert len(read.all("script")) == 2
    assert read.text.count(name) == 4
    assert read.all("video")[0]["aria-label"] == name
    assert data_of(text)["clips"] == [{"sha256": "a" * 64, "start": None, "end": None}]


def test_page_speaks_the_language_of_the_client(tmp_path: Path) -> None:
    assert languages() == ("en", "de", "ja")
    german = Wish(folder=Path(), title="Aurora", language="de")
    assert "29. November 2026" in "".join(page(german, "r1", SENT, [clip(tmp_path)]))
    assert "29 November 2026" in "".join(page(HEAD, "r1", SENT, [clip(tmp_path)]))
