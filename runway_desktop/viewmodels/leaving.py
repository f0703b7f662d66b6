"""What must be asked before the program closes: only while something is under way that would be held up. Pure."""

from __future__ import annotations

from . import wording
from .question import Question


def question(*, sending: int, saving: int, makes_backup: bool) -> Question | None:
    """None when nothing is under way. `sending` and `saving` count tasks and results."""
    parts = [part for part in (_under_way("task", sending, "sent"), _under_way("result", saving, "saved")) if part]
    said = []
    if parts:
        busy = " and ".join(parts)
        said.append(f"{busy[0].upper()}{busy[1:]}. What takes long goes on at the next start.")
    if makes_backup:
        said.append("A backup or a restore is being made. Closing calls it off, and leaves nothing of it behind.")
    if not said:
        return None
    return Question("Close now?", f"{' '.join(said)} Tasks go on at Runway and will be picked up.", "Close", "Stay")


def _under_way(what: str, number: int, deed: str) -> str:
    """ "2 results are being saved"; empty for none."""
    return f"{wording.count(number, what)} {'is' if number == 1 else 'are'} being {deed}" if number else ""
