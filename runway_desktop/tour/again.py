"""The tour's second process: the same profile, opened again at 200 %."""

from __future__ import annotations

import asyncio

from runway_desktop.domain.task import Media

from .forms import show_chooser
from .hands import StepFailed, until
from .walk import Walk


class Again(Walk):
    """The same profile, opened again at 200 %."""

    async def walk(self) -> None:
        self.say("opened again")
        await self.size(1200, 760)
        await until(lambda: len(self.tasks()) >= 6, "the tasks of the first run")
        video = self.saved(Media.VIDEO)
        if video is None:
            raise StepFailed("the saved clip is not there any more")
        await self.choose(video)
        await asyncio.sleep(1.0)
        await self.album.take(self.window, "opened-again-200-percent-dark")
        if self.session.cases is not None:
            self.session.cases.settings.set("theme", "light")
        await asyncio.sleep(0.4)
        await self.album.take(self.window, "200-percent-light")
        self.say("chooser at 200 %")
        await show_chooser(self.window, self.album, "gemini", "200-percent-chooser")
