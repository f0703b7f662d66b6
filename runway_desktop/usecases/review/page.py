"""The page that a client opens: one HTML file with its clips inside, which requests nothing and works without scripts.

It carries hashes and names of takes, no prompt, model, seed or price. It is filled from `resources/review/review.html`,
in the language that was chosen for the client. `page` blocks while it reads the clips, and raises OSError then: call it
in a worker.
"""

from __future__ import annotations

import json
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
from runway_desktop.texts import Text, enumerated, ngettext
from runway_desktop.usecases.words.units import date_words, length
from runway_desktop.values import Struct

_BLOCK = 3 * 1024 * 1024
"""Bytes that are encoded at once. Base64 wants a multiple of three."""
_POLICY = (
    "default-src 'none'; img-src data: blob: {files}; media-src data: blob: {files}; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; connect-src 'none'; form-action 'none'; base-uri 'none'"
)
_FILES = "'self' file:"
"""What lies beside the page. Chromium takes a relative address of a page that was opened from disk as `file:`."""

_WORDS = {
    "play": Text("Play all in order"),
    "stop": Text("Stop"),
    "mail": Text("Answer by mail"),
    "approve": Text("Approve"),
    "change": Text("Change", context="review"),
    "reject": Text("Reject"),
    "approve_on": Text("Approved"),
    "change_on": Text("Change", context="review"),
    "reject_on": Text("Rejected"),
    "comment": Text("Comment"),
    "comment_at": Text("Comment at this time"),
    "add": Text("Add"),
    "go": Text("Go to {time}"),
    "remove": Text("Remove comment “{comment}”"),
    "name": Text("Your name"),
    "whole": Text("Comment on the whole"),
    "decided": Text("{done} of {all} decided"),
    "kept": Text("Kept on this device"),
    "not_kept": Text("Not kept: send back before you close."),
    "copy": Text("Copy for mail"),
    "copied": Text("Copied. Paste it into a mail."),
    "not_copied": Text("The browser does not allow copying. Use Send back."),
    "send": Text("Send back"),
    "sent": Text("Saved as decisions.json. Send this file back."),
    "block": Text("The sender's program reads the following lines. Please leave them as they are:"),
}
"""Texts of the page. What stands in braces is filled by its script."""


class PageClip(Struct, frozen=True, kw_only=True):
    """`sha256`: of the original, whatever was made of it for the client. `beside`: the name of its file in the folder
    `clips`; empty: its bytes stand in the page. `start`, `end`: in and out, in seconds."""

    name: Text | str
    sha256: str
    path: Path
    media: Media
    mime: str
    duration: float = 0.0
    start: float | None = None
    end: float | None = None
    beside: str = ""


class Wish(Struct, frozen=True, kw_only=True):
    """What the person chose. `language`: of the page, the code of a catalog or "en". `shrinks`: make clips smaller."""

    folder: Path
    title: str
    sender: str = ""
    language: str = "en"
    shrinks: bool = True


def languages() -> tuple[str, ...]:
    """Codes of the languages that a page can be in."""
    return ("en", *texts.languages(resource("locale")))


def page(wish: Wish, round_id: str, at: float, clips: Sequence[PageClip]) -> Iterator[str]:
    """The parts of the file, to be written one after the other. `at`: Unix seconds."""
    language = texts.chosen_language(resource("locale"), [wish.language], texts.language().numbers, lambda *_: None)
    with texts.speaking(language):
        before, after = _filled(wish, round_id, at, clips)
        cards = [_card(number, clip) for number, clip in enumerate(clips)]
    yield before
    for clip, (opening, closing) in zip(clips, cards, strict=True):
        yield opening
        yield from _address(clip)
        yield closing
    yield after


def _filled(wish: Wish, round_id: str, at: float, clips: Sequence[PageClip]) -> list[str]:
    amount, seconds = ngettext("{n} clip", "{n} clips", len(clips)), sum(clip.duration for clip in clips)
    told = [wish.sender, date_words(local_time(at).date()), enumerated([amount, length(seconds)])]
    words = {name: str(said) for name, said in _WORDS.items()}
    data = {
        "schema": SCHEMA,
        "id": round_id,
        "words": words,
        "clips": [{"sha256": clip.sha256, "start": clip.start, "end": clip.end} for clip in clips],
    }
    values = words | {
        "lang": wish.language,
        "policy": _POLICY.format(files=_FILES if any(clip.beside for clip in clips) else ""),
        "title": wish.title,
        "facts": " · ".join(filter(None, told)),
        "mailto": f"mailto:?subject={quote(wish.title)}",
    }
    filled = {name: escape(value) for name, value in values.items()}
    # No text in it can end the element.
    filled["round"] = json.dumps(data, ensure_ascii=False).replace("<", r"\u003c")
    template = resource("review", "review.html").read_text("utf-8")
    # Each part at once: a title may hold the name of another place.
    return [re.sub(r"@(\w+)@", lambda place: filled[place[1]], part) for part in template.split("@cards@")]


def _card(number: int, clip: PageClip) -> tuple[str, str]:
    """What stands before and after the address of the clip. The script adds the rest."""
    name = escape(str(clip.name))
    match clip.media:
        case Media.IMAGE:
            opening, closing = "<img", f' alt="{name}">'
        case Media.AUDIO:
            opening, closing = "<audio controls", f' aria-label="{name}"></audio>'
        case _:
            opening, closing = '<video controls playsinline preload="metadata"', f' aria-label="{name}"></video>'
    head = f'<article aria-labelledby="name{number}"><figure><h2 id="name{number}">{name}</h2>{opening} src="'
    return head, f'"{closing}</figure></article>\n'


def _address(clip: PageClip) -> Iterator[str]:
    if clip.beside:
        yield escape(f"clips/{quote(clip.beside)}")
        return
    yield f"data:{clip.mime};base64,"
    with clip.path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield b64encode(block).decode()
