"""The main workflow without a mouse."""

from __future__ import annotations

import time
from functools import partial

from tests.journeys.eyes import Eyes, Seen
from tests.journeys.hands import Hands
from tests.journeys.program import Program
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until


def test_main_workflow_works_with_keys_alone(program: Program, runway: Runway):
    program.start()
    eyes, hands = program.eyes, program.hands
    for prompt in ("A lagoon at dawn", "A zebra crossing"):
        program.send(prompt)
    program.wait_saved(2)

    hands.key("ctrl+l", "Home", "Down")
    until(lambda: chosen(program) == ["A zebra crossing"], "the newest task to be chosen")
    hands.key("Menu")
    until(lambda: program.popups() == 1, "the context menu")
    hands.key("Escape")
    until(lambda: program.popups() == 0, "the context menu to go")
    hands.key("F2")
    hands.wait_for_window("Rename", program.pid)
    hands.type("Streifen")
    hands.key("Return")
    until(lambda: program.task("A zebra crossing")["title"] == "Streifen", "the new name")
    eyes.wait_for("table cell", "Streifen")

    hands.key("Delete")
    until(lambda: len(program.tasks()) == 1, "the task to be removed")
    assert len(program.saved()) == 2, "its file stays"
    eyes.wait_for_words("1 task removed")
    hands.key("F6")
    until(lambda: program.popups() == 1, "the list of what was done, with the keyboard on Undo")
    hands.key("Return")
    until(lambda: len(program.tasks()) == 2, "the task to be back")
    hands.key("Escape")
    until(lambda: (seen := eyes.focused()) is not None and seen.name == "Tasks", "the keyboard back in the list")
    until(lambda: chosen(program) == ["A zebra crossing"], "the task to be chosen again")
    hands.key("Delete")
    until(lambda: len(program.tasks()) == 1, "the task to be removed again")
    hands.key("ctrl+z")
    until(lambda: len(program.tasks()) == 2, "the task to be back again")

    hands.key("ctrl+f")
    until(lambda: (seen := eyes.focused()) is not None and seen.name == "Search tasks", "the keyboard in the search")
    hands.type("lagoon")
    eyes.wait_gone("table cell", "Streifen")
    eyes.wait_for("table cell", "A lagoon at dawn")
    hands.key("ctrl+a", "BackSpace")
    eyes.wait_for("table cell", "Streifen")

    for keys, title in (("ctrl+comma", "Preferences"), ("ctrl+question", "Keyboard shortcuts")):
        hands.key(keys)
        hands.wait_for_window(title, program.pid)
        assert not hands.windows("—", program.pid), "one kind of dash in all titles"
        hands.key("Escape")
        until(partial(closed, program, title), f"{title} to close")
    assert runway.made() == {"A lagoon at dawn": 1, "A zebra crossing": 1}


def test_held_down_send_key_and_double_click_pay_once(program: Program, runway: Runway):
    program.start()
    eyes, hands = program.eyes, program.hands
    program.write("A heron in the reeds")
    hands.hold("ctrl", "Return", seconds=2.0)
    eyes.wait_for("button", "Generate another")
    program.write("A crane at dusk")
    button = eyes.wait_for("button", "Generate", where=lambda one: not one.name.startswith("Generate another"))
    hands.click(button.middle, times=2)
    eyes.wait_for("label", "Just sent. Press again for another take.")
    program.wait_saved(2)
    assert runway.made() == {"A heron in the reeds": 1, "A crane at dusk": 1}


def test_tab_goes_through_every_control_and_comes_back(program: Program):
    program.start()
    eyes, hands = program.eyes, program.hands
    eyes.wait_for("text", "Prompt", where=lambda line: "focused" in line.states)
    wanted = controls(eyes)
    passed: list[tuple[str, str]] = []
    for _ in range(2 * len(wanted)):
        here = tabbed(eyes, hands)
        passed.append((here.role, here.name))
        if here.name == "Prompt":
            break
    wanted &= controls(eyes)
    reached = {name for _, name in passed} | {"Prompt"}
    # Within a list the arrows go on, and the list says that its present item has the keyboard.
    lists = {name for role, name in wanted if role == "list"}
    assert {name for _, name in wanted} - reached - lists == set()
    assert passed[-1][1] == "Prompt", f"Tab never came back: {passed}"


def test_changed_shortcut_applies_at_once_and_after_a_restart(program: Program):
    program.start()
    hands = program.hands
    program.send("A lagoon at dawn")
    program.wait_saved(1)
    hands.key("ctrl+question")
    hands.wait_for_window("Keyboard shortcuts", program.pid)
    hands.type("rename")
    hands.key("Return", "ctrl+e")
    program.eyes.wait_for("button", "Use here instead")
    hands.key("ctrl+g")
    program.eyes.wait_for("table cell", "Rename: Ctrl+G, changed")
    hands.key("Escape", "Escape")
    until(partial(closed, program, "Keyboard shortcuts"), "the list to close")
    for _ in range(2):
        hands.key("ctrl+l", "Home", "Down", "ctrl+g")
        hands.wait_for_window("Rename", program.pid)
        hands.key("Escape")
        until(partial(closed, program, "Rename"), "the question to close")
        program.close()
        program.start()
        program.eyes.wait_for("table cell", "A lagoon at dawn")


def controls(eyes: Eyes) -> set[tuple[str, str]]:
    """Role and name of all that takes the keyboard, once nothing comes any more of what is made after the first
    paint."""
    seen: list[set[tuple[str, str]]] = []

    def the_same_again() -> set[tuple[str, str]]:
        time.sleep(0.5)
        now = {
            (one.role, one.name)
            for one in eyes.look()
            if "focusable" in one.states and "enabled" in one.states and one.role not in ("list item", "table cell")
        }
        seen.append(now)
        return now if seen[-2:-1] == [now] else set()

    return until(the_same_again, "the controls to be all there")


def tabbed(eyes: Eyes, hands: Hands) -> Seen:
    """Where the keyboard is after Tab, once it has left where it was."""
    before = until(eyes.focused, "the keyboard to be somewhere")
    hands.key("Tab")

    def elsewhere() -> Seen | None:
        here = eyes.focused()
        return None if here is None or here.path == before.path else here

    return until(elsewhere, f"the keyboard to leave “{before.name}”")


def closed(program: Program, title: str) -> bool:
    return not program.hands.windows(title, program.pid)


def chosen(program: Program) -> list[str]:
    """The prompts of the rows that are selected."""
    cells = [one for one in program.eyes.look() if one.role == "table cell" and "selected" in one.states]
    names = {task["title"] or task["prompt"]: task["prompt"] for task in program.tasks()}
    return [prompt for name, prompt in names.items() if any(cell.name.startswith(name) for cell in cells)]
