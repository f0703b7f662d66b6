"""The first start after a restore, or with a copied list: prevents paying for queued tasks twice.

A backup shows the past. The original list, used by this program or another copy of it, may have sent the queued tasks
since. So queued tasks wait for the person, each with the reason, the lane is paused, and tasks that were being sent are
uncertain. Tasks at Runway are polled as usual, which is free. The same holds for a list whose folder was copied or put
back by other means (`copy_check`), if it has queued tasks. The list's setting `FRESH` stays until all of that is on
disk, so it is repeated after a crash. Loop's thread, before anything is sent. Raises StoreError.
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
"""Setting of a restored list. Holds `made_at` (Unix time of its backup) and `BEFORE`; or, for a list that this program
did not restore, `why` (the value of a `Verdict`)."""
BEFORE = "before"
"""Member of `FRESH`: path of what the restored list replaced, a backup or the folder of a damaged list."""
IDS = "ids"
"""Member of `TOLD`: path of a file with the ids of the tasks of a list that was replaced by an empty one."""
TOLD = "restore.to tell"
"""Setting with the report that the person has not seen yet."""


class Restored(Struct, frozen=True, kw_only=True):
    """What the person has to decide in a restored or copied list. `made_at`: time of its backup. `before`: path of what
    it replaced. `copied`: how it was recognized, if this program did not restore it. `ids`: path of a file with the ids
    of the former list's tasks, if the list is an empty one."""

    made_at: float = 0.0
    before: str = ""
    ids: str = ""
    copied: Verdict | None = None
    held: int = 0
    uncertain: int = 0
    live: int = 0


async def take_up(ledger: Ledger, settings: Settings) -> None:
    """Loads the ledger. After a restore, applies `keep_back`."""
    if not isinstance(settings.get(FRESH), Mapping):
        await ledger.load()
        return
    is_copy = _verdict(settings.get(FRESH)) is not None
    await ledger.load(sending=ReasonCode.PROGRAM_ENDED if is_copy else ReasonCode.BACKED_UP)
    await keep_back(ledger, settings, ledger.all_queued())


async def keep_back(ledger: Ledger, settings: Settings, queued: Sequence[Task]) -> None:
    """Makes `queued` tasks wait for the person, pauses the lane if needed, and stores the report. Idempotent."""
    mark = settings.get(FRESH)
    copied = _verdict(mark)
    code, kind = (
        (HoldCode.RESTORED, "restored from a backup") if copied is None else (HoldCode.COPIED, "copied with its folder")
    )
    hold = Hold(code)
    waiting = sum(task.removed_at is None for task in queued)
    if waiting or copied is None:
        settings.set(PAUSED, True)
        await settings.flush()
    # Also tasks removed from the list: restoring one there must not send it.
    await ledger.change_many([task.id for task in queued], lambda task: _kept_back(task, hold), kind)
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
    """The report that the person has not seen yet; None if there is none."""
    kept = settings.get(TOLD)
    if not isinstance(kept, Mapping):
        return None
    return Restored(
        made_at=_number(kept, "made_at"),
        before=_before(kept),
        ids=str(kept.get(IDS) or ""),
        copied=_verdict(kept),
        held=round(_number(kept, "held")),
        uncertain=round(_number(kept, "uncertain")),
        live=round(_number(kept, "live")),
    )


def told(settings: Settings) -> None:
    settings.set(TOLD, None)


def _kept_back(task: Task, hold: Hold) -> Task:
    return replace(task, hold=hold) if task.state is State.QUEUED else task


def _verdict(kept: object) -> Verdict | None:
    word = kept.get("why") if isinstance(kept, Mapping) else None
    return Verdict(word) if word in set(Verdict) else None


def _before(kept: object) -> str:
    return str(kept.get(BEFORE) or "") if isinstance(kept, Mapping) else ""


def _number(kept: object, name: str) -> float:
    found = kept.get(name) if isinstance(kept, Mapping) else None
    return float(found) if isinstance(found, int | float) else 0.0
