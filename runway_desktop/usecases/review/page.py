"""The page that a client opens: one HTML file with its clips inside, which requests nothing and works without scripts.

It carries hashes and names of takes, no prompt, model, seed or price. It is filled from `resources/review/review.html`,
in the language that was chosen for the client. `page` blocks while it reads the clips, and raises OSError then: call it
in a worker.
"""

from __future__ import annotations

import json
import logging
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from runway_desktop import texts
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.media import Media
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.review import SCHEMA
from runway_desktop.texts import _, enumerated, ngettext, pgettext
from runway_desktop.usecases.words.units import date_words, length
from runway_desktop.values import Struct

log = logging.getLogger(__name__)

_BLOCK = 3 * 1024 * 1024
"""Bytes that are encoded at once. Base64 wants a multiple of three."""
_POLICY = (
    "default-src 'none'; img-src data: blob: {files}; media-src data: blob: {files}; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; connect-src 'none'; form-action 'none'; base-uri 'none'"
)
_FILES = "'self' file:"
"""What lies beside the page. Chromium takes a relative address of a page that was opened from disk as `file:`."""


class PageClip(Struct, frozen=True, kw_only=True):
    """`sha256`: of the original, whatever was made of it for the client. `beside`: the name of its file in the folder
    `clips`; empty: its bytes stand in the page. `start`, `end`: in and out, in seconds."""

    name: str
    sha256: str
    path: Path
    media: Media
    mime: str
    duration: float = 0.0
    start: float | None = None
    end: float | None = None
    beside: str = ""


class PageHead(Struct, frozen=True, kw_only=True):
    """`sent_at`: Unix seconds. `language`: the code of a catalog, or "en"."""

    round_id: str
    title: str
    sender: str
    sent_at: float
    language: str = "en"


def languages() -> tuple[str, ...]:
    """Codes of the languages that a page can be in."""
    return ("en", *texts.languages(resource("locale")))


def page(head: PageHead, clips: Sequence[PageClip]) -> Iterator[str]:
    """The parts of the file, to be written one after the other."""
    language = texts.chosen_language(resource("locale"), [head.language], texts.language().numbers, _damaged)
    with texts.speaking(language):
        before, after = _filled(head, clips)
        cards = [_card(number, clip) for number, clip in enumerate(clips)]
    yield before
    for clip, (opening, closing) in zip(clips, cards, strict=True):
        yield opening
        yield from _address(clip)
        yield closing
    yield after


def _filled(head: PageHead, clips: Sequence[PageClip]) -> list[str]:
    amount, seconds = ngettext("{n} clip", "{n} clips", len(clips)), sum(clip.duration for clip in clips)
    told = [head.sender, date_words(local_time(head.sent_at).date()), enumerated([amount, length(seconds)])]
    values = {
        "lang": head.language,
        "policy": _POLICY.format(files=_FILES if any(clip.beside for clip in clips) else ""),
        "title": head.title,
        "facts": " · ".join(filter(None, told)),
        "play": _("Play all in order"),
        "mailto": f"mailto:?subject={quote(head.title)}",
        "mail": _("Answer by mail"),
        "name": _("Your name"),
        "whole": _("Comment on the whole"),
        "copy": _("Copy for mail"),
        "send": _("Send back"),
    }
    filled = {name: escape(value) for name, value in values.items()} | {"round": _data(head, clips)}
    template = resource("review", "review.html").read_text("utf-8")
    # Each part at once: a title may hold the name of another place.
    return [re.sub(r"@(\w+)@", lambda place: filled[place[1]], part) for part in template.split("@cards@")]


def _data(head: PageHead, clips: Sequence[PageClip]) -> str:
    """What the script reads. No text in it can end the element."""
    words = {
        "play": _("Play all in order"),
        "stop": _("Stop"),
        "approve": _("Approved"),
        "change": pgettext("review", "Change"),
        "reject": _("Rejected"),
        "go": _("Go to {time}", time="{time}"),
        "remove": _("Remove comment “{comment}”", comment="{comment}"),
        "decided": _("{n} of {all} decided", n="{n}", all="{all}"),
        "kept": _("Kept on this device"),
        "not_kept": _("Not kept: send back before you close."),
        "copied": _("Copied. Paste it into a mail."),
        "not_copied": _("The browser does not allow copying. Use Send back."),
        "sent": _("Saved as decisions.json. Send this file back."),
        "block": _("The sender's program reads the following lines. Please leave them as they are:"),
    }
    told = [{"sha256": clip.sha256, "start": clip.start, "end": clip.end} for clip in clips]
    data = {"schema": SCHEMA, "id": head.round_id, "words": words, "clips": told}
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _card(number: int, clip: PageClip) -> tuple[str, str]:
    """What stands before and after the address of the clip."""
    name = escape(clip.name)
    match clip.media:
        case Media.IMAGE:
            opening, closing = "<img", f' alt="{name}">'
        case Media.AUDIO:
            opening, closing = "<audio controls", f' aria-label="{name}"></audio>'
        case _:
            opening, closing = '<video controls playsinline preload="metadata"', f' aria-label="{name}"></video>'
    votes = (
        ("approve", "✓", _("Approve"), _("Approved")),
        ("change", "✎", pgettext("review", "Change"), pgettext("review", "Change")),
        ("reject", "✕", _("Reject"), _("Rejected")),
    )
    buttons = "".join(
        f'<button data-vote="{vote}" data-sign="{sign}" data-off="{escape(off)}" data-on="{escape(on)}"></button>'
        for vote, sign, off, on in votes
    )
    said = escape(_("Comment at this time") if clip.media is not Media.IMAGE else _("Comment"))
    field = f'<input maxlength="4000" placeholder="{said}" aria-label="{said}, {name}" enterkeyhint="done">'
    return (
        f'<article aria-labelledby="name{number}"><figure><h2 id="name{number}">{name}</h2>{opening} src="',
        f'"{closing}</figure><div hidden><div class="votes" role="group" aria-labelledby="name{number}">{buttons}</div>'
        f"<ol></ol><form><output>00:00.0</output>{field}<button>{escape(_('Add'))}</button></form></div></article>\n",
    )


def _address(clip: PageClip) -> Iterator[str]:
    if clip.beside:
        yield escape(f"clips/{quote(clip.beside)}")
        return
    yield f"data:{clip.mime};base64,"
    with clip.path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield b64encode(block).decode()


def _damaged(code: str, error: Exception) -> None:
    log.warning("The catalog of the language %s cannot be read: %s", code, error)
