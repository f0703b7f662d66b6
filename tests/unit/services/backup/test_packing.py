"""A backup contains everything of a profile except secrets, and is written completely or not at all."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
import zipfile
from pathlib import Path

import pytest

from runway_desktop.domain.backups import MemberKind, document
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import SPARE
from runway_desktop.domain.profiles import STRIP
from runway_desktop.domain.task import TaskId
from runway_desktop.services.backup import packing
from runway_desktop.services.backup.packing import LIGHT, PackOptions, pack, survey
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Stopped, Watch, WatchProgress
from runway_desktop.store import SqliteStore
from runway_desktop.texts import Text
from runway_desktop.values import replace
from tests.rigs.profiles_on_disk import KEY, NOW, SIGNATURE, Made, a_profile


def packed(made: Made, target: Path, choice: PackOptions = PackOptions(results=True), watch: Watch | None = None):  # noqa: B008
    return pack(made.profile, made.snapshots, target, choice, made.library, NOW, watch or Watch())


async def test_manifest_lists_all_contents_with_correct_hashes(tmp_path: Path):
    made = await a_profile(tmp_path)
    target = tmp_path / "out" / "studio.zip"
    written = packed(made, target)
    assert written.size == target.stat().st_size
    with opened(target) as backup:
        manifest = backup.manifest
        assert manifest == written.manifest
        for number, member in enumerate(manifest.members):
            backup.extract(member, tmp_path / "looked" / str(number), Watch())
    assert (manifest.profile, manifest.color, manifest.made_at, manifest.left_out) == ("Studio", "teal", NOW, 0)
    contents = manifest.contents
    assert (contents.tasks, contents.results, contents.queued, contents.sending, contents.live) == (6, 3, 1, 1, 1)
    assert document(manifest)["contents"]["held"] == 1, "the key stays, for backups are read by other versions"
    names = {member.name: member.kind for member in manifest.members}
    assert names == {
        "profile.db": MemberKind.DATABASE,
        "inputs/0a1b/harbour.png": MemberKind.INPUT,
        "pasted/pasted 2026-03-09.png": MemberKind.PASTED,
        **{f"posters/{number}.jpg": MemberKind.POSTER for number in range(3)},
        **{f"results/{name}.mp4": MemberKind.RESULT for name in ("Aurora/clip 0", "elsewhere/clip 1", "Aurora/clip 2")},
        **{
            f"results/{name}.mp4.json": MemberKind.SIDECAR
            for name in ("Aurora/clip 0", "elsewhere/clip 1", "Aurora/clip 2")
        },
    }
    [second] = [member for member in manifest.of(MemberKind.RESULT) if member.name.endswith("clip 1.mp4")]
    assert (second.task_id, second.index) == ("t1", 0)


async def test_backup_contains_no_key_no_signed_link_and_no_log(tmp_path: Path):
    made = await a_profile(tmp_path)
    store = await SqliteStore.open(made.profile.database)
    await store.set_settings({"lane.paused": False})
    target = tmp_path / "studio.zip"
    packed(made, target)
    await store.close()
    with zipfile.ZipFile(target) as archive:
        everything = {name: archive.read(name) for name in archive.namelist()}
    assert b"a draft with key_" in everything["profile.db"], "the place where a key stood is there"
    for name, content in {**everything, "the file itself": target.read_bytes()}.items():
        assert KEY[4:].encode() not in content, name
        assert SIGNATURE.encode() not in content, name
    assert b"sent with" not in b"".join(everything.values())


async def test_backup_file_is_private_and_leaves_no_temporary_files(tmp_path: Path):
    made = await a_profile(tmp_path)
    (tmp_path / "out").mkdir()
    packed(made, tmp_path / "out" / "studio.zip")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["studio.zip"]
    assert list(made.profile.backups.iterdir()) == []
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "out" / "studio.zip").stat().st_mode) == 0o600


async def test_backup_stores_results_uncompressed_and_deflates_the_list(tmp_path: Path):
    made = await a_profile(tmp_path)
    packed(made, tmp_path / "studio.zip")
    with zipfile.ZipFile(tmp_path / "studio.zip") as archive:
        ways = {entry.filename: entry.compress_type for entry in archive.infolist()}
    assert ways["results/Aurora/clip 0.mp4"] == zipfile.ZIP_STORED
    assert ways["profile.db"] == zipfile.ZIP_DEFLATED


async def test_result_over_two_gigabytes_is_stored_with_zip64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = await a_profile(tmp_path)
    monkeypatch.setattr(packing, "_LARGE", 5_000)
    packed(made, tmp_path / "studio.zip")
    with zipfile.ZipFile(tmp_path / "studio.zip") as archive:
        needed = {entry.filename: entry.extract_version for entry in archive.infolist()}
        assert archive.testzip() is None
    assert needed["results/Aurora/clip 0.mp4"] == zipfile.ZIP64_VERSION


async def test_light_backup_has_no_media_and_announces_its_size(tmp_path: Path):
    made = await a_profile(tmp_path)
    (made.library / "Aurora" / "clip 2.mp4").unlink()
    (made.profile.posters / f"0{STRIP}").write_bytes(b"small frames, made again when they are wanted")
    outline = survey(made.profile, made.snapshots, made.library)
    assert (outline.inputs, outline.input_bytes, outline.posters) == (2, len(b"a scaled copy" + b"a pasted picture"), 3)
    assert (outline.results, outline.result_bytes, outline.missing) == (2, 14_000, 1)
    assert outline.size(PackOptions(results=True)) - outline.size(PackOptions()) == 14_000
    light = packed(made, tmp_path / "light.zip", LIGHT)
    assert {member.kind for member in light.manifest.members} == {MemberKind.DATABASE}
    assert light.size < outline.size(LIGHT)


async def test_missing_result_is_left_out_of_the_backup_and_counted(tmp_path: Path):
    made = await a_profile(tmp_path)
    (made.library / "Aurora" / "clip 2.mp4").unlink()
    written = packed(made, tmp_path / "studio.zip")
    assert (len(written.manifest.of(MemberKind.RESULT)), written.manifest.left_out) == (2, 1)


async def test_results_of_equal_name_from_two_folders_stay_separate(tmp_path: Path):
    made = await a_profile(tmp_path)
    store = await SqliteStore.open(made.profile.database)
    for number, folder in enumerate(("a", "b")):
        path = tmp_path / folder / "CLIP 1.mp4"
        path.parent.mkdir()
        path.write_bytes(folder.encode())
        [output] = await store.outputs(TaskId(f"t{number}"))
        await store.save_output(replace(output, path=str(path)))
    await store.close()
    written = packed(made, tmp_path / "studio.zip")
    names = sorted(member.name for member in written.manifest.of(MemberKind.RESULT))
    assert names == ["results/Aurora/clip 2.mp4", "results/elsewhere/CLIP 1 (2).mp4", "results/elsewhere/CLIP 1.mp4"]


async def test_unportable_file_name_gets_a_plain_one_in_the_backup(tmp_path: Path):
    made = await a_profile(tmp_path)
    path = made.library / 'what? "this".mp4'
    path.write_bytes(b"x")
    store = await SqliteStore.open(made.profile.database)
    [output] = await store.outputs(TaskId("t0"))
    await store.save_output(replace(output, path=str(path)))
    await store.close()
    written = packed(made, tmp_path / "studio.zip")
    assert "results/elsewhere/t0-0.mp4" in [member.name for member in written.manifest.members]


async def test_backup_canceled_at_any_moment_leaves_nothing(tmp_path: Path):
    made = await a_profile(tmp_path)
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "studio.zip"
    looks = 0
    end = [1_000_000]

    class Counting(Watch):
        def look(self) -> None:
            nonlocal looks
            looks += 1
            if looks >= end[0]:
                raise Stopped

    packed(made, target, watch=Counting())
    target.write_bytes(b"an older backup")
    total = looks
    assert total > 20
    for end[0] in range(1, total + 1):
        looks = 0
        with pytest.raises(Stopped):
            packed(made, target, watch=Counting())
        assert [path.name for path in target.parent.iterdir()] == ["studio.zip"]
        assert target.read_bytes() == b"an older backup"
        assert list(made.profile.backups.iterdir()) == []


async def test_progress_of_a_backup_names_its_steps_and_never_decreases_while_packing(tmp_path: Path):
    made = await a_profile(tmp_path, results=2)
    said: list[WatchProgress] = []
    packed(made, tmp_path / "studio.zip", watch=Watch(said.append))
    words = list(dict.fromkeys(str(progress.words) for progress in said))
    assert words == [
        "Copying the list of tasks",
        "Packing the list of tasks",
        "Packing 1 of 2 results",
        "Packing 2 of 2 results",
        "Verifying the backup",
    ]
    packing_only = [progress.done for progress in said if not str(progress.words).startswith("Copying")]
    assert packing_only == sorted(packing_only)
    assert said[-1].done > 0.99 * said[-1].total > 0


async def test_backup_without_disk_space_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = await a_profile(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=SPARE + 111_000))
    with pytest.raises(DiskError, match=r"are needed, but the disk of .* has only 111 kB free"):
        packed(made, tmp_path / "studio.zip")
    assert not (tmp_path / "studio.zip").exists()


async def test_full_disk_during_a_backup_keeps_the_older_one(tmp_path: Path):
    made = await a_profile(tmp_path)
    target = tmp_path / "studio.zip"
    target.write_bytes(b"an older backup")

    class Full(Watch):
        def doing(self, words: Text) -> None:
            if str(words).startswith("Packing 2"):
                raise OSError(28, "No space left on device")

    with pytest.raises(DiskError, match=r"The disk with .* is full"):
        packed(made, target, watch=Full())
    assert target.read_bytes() == b"an older backup"
    assert not target.with_name("studio.zip.part").exists()


async def test_backup_that_cannot_be_read_back_is_discarded(tmp_path: Path):
    made = await a_profile(tmp_path)
    target = tmp_path / "studio.zip"

    class Rotting(Watch):
        def doing(self, words: Text) -> None:
            if str(words).startswith("Verifying"):
                file = target.with_name("studio.zip.part")
                content = bytearray(file.read_bytes())
                at = content.index(b"clip 0 clip 0")
                content[at] ^= 1
                file.write_bytes(content)

    with pytest.raises(DiskError, match="could not be read back, so it was discarded"):
        packed(made, target, watch=Rotting())
    assert not target.exists()
    assert not target.with_name("studio.zip.part").exists()


async def test_files_removed_during_a_backup_are_counted_and_the_rest_is_saved(tmp_path: Path):
    made = await a_profile(tmp_path)
    target = tmp_path / "studio.zip"

    class WhileMoved(Watch):
        def doing(self, words: Text) -> None:
            if str(words).startswith("Packing 1 of"):
                # As a move of the library does it, or somebody who throws results away.
                (made.library / "Aurora").rename(tmp_path / "new home")
                shutil.rmtree(made.profile.posters)

    written = packed(made, target, watch=WhileMoved())
    assert [member.name for member in written.manifest.of(MemberKind.RESULT)] == ["results/elsewhere/clip 1.mp4"]
    assert written.manifest.left_out == 2
    with opened(target) as backup:
        assert backup.manifest == written.manifest
        assert not backup.manifest.of(MemberKind.SIDECAR)[1:]


async def test_unreadable_result_is_named_by_the_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = await a_profile(tmp_path)
    whole = packing._block

    def block(source, reading):
        if source.path.name == "clip 1.mp4":
            raise packing._unreadable(source, OSError(5, "Input/output error"))
        return whole(source, reading)

    monkeypatch.setattr(packing, "_block", block)
    with pytest.raises(DiskError, match=r"“clip 1\.mp4” cannot be read") as caught:
        packed(made, tmp_path / "studio.zip")
    assert "without the results" in caught.value.advice


async def test_changes_during_a_backup_are_excluded_and_not_blocked(tmp_path: Path):
    made = await a_profile(tmp_path)
    store = await SqliteStore.open(made.profile.database)
    reached, go_on = threading.Event(), threading.Event()

    class Pausing(Watch):
        def doing(self, words: Text) -> None:
            if str(words).startswith("Packing 1"):
                reached.set()
                assert go_on.wait(60)

    working = threading.Thread(target=packed, args=(made, tmp_path / "studio.zip"), kwargs={"watch": Pausing()})
    working.start()
    assert reached.wait(60)
    await store.set_settings({"theme": "light"})
    go_on.set()
    working.join(60)
    await store.close()
    with opened(tmp_path / "studio.zip") as backup:
        backup.extract(backup.manifest.database, tmp_path / "copy.db", Watch())
    copy = await SqliteStore.open(tmp_path / "copy.db")
    assert (await copy.settings())["theme"] == "dark"
    await copy.close()


async def test_manifest_is_plain_json(tmp_path: Path):
    made = await a_profile(tmp_path, results=1)
    packed(made, tmp_path / "studio.zip")
    with zipfile.ZipFile(tmp_path / "studio.zip") as archive:
        assert archive.namelist()[-1] == "manifest.json"
        found = json.loads(archive.read("manifest.json"))
    assert (found["schema"], found["format"], found["profile"]) == ("runway-desktop.backup", 1, "Studio")
