"""Interpretation of data dropped or pasted from browsers, clipboard and file managers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from runway_desktop.ui.window.drops import read

LINK = "https://media.example.com/still.png"
PAGE = "https://example.com/gallery?id=3"


def image() -> QImage:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFF00FF)
    return image


def mime(*urls: str, html: str = "", picture: bool = False, text: str = "") -> QMimeData:
    data = QMimeData()
    if urls:
        data.setUrls([QUrl(url) for url in urls])
    if html:
        data.setHtml(html)
    if picture:
        data.setImageData(image())
    if text:
        data.setText(text)
    return data


def test_dropped_link_to_a_picture_wins_over_the_picture_data(qapp):
    assert read(mime(LINK, picture=True)).urls == (LINK,)


def test_dropped_picture_data_wins_over_a_link_to_its_page(qapp):
    found = read(mime(PAGE, picture=True))
    assert found.urls == ()
    assert found.image is not None


@pytest.mark.parametrize("address", ["http://media.example.com/still.png", "data:image/png;base64,AAAA", f"{PAGE}.gif"])
def test_dropped_picture_data_wins_over_a_link_that_runway_cannot_fetch(qapp, address):
    found = read(mime(address, picture=True))
    assert found.urls == ()
    assert found.image is not None
    assert found.image.size() == image().size()


@pytest.mark.parametrize(
    ("text", "html", "picture"),
    [
        ("A keeper\n\nA cat & a fox", "<p>A <b>keeper</b></p><p>A cat &amp; a fox</p>", False),
        ("prompt\tseed\na red fox\t1", "<table><tr><td>prompt</td><td>seed</td></tr></table>", False),
        ("prompt\tseed\r\na red fox\t1", "<table><tr><td>prompt</td></tr></table>", True),
    ],
)
def test_dropped_text_of_browsers_and_office_programs_is_plain_text(qapp, text, html, picture):
    found = read(mime(html=html, text=text, picture=picture))
    assert (found.text, found.image) == (text, None)


def test_linked_picture_dragged_from_a_page_is_the_picture(qapp):
    found = read(mime(PAGE, html=f'<a href="{PAGE}"><img alt="" src="{LINK}"></a>', text=PAGE, picture=True))
    assert (found.urls, found.text) == ((), "")
    assert found.image is not None


def test_html_without_plain_text_is_not_accepted(qapp):
    assert not read(mime(html="<p>A cat</p>"))


def test_dropped_link_without_a_picture_stays_a_link(qapp):
    assert read(mime(PAGE)).urls == (PAGE,)


def test_dropped_files_win_over_every_other_format(qapp, tmp_path):
    path = tmp_path / "a.png"
    data = mime(picture=True, text="words")
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert read(data).paths == (path,)


def test_copied_picture_and_copied_text_are_accepted(qapp):
    assert read(mime(picture=True)).image is not None
    assert read(mime(text="A lighthouse")).text == "A lighthouse"
    assert not read(mime())
