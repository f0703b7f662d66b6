"""Spending report: what each task counts as, sums by day, model, project and batch, and a comparison with Runway's
figures.

The actual cost counts, else the estimate; for an uncertain or unfinished sending, the price known before. Days are in
the requested time zone. Pure; credits are floats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from runway_desktop.values import Struct

from .account import UsedCredits
from .task import BatchId, State, Task

SAME = 0.005
"""Differences below this many credits are ignored."""
SUMS = ("tasks", "credits", "keepers", "refused", "uncertain", "uncertain_credits", "imported", "imported_credits")
"""Fields of a line that are summed."""


class Sum(Struct, frozen=True, kw_only=True):
    """Sums of one day, model, project, batch or client. `key` is "" for tasks without a project or batch, and for those
    that the user made."""

    key: str
    title: str
    tasks: int = 0
    credits: float = 0.0
    keepers: int = 0
    refused: int = 0
    uncertain: int = 0
    uncertain_credits: float = 0.0
    imported: int = 0
    """Tasks sent by another list. Not included in any other number."""
    imported_credits: float = 0.0

    @property
    def per_keeper(self) -> float | None:
        """Credits per keeper, the other results included; None if there is no keeper."""
        return self.credits / self.keepers if self.keepers else None


class SpendingReport(Struct, frozen=True, kw_only=True):
    """A period's report. Days are complete and in order; the other groups are sorted by credits, highest first."""

    total: Sum
    days: tuple[Sum, ...]
    models: tuple[Sum, ...]
    projects: tuple[Sum, ...]
    batches: tuple[Sum, ...]
    programs: tuple[Sum, ...]
    cast: tuple[Sum, ...] = ()
    """A task with several members counts for each."""


class Compared(Struct, frozen=True):
    """One model: credits known here, and credits that Runway reports."""

    key: str
    here: float
    runway: float

    @property
    def difference(self) -> float:
        return self.runway - self.here


class Reconciliation(Struct, frozen=True, kw_only=True):
    """By UTC days, as Runway counts. Uncertain sendings count as spent: they may explain differences."""

    first: date
    last: date
    total: Compared
    models: tuple[Compared, ...]
    uncertain: int = 0
    uncertain_credits: float = 0.0
    imported: int = 0
    imported_credits: float = 0.0


def summed(lines: Iterable[SpendingLine], first: date, last: date, by_member: Iterable[Sum] = ()) -> SpendingReport:
    """Report of lines whose days are inside the period. `by_member`: sums of the same period by member of the cast."""
    found = list(lines)
    by_day = _grouped(found, lambda line: (line.day, line.day))
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    return SpendingReport(
        total=_sum("", "", found),
        days=tuple(by_day.get(day) or Sum(key=day, title=day) for day in days),
        models=_dearest(_grouped(found, lambda line: (line.model, line.model))),
        projects=_dearest(_grouped(found, lambda line: (line.project, line.project))),
        batches=_dearest(_grouped(found, lambda line: (line.batch_id or "", line.batch_name))),
        programs=_dearest(_grouped(found, lambda line: (line.client, line.client))),
        cast=_dearest({one.key: one for one in by_member}),
    )


def reconciled(lines: Sequence[SpendingLine], used: Iterable[UsedCredits], first: date, last: date) -> Reconciliation:
    """Compares what this program knows, in lines by UTC days, with what Runway reports for the same days."""
    here, theirs = defaultdict[str, float](float), defaultdict[str, float](float)
    for line in lines:
        here[line.model] += line.credits
    for use in used:
        if first <= use.day <= last:
            theirs[use.model] += use.credits
    return Reconciliation(
        first=first,
        last=last,
        total=Compared("", sum(here.values()), sum(theirs.values())),
        models=tuple(sorted(_compared(here, theirs), key=_most_different_first)),
        uncertain=sum(line.uncertain for line in lines),
        uncertain_credits=sum(line.uncertain_credits for line in lines),
        imported=sum(line.imported for line in lines),
        imported_credits=sum(line.imported_credits for line in lines),
    )


def _most_different_first(one: Compared) -> tuple[float, float, str]:
    different = abs(one.difference) if abs(one.difference) > SAME else 0.0
    return (-different, -max(one.here, one.runway), one.key)


def _compared(here: Mapping[str, float], runway: Mapping[str, float]) -> list[Compared]:
    names = {name for name in {**here, **runway} if here.get(name, 0.0) or runway.get(name, 0.0)}
    return [Compared(name, here.get(name, 0.0), runway.get(name, 0.0)) for name in names]


def _grouped(lines: Iterable[SpendingLine], key_of: Callable[[SpendingLine], tuple[str, str]]) -> dict[str, Sum]:
    members: dict[tuple[str, str], list[SpendingLine]] = {}
    for line in lines:
        members.setdefault(key_of(line), []).append(line)
    return {key: _sum(key, title, found) for (key, title), found in members.items()}


def _sum(key: str, title: str, lines: Sequence[SpendingLine]) -> Sum:
    return Sum(key=key, title=title, **{name: sum(getattr(line, name) for line in lines) for name in SUMS})


def _dearest(sums: Mapping[str, Sum]) -> tuple[Sum, ...]:
    sent = [one for one in sums.values() if one.tasks]
    return tuple(sorted(sent, key=lambda one: (-one.credits, -one.tasks, one.title)))


KEEPER_RATING = 4
"""A task that is picked, or rated this high or higher, is a keeper."""


class SpendingLine(Struct, frozen=True, kw_only=True):
    """Sums for one combination of day, model, project, batch and client. `day` is YYYY-MM-DD."""

    day: str
    model: str
    project: str = ""
    batch_id: BatchId | None = None
    batch_name: str = ""
    client: str = ""
    """The program that requested them; empty: none."""
    tasks: int = 0
    credits: float = 0.0
    """Of all of them, uncertain ones included."""
    uncertain: int = 0
    """How many of them are uncertain."""
    uncertain_credits: float = 0.0
    """Price of the uncertain ones."""
    keepers: int = 0
    """Results that were picked or rated high."""
    refused: int = 0
    """By moderation."""
    imported: int = 0
    """Tasks sent by another list. Not included in any other number."""
    imported_credits: float = 0.0


def spent_at(task: Task) -> float | None:
    """When the money was spent: when it was sent, or, for a task started elsewhere, created at Runway."""
    return task.sent_at if task.sent_at is not None else task.remote_created_at


def counted_credits(task: Task) -> float:
    """Credits that a task counts as spent; 0 if it was never sent, its price is unknown, or another list sent it."""
    if task.imported:
        return 0.0
    return max(0.0, task.credits) if task.credits is not None else doubtful_credits(task)


def is_doubtful(task: Task) -> bool:
    """Whether it was sent and not answered: it may never be charged."""
    return task.state in (State.UNCERTAIN, State.SENDING)


def doubtful_credits(task: Task) -> float:
    """The price of a sending without an answer; 0 for any other task."""
    is_known = is_doubtful(task) and task.credits is None and task.evidence is not None
    return max(0.0, task.evidence.price or 0.0) if is_known and task.evidence is not None else 0.0
