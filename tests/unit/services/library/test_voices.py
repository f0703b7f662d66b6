"""A voice that is designed by words: asked once, saved at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.errors import NoReply, NotPossible
from runway_desktop.domain.media import Media
from runway_desktop.services.engine import Engine
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.fake_runway import FakeFetcher

WORDS = "An old sailor with a rough, warm voice"
LINK = "https://out.example/voice.mp3"
SOUND = (resource("samples") / "speech-6s.mp3").read_bytes()


@asynccontextmanager
async def an_engine(tmp_path: Path) -> AsyncIterator[tuple[Rig, Engine, FakeFetcher]]:
    fetcher = FakeFetcher()
    fetcher.serve(LINK, SOUND)
    async with Rig(loops=()) as rig:
        yield rig, engine_of(rig, tmp_path / "profile" / "library", fetcher), fetcher


async def test_designed_voice_is_saved_and_listed(tmp_path: Path):
    async with an_engine(tmp_path) as (rig, engine, _):
        voice = await engine.voices.design(f" {WORDS} ")
        assert [call.arguments for call in rig.runway.calls if call.name == "design_voice"] == [
            (WORDS, "eleven_ttv_v3")
        ]
        assert voice.file is not None
        kept = Path(voice.file.path)
        assert (kept.name, kept.read_bytes()) == ("An old sailor with a rough,.mp3", SOUND)
        assert voice.file.media is Media.AUDIO
        assert engine.voices.designed == (voice,)


async def test_design_without_an_answer_is_not_repeated(tmp_path: Path):
    async with an_engine(tmp_path) as (rig, engine, _):
        rig.runway.then("design_voice", NoReply("The connection was cut."))
        with pytest.raises(NoReply):
            await engine.voices.design(WORDS)
        assert [call.name for call in rig.runway.calls].count("design_voice") == 1
        assert engine.voices.designed == ()


async def test_voice_whose_download_failed_is_saved_later_without_asking_again(tmp_path: Path):
    async with an_engine(tmp_path) as (rig, engine, fetcher):
        fetcher.cut(LINK, after=100)
        with pytest.raises(NoReply):
            await engine.voices.design(WORDS)
        [waiting] = engine.voices.designed
        assert waiting.file is None
        saved = await engine.voices.save(waiting)
        assert engine.voices.designed == (saved,)
        assert saved.file is not None
        assert [call.name for call in rig.runway.calls].count("design_voice") == 1


async def test_too_few_words_and_no_sound_are_refused_with_a_sentence(tmp_path: Path):
    async with an_engine(tmp_path) as (rig, engine, fetcher):
        with pytest.raises(NotPossible, match="at least 20 letters"):
            await engine.voices.design("An old sailor")
        assert rig.runway.calls == []
        fetcher.serve(LINK, b"<html>")
        with pytest.raises(NotPossible, match="no sound"):
            await engine.voices.design(WORDS)
