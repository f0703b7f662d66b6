"""The first start after a restore: what waited or was being sent when the backup was made must not be paid for twice.

A backup is a picture of the past. Whoever went on after it was made, this program or another copy of it, may have sent
what was waiting then, so nothing of it is sent by itself: held tasks wait for the person, each with the reason, sending
is paused as a whole, and what was being sent is uncertain. What was at Runway is asked for as ever: asking costs
nothing. A restored list of tasks carries the mark `FRESH` in its settings until all of that is on disk, so a program
that dies meanwhile does it again. Loop's thread, before anything is sent. Raises StoreError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from runway_desktop.domain.task import RESTORED, State, Task

from .ledger import Ledger
from .settings import PAUSED, Settings

FRESH = "restore.fresh"
"""The setting that a restored list of tasks begins with. It holds `made_at`, the Unix time of its backup."""
TOLD = "restore.to tell"
"""The setting that holds what the person has not been told yet."""

SENT_WHILE_BACKED_UP = "It was being sent when the backup was made that was restored here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restored list of tasks holds that the person has to decide. `made_at` is when its backup was made."""

    made_at: float
    held: int = 0
    uncertain: int = 0
    live: int = 0


def is_fresh(settings: Settings) -> bool:
    return isinstance(settings.get(FRESH), Mapping)


async def take_up(ledger: Ledger, settings: Settings) -> None:
    """Loads the ledger. After a restore, sees to it that nothing is sent by itself."""
    if not is_fresh(settings):
        await ledger.load()
        return
    settings.set(PAUSED, True)
    await settings.flush()
    await ledger.load(sending=SENT_WHILE_BACKED_UP)
    await ledger.change_many([task.id for task in ledger.held()], _kept_back, "restored from a backup")
    states = [task.state for task in ledger.open()]
    found = Restored(
        made_at=_number(settings.get(FRESH), "made_at"),
        held=states.count(State.HELD),
        uncertain=states.count(State.UNCERTAIN),
        live=sum(state.is_live for state in states),
    )
    settings.set(TOLD, {"made_at": found.made_at, "held": found.held, "uncertain": found.uncertain, "live": found.live})
    settings.set(FRESH, None)
    await settings.flush()


def to_tell(settings: Settings) -> Restored | None:
    """What the person has not been told of the restore; None when there is nothing to tell."""
    kept = settings.get(TOLD)
    if not isinstance(kept, Mapping):
        return None
    return Restored(
        made_at=_number(kept, "made_at"),
        held=round(_number(kept, "held")),
        uncertain=round(_number(kept, "uncertain")),
        live=round(_number(kept, "live")),
    )


def told(settings: Settings) -> None:
    settings.set(TOLD, None)


def _kept_back(task: Task) -> Task:
    return replace(task, hold_reason=RESTORED) if task.state is State.HELD else task


def _number(kept: Mapping[str, Any], name: str) -> float:
    found = kept.get(name)
    return float(found) if isinstance(found, int | float) else 0.0
