"""A `.desktop` file: what it says, and the command that its Exec line means for some files. Pure; raises ValueError for
a line that the specification does not allow.

Source: Desktop Entry Specification 1.5, "Basic format of the file", "Localized values", "The Exec key".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runway_desktop.domain.outputs import Launch
from runway_desktop.values import Struct

MAIN = "Desktop Entry"
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\", ";": ";"}
_QUOTED_ESCAPES = '"`$\\'
_DEPRECATED = "dDnNvm"
"""Field codes that an older version had: they stand for nothing."""


class DesktopEntry(Struct, frozen=True, kw_only=True):
    """`id` is the file's name below its applications folder, with "-" for "/"."""

    id: str
    path: Path
    values: Mapping[str, str]

    @property
    def is_hidden(self) -> bool:
        """As good as deleted: it takes away the entry of the same id in a folder that comes later."""
        return self._is("Hidden")

    @property
    def is_shown(self) -> bool:
        """Whether it is a program for the menus. One that needs a terminal cannot be started from here."""
        return self.values.get("Type") == "Application" and not self._is("NoDisplay") and not self._is("Terminal")

    @property
    def mime_types(self) -> tuple[str, ...]:
        return tuple(split(self.values.get("MimeType", "")))

    @property
    def takes_many(self) -> bool:
        """Whether one process takes several files."""
        return any(code in word for word in self.command() for code in ("%F", "%U"))

    @property
    def try_exec(self) -> str:
        """A program that must be there for this one to be of use."""
        return unescaped(self.values.get("TryExec", ""))

    def is_for(self, desktops: Sequence[str]) -> bool:
        """Whether it wants to be seen on the desktop that runs (`XDG_CURRENT_DESKTOP`, the most special first)."""
        only, never = split(self.values.get("OnlyShowIn", "")), split(self.values.get("NotShowIn", ""))
        for desktop in desktops:
            if desktop in only:
                return True
            if desktop in never:
                return False
        return not only

    def text(self, key: str, locale: str = "") -> str:
        """A value in the language of a locale such as "de_AT.UTF-8@euro", else without one."""
        for name in (*_localized(key, locale), key):
            if name in self.values:
                return unescaped(self.values[name])
        return ""

    def command(self) -> list[str]:
        """The words of the Exec line, with its field codes still in them. ValueError where it is none, and where a
        file's name would be part of a longer text, such as a line for a shell, or the program itself."""
        words = list(_words(unescaped(self.values.get("Exec", ""))))
        if not words:
            raise ValueError(f"{self.id} says no command")
        if _has_code(words[0]):
            raise ValueError(f"{self.id} starts what it shall open")
        return words

    def launches(self, paths: Sequence[Path], locale: str = "") -> list[Launch]:
        """The processes that open these files: one for all where the program takes several, else one for each."""
        groups = [tuple(paths)] if self.takes_many else [(path,) for path in paths]
        folder = self.text("Path")
        return [Launch(tuple(self._filled(group, locale)), folder) for group in groups]

    def _filled(self, paths: tuple[Path, ...], locale: str) -> Iterator[str]:
        has_files = False
        for word in self.command():
            if word in ("%F", "%U"):
                has_files = True
                yield from (str(path) if word == "%F" else path.as_uri() for path in paths)
            elif word == "%i":
                icon = self.text("Icon", locale)
                yield from ("--icon", icon) if icon else ()
            else:
                filled, names_file = self._with_codes(word, paths[0], locale)
                has_files = has_files or names_file
                if filled or "%" not in word:
                    yield filled
        if not has_files:
            # A program that says nothing of files and yet wants this kind gets them as everyone gives them.
            yield from map(str, paths)

    def _with_codes(self, word: str, path: Path, locale: str) -> tuple[str, bool]:
        """The word with what its codes stand for, and whether a file was among it."""
        codes = {"c": self.text("Name", locale), "k": str(self.path), "%": "%"} | dict.fromkeys(_DEPRECATED, "")
        codes |= dict.fromkeys("fF", str(path)) | dict.fromkeys("uU", path.as_uri())
        try:
            text = re.sub("%(.?)", lambda found: codes[found[1]], word, flags=re.DOTALL)
        except KeyError as error:
            raise ValueError(f"{self.id} has the unknown field code %{error.args[0]}") from error
        return text, any(code in "fFuU" for code in re.findall("%(.?)", word, re.DOTALL))

    def _is(self, key: str) -> bool:
        return self.values.get(key, "").strip().lower() == "true"


def read_entry(id_: str, path: Path, text: str) -> DesktopEntry:
    """What a desktop file says. Of several equal keys the first counts."""
    return DesktopEntry(id=id_, path=path, values=groups_of(text).get(MAIN, {}))


def groups_of(text: str) -> dict[str, dict[str, str]]:
    """The groups of a file in the format of desktop entries; lines that are none are passed over."""
    found: dict[str, dict[str, str]] = {}
    group: dict[str, str] | None = None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = found.setdefault(line[1:-1], {})
        elif group is not None and line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            if equals:
                group.setdefault(key.strip(), value.strip())
    return found


def unescaped(value: str) -> str:
    """A string value without its escapes."""
    # An escape that is none is passed on: inside a quoted argument the second rule may know it.
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), value, flags=re.DOTALL)


def split(value: str) -> list[str]:
    """The parts of a list value; a semicolon within one is escaped."""
    parts = re.findall(r"(?:\\.|[^\\;]|\\$)+", value, re.DOTALL)
    return [unescaped(part).strip() for part in parts if part.strip()]


def _words(line: str) -> Iterator[str]:
    """The arguments of a command line. A field code has no meaning in one that is quoted, in whole or in part: what
    stands between quotes is mostly read once more, by a shell."""
    for word, was_quoted in _parts(line):
        if was_quoted and _has_code(word):
            raise ValueError("A field code stands within quotes")
        yield word


def _has_code(word: str) -> bool:
    return "%" in word.replace("%%", "")


def _parts(line: str) -> Iterator[tuple[str, bool]]:
    """Each argument, and whether it has quotes."""
    word, began, quoted, letters = "", False, False, iter(line)
    was_quoted = False
    for letter in letters:
        if quoted and letter == "\\":
            following = next(letters, "")
            word += following if following in _QUOTED_ESCAPES else "\\" + following
        elif letter == '"':
            quoted, began, was_quoted = not quoted, True, True
        elif letter.isspace() and not quoted:
            if began:
                yield word, was_quoted
            word, began, was_quoted = "", False, False
        else:
            word, began = word + letter, True
    if quoted:
        raise ValueError("A quoted argument has no end")
    if began:
        yield word, was_quoted


def _localized(key: str, locale: str) -> Iterator[str]:
    """Keys to look for, the best first: language_COUNTRY@modifier, language_COUNTRY, language@modifier, language."""
    name, _, modifier = locale.partition("@")
    language, _, country = name.partition(".")[0].partition("_")
    if not language or language in ("C", "POSIX"):
        return
    for place in (f"{language}_{country}", language) if country else (language,):
        if modifier:
            yield f"{key}[{place}@{modifier}]"
        yield f"{key}[{place}]"
