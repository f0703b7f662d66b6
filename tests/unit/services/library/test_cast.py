"""The members of the cast and their files in the profile."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.events import CastChanged
from runway_desktop.domain.media import Media
from runway_desktop.services.engine import Engine
from runway_desktop.values import replace
from tests.rigs.cast import member
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of


@asynccontextmanager
async def an_engine(tmp_path: Path) -> AsyncIterator[tuple[Rig, Engine]]:
    async with Rig(loops=()) as rig:
        yield rig, engine_of(rig, tmp_path / "profile" / "library")


async def test_file_of_a_member_is_copied_once_by_its_content(tmp_path: Path):
    original, same = tmp_path / "Maya.PNG", tmp_path / "again.png"
    for path in (original, same):
        path.write_bytes(b"picture")
    async with an_engine(tmp_path) as (_, engine):
        kept = await engine.cast.keep(original, Media.IMAGE)
        digest = hashlib.sha256(b"picture").hexdigest()
        assert Path(kept.path) == tmp_path / "profile" / "inputs" / "cast" / digest[:16] / "Maya.png"
        assert (kept.sha256, kept.media, Path(kept.path).read_bytes()) == (digest, Media.IMAGE, b"picture")
        assert await engine.cast.keep(same, Media.IMAGE) == kept
        original.unlink()
        with pytest.raises(DiskError):
            await engine.cast.keep(original, Media.IMAGE)


async def test_members_are_stored_relative_to_their_profile(tmp_path: Path):
    picture = tmp_path / "maya.png"
    picture.write_bytes(b"picture")
    async with an_engine(tmp_path) as (rig, engine):
        kept = await engine.cast.keep(picture, Media.IMAGE)
        maya = replace(member("Maya", words="red hair"), files=(kept,), voice=kept)
        assert await engine.cast.save(maya) is None
        moved = engine_of(rig, tmp_path / "restored" / "library")
        heard: list[object] = []
        rig.bus.listen(heard.append)
        [found] = (await moved.cast.load()).members
        there = replace(kept, path=str(tmp_path / "restored" / "inputs" / "cast" / kept.sha256[:16] / "maya.png"))
        assert found == replace(maya, files=(there,), voice=there)
        assert heard == [CastChanged(moved.cast.now)]


async def test_change_and_removal_are_undone_by_saving_what_was_before(tmp_path: Path):
    async with an_engine(tmp_path) as (_, engine):
        maya = member("Maya", words="red hair")
        await engine.cast.save(maya)
        before = await engine.cast.save(replace(maya, name="  Maya\n Novak ", words="black hair"))
        assert before == maya
        assert [one.name for one in engine.cast.now.members] == ["Maya Novak"]
        assert await engine.cast.save(before) is not None
        removed = await engine.cast.remove(maya.id)
        assert (removed, engine.cast.now.members) == (maya, ())
        kept = await engine.cast.member(maya.id)
        assert kept is not None
        assert kept.name == "Maya"
        await engine.cast.save(maya)
        assert engine.cast.now.members == (maya,)
        assert await engine.cast.remove(member("Nobody").id) is None


@pytest.mark.parametrize(("name", "said"), [(" ", "Enter a name"), ("x" * 61, "at most 60"), ("MAYA", "already")])
async def test_name_that_cannot_be_is_refused_with_a_sentence(tmp_path: Path, name: str, said: str):
    async with an_engine(tmp_path) as (_, engine):
        await engine.cast.save(member("Maya"))
        with pytest.raises(NotPossible, match=said):
            await engine.cast.save(member(name, id="other"))


async def test_name_of_a_removed_member_is_free(tmp_path: Path):
    async with an_engine(tmp_path) as (_, engine):
        maya = member("Maya")
        await engine.cast.save(maya)
        await engine.cast.remove(maya.id)
        await engine.cast.save(member("Maya", id="other"))
        with pytest.raises(NotPossible, match="already"):
            await engine.cast.save(maya)
