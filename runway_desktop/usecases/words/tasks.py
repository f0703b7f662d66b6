"""One task in words: what it is called, how it is set, when it was sent, and what the person made of it. Pure."""

from __future__ import annotations

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.domain.spending_report import spent_at
from runway_desktop.domain.task import Pick, Task

from . import units

MOST_STARS = 5


def title_words(task: Task, catalog: Catalog) -> str:
    """What stands for a task where there is room for a line."""
    if task.title or task.request.prompt:
        return " ".join((task.title or task.request.prompt).split())
    if task.adopted:
        return "Task started elsewhere"
    endpoint = catalog.endpoint(task.request.endpoint)
    return endpoint.label if endpoint else task.request.endpoint


def settings_words(task: Task, catalog: Catalog) -> str:
    """ "gen4.5 · 1280:720 · 5 s · seed 41207"."""
    request = task.request
    if task.adopted and not request.model:
        return f"adopted · {task.remote_id}"
    line = settings_line(catalog.pair(request.endpoint, request.model), request.values)
    shot = f"shot {task.shot}" if task.shot else ""
    return " · ".join(part for part in (request.model, line, shot) if part)


def sent_words(task: Task) -> str:
    """ "Sent 9 March 2026, 14:02:11"; one that was started elsewhere was sent there. Empty for what was not sent."""
    at = spent_at(task)
    where = "Sent elsewhere" if task.adopted and not task.sent_at else "Sent" if at else ""
    return f"{where} {units.full_time(at)}" if at else where


def stars(rating: int) -> str:
    """ "★★★★☆"; empty where it is not rated."""
    return "★" * rating + "☆" * (MOST_STARS - rating) if rating else ""


def marks_of(task: Task) -> str:
    """ "✓ 4★": what the person decided, small enough for a corner."""
    pick = {Pick.PICK: "✓", Pick.REJECT: "✕"}.get(task.pick, "")
    return " ".join(part for part in (pick, f"{task.rating}★" if task.rating else "") if part)


def rating_words(rating: int) -> str:
    return units.count(rating, "star") if rating else "Not rated"


def judgment_words(task: Task) -> str:
    """What the person made of it, as it is spoken: "Picked, 4 stars, tags drone, night"."""
    said = {Pick.PICK: "Picked", Pick.REJECT: "Rejected"}.get(task.pick, "")
    rated = rating_words(task.rating) if task.rating else ""
    tags = f"tags {', '.join(task.tags)}" if task.tags else ""
    return ", ".join(part for part in (said, rated, tags, "has a note" if task.note else "") if part)
