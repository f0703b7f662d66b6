"""Texts of the spending report: sums, days, caps, refusals, and Runway's figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.spending_report import SAME, Compared, Reconciliation, SpendingReport, Sum
from runway_desktop.services.money.spending import Bill
from runway_desktop.texts import Text, _, in_turn, ngettext, pgettext
from runway_desktop.values import Struct, replace

from . import units
from .clients import client_name
from .states import Tone

MANY_REFUSALS = 5
"""In a week; from this number on the warning is emphasized."""
SUM_TITLES = (Text("Model"), Text("Tasks"), Text("Credits"), Text("Dollars"), Text("Per keeper"))
# Translators: "Here" are the credits that this program knows of.
COMPARED_TITLES = (Text("Model"), Text("Here"), Text("Runway"), Text("Difference"))


class Side(Enum):
    """Breakdown of the sums, with the title of its column."""

    MODEL = Text("Model")
    PROJECT = Text("Project")
    BATCH = Text("Batch")
    PROGRAM = Text("Program")
    CAST = Text("Cast")


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
    said = units.day_in_words(one.key, now), units.credits_in_words(one.credits), _tasks(one.tasks)
    return DayBar(day, one.credits, units.short_day(day, day.year), " · ".join(filter(None, said)))


def _tasks(amount: int) -> str:
    return ngettext("{n} task", "{n} tasks", amount) if amount else ""


def period_words(first: date, last: date) -> str:
    return pgettext("range", "{first} – {last}", first=units.date_words(first), last=units.date_words(last))


def total_words(total: Sum) -> str:
    parts = (
        units.credits_in_words(total.credits),
        units.dollars(total.credits),
        ngettext("{n} task", "{n} tasks", total.tasks),
        units.uncertain(total.uncertain_credits),
    )
    return " · ".join(filter(None, parts))


def imported_words(of: Sum | Reconciliation) -> str:
    """ "9 imported tasks (668 credits)"."""
    credits = units.credits_in_words(of.imported_credits)
    return ngettext("{n} imported task ({credits})", "{n} imported tasks ({credits})", of.imported, credits=credits)


def sum_lines(report: SpendingReport, side: Side) -> list[MoneyLine]:
    """In the order of `SUM_TITLES`, highest first."""
    match side:
        case Side.MODEL:
            sums = tuple(replace(one, title=model_label(one.title) if one.title else "") for one in report.models)
            nameless = _("Unknown")
        case Side.PROJECT:
            sums, nameless = report.projects, _("No project")
        case Side.BATCH:
            sums, nameless = report.batches, _("Single tasks")
        case Side.PROGRAM:
            sums = tuple(replace(one, title=client_name(one.title) if one.title else "") for one in report.programs)
            nameless = _("You")
        case Side.CAST:
            sums, nameless = report.cast, ""
    most = max((one.credits for one in sums), default=0.0)
    return [
        MoneyLine(_sum_cells(one, nameless), _sum_spoken(one, nameless), share=one.credits / most if most > 0 else None)
        for one in sums
    ]


def _sum_cells(one: Sum, nameless: str) -> tuple[str, ...]:
    return (
        one.title or nameless,
        units.number(one.tasks),
        units.number(one.credits),
        units.dollars(one.credits),
        units.number(round(one.per_keeper, 1)) if one.per_keeper is not None else units.DASH,
    )


def _sum_spoken(one: Sum, nameless: str) -> tuple[str, ...]:
    keeper = _("No keeper yet: none is picked, or rated 4 or higher.")
    if one.per_keeper is not None:
        keeper = ngettext(
            "{credits} for {n} keeper, misses included", "{credits} for each of {n} keepers, misses included",
            one.keepers, credits=units.credits_in_words(round(one.per_keeper, 1)),
        )  # fmt: skip
    name, credits = one.title or nameless, units.credits_in_words(one.credits)
    said = _("{name}: {credits}", name=name, credits=credits)
    if one.uncertain:
        uncertain = units.number(one.uncertain_credits)
        said = _("{name}: {credits}, {uncertain} of them uncertain", name=name, credits=credits, uncertain=uncertain)
    return (said, ngettext("{n} task", "{n} tasks", one.tasks), said, said, keeper)


def compared_lines(models: Sequence[Compared]) -> list[MoneyLine]:
    """In the order of `COMPARED_TITLES`."""
    return [
        MoneyLine(
            (
                model_label(one.key) if one.key else _("Unknown"),
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
        return _("No task was refused by moderation this week."), Tone.PLAIN
    said = ngettext("{n} task refused by moderation this week.", "{n} tasks refused by moderation this week.", refused)
    tone = Tone.BAD if refused >= MANY_REFUSALS else Tone.WARN
    why = _("Too many refusals can suspend an account. Change the prompt before sending again.")
    return str(in_turn(said, why)), tone


def comparison_words(books: Reconciliation) -> tuple[str, Tone]:
    """The difference, and possible reasons."""
    difference = books.total.difference
    if abs(difference) <= SAME:
        return _("Runway's figures match this program's."), Tone.PLAIN
    amount = units.credits_in_words(abs(difference))
    if difference < 0:
        said = in_turn(
            _("Runway reports {credits} less.", credits=amount),
            _("It may not have counted the latest tasks yet, or refunded some."),
            ngettext(
                "{n} uncertain task ({credits} at most) may never have been created.",
                "{n} uncertain tasks ({credits} at most) may never have been created.",
                books.uncertain, credits=units.credits_in_words(books.uncertain_credits),
            )
            if books.uncertain
            else "",
        )  # fmt: skip
        return str(said), Tone.PLAIN
    said = _("Runway reports {credits} more, probably of other programs with this key.", credits=amount)
    if books.imported:
        imported = imported_words(books)
        said = _(
            "Runway reports {credits} more: other programs with this key, or {imported}.",
            credits=amount, imported=imported,
        )  # fmt: skip
    return said, Tone.WARN


def comparison_period(books: Reconciliation) -> str:
    """Shown with the period, since Runway's days are in UTC."""
    return _("{period} (UTC)", period=period_words(books.first, books.last))


def bill_name(project: str | None, first: date, last: date) -> str:
    """Suggested file name: "Aurora spot 2026-11-01 to 2026-11-24.csv"; without a project for all of them."""
    whose = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in project or "").strip()
    return _("{name} {first} to {last}.csv", name=whose or _("Spending"), first=first, last=last)


def bill_words(bill: Bill) -> tuple[str, str]:
    """Contents of a written bill; in small print what of it may change, and its path."""
    said = ngettext(
        "Exported {n} task, {credits}, to {file}.", "Exported {n} tasks, {credits}, to {file}.",
        bill.tasks, credits=units.credits_in_words(bill.credits), file=bill.path.name,
    )  # fmt: skip
    doubt = units.uncertain(bill.uncertain_credits)
    said = str(in_turn(said, pgettext("sentence", "{words}.", words=doubt) if doubt else ""))
    running = ngettext(
        "{n} task is still running: its cost is an estimate.",
        "{n} tasks are still running: their cost is an estimate.",
        bill.running,
    )
    return said, str(in_turn(running if bill.running else "", str(bill.path)))
