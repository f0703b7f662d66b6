"""Numbers, times and sizes as text for people, as their system writes them and in their language. Pure; times are Unix
seconds, shown in local time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from runway_desktop import texts
from runway_desktop.domain.account import DOLLARS_PER_CREDIT
from runway_desktop.domain.folders import size_in_words
from runway_desktop.domain.moments import local_time
from runway_desktop.texts import Text, _, ngettext, pgettext

DASH = "–"
ELLIPSIS = "…"

number = texts.number


def shortened(text: str, longest: int) -> str:
    """On one line, cut after so many characters."""
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}{ELLIPSIS}"


def credits_in_words(value: float) -> str:
    value = round(value, 2)
    return ngettext("{n} credit", "{n} credits", value)


def uncertain(credits: float) -> str:
    """The doubtful part of a sum: "70 credits of them uncertain". Empty if there is none."""
    return _("{credits} of them uncertain", credits=credits_in_words(credits)) if credits else ""


def about_credits(credits: float, *, exact: bool = True, at_least: bool = False, at_most: bool = False) -> str:
    """ "60 credits", "about 60 credits", "at least 60 credits", "up to 60 credits"."""
    said = credits_in_words(credits)
    if at_most and not at_least:
        return _("up to {credits}", credits=said)
    if at_least:
        return _("at least {credits}", credits=said)
    return said if exact else _("about {credits}", credits=said)


def about_number(value: float) -> str:
    """ "~60", where there is no room for "about 60 credits"."""
    # Translators: an estimate in a narrow column.
    return pgettext("estimate", "~{amount}", amount=value)


def dollars(credits: float) -> str:
    amount = number(credits * DOLLARS_PER_CREDIT, fixed=True)
    return pgettext("US dollars", "${amount}", amount=amount)


def size(amount: int) -> str:
    """Bytes in decimal units, as file managers show them."""
    return size_in_words(amount)


def speed(bytes_a_second: float) -> str:
    return _("{size}/s", size=size(round(bytes_a_second)))


def duration(seconds: float) -> str:
    """71 → "71 s"; 150 → "2.5 min"; 5400 → "1.5 h"."""
    if seconds < 100:
        return _("{n} s", n=round(seconds))
    if seconds < 5400:
        minutes = seconds / 60
        return _("{n} min", n=round(minutes) if minutes >= 10 else round(minutes, 1))
    return _("{n} h", n=round(seconds / 3600, 1))


def length(seconds: float) -> str:
    """Length of a clip or sound, with tenths below 10 s: "4.5 s", "12 s", "2.5 min"."""
    return _("{n} s", n=round(seconds, 1)) if seconds < 10 else duration(seconds)


def span(low: float, high: float) -> str:
    """A range of seconds in one unit: "30–50 s", "4–6 min". The upper end is rounded up, so that it never promises too
    much; the lower one down, but never to 0."""
    if high < 100:
        step, unit = (5 if high < 60 else 10), 1
    else:
        step, unit = 1, 60 if high < 5400 else 3600
    least, most = low / unit, high / unit
    last = max(1, -int(-most // step) * step)
    first = min(last, max(1, int(least // step) * step))
    n = pgettext("range", "{low}–{high}", low=first, high=last) if first != last else last
    return _("{n} s", n=n) if unit == 1 else _("{n} min", n=n) if unit == 60 else _("{n} h", n=n)


def left(seconds: float) -> str:
    """Remaining time, rounded down: "18 h left", "40 min left"."""
    if seconds < 60:
        return _("less than a minute left")
    if seconds >= 2 * 3600:
        return _("{n} h left", n=int(seconds // 3600))
    return _("{n} min left", n=int(seconds // 60))


def clock_time(at: float, now: float) -> str:
    """Today "14:02", this year "3 Nov", older "3 Nov 2025"."""
    then, today = local_time(at), local_time(now)
    return _clock(then) if then.date() == today.date() else short_day(then, today.year)


def moment(at: float, now: float) -> str:
    """A time near now: "today, 14:00", "tomorrow, 14:00", "26 Nov, 14:00"."""
    then, today = local_time(at), local_time(now).date()
    time = _clock(then)
    match (then.date() - today).days:
        case -1:
            return _("yesterday, {time}", time=time)
        case 0:
            return _("today, {time}", time=time)
        case 1:
            return _("tomorrow, {time}", time=time)
        case _:
            return pgettext("date and time", "{day}, {time}", day=short_day(then, today.year), time=time)


def full_time(at: float) -> str:
    """ "3 November 2026, 14:02:09"."""
    then = local_time(at)
    return pgettext("date and time", "{day}, {time}", day=_long_day(then), time=_clock(then, seconds=True))


def date_words(day: date) -> str:
    """ "3 November 2026"."""
    return _long_day(day)


def exact_time(at: float) -> str:
    """ "14:02:09", for a time within the next minutes."""
    return _clock(local_time(at), seconds=True)


def day_and_time(at: float) -> str:
    """ "3 November 2026, 14:02"."""
    then = local_time(at)
    return pgettext("date and time", "{day}, {time}", day=_long_day(then), time=_clock(then))


def day_in_words(day: str, now: float) -> str:
    """ "2026-11-03" → "Today", "Yesterday", "Tuesday, 3 November"."""
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return day
    today = local_time(now).date()
    if then == today:
        return _("Today")
    if then == today - timedelta(days=1):
        return _("Yesterday")
    return pgettext("date", "{weekday}, {day}", weekday=str(_WEEKDAYS[then.weekday()]), day=_long_day(then, today.year))


def ago(then: float, now: float) -> str:
    seconds = max(0, now - then)
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("{n} min ago", n=int(seconds // 60))
    if seconds < 86400:
        return _("{n} h ago", n=int(seconds // 3600))
    return ngettext("{n} d ago", "{n} d ago", int(seconds // 86400))


def _clock(then: datetime, *, seconds: bool = False) -> str:
    if texts.language().numbers.half_days:
        said = f"{then:%I:%M:%S}" if seconds else f"{then:%I:%M}"
        said = said.removeprefix("0")
        return _("{time} AM", time=said) if then.hour < 12 else _("{time} PM", time=said)
    return f"{then:%H:%M:%S}" if seconds else f"{then:%H:%M}"


def short_day(then: date, this_year: int) -> str:
    """ "3 Nov", of another year "3 Nov 2025"."""
    return _day(then, _SHORT_MONTHS, this_year)


def _long_day(then: date, this_year: int = 0) -> str:
    """ "3 November 2026", without the year if it is this one."""
    return _day(then, _MONTHS, this_year)


def _day(then: date, months: Sequence[Text], this_year: int) -> str:
    month = str(months[then.month - 1])
    if _writes_month_first():
        # Translators: leave these two as they are; only English has them.
        day = pgettext("American date", "{month} {day}", month=month, day=then.day)
        if then.year == this_year:
            return day
        return pgettext("American date", "{day}, {year}", day=day, year=str(then.year))
    if then.year == this_year:
        return pgettext("date", "{day} {month}", day=then.day, month=month)
    return pgettext("date", "{day} {month} {year}", day=then.day, month=month, year=str(then.year))


def _writes_month_first() -> bool:
    """Americans who read the program in English. A translation's order of day and month is in its catalog."""
    language = texts.language()
    return language.code == "en" and language.numbers.month_first


_MONTHS = (
    Text("January", context="month"),
    Text("February", context="month"),
    Text("March", context="month"),
    Text("April", context="month"),
    Text("May", context="month"),
    Text("June", context="month"),
    Text("July", context="month"),
    Text("August", context="month"),
    Text("September", context="month"),
    Text("October", context="month"),
    Text("November", context="month"),
    Text("December", context="month"),
)
_SHORT_MONTHS = (
    Text("Jan", context="short month"),
    Text("Feb", context="short month"),
    Text("Mar", context="short month"),
    Text("Apr", context="short month"),
    Text("May", context="short month"),
    Text("Jun", context="short month"),
    Text("Jul", context="short month"),
    Text("Aug", context="short month"),
    Text("Sep", context="short month"),
    Text("Oct", context="short month"),
    Text("Nov", context="short month"),
    Text("Dec", context="short month"),
)
_WEEKDAYS = (
    Text("Monday", context="day of the week"),
    Text("Tuesday", context="day of the week"),
    Text("Wednesday", context="day of the week"),
    Text("Thursday", context="day of the week"),
    Text("Friday", context="day of the week"),
    Text("Saturday", context="day of the week"),
    Text("Sunday", context="day of the week"),
)
