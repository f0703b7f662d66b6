"""Paths are told apart by their drives, and no drive is asked for it."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.services.disk.disk_threads import drive_of, mounts_in, nearest

TABLE = r"""22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
40 22 0:45 / /mnt/films rw,relatime shared:9 - nfs4 server:/films rw
41 22 0:46 / /mnt/my\040films rw,relatime - cifs //server/films rw
"""


def test_paths_on_a_mounted_drive_share_its_mount_point():
    mounts = mounts_in(TABLE)
    assert nearest(Path("/mnt/films/a/1.mp4"), mounts) == "/mnt/films"
    assert nearest(Path("/mnt/films"), mounts) == "/mnt/films"
    assert nearest(Path("/mnt/films and more/1.mp4"), mounts) == "/"
    assert nearest(Path("/mnt/my films/1.mp4"), mounts) == "/mnt/my films"
    assert nearest(Path("/home/me/1.mp4"), mounts) == "/"


def test_empty_mount_table_leaves_the_root():
    assert mounts_in("odd\n\n") == frozenset()
    assert nearest(Path("/a/b"), frozenset()) == "/"


def test_two_files_of_a_folder_are_on_one_drive(tmp_path: Path):
    assert drive_of(tmp_path / "a.mp4") == drive_of(tmp_path / "b" / "c.mp4")
