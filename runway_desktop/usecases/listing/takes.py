"""Results to compare: a take, and a stack of takes of the same prompt. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.search import prompt_key
from runway_desktop.domain.task import Media, Output, Pick, Task, TaskId
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.tasks import stars


@dataclass(frozen=True, slots=True)
class Take:
    """One result."""

    task: Task
    output: Output

    @property
    def path(self) -> Path:
        return Path(self.output.path)

    @property
    def media(self) -> Media:
        return self.output.media

    @property
    def key(self) -> tuple[TaskId, int]:
        return (self.task.id, self.output.index)

    @property
    def prompt(self) -> str:
        """The same for takes of one prompt."""
        return prompt_key(self.task.request) or self.task.id

    @property
    def content(self) -> tuple[object, ...]:
        """What its file holds as far as is known: where that differs, it is to be read anew."""
        signs = self.output.look.signs if self.output.is_changed else None
        return (self.path, self.media, self.output.is_missing, signs)

    @property
    def is_decided(self) -> bool:
        return self.task.rating > 0 or self.task.pick is not Pick.NONE

    def facts(self) -> str:
        """ "Gen-4.5 · seed 41207 · 60 credits"."""
        seed = self.task.request.values.get("seed")
        price = self.task.credits
        return " · ".join(
            part
            for part in (
                model_label(self.task.request.model),
                f"seed {seed}" if seed is not None else "",
                units.credits_in_words(price) if price is not None else "",
            )
            if part
        )

    def judgment(self) -> str:
        """ "★★★★☆ pick", "rejected", "unrated"."""
        if self.task.pick is Pick.REJECT:
            return "rejected"
        picked = "pick" if self.task.pick is Pick.PICK else ""
        return " ".join(part for part in (stars(self.task.rating), picked) if part) or "unrated"


@dataclass(frozen=True, slots=True)
class Stack:
    """Takes of one prompt, of which one lies on top."""

    takes: tuple[Take, ...]
    at: int = 0

    @property
    def top(self) -> Take:
        return self.takes[self.at]

    def words(self) -> str:
        return f"take {self.at + 1} of {len(self.takes)}" if len(self.takes) > 1 else ""
