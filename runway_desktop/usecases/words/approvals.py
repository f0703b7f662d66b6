"""Texts of client requests: rows of the page Requests, a request in detail, the log of the day. Pure.

Untrusted text (prompts, names, links) is in fields of its own, with invisible characters escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set

from runway_desktop.catalog import Catalog, assets_in, utf16_length, value_in_words
from runway_desktop.catalog.labels import choice_label, endpoint_label, field_words, model_label
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import (
    EXPIRES_AFTER,
    MOST_WAITING,
    Client,
    ClientRequest,
    Decision,
    Permission,
    RecordLine,
    Why,
    decision,
    waiting,
    waits_for_approval,
)
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.money.pricing import Price
from runway_desktop.texts import Text, _, enumerated, in_turn, ngettext
from runway_desktop.values import Struct

from . import units
from .account import price_source, priced
from .clients import client_icon, client_name, permission_words, today_words
from .plain import shown
from .states import LOOKS, Tone
from .tasks import DECISIONS, Fact

NOTHING_SENT = Text("Nothing is sent until you approve. Requests expire after 24 hours.")
OWN_NAME = Text("Programs choose their own names. Check the request itself.")
LONGEST_TITLE = 300
LONGEST_SHOWN, LONGEST_CUT = 4_000, 200
_OF_PERSON = {
    "permission": Text("Permission changed"),
    "folders": Text("Folders changed"),
    "cast": Text("Use of the cast changed"),
    "pause": Text("All programs paused"),
    "resume": Text("Programs resumed"),
    "hook": Text("What runs when something happens"),
}
_OF_PROGRAM = {
    "create": Text("Create", context="call"),
    "adopt": Text("Adopt", context="call"),
    "cancel": Text("Cancel", context="call"),
    "list": Text("List", context="call"),
    "release": Text("Release", context="call"),
    "resolve": Text("Resolve", context="call"),
    "suggest": Text("Suggest", context="call"),
    "event": Text("Event", context="call"),
}
UNKNOWN_PRICE = "Say --price-up-to CREDITS to book that much, or send it from the window."
REFUSALS: Mapping[Why, tuple[Text | str, str]] = {
    Why.NOT_DECIDING: ("Only the person decides that.", "They do so in Runway Desktop. Nothing was done."),
    Why.NAMELESS: ("A program has to say its name.", "Say it in the hello."),
    Why.REVOKED: (
        Text("The person has revoked this program's access."),
        "Ask them before you go on. Nothing was sent.",
    ),
    Why.PAUSED: (Text("The person has paused all programs."), "Try again later. Nothing was sent."),
    Why.NOT_OWN: ("This task is not this program's own.", "Its person can cancel it in the window."),
    Why.READS_ONLY: (
        Text("This program may only read."),
        "Its person can let it ask, in Runway Desktop's preferences at Connected programs. Nothing was sent.",
    ),
    Why.COMMANDS_READ_ONLY: (
        Text("Commands may not spend from this profile yet."),
        "Run `runway-desktop grant CREDITS` at a terminal. Nothing was sent.",
    ),
    Why.NO_CAST: (
        Text("This program may not use the cast."),
        "Its person can allow it, in Runway Desktop's preferences at Connected programs. Nothing was sent.",
    ),
    Why.NO_PRICE: (Text("Nobody knows the price before it is sent."), f"{UNKNOWN_PRICE} Nothing was sent."),
    Why.TOO_MANY: (
        f"{MOST_WAITING} requests wait for the person already.",
        "Wait until some are answered. Nothing was sent.",
    ),
}
"""What programs read, and what to do instead, in English. The window's log translates those that are a Text."""
_REFUSALS = {said.source: said for said, _advice in REFUSALS.values() if isinstance(said, Text)}


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


class ApprovalRow(Struct, frozen=True, kw_only=True):
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
        return enumerated((self.title, self.detail, self.amount, self.aside, self.warning))


class RecordRow(Struct, frozen=True, kw_only=True):
    """A row of the log, with the columns of `RECORD_TITLES`."""

    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


RECORD_TITLES = (Text("Time"), Text("Program"), Text("Request"), Text("Answer"), Text("Credits"))


def rows_of(asked: Sequence[Asked], catalog: Catalog, now: float) -> list[ApprovalRow]:
    """A header for each program, in the order of their first requests, followed by its requests."""
    found: list[ApprovalRow] = []
    for name in dict.fromkeys(one.wish.client for one in asked):
        own = [one for one in asked if one.wish.client == name]
        header = ApprovalRow(
            title=client_name(name),
            detail=permission_words(own[0].client),
            amount=" · ".join(
                (units.number(len(own)), sum_words([one.price for one in own]))
                if own[0].waits
                else (units.number(len(own)),)
            ),
            icon=client_icon(name),
        )
        found += [header, *(_row(one, catalog, now) for one in own)]
    return found


def _row(one: Asked, catalog: Catalog, now: float) -> ApprovalRow:
    said, tone = DECISIONS[one.decision]
    return ApprovalRow(
        task_id=one.task.id,
        title=units.shortened(shown(one.task.title or one.task.request.prompt), LONGEST_TITLE) or what_words(one.task),
        detail=what_words(one.task),
        amount=price_words(one.price) if one.waits else str(said),
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
    seconds = units.length(length) if isinstance(length, int | float) else ""
    parts = (model_label(task.request.model), endpoint_label(task.request.endpoint), seconds)
    return " · ".join(filter(None, dict.fromkeys(parts)))


def price_words(price: Price | None) -> str:
    if price is None:
        return _("price not known")
    return units.number(price.credits) if price.exact else units.about_number(price.credits)


def sum_words(prices: Sequence[Price | None]) -> str:
    """ "about 276 credits", of the known prices."""
    known = [price for price in prices if price is not None]
    if not known:
        return _("price not known")
    total = sum(price.credits for price in known)
    return units.about_credits(total, at_least=True) if len(known) < len(prices) else priced(total, *known)


def repeat_words(one: Asked, now: float) -> str:
    """ "Same as at 13:58 (Running)"; empty if it is new."""
    if one.earlier is None:
        return ""
    task, time = one.earlier_task, units.clock_time(one.earlier.at, now)
    if task is None:
        return _("Same as at {time}, no longer in the list", time=time)
    if waits_for_approval(task):
        return _("Same as at {time}, which also waits", time=time)
    return _("Same as at {time} ({state})", time=time, state=LOOKS[task.state].headline)


def headline(one: Asked) -> str:
    """ "Request from Claude Code"."""
    return _("Request from {program}", program=client_name(one.wish.client))


def times_words(one: Asked, now: float) -> str:
    """ "14:01, 2 min ago · expires tomorrow, 14:01"."""
    asked = _("{time}, {ago}", time=units.clock_time(one.wish.at, now), ago=units.ago(one.wish.at, now))
    if not one.waits:
        return asked
    return " · ".join((asked, _("expires {time}", time=units.moment(one.task.created_at + EXPIRES_AFTER, now))))


def project_words(task: Task) -> str:
    """ "Project “Lagoon teaser”, shot 090."; empty without both."""
    project, shot = (units.shortened(shown(name), LONGEST_CUT) for name in (task.project, task.shot))
    if project and shot:
        return _("Project “{project}”, shot {shot}.", project=project, shot=shot)
    if project:
        return _("Project “{project}”.", project=project)
    return _("Shot {shot}.", shot=shot) if shot else ""


def prompt_as_sent(text: str) -> str:
    """With its line breaks; invisible characters and direction marks are escaped."""
    return "\n".join(shown(line) for line in text.split("\n"))


def lines_of(one: Asked, catalog: Catalog, now: float, spent: float, cap: float | None) -> dict[str, str]:
    """Texts of a request by line name; empty for missing ones. `spent` today, of the user's `cap`."""
    request, waits = one.task.request, one.waits
    pair = catalog.pair(request.endpoint, request.model)
    field = pair.prompt_field if pair is not None else None
    prompt = str(request.values.get(field.name) or "") if field is not None else request.prompt
    answer = str(DECISIONS[one.decision][0])
    if one.wish.reason:
        answer = _("{answer}: {reason}", answer=answer, reason=one.wish.reason)
    found = {
        "headline": headline(one),
        "times": times_words(one, now),
        "whose": str(in_turn(project_words(one.task), OWN_NAME)),
        "answer": "" if waits else answer,
        "prompt": prompt_as_sent(prompt),
        "prompt title": _prompt_title(prompt, field.max_length if field is not None else None, waits=waits),
        "settings title": _("Model and settings"),
        "id": id_words(one, now),
    }
    if waits:
        cost, source = cost_words(one.price, is_run=one.task.is_run)
        used, over = allowance_words(one)
        found |= {"price title": _("Price"), "price": cost, "source": source, "used": used, "over": over}
        found["cap"] = cap_words(spent, cap, one.price)
    return found


def _prompt_title(prompt: str, most: int | None, *, waits: bool) -> str:
    if not prompt:
        return ""
    amount = utf16_length(prompt)
    title = _("Prompt, exactly as it will be sent") if waits else _("Prompt")
    if most:
        length = ngettext("{length} of {n} character", "{length} of {n} characters", most, length=amount)
    else:
        length = ngettext("{n} character", "{n} characters", amount)
    return f"{title} · {length}"


def settings_of(task: Task, catalog: Catalog) -> list[Fact]:
    """All settings except prompt and inputs."""
    request = task.request
    pair = catalog.pair(request.endpoint, request.model)
    inputs = {asset.uri for asset in assets_in(pair, request.values)} if pair is not None else set()
    prompt = pair.prompt_field.name if pair is not None and pair.prompt_field is not None else None
    model = model_label(request.model)
    facts = [
        Fact(_("Model"), model if model == request.model else f"{model} ({request.model})"),
        Fact(_("Kind"), endpoint_label(request.endpoint)),
    ]
    for name, value in request.values.items():
        if name != prompt and (rest := _without(value, inputs)) not in (None, [], {}):
            field = pair.field(name) if pair is not None else None
            is_choice = field is not None and bool(field.choices)
            label = field.label if field is not None else str(field_words(name).label)
            facts.append(Fact(label, _value_words(name, rest, is_choice=is_choice)))
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
            return units.length(value) if name == "duration" else units.number(value)
        case str():
            return bounded(choice_label(name, value) if is_choice else value)
        case _:
            return bounded(json.dumps(value, ensure_ascii=False))


def bounded(text: str) -> str:
    """Escaped text of a client; very long text, such as an embedded picture, is cut."""
    if len(text) <= LONGEST_SHOWN:
        return shown(text)
    start = shown(text[:LONGEST_CUT])
    return ngettext("{start}… ({n} character)", "{start}… ({n} characters)", len(text), start=start)


def cost_words(price: Price | None, *, is_run: bool = False) -> tuple[str, str]:
    """`is_run`: of a workflow."""
    if price is None:
        told = _("Runway reports it when the run has ended.") if is_run else _("Runway reports it after sending.")
        return _("Price not known"), told
    return " · ".join((priced(price.credits, price), units.dollars(price.credits))), price_source(price)


def allowance_words(one: Asked) -> tuple[str, str]:
    """As in "120 of 200 credits today for Claude Code", and by how much the request exceeds it; empty without an
    allowance."""
    if one.client.permission is not Permission.ALLOWANCE:
        return "", ""
    program = client_name(one.client.name)
    said = _("{spent} for {program}", spent=today_words(one.client, one.used), program=program)
    over = one.used + one.credits - one.client.credits
    if over <= 0:
        return said, ""
    return said, _(
        "{over} over its allowance, so it needs approval. Approving doesn't raise the allowance.",
        over=units.number(over),
    )


def cap_words(spent: float, cap: float | None, price: Price | None) -> str:
    """ "Your cap: 1,480 of 2,100 today, 1,696 after this"; empty without one."""
    if cap is None:
        return ""
    used, most = units.number(spent), units.number(cap)
    if price is None:
        return _("Your cap: {spent} of {cap} today", spent=used, cap=most)
    after = units.number(spent + price.credits)
    return _("Your cap: {spent} of {cap} today, {after} after this", spent=used, cap=most, after=after)


def id_words(one: Asked, now: float) -> str:
    """Whether a similar request was made before, if it still waits; and the meaning of its id."""
    similar = repeat_words(one, now) or _("No similar request in the last 7 days")
    if one.wish.shown_id:
        said = _(
            "Its request ID is {id}; the same ID again gives the same task and costs nothing.",
            id=shown(one.wish.shown_id),
        )
    else:
        said = _("It has no request ID.")
    return f"{similar}\n{said}" if one.waits else said


def record_row(line: RecordLine, asked: Asked | None, now: float) -> RecordRow:
    """A row of the log; `asked` if it became a task that still exists."""
    time, who = units.clock_time(line.at, now), client_name(line.client) if line.client else _("You")
    if asked is not None:
        decided, tone = DECISIONS[asked.decision]
        is_explained = asked.decision is Decision.REFUSED and bool(asked.wish.reason)
        said = _("Refused, with a note") if is_explained else str(decided)
        paid = asked.decision not in (Decision.WAITING, Decision.REFUSED, Decision.EXPIRED, Decision.WITHDRAWN)
        credits = units.number(asked.wish.credits) if paid and asked.wish.credits else units.DASH
        return RecordRow(cells=(time, who, what_words(asked.task), said, credits), tone=tone)
    if not line.client or line.call in _OF_PERSON:
        about_, answer = str(_OF_PERSON.get(line.call, line.call)), _allowed(line)
    else:
        call, about = str(_OF_PROGRAM.get(line.call, line.call.capitalize())), shown(line.about)
        if line.call == "create" and len(names := about.split()) == 2:
            about = " · ".join((model_label(names[1]), endpoint_label(names[0])))
        about_ = ", ".join(part for part in (call, about) if part)
        answer = str(_REFUSALS.get(line.answer, shown(line.answer))) or (
            _("Read only") if line.call == "list" else _("Done")
        )
    tone = Tone.WARN if line.answer and line.client else Tone.PLAIN
    return RecordRow(cells=(time, who, about_, answer, units.DASH), tone=tone)


def day_words(rows: int, credits: float) -> str:
    """ "8 entries · 120 credits spent"."""
    if not rows:
        return _("Nothing yet")
    spent = _("{credits} spent", credits=units.credits_in_words(round(credits, 1)))
    return " · ".join((ngettext("{n} entry", "{n} entries", rows), spent))


def _allowed(line: RecordLine) -> str:
    """The new permission of a program."""
    if not line.about:
        return ""
    answer = line.answer
    if line.call == "permission":
        word, __, credits = answer.partition(" ")
        client = Client(name=line.about, permission=Permission(word), credits=float(credits))
        answer = permission_words(client)
    elif line.call == "cast":
        answer = _("May use the cast") if answer else _("May not use the cast")
    return _("{program}: {answer}", program=client_name(line.about), answer=answer)
