"""Small parts of the window: theme, wrapping rows, choices, reading of dropped data."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QMimeData, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from runway_desktop.domain.account import Organization
from runway_desktop.domain.events import OrganizationChanged
from runway_desktop.domain.task import State
from runway_desktop.ui.choice_popup import GLANCE, ChoicePopup, Option
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.lifted_rows import accepts
from runway_desktop.ui.tasks.posters import MOST, MOST_WAITING, PosterCache
from runway_desktop.ui.theme import GRID, ColorScheme, FollowsTheme, Role
from runway_desktop.ui.window import interior
from runway_desktop.ui.window.drops import read
from runway_desktop.ui.window.workspace import first_size
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task
from tests.rigs.seen import choices
from tests.rigs.seen import line as line_of


def luminance(color: QColor) -> float:
    parts = [color.redF(), color.greenF(), color.blueF()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


NO_GROUNDS = {
    Role.BORDER, Role.OUTLINE, Role.TEXT, Role.MUTED, Role.FAINT, Role.ACCENT, Role.ACCENT_HOVER, Role.ON_ACCENT,
    Role.GOOD, Role.WARN, Role.BAD, Role.MEDIA,
}  # fmt: skip
"""Inks, lines, and what lies under pictures and carries no words."""


@pytest.mark.parametrize("choice", [ColorScheme.DARK, ColorScheme.LIGHT])
def test_every_text_color_is_readable_on_every_background(theme, choice):
    theme.choose(choice)
    at_rest = (Role.WINDOW, Role.SURFACE, Role.RAISED, Role.FIELD)
    assert {*at_rest, Role.HOVER, Role.SELECTED} | NO_GROUNDS == set(Role), "is a new color a ground?"
    for ground in (*at_rest, Role.HOVER, Role.SELECTED):
        for text in (Role.TEXT, Role.MUTED, Role.GOOD, Role.WARN, Role.BAD, Role.ACCENT, Role.FAINT):
            assert contrast(theme.color(text), theme.color(ground)) >= 4.5, (text, ground)
        if ground in at_rest:
            assert contrast(theme.color(Role.OUTLINE), theme.color(ground)) >= 3, ground
    for ground in (Role.ACCENT, Role.ACCENT_HOVER):
        assert contrast(theme.color(Role.ON_ACCENT), theme.color(ground)) >= 4.5


@pytest.fixture
def high_contrast(theme):
    """The desktop asks for it, as Qt tells it: offscreen there is no desktop that could."""
    hints = QGuiApplication.styleHints()
    told = hints.accessibility()
    told.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    yield
    told.contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)


@pytest.mark.parametrize("choice", [ColorScheme.DARK, ColorScheme.LIGHT])
def test_high_contrast_of_the_desktop_sets_the_theme(theme, high_contrast, choice):
    theme.choose(choice)
    assert theme.is_strong
    grounds = (Role.WINDOW, Role.SURFACE, Role.RAISED, Role.FIELD, Role.HOVER, Role.SELECTED)
    for ground in grounds:
        for text in (Role.TEXT, Role.MUTED, Role.GOOD, Role.WARN, Role.BAD, Role.ACCENT, Role.FAINT):
            assert contrast(theme.color(text), theme.color(ground)) >= 7, (text, ground)
        for line in (Role.BORDER, Role.OUTLINE):
            assert contrast(theme.color(line), theme.color(ground)) >= 3, (line, ground)
    for ground in (Role.ACCENT, Role.ACCENT_HOVER):
        assert contrast(theme.color(Role.ON_ACCENT), theme.color(ground)) >= 7
    assert theme.color(Role.TEXT) == QColor("white" if choice is ColorScheme.DARK else "black")
    assert QApplication.palette().color(QPalette.ColorRole.Window) == theme.color(Role.WINDOW)


def test_high_contrast_ends_when_the_desktop_disables_it(theme):
    before, hints = theme.color(Role.WINDOW), QGuiApplication.styleHints()
    told = hints.accessibility()
    told.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert theme.color(Role.WINDOW) != before
    told.contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)
    assert theme.color(Role.WINDOW) == before
    assert not theme.is_strong


def test_theme_change_applies_live_and_is_signaled_once(theme, qtbot):
    told = []
    theme.changed.connect(lambda: told.append(1))
    dark = theme.color(Role.WINDOW)
    theme.choose(ColorScheme.LIGHT)
    theme.choose(ColorScheme.LIGHT)
    assert told == [1]
    assert theme.color(Role.WINDOW) != dark
    assert QApplication.palette().color(QPalette.ColorRole.Window) == theme.color(Role.WINDOW)


def test_icon_users_are_notified_now_and_at_each_change(theme, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    told = []
    FollowsTheme(theme, holder, lambda: told.append(theme.is_dark))
    theme.choose(ColorScheme.LIGHT)
    assert told == [True, False]


def test_wrapping_row_never_widens_its_pane(theme, qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder)
    buttons = [QPushButton(f"Button {number}", holder) for number in range(6)]
    for button in buttons:
        flow.addWidget(button)
    holder.resize(260, 400)
    holder.show()
    rows = {button.y() for button in buttons}
    assert 1 < len(rows) < 6
    assert all(button.geometry().right() <= holder.width() for button in buttons)
    assert flow.heightForWidth(10_000) < flow.heightForWidth(260)
    assert flow.minimumSize().width() <= max(button.sizeHint().width() for button in buttons)
    buttons[0].hide()
    assert flow.heightForWidth(260) <= 260
    flow.takeAt(0)
    assert flow.count() == 5
    assert flow.itemAt(9) is None


@pytest.mark.parametrize("amount", [1, 2, 9])
def test_list_of_choices_is_as_high_as_its_choices(theme, qtbot, amount):
    button = QPushButton("Choose")
    qtbot.addWidget(button)
    button.show()
    popup = ChoicePopup([Option(number, f"Choice {number}") for number in range(amount)], 0, "Choice", button)
    popup.open_at(button)
    last = choices(popup).visualItemRect(choices(popup).item(amount - 1))
    beyond = popup.height() - choices(popup).viewport().mapTo(popup, last.bottomLeft()).y()
    assert 0 <= beyond <= 2 * GRID
    assert last.height() >= popup.fontMetrics().height() + GRID, "there is room to hit it"
    popup.close()


@pytest.mark.parametrize("amount", [3, GLANCE + 1])
def test_only_a_long_list_of_choices_has_a_search_field(theme, qtbot, amount):
    button = QPushButton("Here")
    qtbot.addWidget(button)
    button.show()
    popup = ChoicePopup([Option(number, f"Choice {number}") for number in range(amount)], 1, "Choice", button)
    chosen = []
    popup.chosen.connect(chosen.append)
    popup.open_at(button)
    assert line_of(popup).isVisible() is (amount > GLANCE)
    assert choices(popup).currentItem().text() == "Choice 1"
    QTest.keyClick(popup.focusWidget() or choices(popup), Qt.Key.Key_Return)
    assert chosen == [1]


def test_search_of_choices_without_a_match_chooses_nothing(theme, qtbot):
    button = QPushButton("Here")
    qtbot.addWidget(button)
    button.show()
    popup = ChoicePopup([Option(number, f"Choice {number}") for number in range(20)], 1, "Choice", button)
    chosen = []
    popup.chosen.connect(chosen.append)
    popup.open_at(button)
    QTest.keyClicks(line_of(popup), "zzz")
    QTest.keyClick(line_of(popup), Qt.Key.Key_Return)
    assert chosen == []
    assert popup.isVisible()
    popup.close()


def test_pasted_files_win_over_links_links_over_text_text_over_a_picture():
    what = QMimeData()
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    what.setImageData(image)
    assert read(what).image is not None
    what.setText("words")
    assert read(what).image is None
    assert read(what).text == "words"
    what.setUrls([QUrl("https://a.example/x y.png"), QUrl.fromLocalFile("/tmp/a b.png")])
    found = read(what)
    assert [path.name for path in found.paths] == ["a b.png"]
    assert found.urls == ("https://a.example/x%20y.png",)
    assert found.image is None
    assert accepts(what)


def test_empty_clipboard_gives_nothing():
    assert not read(QMimeData())
    blank = QMimeData()
    blank.setText("  \n")
    assert not read(blank)


async def test_posters_are_decoded_in_threads_and_cached_within_bounds(tmp_path, theme, qtbot):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    image.save(str(tmp_path / "a.png"))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    cache = PosterCache()
    size = QSize(96, 54)
    ready = []
    cache.ready.connect(lambda: ready.append(1))
    for name in ("a.png", "broken.png", "missing.png"):
        assert cache.picture(str(tmp_path / name), size, 2) is None
    await until(lambda: len(ready) == 3)
    found = cache.picture(str(tmp_path / "a.png"), size, 2)
    assert (found.width(), found.height()) == (144, 108)
    assert cache.picture(str(tmp_path / "broken.png"), size, 2) is None
    assert cache.picture("", size, 2) is None
    assert len(ready) == 3
    for number in range(MOST + 20):
        cache.picture(str(tmp_path / f"{number}.png"), size, 1)
        if number % 50 == 0:
            await until(lambda: not cache._waiting)
    await until(lambda: len(ready) == MOST + 23)
    assert len(cache._pictures) == MOST
    for number in range(MOST_WAITING + 30):
        cache.picture(str(tmp_path / f"passed {number}.png"), size, 1)
    assert len(cache._waiting) <= MOST_WAITING
    cache.shutdown()
    cache.deleteLater()


@pytest.mark.parametrize(
    ("screen", "wanted"), [((1024, 640), (1024, 600)), ((1366, 768), (1366, 728)), ((3840, 2160), (1440, 900))]
)
def test_window_without_a_stored_size_fits_its_screen(screen: tuple[int, int], wanted: tuple[int, int]):
    assert first_size(QSize(*screen)).toTuple() == wanted


def says(button: QPushButton, words: str) -> bool:
    return button.text() == words


def holds(rig: Desktop, amount: int) -> bool:
    return rig.rows.is_loaded and rig.rows.task_count == amount


async def test_search_field_does_not_move_when_key_and_balance_appear(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        search, top = rig.window.search, rig.window.workspace.top
        before = search.geometry()
        for balance in (8_412, 12_345.67, 250_000):
            rig.engine.account.organization = Organization(balance=balance)
            rig.engine.bus.tell(OrganizationChanged(rig.engine.account.organization))
            await until(partial(says, top._balance, f"{balance:,} credits"))
            top.layout().activate()
            assert search.geometry() == before


async def test_theme_change_and_a_longer_profile_name_move_nothing(tmp_path, theme, qtbot, monkeypatch):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(*(task(number, State.FAILED) for number in range(3)))
        top, profiles = rig.window.workspace.top, rig.models.profiles

        def places() -> list[object]:
            top.layout().activate()
            parts = (*top.findChildren(QWidget), *rig.window.workspace.columns.findChildren(QPushButton))
            return [part.geometry().getRect() for part in parts if part.isVisible()]

        theme.choose(ColorScheme.DARK)
        await rest()
        before = places()
        theme.choose(ColorScheme.LIGHT)
        await rest()
        assert places() == before
        theme.choose(ColorScheme.DARK)
        name = "Northlight Studio of Moving Pictures, Harbour Office"
        monkeypatch.setattr(ProfilesModel, "title", property(lambda _: name))
        profiles.changed.emit()
        await rest()
        assert places() == before


async def test_caret_stops_blinking_until_typing(tmp_path, theme, qtbot, monkeypatch):
    monkeypatch.setattr(interior, "CARET_RESTS_MS", 50)
    flash_time = QApplication.cursorFlashTime()
    assert flash_time > 0
    async with Desktop(tmp_path, theme) as rig:
        await until(lambda: QApplication.cursorFlashTime() == 0)
        rig.window.search.setFocus()
        QTest.keyClicks(rig.window.search, "a")
        assert QApplication.cursorFlashTime() == flash_time
        await until(lambda: QApplication.cursorFlashTime() == 0)
        QTest.keyClicks(rig.window.search, "b")
        assert QApplication.cursorFlashTime() == flash_time
        await until(lambda: QApplication.cursorFlashTime() == 0)
    assert QApplication.cursorFlashTime() == flash_time
