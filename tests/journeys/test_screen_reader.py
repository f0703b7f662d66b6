"""What is on the screen can be heard: controls have roles and names, rows say what they are and how they go."""

from __future__ import annotations

from tests.journeys.eyes import Seen
from tests.journeys.program import Program
from tests.journeys.runway import Runway

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


def test_rows_say_what_they_are_and_how_they_go(program: Program, runway: Runway):
    program.start()
    eyes = program.eyes
    program.send("A heron in the reeds")
    cell = eyes.wait_for("table cell", "A heron in the reeds")
    assert "Gen-4.5" in cell.name
    assert "5 s" in cell.name
    runway.fault("create", "cut", accepted=True, times=1)
    program.send("A letter without an answer")
    eyes.wait_for("table cell", "Uncertain, ")
    runway.mend()
    program.send("A refusal [fail:SAFETY.INPUT.TEXT]")
    program.wait_saved(1)
    eyes.wait_for("table cell", "Saved")
    program.wait_state("A refusal [fail:SAFETY.INPUT.TEXT]", "failed")
    failed = eyes.wait_for("table cell", "Refused")
    assert "(" in failed.name, "and what to do about it"


def test_the_grid_is_a_list_of_named_items(program: Program):
    program.start()
    program.send("A heron in the reeds")
    program.wait_saved(1)
    program.eyes.wait_for("table cell", "Saved")
    program.hands.key("ctrl+shift+g")
    item = program.eyes.wait_for("list item", "A heron in the reeds")
    assert item.description.startswith("Saved")
    program.hands.click(item.middle)
    program.eyes.wait_for("list item", "A heron in the reeds", where=lambda one: "selected" in one.states)


def test_a_prompt_is_typed_and_sent_by_way_of_the_screen_reader(program: Program, runway: Runway):
    program.start()
    program.eyes.wait_for("text", "Prompt")
    assert program.eyes.type("text", "Prompt", "Heard, not seen: 猫")
    button = program.eyes.wait_for("button", "Generate", where=lambda one: "Send" in one.description)
    assert program.eyes.press("button", button.name)
    runway.wait_for_creates(1)
    assert runway.made() == {"Heard, not seen: 猫": 1}


def check(seen: list[Seen]) -> None:
    assert len(seen) > 20
    controls = [one for one in seen if "focusable" in one.states]
    nameless = [(one.role, one.path, one.box) for one in controls if not one.name.strip()]
    assert not nameless, f"controls without a name: {nameless}"
    strange = {(one.role, one.name) for one in controls if one.role not in ROLES}
    assert not strange, f"controls of a strange kind: {strange}"
    # Qt has no role for a picture that takes keys: its name says it.
    mute = [one.name for one in controls if one.role == "filler" and one.name not in ("Clip", "Picture", "Waveform")]
    assert not mute, f"controls that do not say what they are: {mute}"
