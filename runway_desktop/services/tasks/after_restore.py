"""The first start after a restore, or with a copy: what waited then must not be paid for twice.

A backup is a picture of the past. Whoever went on after it was made, this program or another copy of it, may have sent
what was waiting then, so nothing of it is sent by itself: held tasks wait for the person, each with the reason, sending
is paused as a whole, and what was being sent is uncertain. What was at Runway is asked for as ever: asking costs
nothing. The same holds for a list whose folder was copied or put back by other means (`copy_check`), as far as anything
waits in it: where nothing does, there is nothing to ask. Such a list carries the mark `FRESH` in its settings until all
of that is on disk, so a program that dies meanwhile does it again. Loop's thread, before anything is sent. Raises
StoreError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.task import Hold, HoldCode, State, Task
from runway_desktop.services.settings import PAUSED, Settings
from runway_desktop.values import Struct, replace

from .ledger import Ledger

FRESH = "restore.fresh"
"""The setting that a restored list of tasks begins with. It holds `made_at`, the Unix time of its backup, and `BEFORE`;
or `why`, the word of a `Verdict`, in a list that was not restored by this program."""
BEFORE = "before"
"""Its member with the path of what the restored list took the place of: a backup, or the folder of a damaged list."""
TOLD = "restore.to tell"
"""The setting that holds what the person has not been told yet."""


class Restored(Struct, frozen=True, kw_only=True):
    """What a restored or copied list of tasks holds that the person has to decide. `made_at` is when its backup was
    made, `before` where that is which was there before; `copied` says how it was recognized if it was not this program
    that restored it."""

    made_at: float = 0.0
    before: str = ""
    copied: Verdict | None = None
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
    is_copy = _verdict(settings.get(FRESH)) is not None
    await ledger.load(sending=ReasonCode.PROGRAM_ENDED if is_copy else ReasonCode.BACKED_UP)
    await keep_back(ledger, settings, ledger.held())


async def keep_back(ledger: Ledger, settings: Settings, held: Sequence[Task]) -> None:
    """What `FRESH` asks for: `held` tasks wait for the person, and what is to be told is noted. Harmless to do
    again."""
    mark = settings.get(FRESH)
    copied = _verdict(mark)
    code, kind = (
        (HoldCode.RESTORED, "restored from a backup") if copied is None else (HoldCode.COPIED, "copied with its folder")
    )
    hold = Hold(code)
    waiting = sum(task.removed_at is None for task in held)
    if waiting or copied is None:
        settings.set(PAUSED, True)
        await settings.flush()
    # Also what was taken out of the list: whoever puts it back there does not want it sent at once.
    await ledger.change_many([task.id for task in held], lambda task: _kept_back(task, hold), kind)
    if waiting or copied is None:
        states = [task.state for task in ledger.open()]
        told = {
            "made_at": _number(mark, "made_at"),
            BEFORE: _before(mark),
            "held": waiting,
            "uncertain": states.count(State.UNCERTAIN),
            "live": sum(state.is_live for state in states),
        }
        settings.set(TOLD, told if copied is None else {**told, "why": copied.value})
    settings.set(FRESH, None)
    await settings.flush()


def to_tell(settings: Settings) -> Restored | None:
    """What the person has not been told of the restore; None when there is nothing to tell."""
    kept = settings.get(TOLD)
    if not isinstance(kept, Mapping):
        return None
    return Restored(
        made_at=_number(kept, "made_at"),
        before=_before(kept),
        copied=_verdict(kept),
        held=round(_number(kept, "held")),
        uncertain=round(_number(kept, "uncertain")),
        live=round(_number(kept, "live")),
    )


def told(settings: Settings) -> None:
    settings.set(TOLD, None)


def _kept_back(task: Task, hold: Hold) -> Task:
    return replace(task, hold=hold) if task.state is State.HELD else task


def _verdict(kept: object) -> Verdict | None:
    word = kept.get("why") if isinstance(kept, Mapping) else None
    return Verdict(word) if word in set(Verdict) else None


def _before(kept: object) -> str:
    return str(kept.get(BEFORE) or "") if isinstance(kept, Mapping) else ""


def _number(kept: object, name: str) -> float:
    found = kept.get(name) if isinstance(kept, Mapping) else None
    return float(found) if isinstance(found, int | float) else 0.0
