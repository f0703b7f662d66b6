"""Conclusions about a saved file from its size and time alone."""

from __future__ import annotations

import pytest

from runway_desktop.domain.outputs import AFTERWARDS, Glance, KeptFile, glance, kept_file, not_seen, seen_again
from runway_desktop.domain.task import Look, Output, OutputState, Presence, Signs, TaskId
from runway_desktop.values import replace

SAVED_AT = 1_750_000_000.0
SIGNS = Signs(5, int(SAVED_AT * 1e9))
FILE = KeptFile(task_id=TaskId("a"), index=0, path="/films/a.mp4", size=5, sha256="ab", saved_at=SAVED_AT)


def known(presence: Presence = Presence.HERE, signs: Signs | None = SIGNS) -> KeptFile:
    return replace(FILE, look=Look(presence=presence, at=SAVED_AT + 1, signs=signs))


def test_missing_file_is_absent():
    assert glance(FILE, None) is glance(known(), None) is Glance.ABSENT


def test_unchanged_size_and_time_need_no_reading():
    assert glance(known(), SIGNS) is Glance.SAME
    assert seen_again(known(), SIGNS, 9.0) == Look(at=9.0, signs=SIGNS)


@pytest.mark.parametrize("signs", [Signs(6, SIGNS.modified), Signs(5, SIGNS.modified + 1)])
def test_changed_size_or_time_is_a_doubt(signs):
    assert glance(known(), signs) is Glance.DOUBTFUL


def test_file_unchecked_since_saving_is_trusted_by_its_size():
    assert glance(FILE, SIGNS) is Glance.SAME
    assert glance(FILE, Signs(6, SIGNS.modified)) is Glance.DOUBTFUL


def test_file_modified_long_after_saving_is_read_whatever_its_size():
    at = SAVED_AT + AFTERWARDS
    assert glance(FILE, Signs(5, int(at * 1e9))) is Glance.SAME
    assert glance(FILE, Signs(5, int((at + 1) * 1e9))) is Glance.DOUBTFUL


def test_known_change_of_a_file_is_not_read_again():
    file = known(Presence.CHANGED)
    assert glance(file, SIGNS) is Glance.SAME
    assert seen_again(file, SIGNS, 9.0).presence is Presence.CHANGED


def test_file_that_returns_unchanged_is_present_without_reading():
    gone = replace(FILE, look=not_seen(known(), 8.0))
    assert (gone.look.presence, gone.look.at) == (Presence.MISSING, 8.0)
    assert glance(gone, SIGNS) is Glance.SAME
    assert seen_again(gone, SIGNS, 9.0).presence is Presence.HERE


def test_changed_file_that_returns_is_read():
    gone = replace(FILE, look=not_seen(known(Presence.CHANGED, Signs(7, SIGNS.modified)), 8.0))
    assert glance(gone, Signs(7, SIGNS.modified)) is Glance.DOUBTFUL


def test_only_saved_results_have_a_file_to_check():
    output = Output(task_id=TaskId("a"), index=1, url="", url_fetched_at=0.0, state=OutputState.SAVED, path="/a.mp4")
    assert kept_file(replace(output, state=OutputState.WAITING)) is None
    assert kept_file(replace(output, path="")) is None
    found, binned = kept_file(output), kept_file(replace(output, path="", binned_from="/b.mp4"))
    assert found is not None
    assert binned is not None
    assert (found.path, found.is_binned, found.key) == ("/a.mp4", False, ("a", 1))
    assert (binned.path, binned.is_binned) == ("/b.mp4", True)
