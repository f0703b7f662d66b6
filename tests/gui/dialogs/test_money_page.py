"""Caps are set in the preferences, in credits, with their dollars next to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QWidget

from runway_desktop import texts
from runway_desktop.domain.task import Request, State, Task, TaskId
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.ui.choice_popup import ChoicePopup
from tests.rigs.dialogs_rig import Rig


@pytest.fixture
def dialog(rig: Rig, preferences: Callable[[str], Preferences]) -> Preferences:
    tasks = [
        Task(
            id=TaskId(project),
            request=Request(endpoint="text_to_video", model="gen4.5"),
            created_at=rig.clock.now(),
            state=State.SUCCEEDED,
            sent_at=rig.clock.now(),
            cost_credits=60.0,
            project=project,
        )
        for project in ("Lagoon", "aurora spot")
    ]
    rig.run(rig.store.add(tasks, [], None, []))
    rig.run(rig.engine.budget.load())
    return preferences("Money")


def box(dialog: QWidget, name: str) -> QSpinBox:
    return next(found for found in dialog.findChildren(QSpinBox) if found.accessibleName() == name)


def said(dialog: QWidget) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_cap_is_set_in_credits_and_shown_in_dollars(dialog: Preferences, rig: Rig):
    assert box(dialog, "Per day").text() == "no cap"
    assert "120 spent today" in said(dialog)
    box(dialog, "Per day").setValue(1_500)
    assert rig.settings.day_cap == 1_500.0
    assert "$15.00 · 120 spent today" in said(dialog)
    box(dialog, "Per day").setValue(0)
    assert rig.settings.day_cap is None


def test_cap_raised_in_another_view_is_shown_on_the_money_page(dialog: Preferences, rig: Rig):
    box(dialog, "Per month").setValue(1_000)
    rig.settings.month_cap = 2_000.0
    assert box(dialog, "Per month").value() == 2_000


def test_limit_for_asking_before_sending_is_set_on_the_money_page(dialog: Preferences, rig: Rig):
    assert (box(dialog, "Ask when it costs more than").value(), rig.settings.confirm_above) == (1_000, 1_000.0)
    box(dialog, "Ask when it costs more than").setValue(500)
    assert rig.settings.confirm_above == 500.0
    box(dialog, "Ask when it costs more than").setValue(0)
    assert (box(dialog, "Ask when it costs more than").text(), rig.settings.confirm_above) == ("never ask", None)


def test_project_cap_can_be_added_changed_and_removed(dialog: Preferences, rig: Rig):
    add = next(found for found in dialog.findChildren(QPushButton) if found.text() == "Add a project…")
    assert add.isEnabled()
    add.click()
    popup = dialog.findChild(ChoicePopup)
    assert popup is not None
    popup.chosen.emit("aurora spot")
    popup.close()
    box(dialog, "Cap of aurora spot").setValue(300)
    assert rig.settings.project_caps == {"aurora spot": 300.0}
    box(dialog, "Cap of aurora spot").setValue(0)
    assert rig.settings.project_caps == {}
    assert box(dialog, "Cap of aurora spot").isVisible()


@pytest.fixture
def german() -> Iterator[None]:
    before = texts.language()
    texts.use(texts.Language(numbers=texts.NumberForm(",", ".")))
    yield
    texts.use(before)


def type_into(box: QSpinBox, typed: str) -> None:
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), typed)


@pytest.mark.parametrize("typed", ["5,0", "1,5", "four", "-3"])
def test_text_that_is_no_number_gets_an_example_of_a_valid_one(dialog: Preferences, rig: Rig, typed: str):
    rig.settings.day_cap = 700.0
    field = box(dialog, "Per day")
    type_into(field, typed)
    assert field.accessibleDescription() == "Type a whole number, such as 1,500."
    assert field.accessibleDescription() in said(dialog)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (rig.settings.day_cap, field.value()) == (700.0, 700)
    type_into(field, "1,500")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert rig.settings.day_cap == 1_500.0
    assert field.accessibleDescription() == ""
    assert "$15.00 · 120 spent today" in said(dialog)


def test_decimal_comma_is_accepted_where_the_system_uses_one(german: None, dialog: Preferences, rig: Rig):
    field = box(dialog, "Per day")
    for typed, stored in (("5,0", 5.0), ("1.500", 1_500.0), ("20 ", 20.0), ("", None)):
        type_into(field, typed) if typed else field.lineEdit().clear()
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert rig.settings.day_cap == stored
    rig.settings.day_cap = 1_500.0
    assert field.text() == "1.500 credits"
