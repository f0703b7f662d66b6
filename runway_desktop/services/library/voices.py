"""Voices designed by words: Runway makes a sound, which is saved at once, heard, and kept as a member's voice if it is
liked.

A voice that is made by the API speaks in avatars alone, so what is kept is the sound. Whether a design is charged is
not stated: it counts as paid, and is never repeated by itself. What was made stays listed, so that a link that could
not be saved yet is not lost. Loop's thread only. Raises NotPossible, ApiError (as `Runway.create`:
after NoReply nobody knows whether it was made), DiskError, StoreError.
"""

from __future__ import annotations

from runway_desktop.domain.cast import DesignedVoice
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.media import HEAD_LENGTH, MEGABYTE, Media, format_of
from runway_desktop.services.ports import Fetcher, Runway
from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text
from runway_desktop.values import as_json, convert, replace

from .cast import CastKeeper

LEAST_WORDS = 20
"""Letters that a description needs. Source: the API reference, "Preview a voice"."""
MODEL = "eleven_ttv_v3"
LARGEST_VOICE = 32 * MEGABYTE
_DESIGNED = "cast.voices"


class Voices:
    def __init__(self, runway: Runway, fetcher: Fetcher, cast: CastKeeper, settings: Settings) -> None:
        self._runway = runway
        self._fetcher = fetcher
        self._cast = cast
        self._settings = settings

    @property
    def designed(self) -> tuple[DesignedVoice, ...]:
        """What was made, oldest first; without a `file`, it is still to be saved."""
        return convert(self._settings.get(_DESIGNED, ()), tuple[DesignedVoice, ...])

    async def design(self, words: str) -> DesignedVoice:
        """Asks once, writes down the link, and saves the sound."""
        if len(words.strip()) < LEAST_WORDS:
            raise NotPossible(Text("Describe the voice with at least {n} letters.").with_(n=LEAST_WORDS))
        url = await self._runway.design_voice(words.strip(), MODEL)
        voice = DesignedVoice(words=words.strip(), url=url)
        await self._store((*self.designed, voice))
        return await self.save(voice)

    async def save(self, voice: DesignedVoice) -> DesignedVoice:
        """Saves the sound of a link; free, until the link expires."""
        if voice.file is not None:
            return voice
        content = bytearray()
        async with self._fetcher.open(voice.url) as stream:
            async for chunk in stream.chunks:
                content += chunk
                if len(content) > LARGEST_VOICE:
                    break
        form = format_of(bytes(content[:HEAD_LENGTH]))
        if form is None or form.media is not Media.AUDIO or len(content) > LARGEST_VOICE:
            raise NotPossible(Text("What Runway sent is no sound."))
        name = f"{' '.join(voice.words.split()[:6])}.{form.ending}"
        saved = replace(voice, file=await self._cast.keep_content(name, bytes(content), Media.AUDIO))
        await self._store(tuple(saved if one.url == voice.url else one for one in self.designed))
        return saved

    async def _store(self, designed: tuple[DesignedVoice, ...]) -> None:
        self._settings.set(_DESIGNED, list(map(as_json, designed)))
        await self._settings.flush()
