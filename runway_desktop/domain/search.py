"""How a search compares: what is folded away, which words a task is found by, how tags are spelled. Pure.

Case, width and compatibility forms make no difference (full-width letters are found by plain ones); accents do.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from runway_desktop.values import Struct

from .task import Request, Task

_SEPARATORS = "/\\"
LEAST_UNWANTED = 3
"""Letters of a word that is left out: nearly every text holds any one or two."""
_WORD = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Words(Struct, frozen=True):
    """What a search looks for, folded, each once. All of `wanted` must be found and none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


def folded(text: str) -> str:
    """The text as searches and sorting see it. Holds no NUL and no lone surrogate, so that any database can keep it."""
    plain = unicodedata.normalize("NFKC", text).casefold() if not text.isascii() else text.lower()
    return plain.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def search_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded, each once."""
    return tuple(dict.fromkeys(folded(text).split()))


def words_of(text: str) -> Words:
    """The words of a search line: “"exact words"” belong together, `-word` must not be found. A quotation mark that
    is not closed yet reaches to the end, as one types."""
    wanted: dict[str, None] = {}
    unwanted: dict[str, None] = {}
    for minus, phrase, word in _WORD.findall(folded(text)):
        found = " ".join(phrase.split()) or word
        # A lone minus, and a minus with a letter or two, is a word that is still being typed.
        if found and found != "-" and not (minus and len(found) < LEAST_UNWANTED):
            (unwanted if minus else wanted)[found] = None
    return Words(tuple(wanted), tuple(unwanted))


def searched_text(texts: Iterable[str | None], paths: Iterable[str]) -> str:
    """Everything a task is found by, folded: its own texts, and the names of its files (not their folders)."""
    names = dict.fromkeys(_name(path) for path in paths if path)
    return folded("\n".join(text for text in (*texts, *names) if text))


def heading_of(task: Task) -> str:
    """What a list sorts by when it sorts by prompt: the title, else the prompt, folded; its first 80 characters."""
    return folded((task.title or task.request.prompt)[:80]).strip()


def prompt_key(request: Request) -> str:
    """The same for takes of the same prompt, whatever their blanks and case; empty without a prompt."""
    words = " ".join(folded(request.prompt).split())
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest() if words else ""


def asked_seconds(request: Request) -> float:
    """How long the result was asked to be; 0 where that was not said."""
    value = request.values.get("duration")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6 else 0.0


def clean_tag(text: str) -> str:
    """The one spelling of a tag: folded, blanks single, without commas (which part tags) and quotation marks."""
    return " ".join(re.sub(r'[,"]', " ", folded(text)).split())


def clean_tags(text: str) -> tuple[str, ...]:
    """The tags of a line in which commas part them, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := clean_tag(part))))


def _name(path: str) -> str:
    for separator in _SEPARATORS:
        path = path.rsplit(separator, 1)[-1]
    return path
