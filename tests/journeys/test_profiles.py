"""Two profiles side by side, each with its own key, tasks and window; and a profile that becomes what it was."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import HoldCode
from runway_desktop.services.backup.packing import PackOptions, pack
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Watch
from runway_desktop.store.snapshots import SqliteSnapshots
from tests.journeys.eyes import Eyes
from tests.journeys.program import Program, kept_secrets
from tests.journeys.screen import Screen
from tests.rigs.runway_process import Runway
from tests.rigs.waiting import until

OTHER_SECRET = "key_" + "c3" * 64


@pytest.fixture
def followers():
    """Processes that the program started by itself; none outlives the test."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def pid_of(program: Program, window: str) -> int:
    return int(program.hands._do("getwindowpid", window))


def prompts_in(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return [prompt for (prompt,) in connection.execute("SELECT prompt FROM tasks ORDER BY number")]


def runs(pid: int) -> bool:
    try:
        # One that has ended and is nobody's child any more is taken away by the system.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_second_profile_has_its_own_key_tasks_and_window(
    program: Program, runway: Runway, screen: Screen, followers: list[int]
):
    hands = program.hands
    first = program.start()
    program.send("For the studio")
    # To the last line but two: above it are the profiles.
    hands.click(program.eyes.wait_for("button", "Profile ").middle)
    until(lambda: program.popups() == 1, "the menu")
    hands.key("Up", "Up", "Up", "Return")
    name = program.eyes.wait_for("text", "Name of the profile")
    assert "focused" in name.states, "one can type at once"
    hands.type("Client A")
    hands.click(program.eyes.wait_for("password text", "API key of the profile").middle)
    hands.type(OTHER_SECRET)
    hands.key("Return")
    second = hands.wait_for_window("Client A – Runway Desktop")
    pid = pid_of(program, second)
    followers.append(pid)
    assert pid != program.pid
    assert OTHER_SECRET in kept_secrets(screen)

    eyes = Eyes(screen, pid)
    with contextlib.closing(eyes):
        # Its own key: that of the surroundings is the first profile's alone.
        eyes.wait_for("text", "Prompt")
        eyes.wait_for("button", "Profile Client A")
        hands.activate(second)
        hands.key("ctrl+n")
        hands.type("For the client")
        eyes.wait_for("text", "Prompt", where=lambda line: line.text == "For the client")
        hands.key("ctrl+Return")
        [folder] = (program.profile / "profiles").iterdir()
        until(lambda: "For the client" in prompts_in(folder / "profile.db"), "the client's task")
    assert [task["prompt"] for task in program.tasks()] == ["For the studio"]

    # Opened once more from the first window, the one that runs comes to the front.
    hands.activate(first)
    hands.click(program.eyes.wait_for("button", "Profile ").middle)
    until(lambda: program.popups() == 1, "the menu")
    hands.key("Up", "Up", "Up", "Up", "Up", "Return")
    until(lambda: hands.active() == second, "the client's window in front")
    assert len(hands.windows("Client A – Runway Desktop")) == 1

    hands.close_window(second)
    until(lambda: not runs(pid), "the client's program to end")
    assert program.runs
    written = program.everything_written()
    assert OTHER_SECRET.removeprefix("key_").encode() not in written
    assert runway.made() == {"For the studio": 1, "For the client": 1}


@pytest.mark.long
def test_restored_profile_returns_to_its_backup_and_resends_nothing(
    program: Program, runway: Runway, screen: Screen, tmp_path: Path, followers: list[int]
):
    hands = program.hands
    program.start()
    program.send("Before the backup")
    program.wait_saved(1)
    hands.click(program.eyes.wait_for("check box", "Pause sending").middle)
    program.send("Waits when the backup is made")
    program.signal(signal.SIGTERM)
    assert program.ended() == 0
    backup = tmp_path / "studio.zip"
    profile = Profile(name="Studio", folder=program.profile, library=program.profile / "results", key_name="k")
    pack(profile, SqliteSnapshots(), backup, PackOptions(), profile.library, 1_750_000_000.0, Watch())

    program.start()
    hands.click(program.eyes.wait_for("check box", "Resume sending").middle)
    program.send("After the backup")
    program.wait_saved(3)
    old = program.pid
    hands.key("ctrl+comma")
    sections = program.eyes.wait_for("list", "Sections")
    assert "focused" in sections.states
    hands.key("Down")
    hands.click(program.eyes.wait_for("button", "Restore…").middle)
    program.eyes.wait_for("text", "File name")
    hands.type(f"{backup}")
    hands.key("Return")
    hands.click(program.eyes.wait_for("radio button", "Over “").middle)
    hands.click(program.eyes.wait_for("button", "Restore over “").middle)
    keep = program.eyes.wait_for("button", "Keep as it is")
    assert "focused" in keep.states, "the safe answer has the focus"
    hands.click(program.eyes.wait_for("button", "Replace and restart").middle)
    assert program.ended() == 0

    again = until(
        lambda: next((one for one in hands.windows("Runway Desktop") if pid_of(program, one) != old), ""), "its window"
    )
    pid = pid_of(program, again)
    followers.append(pid)
    with contextlib.closing(Eyes(screen, pid)) as eyes:
        eyes.wait_for_words("Restored the backup", "Sending was paused.")
        eyes.wait_for("check box", "Resume sending")
    states = {task["prompt"]: (task["state"], task["hold"]) for task in program.tasks()}
    assert states["Before the backup"] == ("succeeded", "")
    assert states["Waits when the backup is made"][0] == "held"
    assert states["Waits when the backup is made"][1] == HoldCode.RESTORED.value
    assert "After the backup" not in states
    [before] = (program.profile / "backups").glob("before-restore-*.zip")
    with opened(before) as kept:
        assert kept.manifest.contents.tasks == 3
    hands.close_window(again)
    until(lambda: not runs(pid), "the program to end")
    assert set(runway.made().values()) == {1}
