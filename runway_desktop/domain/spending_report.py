"""Spending: what a task counts as, sums by day, model, project and batch, and the comparison with what Runway reports.

Credits count where they are known: the actual cost, else the estimate, and for an uncertain or unfinished sending the
price that was known before. Days are those of the zone that was asked for. Pure sums; credits are floats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from runway_desktop.values import Struct

from .account import UsedCredits
from .task import BatchId, State, Task

SAME = 0.005
"""Credits that make no difference."""
SUMS = ("tasks", "credits", "keepers", "refused", "uncertain", "uncertain_credits", "imported", "imported_credits")
"""Members of a line that are added up."""


class Sum(Struct, frozen=True, kw_only=True):
    """What one day, model, project, batch or program came to. `key` is "" for tasks without a project or batch, and for
    those that the person made."""

    key: str
    title: str
    tasks: int = 0
    credits: float = 0.0
    keepers: int = 0
    refused: int = 0
    uncertain: int = 0
    uncertain_credits: float = 0.0
    imported: int = 0
    """Tasks that another list sent. They are in no other number."""
    imported_credits: float = 0.0

    @property
    def per_keeper(self) -> float | None:
        """Credits that one keeper cost, the misses paid for along with it; None while there is none."""
        return self.credits / self.keepers if self.keepers else None


class SpendingReport(Struct, frozen=True, kw_only=True):
    """Of a period. Days are complete and in order; the rest is dearest first."""

    total: Sum
    days: tuple[Sum, ...]
    models: tuple[Sum, ...]
    projects: tuple[Sum, ...]
    batches: tuple[Sum, ...]
    programs: tuple[Sum, ...]


class Compared(Struct, frozen=True):
    """One model. `here` are credits that this program knows of, `runway` those that Runway reports."""

    key: str
    here: float
    runway: float

    @property
    def difference(self) -> float:
        return self.runway - self.here


class Reconciliation(Struct, frozen=True, kw_only=True):
    """By days of UTC, as Runway counts. Sendings that nobody knows the end of count as spent: they may explain what
    Runway does not report."""

    first: date
    last: date
    total: Compared
    models: tuple[Compared, ...]
    uncertain: int = 0
    uncertain_credits: float = 0.0
    imported: int = 0
    imported_credits: float = 0.0


def summed(lines: Iterable[SpendingLine], first: date, last: date) -> SpendingReport:
    """A report of lines whose days lie in the period."""
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
    )


def reconciled(lines: Sequence[SpendingLine], used: Iterable[UsedCredits], first: date, last: date) -> Reconciliation:
    """What this program knows, in lines by days of UTC, beside what Runway reports for the same days."""
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
    """Tasks of one day, model, project, batch and client together. `day` is YYYY-MM-DD."""

    day: str
    model: str
    project: str = ""
    batch_id: BatchId | None = None
    batch_name: str = ""
    client: str = ""
    """The program that asked for them; empty: none did."""
    tasks: int = 0
    credits: float = 0.0
    """Of all of them, the uncertain ones too."""
    uncertain: int = 0
    """How many of them nobody knows the end of."""
    uncertain_credits: float = 0.0
    """What those would cost."""
    keepers: int = 0
    """Results that were picked or rated high."""
    refused: int = 0
    """By moderation."""
    imported: int = 0
    """Tasks that another list sent. They are in no other number."""
    imported_credits: float = 0.0


def spent_at(task: Task) -> float | None:
    """When its money was spent: at the sending, or, for one that was started elsewhere, when Runway made it."""
    return task.sent_at if task.sent_at is not None else task.remote_created_at


def counted_credits(task: Task) -> float:
    """What a task counts as money spent; 0 for one that was never sent, of which nothing is known, or that
    another list sent."""
    if task.imported:
        return 0.0
    if task.credits is not None:
        return max(0.0, task.credits)
    if task.state in (State.UNCERTAIN, State.SENDING) and task.evidence is not None:
        return max(0.0, task.evidence.price or 0.0)
    return 0.0
