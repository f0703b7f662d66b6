"""Backups that are no backups, or were made to do harm: nothing outside of the folder, nothing without a bound."""

from __future__ import annotations

import io
import json
import stat
import struct
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from runway_desktop.domain.backups import MANIFEST
from runway_desktop.domain.errors import BadBackup, DiskError, StoreError
from runway_desktop.services.backup.disk import check_space
from runway_desktop.services.backup.packing import PackOptions, pack
from runway_desktop.services.backup.restoring import WhichResults, Wishes, look_at, put_together
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.disk.disk_space import DiskSpace
from tests.fuzz.bounds import NUMBERS, WORDS, assert_bounded, changed, damaged, often
from tests.rigs.profiles_on_disk import NOW, Made, a_profile
from tests.rigs.running import run_test
from tests.rigs.samples import some

DRAWN = (BadBackup, DiskError, StoreError)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    found: list[Made] = []
    folder = tmp_path_factory.mktemp("backup")

    async def make() -> None:
        found.append(await a_profile(folder, results=1))

    run_test(make)
    return found[0]


@pytest.fixture(scope="module")
def backup(made: Made, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("packed") / "studio.zip"
    pack(made.profile, made.snapshots, path, PackOptions(results=True), made.library, NOW, Watch())
    return path.read_bytes()


def manifest_in(backup: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(backup)) as archive:
        found: dict[str, Any] = json.loads(archive.read(MANIFEST))
    return found


def rewritten(backup: bytes, change: Callable[[zipfile.ZipFile, str, bytes], None], **options: Any) -> bytes:
    """The archive anew; `change` writes each member, or does not."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(backup)) as before, zipfile.ZipFile(file, "w", **options) as after:
        for name in before.namelist():
            change(after, name, before.read(name))
    return file.getvalue()


def with_manifest(backup: bytes, content: bytes) -> bytes:
    def change(after: zipfile.ZipFile, name: str, before: bytes) -> None:
        after.writestr(name, content if name == MANIFEST else before)

    return rewritten(backup, change)


def assert_restored_or_refused(content: bytes, made: Made, folder: Path) -> None:
    """All that a restore does: it is looked at, put together, its results are put back."""
    path = folder / "x.zip"
    path.write_bytes(content)
    outside = {one for one in folder.rglob("*") if one.name != "x.zip"}
    assert_bounded(lambda: look_at(path, made.snapshots, folder / "scratch", Watch()), DRAWN)
    staging = folder / "staging"
    staging.mkdir(exist_ok=True)
    wishes = Wishes(put_back=WhichResults.ALL, library=folder / "library")

    def put() -> None:
        put_together(path, made.snapshots, staging, made.profile, wishes, {}, NOW, Watch())

    assert_bounded(put, DRAWN)
    allowed = (staging, folder / "library", folder / "library.part", folder / "x.zip")
    for one in folder.rglob("*"):
        assert one in outside or any(one == place or place in one.parents for place in allowed), one
        assert not one.is_symlink()


def as_is(after: zipfile.ZipFile, name: str, content: bytes) -> None:
    after.writestr(name, content)


def hostile(backup: bytes) -> dict[str, bytes]:
    manifest = manifest_in(backup)

    def linked(after: zipfile.ZipFile, name: str, content: bytes) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16 if name != MANIFEST else 0
        after.writestr(info, b"/etc/passwd" if name != MANIFEST else content)

    def doubled(after: zipfile.ZipFile, name: str, content: bytes) -> None:
        after.writestr(name, content)
        with warnings.catch_warnings(action="ignore"):
            after.writestr(name, content[:-1])

    def renamed(after: zipfile.ZipFile, name: str, content: bytes) -> None:
        after.writestr(name.replace("clip", "cl\u00efp"), content)

    def elsewhere(after: zipfile.ZipFile, name: str, content: bytes) -> None:
        after.writestr(name, content)
        for odd in () if name != MANIFEST else ("/etc/x", "../../x", "C:\\x", "a\\..\\..\\x", "\u202ex", "con"):
            after.writestr(odd, b"x")

    sealed = bytearray(rewritten(backup, as_is))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := sealed.find(mark, start)) >= 0:
            sealed[start + at] |= 1
            start += 4
    end = backup.rfind(b"PK\x05\x06")
    many = bytearray(backup)
    many[end + 8 : end + 20] = b"\xff" * 12
    far = bytearray(backup)
    far[end + 16 : end + 20] = b"\xff\xff\xff\x7f"
    bomb = {**manifest, "members": [{**member, "size": 10**13} for member in manifest["members"]]}
    endless = {**manifest, "members": [{**member, "size": 10**30} for member in manifest["members"]]}
    with_locator = backup[:end] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 1 << 63, 1) + backup[end:]
    odd_name = bytearray(rewritten(backup, renamed))
    while (at := odd_name.find("cl\u00efp".encode())) >= 0:
        odd_name[at : at + 5] = b"cl\xff\xffp"
    whole = json.dumps(manifest).encode()
    lzma = rewritten(backup, as_is, compression=zipfile.ZIP_LZMA)
    return {
        "links": rewritten(backup, linked),
        "doubled": rewritten(backup, doubled),
        "elsewhere": rewritten(backup, elsewhere),
        "sealed": bytes(sealed),
        "bzip2": rewritten(backup, as_is, compression=zipfile.ZIP_BZIP2),
        "lzma": lzma,
        "damaged lzma": lzma.replace(b"\x09\x04\x05\x00\x5d", b"\x09\x04\x05\x00\xff"),
        "more than there is": bytes(many),
        "far away": bytes(far),
        "beyond every file": with_locator,
        "names of no encoding": bytes(odd_name),
        "ten terabytes": with_manifest(backup, json.dumps(bomb).encode()),
        "sizes of 10^30": with_manifest(backup, json.dumps(endless).encode()),
        "deep manifest": with_manifest(backup, b"[" * 1_000_000),
        "deep within": with_manifest(backup, whole[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        "digits": with_manifest(backup, b'{"schema": "runway-desktop.backup", "format": ' + b"9" * 5_000 + b"}"),
        "no number": with_manifest(backup, json.dumps({**manifest, "made_at": float("inf")}).encode()),
        "no bytes of text": with_manifest(backup, b"\xff\xfe\x00"),
        "a manifest of zeros": with_zeros(backup),
        "a manifest of lists": with_lists(backup),
    }  # fmt: skip


def with_zeros(backup: bytes) -> bytes:
    """A bomb: 200 MB in 200 KB."""
    return rewritten(
        backup,
        lambda after, name, content: after.writestr(name, bytes(200_000_000) if name == MANIFEST else content),
        compression=zipfile.ZIP_DEFLATED,
    )


def with_lists(backup: bytes) -> bytes:
    """A bomb that is JSON: each two of its bytes take a hundred in memory."""
    start = json.dumps(manifest_in(backup)).encode()[:-1]
    content = start + b',"x":[' + b"{}," * 20_000_000 + b"{}]}"
    return rewritten(
        backup,
        lambda after, name, before: after.writestr(name, content if name == MANIFEST else before),
        compression=zipfile.ZIP_DEFLATED,
    )


NAMES = (
    "links", "doubled", "elsewhere", "sealed", "bzip2", "lzma", "damaged lzma", "more than there is", "far away",
    "beyond every file", "names of no encoding", "ten terabytes", "sizes of 10^30", "deep manifest", "deep within",
    "digits", "no number", "no bytes of text", "a manifest of zeros", "a manifest of lists",
)  # fmt: skip


@pytest.fixture(scope="module")
def archives(backup: bytes) -> dict[str, bytes]:
    found = hostile(backup)
    assert tuple(found) == NAMES
    return found


@pytest.mark.parametrize("name", NAMES)
def test_hostile_backup_is_refused_or_harmless(name: str, archives: dict[str, bytes], made: Made, tmp_path: Path):
    assert_restored_or_refused(archives[name], made, tmp_path)


@pytest.mark.parametrize(
    "name", ["links", "sealed", "lzma", "bzip2", "ten terabytes", "sizes of 10^30", "no number", "deep within"]
)
def test_backup_with_dangerous_content_is_refused(name: str, archives: dict[str, bytes], made: Made, tmp_path: Path):
    (tmp_path / "x.zip").write_bytes(archives[name])
    with pytest.raises((BadBackup, DiskError)):
        look_at(tmp_path / "x.zip", made.snapshots, tmp_path / "scratch", Watch())


def test_archive_with_many_members_opens_in_time(backup: bytes, tmp_path: Path):
    def many(after: zipfile.ZipFile, name: str, content: bytes) -> None:
        after.writestr(name, content)
        if name == MANIFEST:
            for number in range(30_000):
                after.writestr(zipfile.ZipInfo(f"x{number}"), b"")

    path = tmp_path / "x.zip"
    path.write_bytes(rewritten(backup, many))
    began = time.thread_time()
    with opened(path):
        pass
    assert time.thread_time() - began < 3


def test_backup_member_is_never_written_further_than_its_manifest_says(made: Made, backup: bytes, tmp_path: Path):
    """A member is never written further than its manifest says, whatever the archive unpacks to."""

    def longer(after: zipfile.ZipFile, name: str, content: bytes) -> None:
        after.writestr(name, bytes(100_000_000) if name.startswith("posters/") else content)

    assert_restored_or_refused(rewritten(backup, longer, compression=zipfile.ZIP_DEFLATED), made, tmp_path)
    assert sum(one.stat().st_size for one in tmp_path.rglob("*") if one.is_file()) < 5_000_000


def test_damaged_backup_is_restored_or_refused(backup: bytes, made: Made, tmp_path: Path):
    @given(damaged([backup]))
    @often(40)
    def check(content: bytes) -> None:
        assert_restored_or_refused(content, made, tmp_path)

    check()


def test_backup_with_a_mutated_manifest_is_restored_or_refused(backup: bytes, made: Made, tmp_path: Path):
    manifest = manifest_in(backup)

    @given(changed(manifest))
    @often(40)
    def check(document: object) -> None:
        assert_restored_or_refused(with_manifest(backup, json.dumps(document).encode()), made, tmp_path)

    check()


def test_backup_with_an_absurd_value_in_its_manifest_is_restored_or_refused(backup: bytes, made: Made, tmp_path: Path):
    manifest = manifest_in(backup)
    values = (*NUMBERS, *WORDS, None, [], {})
    for at, name in enumerate(manifest):
        for value in some(values, one_in=6, at=at):
            assert_restored_or_refused(
                with_manifest(backup, json.dumps({**manifest, name: value}).encode()), made, tmp_path
            )


def test_absurdly_large_disk_space_is_refused_as_a_disk_error(tmp_path: Path):
    with pytest.raises(DiskError):
        check_space({tmp_path: 1 << 62}, DiskSpace())
