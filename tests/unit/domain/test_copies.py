"""Which list is the one that was in use here last, and which is a copy: every case, one line each."""

from __future__ import annotations

import pytest

from runway_desktop.domain.copies import Former, Identity, Marker, Observed, Verdict, is_marked, judge, next_run
from runway_desktop.values import replace

HERE = "/home/ann/profile"
THERE = "/media/ann/profile"
LIST = Identity(id="0" * 32, machine="one", folder=HERE, inodes=("5", "6"), runs=3)
MARKER = Marker(runs=3, sent=40, folder=HERE)
AS_LAST = Observed(
    folder=HERE, inodes=("5", "6"), sent=40, machine="one", marker=MARKER, former=Former.SAME, holds=True
)
ELSEWHERE = replace(AS_LAST, folder=THERE, inodes=("7", "8"), former=Former.GONE)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(AS_LAST, Verdict.FITS, id="as the last run left it"),
        pytest.param(replace(AS_LAST, inodes=("9", "9")), Verdict.FITS, id="remounted, or copied in its own place"),
        pytest.param(replace(AS_LAST, sent=41), Verdict.FITS, id="died between the task and the marker"),
        pytest.param(replace(AS_LAST, marker=replace(MARKER, runs=2)), Verdict.FITS, id="died before the marker"),
        pytest.param(replace(AS_LAST, marker=replace(MARKER, runs=0, sent=3)), Verdict.FITS, id="unwritable markers"),
        pytest.param(replace(AS_LAST, marker=None), Verdict.FITS, id="the state folder was wiped"),
        pytest.param(replace(AS_LAST, machine=""), Verdict.FITS, id="a computer without a name"),
        pytest.param(replace(AS_LAST, sent=39), Verdict.PUT_BACK, id="something was sent since"),
        pytest.param(replace(AS_LAST, marker=replace(MARKER, runs=4)), Verdict.PUT_BACK, id="it was opened since"),
        pytest.param(replace(AS_LAST, marker=replace(MARKER, retired=True)), Verdict.PUT_BACK, id="replaced since"),
        pytest.param(replace(AS_LAST, machine="two"), Verdict.OTHER_MACHINE, id="another computer, same folder"),
        pytest.param(replace(ELSEWHERE, machine="two", marker=None), Verdict.OTHER_MACHINE, id="another computer"),
        pytest.param(replace(ELSEWHERE, inodes=("5", "8")), Verdict.FITS, id="the folder was renamed"),
        pytest.param(replace(ELSEWHERE, inodes=("7", "6")), Verdict.FITS, id="the file was put into another folder"),
        pytest.param(ELSEWHERE, Verdict.FITS, id="moved to another disk"),
        pytest.param(replace(ELSEWHERE, former=Former.SAME), Verdict.FITS, id="the same folder by another path"),
        pytest.param(replace(ELSEWHERE, former=Former.ORIGINAL), Verdict.COPIED, id="the original is there"),
        pytest.param(
            replace(ELSEWHERE, inodes=("5", "6"), former=Former.ORIGINAL), Verdict.COPIED, id="inodes of another disk"
        ),
        pytest.param(
            replace(ELSEWHERE, sent=39, former=Former.ORIGINAL), Verdict.COPIED, id="an old copy beside the original"
        ),
        pytest.param(replace(ELSEWHERE, sent=39), Verdict.PUT_BACK, id="an old copy, the original is gone"),
        pytest.param(replace(ELSEWHERE, inodes=("5", "6"), sent=39), Verdict.PUT_BACK, id="old, whatever its inodes"),
        pytest.param(replace(ELSEWHERE, marker=None), Verdict.UNKNOWN, id="nothing tells of it"),
        pytest.param(replace(ELSEWHERE, marker=None, inodes=("5", "8")), Verdict.FITS, id="renamed, state wiped"),
        pytest.param(replace(ELSEWHERE, marker=None, inodes=("", "")), Verdict.UNKNOWN, id="a disk without inodes"),
    ],
)
def test_task_list_is_identified_by_place_and_marker(found: Observed, verdict: Verdict):
    assert judge(LIST, found) is verdict
    # What waits in it changes nothing about what it is.
    assert judge(LIST, replace(found, holds=False)) is verdict


@pytest.mark.parametrize(
    ("known", "holds", "placed", "verdict"),
    [
        (False, False, False, Verdict.NEW),
        (False, True, False, Verdict.NEW),
        (True, False, False, Verdict.NEW),
        (True, True, False, Verdict.PUT_BACK),
        (True, True, True, Verdict.NEW),
    ],
    ids=[
        "first start",
        "upgrade",
        "begun anew in an old folder",
        "a list of an older version, put back",
        "restored by the program",
    ],
)
def test_task_list_without_identity_is_new_unless_its_folder_had_another(known, holds, placed, verdict):
    found = Observed(folder=HERE, inodes=("5", "6"), sent=0, holds=holds, is_placed=placed, is_known=known)
    assert judge(None, found) is verdict


@pytest.mark.parametrize(
    ("identity", "marker", "marked"),
    [
        (LIST, MARKER, True),
        (LIST, None, False),
        (None, MARKER, False),
        (LIST, replace(MARKER, runs=LIST.runs - 1), True),
        (LIST, replace(MARKER, sent=MARKER.sent - 1), True),
        (LIST, replace(MARKER, runs=LIST.runs - 2), False),
        (replace(LIST, marker_failed=True), MARKER, False),
    ],
    ids=["as far", "lost", "no identity", "killed at the start", "killed at a sending", "two runs lost", "failed"],
)
def test_marker_confirms_a_list_unless_lost_or_unwritable(identity, marker, marked):
    assert is_marked(identity, replace(AS_LAST, marker=marker)) is marked


@pytest.mark.parametrize(("runs", "next_"), [(3, 4), (2, 3), (None, 4)], ids=["noted", "killed at the start", "lost"])
def test_run_number_of_a_killed_start_is_used_again(runs, next_):
    assert next_run(LIST, None if runs is None else replace(MARKER, runs=runs)) == next_


def test_only_matching_and_new_lists_need_no_question():
    assert {verdict for verdict in Verdict if not verdict.asks} == {Verdict.FITS, Verdict.NEW}


def test_identity_and_marker_are_read_back_as_written():
    failed = replace(LIST, marker_failed=True)
    assert (Identity.read(LIST.document()), Identity.read(failed.document())) == (LIST, failed)
    assert Marker.read(MARKER.document()) == MARKER


@pytest.mark.parametrize(
    "found",
    [
        None,
        {},
        [],
        "x",
        {**LIST.document(), "id": "../../elsewhere"},
        {**LIST.document(), "id": "0" * 31},
        {**LIST.document(), "runs": "3"},
        {**LIST.document(), "inodes": ["5"]},
    ],
)
def test_malformed_identity_is_none(found: object):
    assert Identity.read(found) is None


@pytest.mark.parametrize("found", [None, {}, {**MARKER.document(), "sent": None}, {"runs": 1}])
def test_malformed_marker_is_none(found: object):
    assert Marker.read(found) is None
