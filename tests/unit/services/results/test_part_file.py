"""Partial files of downloads: names reserved by other tasks, and damage by power cuts."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.errors import DiskError
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import rename_exclusively
from runway_desktop.services.results import embedding, part_file, sidecar
from runway_desktop.services.results.embedding import note_of as note_for
from runway_desktop.services.results.part_file import PartFile, PartNote, note_of, part_of, read_note
from runway_desktop.values import replace
from tests.rigs.dying import dies_at, needs_fork

OURS, THEIRS = PartNote(task_id="t1", index=0), PartNote(task_id="t2", index=0)


def begun(final: Path, note: PartNote, content: bytes) -> None:
    part = PartFile.create(final, note, DiskSpace())
    part.write(content)
    part.close()


def test_partial_file_of_another_task_is_never_replaced(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, THEIRS, b"half a film")
    with pytest.raises(FileExistsError):
        PartFile.create(final, OURS, DiskSpace())
    assert read_note(final) == THEIRS
    resumed = PartFile.resume(final, THEIRS.owner, DiskSpace())
    assert resumed is not None
    assert resumed.size == len(b"half a film")
    resumed.close()


def test_note_of_another_task_reserves_its_file_name(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, THEIRS, b"")
    part_of(final).unlink()
    with pytest.raises(FileExistsError):
        PartFile.create(final, OURS, DiskSpace())
    assert read_note(final) == THEIRS


def test_own_partial_file_is_created_anew(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, b"half a film")
    part = PartFile.create(final, OURS, DiskSpace())
    assert part.size == 0
    part.close()
    assert note_of(final).exists()


@pytest.mark.parametrize("tail", [1, 4096, 3_000_000])
def test_zeros_left_at_the_end_by_a_power_cut_are_downloaded_again(tmp_path: Path, tail: int):
    final = tmp_path / "fox.mp4"
    content = b"film" * 300_000
    begun(final, OURS, content + bytes(tail))
    part = PartFile.resume(final, OURS.owner, DiskSpace())
    assert part is not None
    assert part.size == len(content) == part_of(final).stat().st_size
    part.write(bytes(tail) + b"end")
    assert part.finish(lambda _: True).size == len(content) + tail + 3
    assert final.read_bytes() == content + bytes(tail) + b"end"


def test_partial_file_of_only_zeros_is_restarted(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, bytes(10_000))
    part = PartFile.resume(final, OURS.owner, DiskSpace())
    assert part is not None
    assert (part.size, part.head) == (0, b"")
    part.close()


def test_complete_file_that_ends_with_zeros_is_accepted(tmp_path: Path):
    final = tmp_path / "sound.wav"
    begun(final, PartNote(task_id="t1", index=0, total=1_000), b"RIFF" + bytes(996))
    part = PartFile.resume(final, OURS.owner, DiskSpace())
    assert part is not None
    assert part.is_complete
    part.close()


# With the request in it.

FILM = resource("samples", "sand-1x1-5s.mp4").read_bytes()
REQUEST = note_for({"task": {"id": "t1"}, "request": {"prompt": "A fox"}})


def put_in(source: Path, draft: Path) -> bool:
    return embedding.embed_copy(source, draft, REQUEST, ".png")


@pytest.mark.parametrize("kept", [0, 20, 6_000, 60_000])
def test_video_download_killed_anywhere_continues_at_its_last_byte(tmp_path: Path, kept: int):
    final = tmp_path / "fox.mp4"
    part = PartFile.create(final, replace(OURS, total=len(FILM)), DiskSpace(), FILM[:70_000])
    part.close()
    # The disk has less than was written: a kill, or a power cut.
    with part_of(final).open("r+b") as file:
        file.truncate(kept)
    again = PartFile.resume(final, OURS.owner, DiskSpace())
    assert again is not None
    assert not again.is_complete
    again.write(FILM[again.size :])
    assert again.is_complete
    finished = again.finish(
        lambda _: True, embed=lambda source, draft: embedding.embed_copy(source, draft, REQUEST, ".mp4")
    )
    wanted = embedding.embedded(FILM, REQUEST, ".mp4")
    assert final.read_bytes() == wanted
    assert finished.sha256 == hashlib.sha256(wanted or b"").hexdigest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fox.mp4", "fox.mp4.part.json"]


@pytest.mark.parametrize("moment", ["before the name", "after the name"])
def test_picture_killed_while_its_request_is_embedded_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
):
    class Killed(BaseException): ...

    def die(old: Path, new: Path) -> None:
        if moment == "after the name":
            os.link(old, new)
        raise Killed

    final = tmp_path / "fox.png"
    content = io.BytesIO()
    Image.linear_gradient("L").save(content, "PNG")
    part = PartFile.create(final, OURS, DiskSpace(), content.getvalue())
    with monkeypatch.context() as patched:
        patched.setattr(part_file, "rename_exclusively", die)
        with pytest.raises(Killed):
            part.finish(lambda _: True, embed=put_in)
    found = part_file.find_finished(final, OURS.owner)
    assert found is not None
    assert embedding.read(final) == REQUEST.document
    assert found.sha256 == hashlib.sha256(final.read_bytes()).hexdigest()
    part_file.forget_note(final)
    assert [path.name for path in tmp_path.iterdir()] == ["fox.png"]


def test_note_emptied_by_a_power_cut_blocks_no_name(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, b"half a film")
    note_of(final).write_bytes(b"")
    assert PartFile.resume(final, OURS.owner, DiskSpace()) is None
    assert part_file.is_free(final, THEIRS.owner)
    begun(final, THEIRS, b"their film")
    assert part_of(final).read_bytes() == b"their film"


# One that is all here at once.


def described(note: PartNote, finished: part_file.Finished) -> bool:
    output = {"index": note.index, "size": finished.size, "sha256": finished.sha256}
    known = {"endpoint": "e", "model": "m", "values": {}}
    beside = {"schema": sidecar.SCHEMA, "task": {"id": note.task_id}, "output": output, "request": known}
    sidecar.write(finished.path, beside)
    return True


def saved_whole(final: Path, note: PartNote = OURS, *, is_described: bool = True) -> part_file.Finished:
    describe = partial(described, note) if is_described else lambda _: False
    return part_file.save_whole(final, note, DiskSpace(), FILM, describe)


@needs_fork
@pytest.mark.parametrize("is_described", [True, False])
def test_complete_result_killed_at_any_moment_exists_once(tmp_path: Path, is_described: bool):
    final, moment, died = tmp_path / "films" / "fox.mp4", 0, True
    beside = ["fox.mp4", "fox.mp4.json"] if is_described else ["fox.mp4"]
    named_late = 0
    while died:
        moment += 1
        died = dies_at(moment, lambda: saved_whole(final, is_described=is_described))
        was_named = final.exists()
        found = part_file.find_finished(final, OURS.owner)
        if found is None:
            assert part_file.is_free(final, OURS.owner), "it is saved under its name, and no other"
            found = saved_whole(final, is_described=is_described)
        elif not was_named:
            named_late += 1
        assert (found.path, found.sha256) == (final, hashlib.sha256(FILM).hexdigest())
        part_file.forget_note(final)
        assert sorted(path.name for path in final.parent.iterdir()) == beside
        assert final.read_bytes() == FILM
        shutil.rmtree(final.parent)
    assert moment > 4
    assert named_late, "bytes that were written are not fetched again"


def saved_bit_by_bit(final: Path, *, is_described: bool, is_embedded: bool) -> part_file.Finished:
    """As an attempt does it that finds what an earlier one left."""
    note = replace(OURS, total=len(FILM))
    part = PartFile.resume(final, OURS.owner, DiskSpace())
    part = part or PartFile.create(final, note, DiskSpace(), FILM[:60_000])
    if not part.is_complete:
        part.write(FILM[part.size :])
    return part.finish(
        lambda path: part_file.is_free(path, OURS.owner),
        embed=lambda source, draft: is_embedded and embedding.embed_copy(source, draft, REQUEST, ".mp4"),
        describe=partial(described, OURS) if is_described else lambda _: False,
    )


@needs_fork
@pytest.mark.parametrize("is_embedded", [True, False])
@pytest.mark.parametrize("is_described", [True, False])
def test_result_received_in_pieces_and_killed_at_any_moment_exists_once(
    tmp_path: Path, is_described: bool, is_embedded: bool
):
    save = partial(saved_bit_by_bit, is_described=is_described, is_embedded=is_embedded)
    wanted = embedding.embedded(FILM, REQUEST, ".mp4") if is_embedded else FILM
    final, moment, died, named_late = tmp_path / "films" / "fox.mp4", 0, True, 0
    while died:
        moment += 1
        died = dies_at(moment, lambda: save(final))
        was_named = final.exists()
        found = part_file.find_finished(final, OURS.owner)
        if found is None:
            found = save(final)
        elif not was_named:
            named_late += 1
        assert (found.path, found.sha256) == (final, hashlib.sha256(wanted or b"").hexdigest())
        part_file.forget_note(final)
        beside = ["fox.mp4.json"] if is_described else []
        assert sorted(path.name for path in final.parent.iterdir()) == ["fox.mp4", *beside]
        assert final.read_bytes() == wanted
        shutil.rmtree(final.parent)
    assert moment > 8
    assert named_late, "what was whole is not made once more"


def test_finished_partial_file_is_not_forgotten_with_unfinished_ones(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, FILM)
    digest = hashlib.sha256(FILM).hexdigest()
    described(OURS, part_file.Finished(final, len(FILM), digest, FILM[:64]))
    part_file.forget_part(final, OURS.owner)
    found = part_file.find_finished(final, OURS.owner)
    assert found is not None
    assert found.sha256 == digest
    begun(tmp_path / "owl.mp4", OURS, FILM)
    part_file.forget_part(tmp_path / "owl.mp4", OURS.owner)
    assert not part_of(tmp_path / "owl.mp4").exists()


@pytest.mark.parametrize("words", [b"", None])
def test_complete_result_replaces_a_note_without_its_partial_file(tmp_path: Path, words: bytes | None):
    final = tmp_path / "fox.mp4"
    begun(final, OURS, b"half a film")
    part_of(final).unlink()
    if words is not None:
        note_of(final).write_bytes(words)
    saved_whole(final)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fox.mp4", "fox.mp4.json"]
    assert part_file.find_finished(final, OURS.owner) is not None


def test_complete_result_replaces_no_existing_file_of_its_name(tmp_path: Path):
    final = tmp_path / "fox.mp4"
    final.write_bytes(b"somebody's film")
    with pytest.raises(FileExistsError):
        saved_whole(final)
    assert [path.name for path in tmp_path.iterdir()] == ["fox.mp4"]
    assert final.read_bytes() == b"somebody's film"


def test_name_taken_while_a_complete_result_is_written_leaves_no_remains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    final = tmp_path / "fox.mp4"

    def late(old: Path, new: Path) -> None:
        new.write_bytes(b"somebody's film")
        rename_exclusively(old, new)

    monkeypatch.setattr(part_file, "rename_exclusively", late)
    with pytest.raises(FileExistsError):
        saved_whole(final)
    assert [path.name for path in tmp_path.iterdir()] == ["fox.mp4"]
    assert final.read_bytes() == b"somebody's film"


def test_complete_result_without_disk_space_leaves_no_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    final = tmp_path / "fox.mp4"
    write, wrote = os.write, []

    def full(handle: int, content: bytes) -> int:
        wrote.append(handle)
        if len(wrote) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, content)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskError):
        saved_whole(final)
    assert list(tmp_path.iterdir()) == []
