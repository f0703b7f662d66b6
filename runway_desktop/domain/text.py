"""A text for a person: its English source, and the values in it by name. Pure; any thread.

It is put together, and one day translated, when it is shown: `str(text)`. A text is one whole sentence or label; no two
are joined to a third, because another language has another order. Whole sentences may follow each other (`in_turn`).
"""

from __future__ import annotations

from runway_desktop.values import Struct, replace


class Text(Struct, frozen=True):
    source: str
    """For one of what is counted, and where nothing is. Values stand in braces: "Rate {stars}"."""
    many: str = ""
    """For any other number, with `{n}`: "Retry {n}". Empty: the source is for every number."""
    context: str = ""
    """Tells a translator which meaning a word has that has two: Text("Pick", context="noun")."""
    n: int = 1
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        form = self.many if self.many and self.n != 1 else self.source
        return form.format(n=f"{self.n:,}", **{name: _shown(value) for name, value in self.values})

    def of(self, n: int) -> Text:
        """The same for a number of things."""
        return replace(self, n=n)

    def with_(self, **values: object) -> Text:
        """The same with these values in it: texts, words or numbers."""
        return replace(self, values=(*self.values, *values.items()))


def in_turn(*sentences: Text | str) -> Text | str:
    """Whole sentences, one after the other, without those that are empty."""
    said = {f"at_{position}": sentence for position, sentence in enumerate(sentences) if sentence}
    return Text(" ".join(f"{{{name}}}" for name in said)).with_(**said) if said else ""


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
