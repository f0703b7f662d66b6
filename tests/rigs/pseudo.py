"""Two languages that no one speaks, to see which texts cannot be translated, are cut, or stand on the wrong side.

    python -m tests.rigs.pseudo long --demo …      every text in brackets, 40 % longer, no plain letter: [Ķééþ ƒîļé~~~~]
    python -m tests.rigs.pseudo rtl --demo …       Hebrew letters, written from right to left, under the code "ar"

Both are made of the English texts, and the rest of the command line is that of `python -m runway_desktop`.
"""

from __future__ import annotations

import gettext
import re
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from runway_desktop import texts

LONGER = 0.4
_PARTS = re.compile(r"(\{\w+\})")
_LETTER = re.compile(r"[A-Za-z]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ACCENTED = str.maketrans(_LETTERS + _LETTERS.upper(), "áƀćđéƒğĥîĵķļɱñóþǫŕšţúṽŵẋýžÁɃĆĐÉƑĞĤÎĴĶĻṀÑÓÞǪŔŠŢÚṼŴẊÝŽ")
_HEBREW = {ord(letter): 0x05D0 + position % 27 for position, letter in enumerate(_LETTERS + _LETTERS.upper())}


def lengthened(text: str) -> str:
    """The text in brackets, 40 % longer, its letters accented; values keep their names."""
    letters = len(_LETTER.findall(_PARTS.sub("", text)))
    return f"[{_said(text, _ACCENTED)}{'~' * (1 + round(letters * LONGER))}]"


def mirrored(text: str) -> str:
    """The text in letters that are written from right to left."""
    return _said(text, _HEBREW)


def _said(text: str, letters: Mapping[int, int]) -> str:
    return "".join(part if part.startswith("{") else part.translate(letters) for part in _PARTS.split(text))


class Pseudo(gettext.NullTranslations):
    """A complete catalog, with the plural's rule of English."""

    def __init__(self, say: Callable[[str], str]) -> None:
        super().__init__()
        self._say = say

    def gettext(self, message: str) -> str:
        # Without a letter it only puts values side by side, and no translator sees it.
        return self._say(message) if _LETTER.search(_PARTS.sub("", message)) else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


LANGUAGES: Mapping[str, texts.Language] = MappingProxyType(
    {"long": texts.Language("xx", Pseudo(lengthened)), "rtl": texts.Language("ar", Pseudo(mirrored))}
)


@pytest.fixture(autouse=True)
def window_speaks_another_language() -> Iterator[None]:
    before = texts.language()
    texts.use(LANGUAGES["long"])
    yield
    texts.use(before)


def _start(name: str, words: Sequence[str]) -> None:
    def chosen(folder: Path, wanted: object, numbers: texts.NumberForm, damaged: object) -> texts.Language:
        return texts.Language(LANGUAGES[name].code, LANGUAGES[name].catalog, numbers)

    texts.chosen_language = chosen
    sys.argv[1:] = words
    runpy.run_module("runway_desktop", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _start(sys.argv[1], sys.argv[2:])
