"""Folders shared with a program never include the whole home, hidden folders or the profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.usecases.clients.input_files import folder_refusal


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("/", "everything of yours"),
        (".", "everything of yours"),
        ("..", "everything of yours"),
        (".ssh", "hidden folder"),
        ("work/.git/hooks", "hidden folder"),
        ("link to the home", "everything of yours"),
        ("link to keys", "hidden folder"),
        ("profile", "own folder"),
        ("profile/posters", "own folder"),
        ("aurora/cast", ""),
    ],
)
def test_allowed_folder_is_judged_by_its_resolved_path(folder: str, said: str, tmp_path: Path):
    home = tmp_path / "home"
    for name in (".ssh", "work/.git/hooks", "profile/posters", "aurora/cast"):
        (home / name).mkdir(parents=True)
    (home / "link to the home").symlink_to(home)
    (home / "link to keys").symlink_to(home / ".ssh")
    refusal = folder_refusal(home / folder, profile=home / "profile", home=home)
    assert said in refusal
    assert bool(refusal) is bool(said)
