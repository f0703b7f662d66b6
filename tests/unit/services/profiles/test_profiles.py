"""Creating, renaming and removing profiles with their keys; open ones cannot be removed."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import DiskError, NotPossible, SecretTrouble
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.services.backup.watching import Workshop
from runway_desktop.services.disk.profile_folders import demo_profile
from runway_desktop.services.profiles.profile_folders import Profiles
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.usecases.words.profiles import key_not_deleted, key_not_stored
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fakes import FakeClock, MemoryBin, MemorySecrets
from tests.rigs.profiles_on_disk import Made, a_profile, folders

KEY = "key_" + "5a" * 64


class Rig:
    def __init__(self, root: Path, *, made: Made | None = None) -> None:
        self.folders = made.folders if made is not None else folders(root)
        self.folders.main.folder.mkdir(parents=True, exist_ok=True)
        self.secrets, self.trash = MemorySecrets({"Default": "key_main"}), MemoryBin()
        self.in_use: set[Path] = set()
        self.profiles = Profiles(
            self.folders.main,
            self.folders,
            SqliteSnapshots,
            Workshop(AtOnce()),
            self.secrets,
            self.trash,
            FakeClock(),
            random.Random(1),
            lambda folder: folder in self.in_use,
        )

    async def other(self, name: str = "Client A", secret: str = KEY) -> Profile:
        made, trouble = await self.profiles.create(name, Color.GREEN, secret)
        assert trouble is None
        return made


async def test_new_profile_stores_its_key_only_in_the_keychain(tmp_path: Path):
    rig = Rig(tmp_path)
    made = await rig.other()
    assert rig.secrets.secrets == {"Default": "key_main", made.key_name: KEY}
    assert [profile.name for profile in await rig.profiles.all()] == ["Studio", "Client A"]
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes()


async def test_profile_created_without_a_keychain_says_where_to_enter_the_key(tmp_path: Path):
    rig = Rig(tmp_path)
    rig.secrets.trouble = SecretTrouble.LOCKED
    made, trouble = await rig.profiles.create("Client A", Color.GREEN, KEY)
    assert made.folder.is_dir()
    assert key_not_stored(trouble).endswith("Enter the key in the new profile's window.")


async def test_profile_name_is_unique_and_unused_colors_are_assigned_first(tmp_path: Path):
    rig = Rig(tmp_path)
    await rig.other()
    with pytest.raises(NotPossible, match="Another profile has this name"):
        await rig.profiles.create("client a", Color.RED)
    assert await rig.profiles.free_color() not in (Color.TEAL, Color.GREEN)


async def test_renaming_the_open_profile_changes_neither_folder_nor_key_nor_library(tmp_path: Path):
    rig = Rig(tmp_path)
    before = rig.profiles.current
    after = await rig.profiles.change(before, name="Atelier", color=Color.PINK)
    assert rig.profiles.current == after
    assert (after.name, after.color) == ("Atelier", Color.PINK)
    assert (after.folder, after.key_name, after.library) == (before.folder, before.key_name, before.library)
    assert (await rig.profiles.change(after, name="ATELIER")).name == "ATELIER"


async def test_simultaneous_changes_of_name_and_color_are_both_kept(tmp_path: Path):
    rig = Rig(tmp_path)
    rig.profiles._workshop = Workshop(None)
    before = rig.profiles.current
    changes: list[dict[str, Any]] = [
        {"name": "Atelier"},
        {"color": Color.PINK},
        {"name": "Atelier 2"},
        {"color": Color.RED},
    ]
    await asyncio.gather(*(rig.profiles.change(before, **change) for change in changes))
    assert (rig.profiles.current.name, rig.profiles.current.color) == ("Atelier 2", Color.RED)


async def test_contents_of_a_profile_are_shown_before_its_removal(tmp_path: Path):
    made = await a_profile(tmp_path)
    rig = Rig(tmp_path, made=made)
    inside = await rig.profiles.look_into(made.profile)
    assert inside.contents is not None
    assert (inside.contents.tasks, inside.contents.queued, inside.contents.live, inside.contents.results) == (
        6,
        1,
        1,
        3,
    )
    assert inside.results_inside == 0
    assert inside.size > made.profile.database.stat().st_size
    empty = await rig.other()
    assert (await rig.profiles.look_into(empty)).contents is None


async def test_removed_profile_goes_to_the_trash_and_its_key_is_deleted(tmp_path: Path):
    rig = Rig(tmp_path)
    made = await rig.other()
    assert await rig.profiles.remove(made) is None
    assert rig.trash.thrown == [made.folder]
    assert rig.secrets.secrets == {"Default": "key_main"}
    assert [profile.name for profile in await rig.profiles.all()] == ["Studio"]


async def test_profile_refused_by_the_trash_keeps_its_key(tmp_path: Path):
    rig = Rig(tmp_path)
    made = await rig.other()
    rig.trash.trouble = "write-protected"
    with pytest.raises(DiskError):
        await rig.profiles.remove(made)
    assert rig.secrets.secrets[made.key_name] == KEY


async def test_undeletable_key_is_reported_and_used_by_no_later_profile(tmp_path: Path):
    rig = Rig(tmp_path)
    made = await rig.other()
    rig.secrets.trouble = SecretTrouble.LOCKED
    assert "still in the keychain" in key_not_deleted(await rig.profiles.remove(made))
    rig.secrets.trouble = None
    again = await rig.other("Client A", "")
    assert again.key_name not in rig.secrets.secrets


async def test_open_first_demo_and_otherwise_opened_profiles_cannot_be_removed(tmp_path: Path):
    rig = Rig(tmp_path)
    made, other = await rig.other(), await rig.other("Client B")
    rig.in_use.add(made.folder)
    check = rig.profiles.check_removal
    for profile, why in (
        (rig.folders.main, "open in this window"),
        (made, "“Client A” is open in another window"),
        (demo_profile(tmp_path / "demo", ()), "The demo"),
    ):
        with pytest.raises(NotPossible, match=why):
            await check(profile)
    await check(other)
    rig.profiles.current = other
    with pytest.raises(NotPossible, match="The first profile cannot be removed"):
        await check(rig.folders.main)
    with pytest.raises(NotPossible, match="Close it first"):
        await rig.profiles.remove(made)
    assert rig.trash.thrown == []
