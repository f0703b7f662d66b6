"""Which profiles there are is what the disk says, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runway_desktop.domain.profiles import Color, Profile, free_color, initials
from runway_desktop.services.disk.profile_folders import NoSuchProfile, ProfileFolders, demo_profile, read_card
from runway_desktop.usecases.words.profiles import name_words


def folders(root: Path) -> ProfileFolders:
    main = Profile(name="Default", folder=root / "default", library=root / "Videos", key_name="Default", is_main=True)
    main.folder.mkdir(parents=True, exist_ok=True)
    return ProfileFolders(
        main=main,
        beside=root / "profiles",
        demo=demo_profile(root / "demo", ("--demo",)),
        libraries=lambda name: root / f"Videos {name}",
    )


def names(found: ProfileFolders) -> list[str]:
    return [profile.name for profile in found.all()]


def test_first_start_has_exactly_one_default_profile(tmp_path: Path):
    [only] = folders(tmp_path).all()
    assert (only.name, only.key_name, only.library) == ("Default", "Default", tmp_path / "Videos")
    assert not list(tmp_path.rglob("profile.json"))


def test_new_profile_has_its_own_folder_library_and_key(tmp_path: Path):
    known = folders(tmp_path)
    first = known.create("Client A", Color.GREEN, "1a2b", 5.0)
    second = known.create("Client Ä", Color.RED, "3c4d", 6.0)
    assert names(known) == ["Default", "Client A", "Client Ä"]
    assert first.folder == tmp_path / "profiles" / "client-a-1a2b"
    assert len({first.key_name, second.key_name, known.main.key_name}) == 3
    assert (first.color, first.library) == (Color.GREEN, tmp_path / "Videos Client A")
    assert first.words == ("--profile", "client-a-1a2b")


def test_copied_profiles_folder_has_its_own_key_entry(tmp_path: Path):
    known = folders(tmp_path)
    made = known.create("Client A", Color.GREEN, "1a2b", 5.0)
    copy = made.folder.with_name("copy")
    copy.mkdir()
    (copy / "profile.json").write_bytes(made.card.read_bytes())
    assert len({profile.key_name for profile in known.all()}) == 3


def test_renaming_a_profile_changes_neither_folder_nor_key_nor_library(tmp_path: Path):
    known = folders(tmp_path)
    made = known.create("Client A", Color.GREEN, "1a2b", 5.0)
    after = known.change(made, name="  Client\nB ", color=Color.PINK)
    assert (after.name, after.color) == ("Client B", Color.PINK)
    assert (after.folder, after.key_name, after.library) == (made.folder, made.key_name, made.library)
    main = known.change(known.main, name="Studio")
    assert (main.name, main.key_name, main.library) == ("Studio", "Default", tmp_path / "Videos")
    assert names(known) == ["Studio", "Client B"]


def test_profile_is_found_by_name_and_by_folder(tmp_path: Path):
    known = folders(tmp_path)
    made = known.create("Client A", Color.GREEN, "1a2b", 5.0)
    assert known.named("client a") == known.named("client-a-1a2b") == made
    known.change(known.main, name="Studio")
    assert known.named("default").name == "Studio"
    with pytest.raises(NoSuchProfile, match=r"no profile called “Clint”. There are: “Studio”, “Client A”."):
        known.named("Clint")


@pytest.mark.parametrize(
    "card",
    [
        b"",
        b"[]",
        b'{"name": "x"}',
        b"\xff\xfe",
        json.dumps({"schema": "runway-desktop.profile", "name": " "}).encode(),
        json.dumps({"schema": "runway-desktop.profile", "name": "x" * 100_000}).encode(),
    ],
)
def test_folder_without_a_profile_card_is_no_profile(tmp_path: Path, card: bytes):
    known = folders(tmp_path)
    stranger = known.beside / "stranger"
    stranger.mkdir(parents=True)
    (stranger / "profile.json").write_bytes(card)
    assert names(known) == ["Default"]


def test_hand_edited_profile_card_is_used_as_far_as_valid(tmp_path: Path):
    known = folders(tmp_path)
    made = known.create("Client A", Color.GREEN, "1a2b", 5.0)
    made.card.write_text(
        json.dumps({"schema": "runway-desktop.profile", "name": "By hand", "color": "gold", "library": 7})
    )
    found = known.again(made)
    assert (found.name, found.color, found.library) == ("By hand", Color.BLUE, made.folder / "results")


def test_unfinished_profile_is_not_listed(tmp_path: Path):
    known = folders(tmp_path)
    folder, card = known.plan("Client A", Color.GREEN, "1a2b", 5.0)
    staging = known.staging(folder)
    staging.mkdir(parents=True)
    assert names(known) == ["Default"]
    with pytest.raises(OSError, match="cannot be read"):
        known.take_in(staging, folder)
    assert read_card(folder) is None
    assert card.name == "Client A"


def test_demo_is_never_listed_among_profiles(tmp_path: Path):
    known = folders(tmp_path)
    assert known.demo is not None
    known.demo.folder.mkdir()
    assert names(known) == ["Default"]
    assert known.again(known.demo).is_demo


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "Enter"), (" \n", "Enter"), ("x" * 61, "up to 60"), ("demo", "The demo"), ("STUDIO", "Another"), ("猫", "")],
)
def test_invalid_profile_name_gets_a_sentence(name: str, said: str):
    problem = name_words(name, ["Studio"])
    assert said in problem
    assert bool(problem) is bool(said)


def test_profile_initials_work_in_any_script():
    said = {name: initials(name) for name in ("Client A", "Studio", "猫 films", "a b c", "–", "ß-x")}
    assert said == {"Client A": "CA", "Studio": "S", "猫 films": "猫F", "a b c": "AC", "–": "?", "ß-x": "SX"}


def test_new_profile_gets_an_unused_color():
    assert free_color([Color.BLUE, Color.AMBER]) is Color.GREEN
    assert free_color(Color) is Color.BLUE


def test_remains_of_a_killed_restore_are_detected(tmp_path: Path):
    known = folders(tmp_path)
    assert not known.has_unfinished(known.main)
    staging = known.staging(tmp_path / "profiles" / "client")
    staging.mkdir(parents=True)
    assert known.has_unfinished(known.main)
    staging.rmdir()
    known.main.restoring.mkdir(parents=True)
    assert known.has_unfinished(known.main)
