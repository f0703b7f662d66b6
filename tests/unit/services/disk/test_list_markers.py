"""Markers of task lists are written atomically, are never deleted, and never become older."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.copies import Marker
from runway_desktop.services.disk.list_markers import ListMarkers, Superseded
from runway_desktop.values import replace

ONE, OTHER, THIRD = "1" * 32, "2" * 32, "3" * 32
HERE = Marker(runs=2, sent=7, folder="/profiles/here")
THERE = Marker(runs=9, sent=90, folder="/profiles/there \udcff")


@pytest.fixture
def markers(tmp_path: Path) -> ListMarkers:
    return ListMarkers(tmp_path / "state")


def test_each_list_has_its_own_marker(markers: ListMarkers):
    assert markers.read(ONE) is None
    markers.write(ONE, HERE)
    markers.write(OTHER, THERE)
    assert (markers.read(ONE), markers.read(OTHER)) == (HERE, THERE)
    assert markers.knows(HERE.folder)
    assert not markers.knows("/profiles")


def test_run_overwrites_its_own_and_older_markers(markers: ListMarkers):
    markers.write(ONE, HERE)
    for later in (replace(HERE, sent=8), replace(HERE, runs=3, sent=8)):
        markers.write(ONE, later)
        assert markers.read(ONE) == later


@pytest.mark.parametrize("there", [replace(HERE, runs=3), replace(HERE, retired=True)])
def test_run_never_overwrites_a_later_marker(markers: ListMarkers, there: Marker):
    markers.write(ONE, there)
    with pytest.raises(Superseded):
        markers.write(ONE, HERE)
    assert markers.read(ONE) == there


def test_retiring_marks_the_lists_of_a_folder_and_a_named_list_as_retired(markers: ListMarkers):
    for list_id, marker in ((ONE, HERE), (OTHER, THERE), (THIRD, replace(THERE, folder="/elsewhere"))):
        markers.write(list_id, marker)
    markers.retire(HERE.folder, THIRD)
    kept = [markers.read(list_id) for list_id in (ONE, OTHER, THIRD)]
    assert [marker.retired for marker in kept if marker] == [True, False, True]
    assert kept[0] == replace(HERE, retired=True)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"runs": 1}', b"\xff", b"[" * 100_000])
def test_malformed_marker_is_ignored(markers: ListMarkers, content: bytes):
    markers.write(ONE, HERE)
    (markers.folder / "lists" / f"{ONE}.json").write_bytes(content)
    assert markers.read(ONE) is None
    markers.retire(HERE.folder)
    markers.write(ONE, HERE)
    assert markers.read(ONE) == HERE


def test_failed_marker_write_raises_the_systems_error(tmp_path: Path):
    (tmp_path / "state").write_text("not a folder")
    markers = ListMarkers(tmp_path / "state")
    with pytest.raises(OSError, match="state"):
        markers.write(ONE, HERE)
    markers.retire(HERE.folder)
    assert markers.read(ONE) is None
    assert not markers.knows(HERE.folder)
