"""The keys of the compare window in words, as far as they do something now. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.commands import FRAME_BACK, FRAME_FORWARD, SHUTTLE
from runway_desktop.ui.tasks.commands import PICK, RATE, REJECT
from runway_desktop.usecases.commands.command import Command
from runway_desktop.viewmodels.compare.compare import Compare

from .commands import DIFFERENCE, SWAP, TAKES, TURNS, WIPE

_AMOUNT_WORDS = {1: "next", 2: "next two", 4: "next four"}


def hints(keys: Keys, model: Compare, *, clips: bool) -> tuple[str, ...]:
    """The most needed first. `clips`: something that plays is shown."""
    several, stacked = len(model.shown) > 1, any(len(stack.takes) > 1 for stack in model.shown)
    told = (
        (clips, "in step", SHUTTLE),
        (clips, "frame", (FRAME_BACK, FRAME_FORWARD)),
        (True, "rate", RATE[1:]),
        (True, "pick", (PICK,)),
        (True, "reject", (REJECT,)),
        (stacked or several, "take", TAKES[::-1]),
        (several, "swap", (SWAP,)),
        (several, "wipe", (WIPE,)),
        (several and not clips, "difference", (DIFFERENCE,)),
        (bool(model.place_words()), _AMOUNT_WORDS[model.size], TURNS[::-1]),
    )
    return tuple(hint for holds, words, told_of in told if holds and (hint := _hint(keys, words, told_of)))


def _hint(keys: Keys, words: str, commands: Sequence[Command[Any]]) -> str:
    """Nothing where a key is missing."""
    caps = list(map(keys.cap, commands))
    if not all(caps):
        return ""
    if caps == [str(number) for number in range(1, len(caps) + 1)] and len(caps) > 1:
        return f"1–{len(caps)} {words}"
    return f"{' '.join(caps)} {words}"
