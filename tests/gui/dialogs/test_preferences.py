"""Preferences apply at once; what will not do is said at its field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from runway_desktop.domain.errors import KeyRefused
from runway_desktop.domain.preferences import Preference, Switch
from runway_desktop.domain.preferences import Preferences as Table
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model import preferences
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.rooms.preferences.model.table import LINES, Group, Line, Section
from runway_desktop.texts import Text
from runway_desktop.ui.building import fit, open_at
from runway_desktop.ui.choice_popup import ChoicePopup
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.theme import ColorScheme, Role, Theme
from tests.rigs.dialogs_rig import KEY, Rig
from tests.rigs.seen import Kind, child
from tests.rigs.targets import too_small


@pytest.fixture
def dialog(rig: Rig, theme: Theme) -> Iterator[Preferences]:
    form = PreferencesForm(rig.cases, rig.bridge, rig.runner)
    dialog = Preferences(form, theme)
    # Its end is watched: it would delete itself.
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    yield dialog
    if shiboken6.isValid(dialog):
        shiboken6.delete(dialog)


def named(dialog: QWidget, kind: type[Kind], name: str) -> Kind:
    """The control with this accessible name or text."""
    return next(
        found for found in dialog.findChildren(kind) if name in (found.accessibleName(), found.property("text"))
    )


def said(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_each_preferences_section_opens_by_its_name(dialog: Preferences):
    for section in Section:
        dialog.show_section(section)
        assert said(dialog)


def test_each_preference_in_the_table_has_a_control(dialog: Preferences):
    for line in LINES:
        if line.group.section is not Section.PROFILE:
            assert dialog.findChild(QWidget, line.name) is not None, line.name


def test_new_preference_in_the_table_appears_on_its_page(
    rig: Rig, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    grain = Preference(False, Text("Show grain"), Switch())
    grain.__set_name__(Table, "grain")
    monkeypatch.setattr(Table, "grain", grain, raising=False)
    monkeypatch.setattr(preferences, "LINES", (*LINES, Line("grain", Group(Section.LOOK, Text("Grain")))))
    dialog = Preferences(PreferencesForm(rig.cases, rig.bridge, rig.runner), theme)
    qtbot.addWidget(dialog)
    dialog.show_section("Look")
    dialog.open()
    assert "Grain" in said(dialog)
    box = named(dialog, QCheckBox, "Show grain")
    assert box.isVisible()
    box.click()
    assert rig.settings.get("grain") is True


def test_tab_key_goes_from_sections_through_the_page_to_the_button(dialog: Preferences, qtbot: QtBot):
    sections = child(dialog, QListWidget)
    dialog.show_section("Look")
    sections.setFocus()
    walked: list[QWidget] = []
    while not walked or walked[-1] is not sections:
        assert len(walked) < 30
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        walked.append(dialog.focusWidget())
    names = [widget.accessibleName() or widget.property("text") for widget in walked]
    assert "Theme" in names[0]
    assert "Play without sound" in names
    assert names[-2:] == ["Close", "Sections"]


def test_growing_window_stays_above_the_bottom_of_its_screen(qtbot: QtBot):
    window = QDialog()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    room = window.screen().availableGeometry()
    window.move(room.left() + 10, room.bottom() - 100)
    window.show()
    tall = QWidget(window)
    tall.setFixedHeight(room.height() // 2)
    column.addWidget(tall)
    tall.show()
    fit(window)
    assert window.geometry().bottom() <= room.bottom()
    assert window.height() >= room.height() // 2


def test_no_window_is_larger_than_its_screen(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry()
    open_at(window, QSize(5 * room.width(), 5 * room.height()))
    assert window.width() <= room.width()
    assert window.height() < room.height(), "the frame needs room too"
    open_at(window, QSize(300, 200))
    assert window.size() == QSize(300, 200)


def test_key_is_shown_and_forgotten_only_after_a_question(dialog: Preferences, rig: Rig, qtbot: QtBot):
    rig.run(rig.account.use_key(KEY, remember=True))
    assert "The key is kept in Test keychain. It ends in …cdef." in said(dialog)
    named(dialog, QPushButton, "Forget this key…").click()
    question = child(dialog, Confirm)
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert rig.secrets.secrets == {"test": KEY}
    named(dialog, QPushButton, "Forget this key…").click()
    question = next(found for found in dialog.findChildren(Confirm) if found.isVisible())
    named(question, QPushButton, "Forget the key").click()
    rig.settle()
    assert rig.secrets.secrets == {}
    assert "There is no key yet." in said(dialog)


def test_key_page_reports_a_refused_key(dialog: Preferences, rig: Rig):
    rig.run(rig.account.use_key(KEY, remember=True))
    words = "Runway didn't accept this key. Nothing is sent until you use another one."
    assert words not in said(dialog)
    rig.account.note_failure(KeyRefused("The key was refused.", status=401))
    rig.settle()
    assert words in said(dialog)


def test_opening_the_preferences_does_not_change_the_theme(dialog: Preferences, rig: Rig, theme: Theme):
    assert theme.choice is ColorScheme.DARK
    assert rig.settings.theme == "system"


def test_changed_preference_applies_at_once(dialog: Preferences, rig: Rig):
    dialog.show_section("Look")
    named(dialog, QRadioButton, "Theme: Light").click()
    assert rig.settings.theme == "light"
    rig.settings.theme = "dark"
    assert named(dialog, QRadioButton, "Theme: Dark").isChecked()


def test_invalid_folder_is_reported_at_its_field_and_not_stored(
    dialog: Preferences, rig: Rig, qtbot: QtBot, tmp_path: Path
):
    dialog.show_section("Saving")
    line = named(dialog, QLineEdit, "Folder for results")
    line.setText("somewhere")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "Enter the full path" in said(dialog)
    assert line.property("wrong") is True
    assert rig.settings.library == tmp_path / "usual"
    line.setText(str(tmp_path))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert rig.settings.library == tmp_path
    assert dialog.isVisible()


def test_folder_dialog_does_not_block_the_program(dialog: Preferences, rig: Rig, tmp_path: Path):
    dialog.show_section("Saving")
    named(dialog, QPushButton, "Choose…").click()
    chooser = child(dialog, QFileDialog)
    assert chooser.isVisible()
    chooser.fileSelected.emit(str(tmp_path))
    chooser.close()
    assert rig.settings.library == tmp_path


def test_file_name_template_shows_its_result_and_errors_while_typing(dialog: Preferences, rig: Rig, qtbot: QtBot):
    dialog.show_section("Saving")
    line = named(dialog, QLineEdit, "File name template")
    line.setText("{model}_{lens}")
    assert "There is no field {lens}." in said(dialog)
    assert rig.settings.name_template != "{model}_{lens}"
    line.setText("{model}_")
    named(dialog, QPushButton, "Insert {seed}").click()
    assert "For example: gen4.5_42.mp4" in said(dialog)
    assert rig.settings.name_template == "{model}_{seed}"
    named(dialog, QPushButton, "Use the default names").click()
    assert rig.settings.name_template.startswith("{project}/")


def test_text_being_typed_is_stored_when_the_preferences_close(dialog: Preferences, rig: Rig, qtbot: QtBot):
    dialog.show_section("Saving")
    named(dialog, QLineEdit, "File name template").setText("{id}")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert rig.settings.name_template == "{id}"


def test_changed_numbers_and_switches_apply_at_once(dialog: Preferences, rig: Rig):
    dialog.show_section("Runway")
    named(dialog, QSpinBox, "Tasks to check").setValue(99)
    named(dialog, QSpinBox, "Results to download").setValue(2)
    named(dialog, QCheckBox, "Ask before canceling a task at Runway").click()
    assert (rig.settings.poll_limit, rig.settings.download_limit, rig.settings.ask_before_cancel) == (8, 2, False)


def test_page_of_runway_shows_no_dollars(dialog: Preferences):
    dialog.show_section("Runway")
    assert "$" not in said(dialog)


def test_limit_of_a_model_can_be_set_and_removed(dialog: Preferences, rig: Rig, qtbot: QtBot):
    dialog.show_section("Runway")
    rig.settings.lane_limits = {"gen4.5": 2}
    box = named(dialog, QSpinBox, "Gen-4.5: tasks at the same time")
    assert box.value() == 2
    box.setValue(0)
    assert box.text() == "as allowed"
    assert rig.settings.lane_limits == {}
    assert box.isVisible()


def test_models_are_shown_by_the_names_of_their_makers(dialog: Preferences, rig: Rig):
    dialog.show_section("Runway")
    rig.settings.lane_limits = {"veo3.1_fast": 2, "gen4.5": 1}
    names = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Veo 3.1 Fast" in names
    assert names.index("Gen-4.5") < names.index("Veo 3.1 Fast")
    assert "veo3.1_fast" not in names
    named(dialog, QPushButton, "Add a model…").click()
    popup = dialog.findChild(ChoicePopup)
    offered = [item.text() for item in popup.findChild(QListWidget).findItems("*", Qt.MatchFlag.MatchWildcard)]
    assert "Gen-4 Image" in offered
    assert "gen4_image" not in offered


def test_preference_changed_in_another_view_is_shown(dialog: Preferences, rig: Rig):
    rig.settings.poll_limit = 2
    rig.settings.muted = True
    assert named(dialog, QSpinBox, "Tasks to check").value() == 2
    assert named(dialog, QCheckBox, "Play without sound").isChecked()


def test_closed_preferences_receive_no_updates(dialog: Preferences, rig: Rig, qtbot: QtBot):
    gate = rig.tested.hold("organization")
    line = named(dialog, QLineEdit, "API key")
    line.setText(KEY)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    rig.settle()
    dialog.accept()
    shiboken6.delete(dialog)
    gate.open()
    rig.settle()
    rig.run(rig.account.refresh())
    rig.settings.poll_limit = 1
    assert rig.secrets.secrets == {"test": KEY}


def test_demo_preferences_ask_for_no_key(rig: Rig, theme: Theme, qtbot: QtBot):
    rig.engine.is_demo = True
    form = PreferencesForm(rig.cases, rig.bridge, rig.runner)
    dialog = Preferences(form, theme)
    qtbot.addWidget(dialog)
    assert not any(line.accessibleName() == "API key" for line in dialog.findChildren(QLineEdit))


def test_every_control_of_the_preferences_has_an_accessible_name(dialog: Preferences):
    for kind in (QLineEdit, QSpinBox, QPushButton, QCheckBox, QRadioButton):
        for control in dialog.findChildren(kind):
            if not control.objectName().startswith("qt_"):
                assert control.accessibleName() or control.property("text"), control


def test_clickable_controls_are_large_enough(dialog: Preferences):
    for section in Section:
        dialog.show_section(section.value)
        assert too_small(dialog) == [], section


@pytest.mark.parametrize("choice", [ColorScheme.LIGHT, ColorScheme.DARK])
def test_focus_is_visible_on_sections_and_check_boxes(
    dialog: Preferences, theme: Theme, choice: ColorScheme, qtbot: QtBot
):
    theme.choose(choice)
    dialog.show_section("Look")
    sections, box = child(dialog, QListWidget), named(dialog, QCheckBox, "Play without sound")
    for focused, other in ((sections, box), (box, sections)):
        other.setFocus()
        before = edge(sections.viewport() if focused is sections else box, theme)
        focused.setFocus()
        qtbot.waitUntil(focused.hasFocus)
        assert edge(sections.viewport() if focused is sections else box, theme) > before + 50


def edge(widget: QWidget, theme: Theme) -> int:
    """How many pixels have the color of the focus."""
    picture, accent = widget.grab().toImage(), theme.color(Role.ACCENT).rgb()
    return sum(picture.pixel(x, y) == accent for x in range(picture.width()) for y in range(picture.height()))


def test_language_is_listed_by_its_own_name_and_applies_at_the_next_start(
    rig: Rig, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(preferences, "languages", lambda _: ("de", "ja"))
    rig.settings.language = "ja"
    dialog = Preferences(PreferencesForm(rig.cases, rig.bridge, rig.runner), theme)
    qtbot.addWidget(dialog)
    dialog.show_section("language")
    dialog.open()
    found = {box.text(): box for box in dialog.findChildren(QRadioButton) if "Language" in box.accessibleName()}
    assert list(found) == ["Match system", "Deutsch", "English", "日本語"]
    assert found["日本語"].isChecked()
    found["Deutsch"].click()
    assert rig.settings.language == "de"
    assert "Takes effect the next time you start the program." in said(dialog)
    found["Match system"].click()
    assert rig.settings.language == ""


def test_language_whose_catalog_was_removed_shows_as_the_system_language(rig: Rig, theme: Theme, qtbot: QtBot):
    rig.settings.language = "tlh"
    dialog = Preferences(PreferencesForm(rig.cases, rig.bridge, rig.runner), theme)
    qtbot.addWidget(dialog)
    assert named(dialog, QRadioButton, "Language: Match system").isChecked()
    assert rig.settings.language == "tlh", "not changed by looking"


def test_number_out_of_range_gets_a_message_with_the_range(dialog: Preferences, rig: Rig, qtbot: QtBot):
    dialog.show_section("Runway")
    box = named(dialog, QSpinBox, "Tasks to check")
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "99")
    assert "Type a whole number from 1 to 8." in said(dialog)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert rig.settings.poll_limit == 8
