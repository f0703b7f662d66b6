"""Texts of client requests: rows of the page Requests, a request in detail, the log of the day. Pure.

Untrusted text (prompts, names, links) is in fields of its own, with invisible characters escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set

from runway_desktop.catalog import Catalog, assets_in, number_in_words, utf16_length, value_in_words
from runway_desktop.catalog.labels import choice_label, endpoint_label, field_words, model_label
from runway_desktop.domain.clients import (
    EXPIRES_AFTER,
    Client,
    ClientRequest,
    Decision,
    Permission,
    RecordLine,
    decision,
    waiting,
    waits_for_approval,
)
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.money.pricing import Price
from runway_desktop.values import Struct

from . import units
from .account import about, price_source
from .clients import client_icon, client_name, permission_words, today_words
from .plain import shown
from .states import LOOKS, Tone
from .tasks import DECISIONS, Fact

NOTHING_SENT = "Nothing is sent until you approve. Requests expire after 24 hours."
OWN_NAME = "The program gave its own name; check the request itself."
LONGEST_TITLE = 300
LONGEST_SHOWN, LONGEST_CUT = 4_000, 200
_OF_PERSON = {
    "permission": "Permission changed",
    "folders": "Folders changed",
    "pause": "All programs paused",
    "resume": "Programs may ask again",
}


class Asked(Struct, frozen=True, kw_only=True):
    """A request with related facts. `earlier` is the latest identical request of the same program, with its task."""

    task: Task
    wish: ClientRequest
    client: Client
    used: float = 0.0
    """Credits that its program has used today."""
    price: Price | None = None
    picture: str = ""
    earlier: ClientRequest | None = None
    earlier_task: Task | None = None

    @property
    def credits(self) -> float:
        """0 if the price is unknown."""
        return self.price.credits if self.price is not None else 0.0

    @property
    def decision(self) -> Decision:
        return decision(self.wish, self.task)

    @property
    def waits(self) -> bool:
        """Whether it waits for approval. An approved task may be held again, for instance because its file was
        changed."""
        return bool(waiting([self.task]))


class InputShown(Struct, frozen=True, kw_only=True):
    """An input of a request. `path` is a local file, `link` anything else; `picture` is its picture to show."""

    label: str
    media: Media = Media.OTHER
    path: str = ""
    link: str = ""
    picture: str = ""
    facts: MediaFacts | None = None


class RequestRow(Struct, frozen=True, kw_only=True):
    """A row of the list: a request, or without `task_id` the header of its program."""

    task_id: TaskId | None = None
    title: str
    detail: str = ""
    amount: str = ""
    aside: str = ""
    warning: str = ""
    picture: str = ""
    icon: str = ""
    tone: Tone = Tone.PLAIN

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.title, self.detail, self.amount, self.aside, self.warning) if part)


class RecordRow(Struct, frozen=True, kw_only=True):
    """A row of the log, with the columns of `RECORD_TITLES`."""

    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


RECORD_TITLES = ("Time", "Program", "Asked for", "Answer", "Credits")


def rows_of(asked: Sequence[Asked], catalog: Catalog, now: float) -> list[RequestRow]:
    """A header for each program, in the order of their first requests, followed by its requests."""
    found: list[RequestRow] = []
    for name in dict.fromkeys(one.wish.client for one in asked):
        own = [one for one in asked if one.wish.client == name]
        header = RequestRow(
            title=client_name(name),
            detail=permission_words(own[0].client),
            amount=f"{len(own):,} · {sum_words([one.price for one in own])}" if own[0].waits else f"{len(own):,}",
            icon=client_icon(name),
        )
        found += [header, *(_row(one, catalog, now) for one in own)]
    return found


def _row(one: Asked, catalog: Catalog, now: float) -> RequestRow:
    said, tone = DECISIONS[one.decision]
    return RequestRow(
        task_id=one.task.id,
        title=units.shortened(shown(one.task.title or one.task.request.prompt), LONGEST_TITLE) or what_words(one.task),
        detail=what_words(one.task),
        amount=price_words(one.price) if one.waits else said,
        aside=units.clock_time(one.wish.at, now),
        warning=repeat_words(one, now) if one.waits else one.wish.reason,
        picture=one.picture,
        icon=makes(one.task, catalog).kind.icon,
        tone=Tone.PLAIN if one.waits else tone,
    )


def makes(task: Task, catalog: Catalog) -> Media:
    endpoint = catalog.endpoint(task.request.endpoint)
    return endpoint.makes if endpoint is not None else Media.OTHER


def what_words(task: Task) -> str:
    """ "Gen-4.5 · Image → video · 5 s"."""
    length = task.request.values.get("duration")
    seconds = f"{number_in_words(length)} s" if isinstance(length, int | float) else ""
    parts = (model_label(task.request.model), endpoint_label(task.request.endpoint), seconds)
    return " · ".join(part for part in parts if part)


def price_words(price: Price | None) -> str:
    return "price open" if price is None else f"{'' if price.exact else '~'}{units.number(price.credits)}"


def sum_words(prices: Sequence[Price | None]) -> str:
    """ "about 276 credits", of the known prices."""
    known = [price for price in prices if price is not None]
    if not known:
        return "price open"
    least = "at least " if len(known) < len(prices) else ""
    return f"{least}{'' if least else about(*known)}{units.credits_in_words(sum(price.credits for price in known))}"


def repeat_words(one: Asked, now: float) -> str:
    """ "Looks like a repeat of 13:58, running"; empty if it is new."""
    if one.earlier is None:
        return ""
    task, became = one.earlier_task, "no longer in the list"
    if task is not None:
        said = "Also waiting" if waits_for_approval(task) else str(LOOKS[task.state].headline)
        became = said[0].lower() + said[1:]
    return f"Looks like a repeat of {units.clock_time(one.earlier.at, now)}, {became}"


def headline(one: Asked, catalog: Catalog) -> str:
    """ "Claude Code asks for one clip"."""
    verb = "asks" if one.waits else "asked"
    return f"{client_name(one.wish.client)} {verb} for one {makes(one.task, catalog).kind.word}"


def times_words(one: Asked, now: float) -> str:
    """ "14:01, 2 min ago · expires tomorrow, 14:01"."""
    asked = f"{units.clock_time(one.wish.at, now)}, {units.ago(one.wish.at, now)}"
    return f"{asked} · expires {units.moment(one.task.created_at + EXPIRES_AFTER, now)}" if one.waits else asked


def project_words(task: Task) -> str:
    """ "Project “Lagoon teaser”, shot 090."; empty without both."""
    project, shot = (units.shortened(shown(name), LONGEST_CUT) for name in (task.project, task.shot))
    said = ", ".join((f"project “{project}”",) * bool(project) + (f"shot {shot}",) * bool(shot))
    return f"{said[0].upper()}{said[1:]}." if said else ""


def prompt_as_sent(text: str) -> str:
    """With its line breaks; invisible characters and direction marks are escaped."""
    return "\n".join(shown(line) for line in text.split("\n"))


def lines_of(one: Asked, catalog: Catalog, now: float, spent: float, cap: float | None) -> dict[str, str]:
    """Texts of a request by line name; empty for missing ones. `spent` today, of the user's `cap`."""
    request, waits = one.task.request, one.waits
    pair = catalog.pair(request.endpoint, request.model)
    field = pair.prompt_field if pair is not None else None
    prompt = str(request.values.get(field.name) or "") if field is not None else request.prompt
    most = f" of {field.max_length:,}" if field is not None and field.max_length else ""
    title, answer = "Prompt, exactly as it will be sent" if waits else "Prompt", DECISIONS[one.decision][0]
    found = {
        "headline": headline(one, catalog),
        "times": times_words(one, now),
        "whose": f"{project_words(one.task)} {OWN_NAME}".strip(),
        "answer": "" if waits else f"{answer}: {one.wish.reason}" if one.wish.reason else f"{answer}.",
        "prompt": prompt_as_sent(prompt),
        "prompt title": f"{title} · {utf16_length(prompt):,}{most} characters" if prompt else "",
        "settings title": "Model and settings",
        "id": id_words(one, now),
    }
    if waits:
        cost, source = cost_words(one.price)
        used, over = allowance_words(one)
        found |= {"price title": "Price", "price": cost, "source": source, "used": used, "over": over}
        found["cap"] = cap_words(spent, cap, one.price)
    return found


def settings_of(task: Task, catalog: Catalog) -> list[Fact]:
    """All settings except prompt and inputs."""
    request = task.request
    pair = catalog.pair(request.endpoint, request.model)
    inputs = {asset.uri for asset in assets_in(pair, request.values)} if pair is not None else set()
    prompt = pair.prompt_field.name if pair is not None and pair.prompt_field is not None else None
    model = model_label(request.model)
    facts = [
        Fact("Model", model if model == request.model else f"{model} ({request.model})"),
        Fact("Kind", endpoint_label(request.endpoint)),
    ]
    for name, value in request.values.items():
        if name != prompt and (rest := _without(value, inputs)) not in (None, [], {}):
            field = pair.field(name) if pair is not None else None
            is_choice = field is not None and bool(field.choices)
            facts.append(
                Fact(str(field_words(name, request.endpoint).label), _value_words(name, rest, is_choice=is_choice))
            )
    return facts


def _without(value: object, inputs: Set[str]) -> object:
    """A value without the URIs of inputs, which are shown elsewhere; their other members stay."""
    match value:
        case str():
            return None if value in inputs else value
        case Mapping():
            kept = {name: _without(inner, inputs) for name, inner in value.items()}
            return {name: inner for name, inner in kept.items() if inner is not None}
        case list() | tuple():
            return [inner for one in value if (inner := _without(one, inputs)) not in (None, {})]
        case _:
            return value


def _value_words(name: str, value: object, *, is_choice: bool) -> str:
    match value:
        case bool():
            return value_in_words(value)
        case int() | float():
            return f"{number_in_words(value)} s" if name == "duration" else str(value)
        case str():
            return bounded(choice_label(name, value) if is_choice else value)
        case _:
            return bounded(json.dumps(value, ensure_ascii=False))


def bounded(text: str) -> str:
    """Escaped text of a client; very long text, such as an embedded picture, is cut."""
    if len(text) <= LONGEST_SHOWN:
        return shown(text)
    return f"{shown(text[:LONGEST_CUT])}{units.ELLIPSIS} ({len(text):,} characters)"


def cost_words(price: Price | None) -> tuple[str, str]:
    """The price and its source."""
    if price is None:
        return "Price not known", "Runway says it once it is sent."
    cost = f"{about(price)}{units.credits_in_words(price.credits)} · {units.dollars(price.credits)}"
    return f"{cost[0].upper()}{cost[1:]}", price_source(price)


def allowance_words(one: Asked) -> tuple[str, str]:
    """As in "120 of 200 credits today for Claude Code", and by how much the request exceeds it; empty without an
    allowance."""
    if one.client.permission is not Permission.ALLOWANCE:
        return "", ""
    said = f"{today_words(one.client, one.used)} for {client_name(one.client.name)}"
    over = one.used + one.credits - one.client.credits
    if over <= 0:
        return said, ""
    return said, f"{units.number(over)} over its allowance, so it asks you. Approving does not raise the allowance."


def cap_words(spent: float, cap: float | None, price: Price | None) -> str:
    """ "Your cap: 1,480 of 2,100 today, 1,696 after this"; empty without one."""
    if cap is None:
        return ""
    after = f", {units.number(spent + price.credits)} after this" if price is not None else ""
    return f"Your cap: {units.number(spent)} of {units.number(cap)} today{after}"


def id_words(one: Asked, now: float) -> str:
    """Whether a similar request was made before, if it still waits; and the meaning of its id."""
    similar = repeat_words(one, now) or "No similar request in the last 7 days"
    about_ = f"{similar}. " if one.waits else ""
    if not one.wish.shown_id:
        return f"{about_}It came without an id."
    about_ += f"Its request id is {shown(one.wish.shown_id)}; "
    return f"{about_}asking again with the same id gives the same task and costs nothing."


def record_row(line: RecordLine, asked: Asked | None, now: float) -> RecordRow:
    """A row of the log; `asked` if it became a task that still exists."""
    time, who = units.clock_time(line.at, now), client_name(line.client) if line.client else "You"
    if asked is not None:
        said, tone = DECISIONS[asked.decision]
        if asked.decision is Decision.REFUSED and asked.wish.reason:
            said = f"{said}, with a note"
        paid = asked.decision not in (Decision.WAITING, Decision.REFUSED, Decision.EXPIRED, Decision.WITHDRAWN)
        credits = units.number(asked.wish.credits) if paid and asked.wish.credits else units.DASH
        return RecordRow(cells=(time, who, what_words(asked.task), said, credits), tone=tone)
    if not line.client:
        about_, answer = _OF_PERSON.get(line.call, line.call), _allowed(line)
    else:
        about_ = ", ".join(part for part in (line.call.capitalize(), shown(line.about)) if part)
        answer = line.answer or ("Read only" if line.call == "list" else "Done")
    tone = Tone.WARN if line.answer and line.client else Tone.PLAIN
    return RecordRow(cells=(time, who, about_, shown(answer), units.DASH), tone=tone)


def day_words(rows: int, credits: float) -> str:
    """ "8 entries · 120 credits spent"."""
    entries = units.count(rows, "entry", "entries")
    return f"{entries} · {units.credits_in_words(round(credits, 1))} spent" if rows else "Nothing yet"


def _allowed(line: RecordLine) -> str:
    """The new permission of a program."""
    if not line.about:
        return ""
    answer = line.answer
    if line.call == "permission":
        word, _, credits = answer.partition(" ")
        client = Client(name=line.about, permission=Permission(word), credits=float(credits))
        answer = permission_words(client).lower()
    return f"{client_name(line.about)}: {answer}"
