"""Every text that a person reads, in their language: gettext's catalogs, with values by name. No Qt; any thread.

English is the source: a text is looked up by its English form, and shown in English where a catalog lacks it or where
its translation does not take the values. `_` and its sisters give the text now and belong inside functions; a `Text` is
turned into words when it is read, as `str(text)`: records at module level, errors and stored values hold it. A text is
a whole sentence, label or phrase; parts are never joined, because word order differs between languages.

A program speaks English until `use` sets another language, as only the window does. `english()` surrounds what is read
by other readers: log, command line, agents.

`packaging/catalogs.py` extracts the texts and checks the catalogs of `resources/locale`; see
`docs/translating.md`.
"""

from __future__ import annotations

import gettext as catalogs
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from runway_desktop.values import Struct, replace

DOMAIN = "runway_desktop"
"""Name of the catalogs' files."""
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_MIRRORED = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""Letters of scripts that are written from right to left."""
_START, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


class NumberForm(Struct, frozen=True):
    """How a system writes numbers and times."""

    decimal: str = "."
    group: str = ","
    """Between groups of three digits; may be empty."""
    half_days: bool = False
    """2:02 PM instead of 14:02."""
    month_first: bool = False
    """Nov 3 instead of 3 Nov, where dates are in English; a translation has its own order."""


class Language(Struct, frozen=True):
    """`code` is the catalog's: "de", "pt_BR"; "en" without one. `isolates`: values get direction marks."""

    code: str = "en"
    catalog: catalogs.NullTranslations = catalogs.NullTranslations()
    numbers: NumberForm = NumberForm()
    isolates: bool = True

    @property
    def is_mirrored(self) -> bool:
        """Written from right to left."""
        return self.code.split("_")[0] in _RIGHT_TO_LEFT


ENGLISH = Language(isolates=False)
"""For other readers than the person at the window: without direction marks, which a script would stumble over."""
_here: ContextVar[Language | None] = ContextVar("language", default=None)


class _Program:
    language = Language()


def use(language: Language) -> None:
    """Sets the language of this process. Text made before keeps its language, so call it before the window is built."""
    _Program.language = language


def language() -> Language:
    """The language of the reader for whom text is made now: English inside `english()`, else the process's own."""
    return _here.get() or _Program.language


@contextmanager
def english() -> Iterator[None]:
    """English, and plain values, for what is made inside. Only around code that awaits nothing and starts no task: a
    task would keep speaking English to the window."""
    with speaking(ENGLISH):
        yield


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Another reader's language, for what is made inside; the same holds as for `english`."""
    token = _here.set(language)
    try:
        yield
    finally:
        _here.reset(token)


def languages(folder: Path) -> tuple[str, ...]:
    """Codes of the languages that have a catalog in this folder, without English."""
    return tuple(sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def chosen_language(
    folder: Path, wanted: Sequence[str], numbers: NumberForm, damaged: Callable[[str, Exception], object]
) -> Language:
    """The first of the wanted languages (names such as "de_AT" or "de-AT", best first) that has a readable catalog in
    this folder; English if it comes before, or if none has one. `damaged(code, error)` is called for each catalog that
    cannot be read."""
    there = languages(folder)
    for name in wanted:
        full = re.split(r"[.@]", name)[0].replace("-", "_")
        parts = full.split("_")
        if parts[0] == "en":
            break
        for code in dict.fromkeys((full, f"{parts[0]}_{parts[-1]}", parts[0])):
            if code not in there:
                continue
            try:
                with (folder / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
                    return Language(code, catalogs.GNUTranslations(file), numbers)
            # A damaged catalog fails in many ways: structure, encoding, the plural's rule.
            except Exception as error:  # noqa: BLE001
                damaged(code, error)
    return Language(numbers=numbers)


def _(text: str, /, **values: object) -> str:
    """A text without another context or number. Values are named in braces: "Rate {stars}"."""
    return _filled(language().catalog.gettext(text), text, values)


def pgettext(context: str, text: str, /, **values: object) -> str:
    """A word with several meanings; the context tells which: pgettext("verb", "Pick")."""
    return _filled(language().catalog.pgettext(context, text), text, values)


def ngettext(one: str, many: str, n: float, /, **values: object) -> str:
    """A text with a number, which `{n}` stands for: the form that the language's rules choose."""
    said = language().catalog.ngettext(one, many, _as_count(n))
    return _filled(said, one if n == 1 else many, {"n": n, **values})


def npgettext(context: str, one: str, many: str, n: float, /, **values: object) -> str:
    said = language().catalog.npgettext(context, one, many, _as_count(n))
    return _filled(said, one if n == 1 else many, {"n": n, **values})


class Text(Struct, frozen=True):
    """A text that is turned into words when it is read: `str(text)`."""

    source: str
    """The form for one item, and where nothing is counted. Values are in braces: "Rate {stars}"."""
    many: str = ""
    """The form for any other number, with `{n}`: "Retry {n}". Empty: the source is used for every number."""
    context: str = ""
    """Tells two meanings of a word apart: Text("Pick", context="noun")."""
    n: float = 1
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        if not self.source:
            # A catalog has its own description there.
            return ""
        values = dict(self.values)
        if "{n}" in self.source:
            values.setdefault("n", self.n)
        match bool(self.context), bool(self.many):
            case False, False:
                return _(self.source, **values)
            case True, False:
                return pgettext(self.context, self.source, **values)
            case False, True:
                return ngettext(self.source, self.many, self.n, **values)
            case _:
                return npgettext(self.context, self.source, self.many, self.n, **values)

    def __bool__(self) -> bool:
        return bool(self.source)

    def of(self, n: float) -> Text:
        """The same text for `n` items."""
        return replace(self, n=n)

    def with_(self, **values: object) -> Text:
        """The same text with these values: texts, words or numbers."""
        return replace(self, values=(*self.values, *values.items()))


class FieldWords(NamedTuple):
    label: Text
    help: Text


def setting(label: str, help_: str) -> FieldWords:
    """Label and one sentence of help of a request's field."""
    return FieldWords(Text(label, context="setting"), Text(help_))


def verbatim(words: str) -> Text:
    """Words that are no text of the program, such as a file's name or Runway's own."""
    return Text("{words}").with_(words=words) if words else Text("")


def in_turn(*sentences: Text | str) -> Text | str:
    """Whole sentences one after the other; empty ones are dropped."""
    said: Text | str = ""
    for sentence in sentences:
        # Translators: two sentences of one text. Some languages write no space between them.
        both = Text("{before} {next}", context="sentences").with_(before=said, next=sentence)
        said = both if said and sentence else said or sentence
    return said


def listed(words: Sequence[object]) -> str:
    """The words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return _value(words[0]) if words else ""
    # Translators: the last two of a list of names.
    return pgettext("end of a list", "{before} and {last}", before=enumerated(words[:-1]), last=words[-1])


def enumerated(words: Iterable[object]) -> str:
    """The words side by side, without an "and": "a, b, c"; empty ones are dropped."""
    said = ""
    for word in words:
        if alone := _value(word):
            # Translators: two neighbors of a longer list of names.
            said = pgettext("list", "{before}, {next}", before=said, next=word) if said else alone
    return said


def quoted(words: object) -> str:
    """The words in the language's quotation marks."""
    return pgettext("quotation", "“{words}”", words=words)


def number(value: float, places: int = 2, *, fixed: bool = False) -> str:
    """A number as the system writes it, with so many decimal places at most, or exactly if `fixed`."""
    form = language().numbers
    # Whole numbers exactly: as a float a long seed would be another one.
    said = f"{value:,}" if isinstance(value, int) and not fixed else f"{value:,.{places}f}"
    if "." in said and not fixed:
        said = said.rstrip("0").rstrip(".")
    return said.replace(",", "\0").replace(".", form.decimal).replace("\0", form.group)


def number_of(typed: str) -> float | None:
    """The number that was typed as the system writes numbers; a point is understood everywhere. None if it is none."""
    form = language().numbers
    said = typed.strip()
    if form.group.strip() and re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(form.group)}\d{{3}})+(?:\D\d+)?", said):
        said = said.replace(form.group, "")
    said = "".join(said.split()).replace(form.decimal, ".")
    return float(said) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", said, re.ASCII) else None


def _as_count(n: float) -> int:
    """The whole number whose plural form a number takes: 2.5 that of 3."""
    return int(n) if float(n).is_integer() else max(2, math.ceil(abs(n)))


def _filled(said: str, source: str, values: Mapping[str, object]) -> str:
    if not values:
        # Another version's translation may have a value where this one has none.
        return said if "{" not in said or "{" in source else source
    shown = {name: _value(value) for name, value in values.items()}
    try:
        return said.format_map(shown)
    except (KeyError, IndexError, ValueError, AttributeError):
        return source.format_map(shown)


def _value(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        said = number(value)
    else:
        said = str(value)
        if said.isascii() and not language().is_mirrored:
            return said
    spoken = language()
    # Without marks, a name of the other direction would tear the sentence apart.
    if said and spoken.isolates and (spoken.is_mirrored or _MIRRORED.search(said)) and not isinstance(value, Text):
        return f"{_START}{said}{_END}"
    return said
