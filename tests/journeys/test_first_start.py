"""The first start: a key is entered, tested and stored in the keychain; the next start needs none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.journeys.program import SECRET, Program, kept_secrets
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until


@pytest.fixture
def keyless(screen: Screen, runway: Runway, tmp_path: Path):
    program = Program(screen, tmp_path / "keyless", variables={"RUNWAYML_BASE_URL": runway.base_url})
    yield program
    program.close()


def test_entered_key_is_tested_and_stored_only_in_the_keychain(keyless: Program, runway: Runway, screen: Screen):
    keyless.start()
    eyes, hands = keyless.eyes, keyless.hands
    line = eyes.wait_for("password text", "API key")
    assert "focused" in line.states, "one can type at once"
    hands.type("not a key")
    eyes.wait_for_words("A key begins with key_")
    runway.fault("organization", "status", status=401, times=1)
    hands.key("ctrl+a")
    hands.type("key_" + "0" * 128)
    hands.key("Return")
    eyes.wait_for_words("Runway did not accept the key")
    hands.key("ctrl+a")
    hands.type(SECRET)
    eyes.wait_for("check box", "Remember", where=lambda box: "checked" in box.states)
    hands.key("Return")
    eyes.wait_for("button", "Balance 10,000 credits")
    until(lambda: SECRET in kept_secrets(screen), "the key in the keychain")
    assert SECRET not in processes()
    hands.key("ctrl+q")
    assert keyless.ended() == 0

    keyless.start()
    keyless.eyes.wait_for("button", "Balance 10,000 credits")
    assert keyless.eyes.find("password text", "API key") is None
    hands.key("ctrl+q")
    assert keyless.ended() == 0
    written = keyless.everything_written()
    assert SECRET.removeprefix("key_").encode() not in written
    assert b"key_0000" not in written


def processes() -> str:
    """Every command line of this machine."""
    return subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
