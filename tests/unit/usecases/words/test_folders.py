"""Texts of the library's folder, with the next step."""

from __future__ import annotations

import pytest

from runway_desktop.domain.folders import (
    FolderHealth,
    FolderState,
    MovePhase,
    MoveProgress,
    MoveWait,
    MoveWaitCode,
    Stayed,
    StayedCode,
)
from runway_desktop.usecases.words.folders import Remedy, detail_of, headline_of, state_words, stayed_words, trouble_of
from runway_desktop.usecases.words.states import Tone

FOLDER = "/media/anna/Films"


def health(state: FolderState, free: int | None = None, to_come: int = 0, *, can_be_made: bool = False) -> FolderHealth:
    return FolderHealth(folder=FOLDER, state=state, free=free, to_come=to_come, can_be_made=can_be_made)


@pytest.mark.parametrize("state", [FolderState.UNKNOWN, FolderState.FINE])
def test_healthy_folder_has_no_text(state):
    assert trouble_of(health(state), waiting=3, rescues=True) is None


@pytest.mark.parametrize("state", [one for one in FolderState if not one.can_write])
def test_every_folder_problem_names_folder_waiting_results_and_next_step(state):
    trouble = trouble_of(health(state), waiting=7, rescues=True)
    assert trouble is not None
    assert FOLDER in trouble.message
    assert "7 results are waiting. After an hour, results are saved in the profile's folder" in trouble.detail
    assert Remedy.CHOOSE in trouble.ways
    assert Remedy.KEEP_HERE in trouble.ways


def test_folder_problem_without_waiting_results_offers_no_rescue():
    trouble = trouble_of(health(FolderState.ABSENT), waiting=0, rescues=True)
    assert trouble is not None
    assert trouble.ways == (Remedy.TRY_AGAIN, Remedy.CHOOSE)


def test_deleted_folder_can_be_recreated_and_a_missing_drive_cannot():
    deleted = trouble_of(health(FolderState.ABSENT, can_be_made=True), waiting=0, rescues=False)
    unplugged = trouble_of(health(FolderState.ABSENT), waiting=0, rescues=False)
    assert deleted is not None
    assert unplugged is not None
    assert deleted.ways[0] is Remedy.MAKE_AGAIN
    assert "was moved or deleted" in deleted.message
    assert "drive" not in f"{deleted.message} {deleted.detail}"
    assert "drive" not in state_words(health(FolderState.ABSENT, can_be_made=True))[0]
    assert unplugged.ways[0] is Remedy.TRY_AGAIN
    assert "Connect its drive" in unplugged.detail


def test_full_disk_offers_to_show_its_folder():
    trouble = trouble_of(health(FolderState.FULL, 0), waiting=1, rescues=False)
    assert trouble is not None
    assert trouble.ways[0] is Remedy.SHOW_FOLDER
    assert trouble.detail == "Free up space: 200 MB always stay free for the list of tasks. 1 result is waiting."


def test_disk_too_small_for_expected_results_states_the_needed_space():
    trouble = trouble_of(health(FolderState.NEARLY_FULL, 640_000_000, 1_300_000_000), waiting=0, rescues=True)
    assert trouble is not None
    assert "640 MB free" in trouble.message
    assert trouble.detail == "About 1.3 GB are still to be saved."


def test_preferences_describe_the_folder_state_in_a_sentence():
    assert state_words(health(FolderState.FINE, 81_000_000_000)) == ("81 GB free.", Tone.PLAIN)
    assert state_words(health(FolderState.UNKNOWN)) == ("", Tone.PLAIN)
    assert state_words(health(FolderState.ABSENT))[1] is Tone.BAD


def test_running_move_shows_progress_target_and_time_left():
    progress = MoveProgress(
        source="/old", target="/new", files=312, files_total=1204, size=6_000_000_000, size_total=24_000_000_000
    )
    assert headline_of(progress) == "Moving 312 of 1,204 files"
    assert detail_of(progress, 1_230.0) == "To /new · 6.0 GB of 24 GB · 20 min left"
    assert "started before the last restart" in detail_of(
        MoveProgress(source="/old", target="/new", is_resumed=True), None
    )


CHANGED = Stayed("/old/fox.mp4", StayedCode.CHANGED)


def test_waiting_move_says_for_what_and_a_finished_one_what_stayed():
    away = MoveWait(MoveWaitCode.FOLDER, "/new", FolderState.ABSENT)
    waits = MoveProgress(source="/old", target="/new", phase=MovePhase.WAITING, waits=away)
    assert detail_of(waits, 5.0) == "/new is missing. Connect its drive; the move continues automatically."
    done = MoveProgress(source="/old", target="/new", files=1203, phase=MovePhase.DONE, stayed=(CHANGED,))
    assert headline_of(done) == "1,203 files moved"
    assert stayed_words(done) == "1 file stayed where it was:"
