"""The guide's window: index, links, history and search; nothing external is loaded."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from shiboken6 import delete

from runway_desktop.rooms.exchange.export_window import ExportWindow
from runway_desktop.rooms.help.entry import HelpWindow
from runway_desktop.rooms.help.guide_window import GuideWindow
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.shortcuts.entry import ShortcutsDialog
from runway_desktop.ui.room import Export, GuidePage
from runway_desktop.ui.theme import ColorScheme
from tests.rigs.desktop import Desktop, rest, until

GUIDE_KEY = Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier
INDEX = "# Guide\n\n- [Making](making.md)\n- [Looking](looking.md)\n"
MAKING = "# Making\n\nPress `Ctrl+G`. <b>Fox</b>. [Zoom](looking.md#large-view), [site](https://runway.example/).\n"
LOOKING = "# Looking\n\n![One](pictures/one.png)\n\n" + "Words.\n\n" * 200 + "## Large view\n\nA fox.\n"


@pytest.fixture
def guide(tmp_path, theme, qtbot) -> GuideWindow:
    for name, text in {"index": INDEX, "making": MAKING, "looking": LOOKING}.items():
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    (tmp_path / "pictures").mkdir()
    picture = QImage(1200, 400, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    picture.save(str(tmp_path / "pictures" / "one.png"))
    window = GuideWindow(tmp_path, theme, None)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(window)
    window.show()
    return window


def listed(window: GuideWindow) -> list[str]:
    entries = (window.index.item(row) for row in range(window.index.count()))
    return [entry.text() for entry in entries if not entry.isHidden()]


def follow(window: GuideWindow, link: str) -> None:
    window.browser.anchorClicked.emit(QUrl(link))


async def test_guide_index_lists_pages_and_marks_the_open_one(guide):
    assert listed(guide) == ["Guide", "Making", "Looking"]
    guide.open_page("making")
    assert guide.index.currentItem().text() == "Making"
    guide.index.setCurrentRow(2)
    assert guide.browser.page == "looking"
    guide.browser.backward()
    assert (guide.browser.page, guide.index.currentRow()) == ("making", 1)
    guide.browser.forward()
    assert (guide.browser.page, guide.index.currentRow()) == ("looking", 2)


async def test_guide_link_scrolls_to_its_heading(guide):
    guide.open_page("making")
    follow(guide, "looking.md#large-view")
    assert guide.browser.page == "looking"
    assert guide.browser.verticalScrollBar().value() > 1000


async def test_html_in_a_guide_page_is_shown_as_text(guide):
    guide.open_page("making")
    assert "<b>Fox</b>" in guide.browser.toPlainText()


async def test_only_web_links_leave_the_guide_and_nothing_is_loaded_from_the_web(guide, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    guide.open_page("making")
    for link in ("https://runway.example/", "file:///etc/passwd", "javascript:alert(1)", "mailto:a@b.example"):
        follow(guide, link)
    assert opened == ["https://runway.example/"]
    assert guide.browser.page == "making"


async def test_guide_link_to_a_missing_page_keeps_the_current_page(guide):
    guide.open_page("making")
    follow(guide, "../../etc/passwd")
    assert guide.browser.page == "making"


async def test_guide_pictures_fit_the_page(guide):
    guide.open_page("looking")
    kind = QTextDocument.ResourceType.ImageResource.value
    shown = guide.browser.loadResource(kind, QUrl("pictures/one.png"))
    assert isinstance(shown, QImage)
    assert 400 < shown.width() / shown.devicePixelRatio() < 700
    assert guide.browser.horizontalScrollBar().maximum() == 0


async def test_guide_search_narrows_the_index_and_steps_through_matches(guide):
    guide.open_page("index")
    QTest.keyClick(guide, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    guide.search.setText("FOX")
    assert listed(guide) == ["Making", "Looking"]
    for page in ("making", "looking", "making"):
        QTest.keyClick(guide.search, Qt.Key.Key_Return)
        assert guide.browser.page == page
        assert guide.browser.textCursor().selectedText().casefold() == "fox"
    guide.search.clear()
    assert listed(guide) == ["Guide", "Making", "Looking"]


async def test_guide_search_finds_several_words_in_any_order(guide):
    guide.open_page("index")
    guide.search.setText("fox ctrl")
    assert listed(guide) == ["Making"]
    QTest.keyClick(guide.search, Qt.Key.Key_Return)
    assert guide.browser.page == "making"
    assert guide.browser.textCursor().selectedText() == "Ctrl"


async def test_guide_search_selects_a_page_by_key_and_reports_no_match(guide):
    guide.open_page("index")
    QTest.keyClick(guide.search, Qt.Key.Key_Down)
    assert guide.browser.page == "making"
    [told] = [label for label in guide.findChildren(QLabel) if label.text() == "No results."]
    assert told.isHidden()
    guide.search.setText("zebra")
    assert (listed(guide), told.isHidden()) == ([], False)


async def test_theme_change_keeps_the_guide_page(guide, theme):
    guide.open_page("making")
    before = guide.browser.toHtml()
    theme.choose(ColorScheme.LIGHT)
    assert guide.browser.page == "making"
    assert guide.browser.toHtml() != before


async def test_guide_without_files_is_empty(tmp_path, theme, qtbot):
    window = GuideWindow(tmp_path / "none", theme, None)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(window)
    window.open_page("making")
    assert (listed(window), window.browser.toPlainText()) == ([], "")


async def test_help_opens_the_guide_page_of_the_current_part_without_blocking_the_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.window.composer_pane.focus_prompt()
        rig.rooms.open("help")
        await until(lambda: rig.window.findChildren(HelpWindow))
        [shown] = rig.window.findChildren(HelpWindow)
        shown.guide_wanted.emit()
        shown.close()
        await until(lambda: rig.window.findChildren(GuideWindow))
        [guide] = rig.window.findChildren(GuideWindow)
        assert guide.browser.page == "first-result"
        assert not guide.isModal()
        await until(guide.isActiveWindow)
        rig.window.activateWindow()
        await until(rig.window.isActiveWindow)
        QTest.keyClick(rig.window, *GUIDE_KEY)
        await until(lambda: guide.browser.page == "index")
        assert rig.window.findChildren(GuideWindow) == [guide]
        guide.close()
        await rest()


@pytest.mark.parametrize(
    ("section", "page"),
    [("Key", "privacy"), ("Money", "queue-and-caps"), ("Connected programs", "agents"), ("Look", "faq")],
)
@pytest.mark.parametrize("way", ["help and its button", "help and its key", "key"])
async def test_each_preferences_page_opens_its_guide_page(tmp_path, theme, qtbot, section, page, way):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.rooms.open("preferences", "Runway")
        await until(lambda: rig.window.findChildren(Preferences))
        [preferences] = rig.window.findChildren(Preferences)
        preferences.show_section(section)
        await until(preferences.isActiveWindow)
        if way != "key":
            QTest.keyClick(preferences, Qt.Key.Key_F1)
            await until(lambda: preferences.findChildren(HelpWindow))
            [shown] = preferences.findChildren(HelpWindow)
        if way == "help and its button":
            next(button for button in shown.findChildren(QPushButton) if button.text() == "Guide").click()
        elif way == "help and its key":
            await until(shown.isActiveWindow)
            QTest.keyClick(shown, *GUIDE_KEY)
        else:
            QTest.keyClick(preferences, *GUIDE_KEY)
        await until(lambda: preferences.findChildren(GuideWindow))
        [guide] = preferences.findChildren(GuideWindow)
        assert guide.browser.page == page
        guide.close()
        preferences.close()
        await rest()


async def test_list_of_shortcuts_opens_its_guide_page(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.rooms.open("shortcuts")
        await until(lambda: rig.window.findChildren(ShortcutsDialog))
        [keys] = rig.window.findChildren(ShortcutsDialog)
        next(button for button in keys.findChildren(QPushButton) if button.text() == "Guide").click()
        await until(lambda: rig.window.findChildren(GuideWindow))
        [guide] = rig.window.findChildren(GuideWindow)
        assert guide.browser.page == "keys"
        await until(lambda: not rig.window.findChildren(ShortcutsDialog))
        guide.close()
        await rest()


async def test_guide_does_not_open_after_its_window_closed(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        over = QWidget()
        delete(over)
        rig.rooms.open("help", GuidePage("faq", over))
        await rest()
        assert rig.window.findChildren(GuideWindow) == []


async def test_help_of_a_window_without_own_text_is_its_guide_page(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.rooms.open("exchange", Export(()))
        await until(lambda: rig.window.findChildren(ExportWindow))
        [export] = rig.window.findChildren(ExportWindow)
        await until(export.isActiveWindow)
        QTest.keyClick(export, Qt.Key.Key_F1)
        await until(lambda: export.findChildren(GuideWindow))
        [guide] = export.findChildren(GuideWindow)
        assert guide.browser.page == "handing-on"
        guide.close()
        export.close()
        await rest()
