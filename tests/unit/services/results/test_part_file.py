"""A result on its way to the disk: what others began is theirs, and what a power cut made of it is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.services.disk.disk_room import DiskRoom
from runway_desktop.services.results.part_file import Note, PartFile, note_of, part_of, read_note

OURS, THEIRS = Note(task_id="t1", index=0), Note(task_id="t2", index=0)


def begun(final: Path, note: Note, content: bytes) -> None:
    part = PartFile.create(final, note, DiskRoom())
    part.write(content)
    part.close()


def test_a_name_that_another_took_meanwhile_leaves_them_all_that_is_theirs(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, THEIRS, b"half a film")
    with pytest.raises(FileExistsError):
        PartFile.create(final, OURS, DiskRoom())
    assert read_note(final) == THEIRS
    resumed = PartFile.resume(final, THEIRS.owner, DiskRoom())
    assert resumed is not None
    assert resumed.received == len(b"half a film")
    resumed.close()


def test_a_name_whose_note_alone_was_left_by_another_is_theirs_too(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, THEIRS, b"")
    part_of(final).unlink()
    with pytest.raises(FileExistsError):
        PartFile.create(final, OURS, DiskRoom())
    assert read_note(final) == THEIRS


def test_our_own_is_begun_anew(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, b"half a film")
    part = PartFile.create(final, OURS, DiskRoom())
    assert part.received == 0
    part.close()
    assert note_of(final).exists()


@pytest.mark.parametrize("tail", [1, 4096, 3_000_000])
def test_zeros_at_the_end_which_a_power_cut_leaves_are_fetched_again(tmp_path: Path, tail: int):
    final = tmp_path / "fox.mp4"
    content = b"film" * 300_000
    begun(final, OURS, content + bytes(tail))
    part = PartFile.resume(final, OURS.owner, DiskRoom())
    assert part is not None
    assert part.received == len(content) == part_of(final).stat().st_size
    part.write(bytes(tail) + b"end")
    assert part.finish(lambda _: True).size == len(content) + tail + 3
    assert final.read_bytes() == content + bytes(tail) + b"end"


def test_a_part_of_nothing_but_zeros_begins_anew(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, bytes(10_000))
    part = PartFile.resume(final, OURS.owner, DiskRoom())
    assert part is not None
    assert (part.received, part.head) == (0, b"")
    part.close()


def test_one_that_has_all_its_bytes_is_believed_though_it_ends_with_zeros(tmp_path: Path):
    final = tmp_path / "sound.wav"
    begun(final, Note(task_id="t1", index=0, total=1_000), b"RIFF" + bytes(996))
    part = PartFile.resume(final, OURS.owner, DiskRoom())
    assert part is not None
    assert part.is_complete
    part.close()
