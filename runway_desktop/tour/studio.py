"""The tour's look at what a new demo opens with: the studio, in both themes.

GUI thread, inside a coroutine; raises `StepFailed` when something does not come in time.
"""

from __future__ import annotations

from runway_desktop.domain.task import State

from .hands import until
from .walk import Walk

PICTURES = ("studio-dark", "studio-light")
_IN_SIGHT = 4
"""Results whose posters the first picture shows."""


class Studio(Walk):
    async def walk(self) -> None:
        self.say("a new demo")
        await self.size(1440, 900)
        await until(lambda: self.having(State.RUNNING) and self.having(State.SUCCEEDED), "the studio", 60)
        await until(self._is_painted, "the posters", 30)
        await until(lambda: self.models.details.row is not None, "the first task's details")
        await until(lambda: self.models.status.organization is not None, "the balance")
        self.window.activity.dismiss_all()
        await self.take(PICTURES[0], after=1.0)
        self.say("the studio in the light theme")
        self.cases.settings.set("theme", "light")
        await self.take(PICTURES[1], after=0.4)

    def _is_painted(self) -> bool:
        first = [row for row in self.rows() if row.outputs][:_IN_SIGHT]
        return all(output.poster for row in first for output in row.outputs)
