"""Reports credits spent in a period, compares them with the usage that Runway reports, and exports bills.

Everything is read from the store on request; nothing is cached. Loop's thread; files are written in a worker. `report`
raises StoreError, `compare` also ApiError, `export` also DiskError.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from pathlib import Path

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.domain.account import DOLLARS_PER_CREDIT
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.spending_report import (
    Reconciliation,
    SpendingReport,
    counted_credits,
    doubtful_credits,
    is_doubtful,
    reconciled,
    spent_at,
    summed,
)
from runway_desktop.domain.task import Task
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import worded
from runway_desktop.services.disk.spreadsheet import USUAL, CsvDialect, plain, write_rows
from runway_desktop.services.ports import Clock, Runway, Store
from runway_desktop.texts import Text
from runway_desktop.values import Struct

BILL_COLUMNS = ("date", "project", "batch", "prompt", "model", "settings", "credits", "dollars", "state", "task id")
"""`state` tells apart what is charged, what is estimated because the task still runs, and what is uncertain."""


class Period(Enum):
    """Number of days including today. Runway reports at most 90 days."""

    WEEK = 7
    MONTH = 30
    QUARTER = 90
    THIS_MONTH = 0

    def first(self, today: date) -> date:
        return today.replace(day=1) if self is Period.THIS_MONTH else today - timedelta(days=self.value - 1)


class Bill(Struct, frozen=True):
    """Result of an export. `running` of its tasks have not ended, so their cost is an estimate."""

    path: Path
    tasks: int
    credits: float
    running: int = 0
    uncertain_credits: float = 0.0


@dataclass(eq=False, repr=False)
class Spending:
    """`executor` writes files. `zone` defines when a day begins; None: this machine's."""

    _store: Store
    _runway: Runway
    _catalog: Catalog
    _clock: Clock
    _executor: Executor | None = None
    _zone: tzinfo | None = None

    async def report(self, period: Period) -> SpendingReport:
        first, last = self.days(period)
        since, until = self._midnight(first), self._midnight(last, 1)
        lines = await self._store.spending(since, until, by_client=True)
        return summed(lines, first, last, await self._store.spent_by_member(since, until))

    async def refused_this_week(self) -> int:
        """Tasks that moderation refused in the last seven days."""
        now = self._clock.now()
        return sum(line.refused for line in await self._store.spending(now - 7 * 86_400, now + 1))

    async def compare(self, period: Period) -> Reconciliation:
        """Compares with Runway's usage, which counts by days of UTC."""
        last = datetime.fromtimestamp(self._clock.now(), UTC).date()
        first = period.first(last)
        used = await self._runway.usage(first, last + timedelta(days=1))
        since, until = (_midnight(day, UTC) for day in (first, last + timedelta(days=1)))
        return reconciled(await self._store.spending(since, until, utc=True), used, first, last)

    async def export(self, period: Period, project: str | None, path: Path, manner: CsvDialect = USUAL) -> Bill:
        """Writes a bill as CSV: the tasks that `report` counts, oldest first. `project` None: all. Replaces an existing
        file atomically."""
        first, last = self.days(period)
        found = await self._store.spent_tasks(self._midnight(first), self._midnight(last, 1), project)
        billed = [(task, batch) for task, batch in found if not task.imported]
        await in_worker(self._executor, self._write, path, billed, manner)
        return Bill(
            path,
            len(billed),
            sum(counted_credits(task) for task, _ in billed),
            sum(task.state.is_live for task, _ in billed),
            sum(doubtful_credits(task) for task, _ in billed),
        )

    def days(self, period: Period) -> tuple[date, date]:
        today = datetime.fromtimestamp(self._clock.now(), self._zone).date()
        return period.first(today), today

    def _midnight(self, day: date, later: int = 0) -> float:
        return _midnight(day + timedelta(days=later), self._zone)

    def _write(self, path: Path, billed: Sequence[tuple[Task, str]], manner: CsvDialect) -> None:
        text = io.StringIO(newline="")
        write_rows(text, [BILL_COLUMNS], manner)
        write_rows(text, (self._cells(task, batch, manner.decimal) for task, batch in billed), manner)
        with worded(
            Text("“{file}” could not be written.").with_(file=path.name),
            Text("Choose another folder, or close the program that has it open."),
        ):
            write_whole(path, text.getvalue().encode(manner.encoding, "replace"), private.USUAL_FILE)

    def _cells(self, task: Task, batch: str, decimal: str) -> Iterable[str]:
        request, credits = task.request, counted_credits(task)
        at = local_time(spent_at(task) or task.created_at, self._zone)
        pair = self._catalog.pair(request.endpoint, request.model)
        return (
            f"{at:%Y-%m-%d %H:%M}",
            plain(task.project),
            plain(batch),
            plain(task.title or request.prompt),
            plain(request.model),
            plain(settings_line(pair, request.values)),
            f"{credits:.2f}".rstrip("0").rstrip(".").replace(".", decimal),
            f"{credits * DOLLARS_PER_CREDIT:.2f}".replace(".", decimal),
            "uncertain" if is_doubtful(task) else "estimated" if task.state.is_live else "charged",
            task.remote_id or "",
        )


def _midnight(day: date, zone: tzinfo | None) -> float:
    return datetime.combine(day, datetime.min.time(), zone).timestamp()
