"""Numbers, times and sizes as text for people. Pure; times are Unix seconds, shown in local time."""

from __future__ import annotations

from datetime import date, timedelta

from runway_desktop.domain.account import DOLLARS_PER_CREDIT
from runway_desktop.domain.folders import size_in_words
from runway_desktop.domain.moments import local_time

DASH = "–"
ELLIPSIS = "…"


def shortened(text: str, longest: int) -> str:
    """On one line, cut after so many characters."""
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}{ELLIPSIS}"


def number(value: float) -> str:
    """8412.0 → "8,412"; 2.5 → "2.5"."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def credits_in_words(value: float) -> str:
    said = number(value)
    return f"{said} credit" if said == "1" else f"{said} credits"


def dollars(credits: float) -> str:
    return f"${credits * DOLLARS_PER_CREDIT:,.2f}"


def count(amount: int, one: str, many: str = "") -> str:
    """count(3, "task") → "3 tasks"."""
    return f"{amount:,} {plural(amount, one, many or one + 's')}"


def plural(amount: int, one: str, many: str) -> str:
    """Selects singular or plural. Both are whole texts, as translation needs."""
    return one if amount == 1 else many


def size(amount: int) -> str:
    """Bytes in decimal units, as file managers show them."""
    return size_in_words(amount)


def speed(bytes_a_second: float) -> str:
    return f"{size(round(bytes_a_second))}/s"


def duration(seconds: float) -> str:
    """71 → "71 s"; 150 → "2.5 min"; 5400 → "1.5 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        minutes = seconds / 60
        return f"{minutes:.0f} min" if minutes >= 10 else f"{minutes:.1f}".rstrip("0").rstrip(".") + " min"
    return f"{seconds / 3600:.1f}".rstrip("0").rstrip(".") + " h"


def span(low: float, high: float) -> str:
    """A range of seconds in one unit: "30–50 s", "4–6 min". The upper end is rounded up, so that it never promises too
    much; the lower one down, but never to 0."""
    if high < 100:
        step, unit, name = (5 if high < 60 else 10), 1, "s"
    else:
        step, (unit, name) = 1, (60, "min") if high < 5400 else (3600, "h")
    least, most = low / unit, high / unit
    last = max(1, -int(-most // step) * step)
    first = min(last, max(1, int(least // step) * step))
    return f"{first}–{last} {name}" if first != last else f"{last} {name}"


def left(seconds: float) -> str:
    """Remaining time, rounded down: "18 h left", "40 min left"."""
    if seconds < 60:
        return "less than a minute left"
    return f"{seconds // 3600:.0f} h left" if seconds >= 2 * 3600 else f"{seconds // 60:.0f} min left"


def clock_time(at: float, now: float) -> str:
    """Today "14:02", this year "3 Nov", older "3 Nov 2025"."""
    then, today = local_time(at), local_time(now)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    day = f"{then.day} {then:%b}"
    return day if then.year == today.year else f"{day} {then.year}"


def moment(at: float, now: float) -> str:
    """A time near now: "today, 14:00", "tomorrow, 14:00", "26 Nov, 14:00"."""
    then, today = local_time(at), local_time(now).date()
    days = (then.date() - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    day = near or f"{then.day} {then:%b}" + ("" if then.year == today.year else f" {then.year}")
    return f"{day}, {then:%H:%M}"


def full_time(at: float) -> str:
    then = local_time(at)
    return f"{then.day} {then:%B %Y, %H:%M:%S}"


def day_and_time(at: float) -> str:
    """ "3 November 2026, 14:02"."""
    return full_time(at).rsplit(":", 1)[0]


def day_in_words(day: str, now: float) -> str:
    """ "2026-11-03" → "Today", "Yesterday", "Tuesday, 3 November"."""
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return day
    today = local_time(now).date()
    if then == today:
        return "Today"
    if then == today - timedelta(days=1):
        return "Yesterday"
    words = f"{then:%A}, {then.day} {then:%B}"
    return words if then.year == today.year else f"{words} {then.year}"


def ago(then: float, now: float) -> str:
    seconds = max(0, now - then)
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    return f"{seconds // 3600:.0f} h ago" if seconds < 86400 else f"{seconds // 86400:.0f} d ago"
