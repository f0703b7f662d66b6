"""The window by screen reader: controls have roles and names, and rows describe their tasks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.eyes import Ears, Seen
from tests.journeys.program import Program
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway

ROLES = frozenset(
    {
        "button", "push button menu", "toggle button", "check box", "radio button", "text", "password text", "list",
        "list item", "table", "table cell", "tree", "tree table", "tree item", "slider", "spin button",
        "combo box", "label", "filler", "page tab", "page tab list", "scroll bar", "menu item",
    }
)  # fmt: skip


def test_every_control_has_a_role_and_a_name(program: Program, runway: Runway):
    program.start()
    program.send("A heron in the reeds")
    program.wait_saved(1)
    program.eyes.wait_for("table cell", "Saved")
    program.eyes.wait_for("button", "Play")
    check(program.eyes.look())
    for keys, title in (("ctrl+comma", "Preferences"), ("ctrl+question", "Keyboard shortcuts")):
        program.hands.key(keys)
        program.hands.wait_for_window(title, program.pid)
        program.eyes.wait_for("dialog", title)
        check(program.eyes.look())
        program.hands.key("Escape")
        program.eyes.wait_gone("dialog", title)


def test_screen_reader_reads_task_and_state_of_each_row(program: Program, runway: Runway):
    program.start()
    eyes = program.eyes
    program.send("A heron in the reeds")
    cell = eyes.wait_for("table cell", "A heron in the reeds")
    assert "Gen-4.5" in cell.name
    assert "5 s" in cell.name
    # The fault is for the second request: the first may still be on its way.
    runway.wait_for_creates(1)
    runway.fault("create", "cut", accepted=True, times=1)
    program.send("A letter without an answer")
    program.wait_state("A letter without an answer", "uncertain")
    # “Uncertain, maybe charged” lasts only until the day's count is read.
    eyes.wait_for("table cell", "Probably charged")
    runway.mend()
    program.send("A refusal [fail:SAFETY.INPUT.TEXT]")
    program.wait_saved(1)
    eyes.wait_for("table cell", "Saved")
    program.wait_state("A refusal [fail:SAFETY.INPUT.TEXT]", "failed")
    failed = eyes.wait_for("table cell", "Refused")
    assert "(" in failed.name, "and what to do about it"


def test_grid_is_read_as_a_list_of_named_items(program: Program):
    program.start()
    program.send("A heron in the reeds")
    program.wait_saved(1)
    program.eyes.wait_for("table cell", "Saved")
    program.hands.key("ctrl+shift+g")
    item = program.eyes.wait_for("list item", "A heron in the reeds")
    assert item.description.startswith("Saved")
    program.hands.click(item.middle)
    program.eyes.wait_for("list item", "A heron in the reeds", where=lambda one: "selected" in one.states)


def test_prompt_is_typed_and_sent_with_the_screen_reader(program: Program, runway: Runway):
    program.start()
    program.eyes.wait_for("text", "Prompt")
    assert program.eyes.type("text", "Prompt", "Heard, not seen: 猫")
    button = program.eyes.wait_for("button", "Generate", where=lambda one: "Send" in one.description)
    assert program.eyes.press("button", button.name)
    runway.wait_for_creates(1)
    assert runway.made() == {"Heard, not seen: 猫": 1}


@pytest.fixture
def ears(program: Program, screen: Screen) -> Iterator[Ears]:
    program.start()
    program.eyes.wait_for("text", "Prompt")
    ears = Ears(screen, program.pid)
    yield ears
    ears.close()


def test_screen_reader_announces_sent_saved_failed_and_rated_tasks(program: Program, ears: Ears):
    program.send("A heron in the reeds")
    ears.wait_for("said", "Sent", "A heron in the reeds")
    ears.wait_for("said", "Saved", "A heron in the reeds")
    program.send("A refusal [fail:SAFETY.INPUT.TEXT]")
    ears.wait_for("said", "Refused", "A refusal")
    program.hands.click(program.eyes.wait_for("table cell", "A heron in the reeds").middle)
    program.hands.key("4")
    ears.wait_for("said", "Rated 4")
    program.hands.key("p")
    ears.wait_for("said", "Picked")


def test_screen_reader_reads_each_take_of_the_large_view(program: Program, ears: Ears):
    program.send("A heron in the reeds")
    program.wait_saved(1)
    program.send("A fox in the snow")
    program.wait_saved(2)
    program.hands.click(program.eyes.wait_for("table cell", "A fox in the snow").middle)
    ears.forget()
    program.hands.key("Return")
    ears.wait_for("focus", "Large view")
    assert "credits" in ears.wait_for("said", "Take 1 of 1, not judged", "A fox in the snow", "Saved")
    program.hands.key("Right")
    ears.wait_for("said", "Take 1 of 1", "A heron in the reeds")
    assert program.eyes.wait_for("filler", "Large view: Take 1 of 1, not judged. A heron")
    program.hands.key("4")
    ears.wait_for("said", "Rated take 1: 4")


def test_screen_reader_reads_grid_tiles_and_models_with_prices(program: Program, ears: Ears):
    program.send("A heron in the reeds")
    program.wait_saved(1)
    program.send("A fox in the snow")
    program.wait_saved(2)
    program.hands.key("ctrl+shift+g")
    program.hands.click(program.eyes.wait_for("list item", "A fox in the snow").middle)
    ears.forget()
    program.hands.key("Right")
    ears.wait_for("focus", "A heron in the reeds")
    program.hands.click(program.eyes.wait_for("button", "Model").middle)
    ears.wait_for("focus", "Search endpoints and models")
    program.hands.key("Down")
    ears.wait_for("said", "Veo 3.1", "credits a second")


def check(seen: list[Seen]) -> None:
    assert len(seen) > 20
    controls = [one for one in seen if "focusable" in one.states]
    nameless = [(one.role, one.path, one.box) for one in controls if not one.name.strip()]
    assert not nameless, f"controls without a name: {nameless}"
    strange = {(one.role, one.name) for one in controls if one.role not in ROLES}
    assert not strange, f"controls of a strange kind: {strange}"
    marked_up = {(one.role, one.name, one.description) for one in seen if "<" in one.description}
    assert not marked_up, f"descriptions with HTML: {marked_up}"
    # Qt has no role for a picture that takes keys: its name says it.
    mute = [one.name for one in controls if one.role == "filler" and one.name not in ("Clip", "Picture", "Waveform")]
    assert not mute, f"controls that do not say what they are: {mute}"
