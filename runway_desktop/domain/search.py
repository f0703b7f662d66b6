"""How a search compares: what is folded away, and which words a task is found by. Pure.

Case, width and compatibility forms make no difference (full-width letters are found by plain ones); accents do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from .task import Task

_SEPARATORS = "/\\"


def folded(text: str) -> str:
    """The text as searches and sorting see it. Holds no NUL and no lone surrogate, so that any database can keep it."""
    plain = unicodedata.normalize("NFKC", text).casefold() if not text.isascii() else text.lower()
    return plain.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def search_words(text: str) -> tuple[str, ...]:
    """The words of a search, folded, each once; all must be found."""
    return tuple(dict.fromkeys(folded(text).split()))


def searched_text(texts: Iterable[str | None], paths: Iterable[str]) -> str:
    """Everything a task is found by, folded: its own texts, and the names of its files (not their folders)."""
    names = dict.fromkeys(_name(path) for path in paths if path)
    return folded("\n".join(text for text in (*texts, *names) if text))


def heading_of(task: Task) -> str:
    """What a list sorts by when it sorts by prompt: the title, else the prompt, folded; its first 80 characters."""
    return folded((task.title or task.request.prompt)[:80]).strip()


def _name(path: str) -> str:
    for separator in _SEPARATORS:
        path = path.rsplit(separator, 1)[-1]
    return path
