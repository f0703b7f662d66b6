"""The keys of the compare window in words, as far as they do something now. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.ui.commands.keys import Keys
from runway_desktop.viewmodels.compare.compare import Compare

_ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
_AMOUNT_WORDS = {1: "next", 2: "next two", 4: "next four"}


def hints(keys: Keys, model: Compare, *, clips: bool) -> tuple[str, ...]:
    """The most needed first. `clips`: something that plays is shown."""
    several, stacked = len(model.shown) > 1, any(len(stack.takes) > 1 for stack in model.shown)
    told = (
        (clips, "in step", ("play.back", "play.stop", "play.forward")),
        (clips, "frame", ("play.frame.back", "play.frame.forward")),
        (True, "rate", [f"judge.rate.{stars}" for stars in range(1, 6)]),
        (True, "pick", ("judge.pick",)),
        (True, "reject", ("judge.reject",)),
        (stacked or several, "take", ("compare.take.before", "compare.take.next")),
        (several, "swap", ("compare.swap",)),
        (several, "wipe", ("compare.wipe",)),
        (several and not clips, "difference", ("compare.difference",)),
        (bool(model.place_words()), _AMOUNT_WORDS[model.size], ("compare.before", "compare.next")),
    )
    return tuple(hint for holds, words, ids in told if holds and (hint := _hint(keys, words, ids)))


def _hint(keys: Keys, words: str, command_ids: Sequence[str]) -> str:
    """Nothing where a key is missing."""
    caps = [keys.words(command_id).partition(", ")[0] for command_id in command_ids]
    if not all(caps):
        return ""
    if caps == [str(number) for number in range(1, len(caps) + 1)] and len(caps) > 1:
        return f"1–{len(caps)} {words}"
    return f"{' '.join(_ARROWS.get(cap, cap) for cap in caps)} {words}"
