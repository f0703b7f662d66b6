"""Reads what a client sends back: `decisions.json`, or the text of *Copy for mail*. Pure; may take tenths of a second.

It is data from outside: bounded, every field checked, plain text. `decisions_in` gives what was decided about which
number and hash of a round; whether that round was sent from here is for `reading.py` to say.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from hashlib import sha256
from typing import Annotated, Literal

from msgspec import DecodeError, Meta, json

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.review import SCHEMA
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field, replace

FORMAT = 1
LARGEST = 4_000_000
"""Characters of an answer: 400 clips with more than anyone writes about them."""
_IN_MAIL = re.compile(rf"\[{re.escape(SCHEMA)}:([A-Za-z0-9+/=>\s]*)\]")
"""Programs for mail break the lines and quote them with a ">"."""
_NOT_PLAIN = re.compile("[^\\S\n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters and direction marks, which could show another text than is there."""
_DAMAGED = Text("“{name}” is damaged, or no answer to a review. Nothing was read.")

Number = Annotated[int, Meta(ge=0, le=9999)]


class Comment(Struct, frozen=True, kw_only=True):
    """`at`: seconds of the clip's own time; 0 for a picture."""

    at: Annotated[float, Meta(ge=0, le=86400)] = 0.0
    text: Annotated[str, Meta(min_length=1, max_length=4000)]


class Decision(Struct, frozen=True, kw_only=True):
    """About one clip. `number`: its position in the round. `decision`: empty if there are only comments."""

    number: Number
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    decision: Literal["", "approve", "change", "reject"] = ""
    comments: Annotated[tuple[Comment, ...], Meta(max_length=500)] = ()


class Decisions(Struct, frozen=True, kw_only=True):
    """`round`: the id of the round. `by`: the reviewer's name. `comment`: on the whole."""

    schema: Literal["runway-desktop.review"]
    format: Number
    round: Annotated[str, Meta(min_length=1, max_length=64)]
    by: Annotated[str, Meta(max_length=200)] = ""
    comment: Annotated[str, Meta(max_length=8000)] = ""
    clips: Annotated[tuple[Decision, ...], Meta(max_length=2000)] = field(default_factory=tuple)

    @property
    def digest(self) -> str:
        """The same for the file and for the text of a mail that say the same."""
        return sha256(json.encode(self)).hexdigest()


def decisions_in(content: str, name: str) -> Decisions:
    """`name`: of the file, for the sentence. Raises NotPossible with one sentence."""
    if len(content) > LARGEST:
        raise NotPossible(Text("“{name}” is too large for an answer to a review. Nothing was read.").with_(name=name))
    packed = _IN_MAIL.search(content)
    try:
        told = b64decode(re.sub(r"[>\s]", "", packed[1]), validate=True) if packed else content.strip().encode()
        found = json.decode(told, type=Decisions)
    except (binascii.Error, DecodeError, UnicodeError, RecursionError, ValueError) as error:
        raise NotPossible(_DAMAGED.with_(name=name), detail=str(error)) from error
    if found.format > FORMAT:
        raise NotPossible(Text("“{name}” is from a newer version. Update this program to read it.").with_(name=name))
    if len({one.number for one in found.clips}) < len(found.clips):
        raise NotPossible(_DAMAGED.with_(name=name), detail="A clip is there twice")
    clips = tuple(replace(one, comments=tuple(map(_plain_comment, one.comments))) for one in found.clips)
    return replace(found, by=" ".join(_plain(found.by).split()), comment=_plain(found.comment), clips=clips)


def _plain_comment(comment: Comment) -> Comment:
    return replace(comment, text=_plain(comment.text))


def _plain(text: str) -> str:
    return _NOT_PLAIN.sub(" ", text).strip()
