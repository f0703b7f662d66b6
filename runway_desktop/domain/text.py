"""A text for users: its English source and named values. Pure; any thread.

It is formatted (and could be translated) when it is shown: `str(text)`. A text is one whole sentence or label. Parts
are never joined, because word order differs between languages; only whole sentences may follow each other (`in_turn`).
"""

from __future__ import annotations

from runway_desktop.values import Struct, replace


class Text(Struct, frozen=True):
    source: str
    """The form for one item, and where nothing is counted. Values are in braces: "Rate {stars}"."""
    many: str = ""
    """The form for any other number, with `{n}`: "Retry {n}". Empty: the source is used for every number."""
    context: str = ""
    """For translators, to tell two meanings of a word apart: Text("Pick", context="noun")."""
    n: int = 1
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        form = self.many if self.many and self.n != 1 else self.source
        return form.format(n=f"{self.n:,}", **{name: _shown(value) for name, value in self.values})

    def of(self, n: int) -> Text:
        """The same text for `n` items."""
        return replace(self, n=n)

    def with_(self, **values: object) -> Text:
        """The same text with these values: texts, words or numbers."""
        return replace(self, values=(*self.values, *values.items()))


def in_turn(*sentences: Text | str) -> Text | str:
    """Whole sentences one after the other; empty ones are dropped."""
    said = {f"at_{position}": sentence for position, sentence in enumerate(sentences) if sentence}
    return Text(" ".join(f"{{{name}}}" for name in said)).with_(**said) if said else ""


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
