"""Texts of the spending report: sums, days, caps, refusals, and Runway's figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.spending_report import SAME, Compared, Reconciliation, SpendingReport, Sum
from runway_desktop.services.money.spending import Bill
from runway_desktop.values import Struct, replace

from . import units
from .clients import client_name
from .states import Tone

MANY_REFUSALS = 5
"""In a week; from this number on the warning is emphasized."""
SUM_TITLES = ("Model", "Tasks", "Credits", "Dollars", "Per keeper")
COMPARED_TITLES = ("Model", "Here", "Runway", "Difference")


class Side(StrEnum):
    MODEL = "Model"
    PROJECT = "Project"
    BATCH = "Batch"
    PROGRAM = "Program"


class DayBar(Struct, frozen=True):
    """One day of the chart. `label` is short ("24 Nov"), `words` is the full text."""

    day: date
    credits: float
    label: str
    words: str


class MoneyLine(Struct, frozen=True):
    """A row of a table."""

    cells: tuple[str, ...]
    spoken: tuple[str, ...] = ()
    """The cells for a screen reader, if they differ."""
    share: float | None = None
    """Fraction of the largest sum, 0 to 1, for the bar behind the name."""
    is_unexplained: bool = False


def day_bar(one: Sum, now: float) -> DayBar:
    day = date.fromisoformat(one.key)
    words = f"{units.day_in_words(one.key, now)}: {units.credits_in_words(one.credits)}"
    if one.tasks:
        words += f", {units.count(one.tasks, 'task')}"
    return DayBar(day, one.credits, units.short_day(day, day.year), words)


def period_words(first: date, last: date) -> str:
    return f"{_date_words(first)} – {_date_words(last)}"


def total_words(total: Sum) -> str:
    return " · ".join(
        (units.credits_in_words(total.credits), units.dollars(total.credits), units.count(total.tasks, "task"))
    )


def imported_words(of: Sum | Reconciliation) -> str:
    """ "9 imported tasks of 668 credits"."""
    return f"{units.count(of.imported, 'imported task')} of {units.credits_in_words(of.imported_credits)}"


def sum_lines(report: SpendingReport, side: Side) -> list[MoneyLine]:
    """In the order of `SUM_TITLES`, highest first."""
    match side:
        case Side.MODEL:
            sums = tuple(replace(one, title=model_label(one.title) if one.title else "") for one in report.models)
            nameless = "Not known"
        case Side.PROJECT:
            sums, nameless = report.projects, "No project"
        case Side.BATCH:
            sums, nameless = report.batches, "Single tasks"
        case Side.PROGRAM:
            sums = tuple(replace(one, title=client_name(one.title) if one.title else "") for one in report.programs)
            nameless = "You"
    most = max((one.credits for one in sums), default=0.0)
    return [
        MoneyLine(_sum_cells(one, nameless), _sum_spoken(one, nameless), share=one.credits / most if most > 0 else None)
        for one in sums
    ]


def _sum_cells(one: Sum, nameless: str) -> tuple[str, ...]:
    return (
        one.title or nameless,
        f"{one.tasks:,}",
        units.number(one.credits),
        units.dollars(one.credits),
        units.number(round(one.per_keeper, 1)) if one.per_keeper is not None else units.DASH,
    )


def _sum_spoken(one: Sum, nameless: str) -> tuple[str, ...]:
    keeper = "No keeper yet: none is picked, or rated 4 and more."
    if one.per_keeper is not None:
        many = units.count(one.keepers, "keeper")
        keeper = f"{units.credits_in_words(round(one.per_keeper, 1))} for each of {many}, the misses included"
    said = f"{one.title or nameless}: {units.credits_in_words(one.credits)}"
    if one.uncertain:
        said += f", of which {units.number(one.uncertain_credits)} are uncertain"
    return (said, units.count(one.tasks, "task"), said, said, keeper)


def compared_lines(models: Sequence[Compared]) -> list[MoneyLine]:
    """In the order of `COMPARED_TITLES`."""
    return [
        MoneyLine(
            (
                model_label(one.key) if one.key else "Not known",
                units.number(one.here),
                units.number(one.runway),
                _signed(one.difference),
            ),
            is_unexplained=is_unexplained(one.difference),
        )
        for one in models
    ]


def is_unexplained(difference: float) -> bool:
    """Whether Runway reports more than is known here."""
    return difference > SAME


def _signed(value: float) -> str:
    if abs(value) <= SAME:
        return units.DASH
    return f"+{units.number(value)}" if value > 0 else f"−{units.number(-value)}"


def refusal_words(refused: int) -> tuple[str, Tone]:
    """Number of refusals by moderation this week, with a warning."""
    if not refused:
        return "No task was refused by moderation this week.", Tone.PLAIN
    said = f"{units.count(refused, 'task')} refused by moderation this week."
    tone = Tone.BAD if refused >= MANY_REFUSALS else Tone.WARN
    return f"{said} Too many refusals can suspend an account: change the prompt before it is sent again.", tone


def comparison_words(books: Reconciliation) -> tuple[str, Tone]:
    """The difference, and possible reasons."""
    difference = books.total.difference
    if abs(difference) <= SAME:
        return "Runway reports just what this program knows of.", Tone.PLAIN
    amount = units.credits_in_words(abs(difference))
    if difference < 0:
        late = "it may not have counted the latest yet, or has given them back"
        if books.uncertain:
            unsure = units.count(books.uncertain, "uncertain task was", "uncertain tasks were")
            most = units.credits_in_words(books.uncertain_credits)
            late += f"; or {unsure} never made ({most} at most)"
        return f"{amount} that Runway does not report: {late}.", Tone.PLAIN
    causes = "other programs on this key"
    if books.imported:
        causes += f", or {imported_words(books)}"
    return f"{amount} that this program does not know of: {causes}.", Tone.WARN


def comparison_period(books: Reconciliation) -> str:
    """Shown with the period, since Runway's days are in UTC."""
    return f"{period_words(books.first, books.last)}, days of UTC"


def bill_name(project: str | None, first: date, last: date) -> str:
    """Suggested file name: "Aurora spot 2026-11-01 to 2026-11-24.csv"; without a project for all of them."""
    whose = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in project or "Spending").strip()
    return f"{whose or 'Spending'} {first} to {last}.csv"


def bill_words(bill: Bill) -> tuple[str, str]:
    """Contents of a written bill; in small print what it leaves out, and its path."""
    said = f"{units.count(bill.tasks, 'task')}, {units.credits_in_words(bill.credits)}: {bill.path.name}."
    left = f"{units.count(bill.left_out, 'task')} not ended yet, left out. " if bill.left_out else ""
    return said, f"{left}{bill.path}"


def _date_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
