"""Names of saved files, from a template such as `{project}/{date}/{model}_{title}_{seed}_{id}`.

Pure. `render` never raises, and its path never leaves the folder it is for. For any template and values, each part is a
name that Windows, macOS and Linux accept, at most `MAX_BYTES` of UTF-8, normalized to NFC. A template with mistakes
still renders, without the unknown fields.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .media import RESULT_ENDINGS

DEFAULT_TEMPLATE = "{project}/{date}/{model}_{title}_{seed}_{id}"

MAX_BYTES = 180
"""Of one part of a path. File systems allow 255; the rest is for " (2)" and ".part.json"."""
SHORT_BYTES = 120
"""Of a name for a disk that refuses longer ones: encrypted home folders (eCryptfs) take 143 bytes, including what is
added to a name while it is written."""
_KEPT_END = 12
"""Characters at a name's end that stay when it is shortened: the id, by default."""

FIELDS: Mapping[str, Text] = MappingProxyType(
    {
        "project": Text("Project"),
        "shot": Text("Shot"),
        "date": Text("Date of sending: {example}").with_(example="2026-03-09"),
        "time": Text("Time of sending: {example}").with_(example="14-05-59"),
        "year": Text("Year of sending"),
        "month": Text("Month of sending, 01 to 12"),
        "day": Text("Day of sending, 01 to 31"),
        "model": Text("Model"),
        "endpoint": Text("Request type"),
        "prompt": Text("First words of the prompt; {field} allows 80 characters").with_(field="{prompt:80}"),
        "title": Text("Name of the task, or the first words of the prompt"),
        "seed": Text("Seed, if set"),
        "ratio": Text("Ratio or resolution"),
        "duration": Text("Requested length in seconds"),
        "id": Text("Last eight characters of the task's ID at Runway"),
        "task": Text("Full task ID at Runway"),
        "batch": Text("Name of the batch, without a file extension"),
        "row": Text("Number in the batch; {field} gives {example}").with_(field="{row:3}", example="007"),
        "index": Text("Number of the result, if a task has several; of a workflow, the node's name"),
        "ext": Text("File extension, such as {example}; added at the end if missing").with_(example="mp4"),
    }
)
"""Every field of a template, with its description."""

OTHER_ENDING = "bin"
"""Ending of every other result: its link, or a server, may call it .exe or .html."""

_PROMPT_LENGTH = 48
TOKEN = re.compile(r"\{([^{}]*)\}")
FIELD = re.compile(r"([A-Za-z_]+)(?::(\d{1,3}))?")
SPLIT = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*/\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_EMPTY = "\x00"
_AROUND_EMPTY = re.compile(r"[\[({]?[ _.\-]*\x00(?:[ _.\-]*\x00)*[ _.\-]*[\])}]?")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


class NameValues(Struct, frozen=True, kw_only=True):
    """Values for the fields of a name. `sent` is local time, since people look for files by date. `index` counts from
    0."""

    sent: datetime
    project: str = ""
    shot: str = ""
    model: str = ""
    endpoint: str = ""
    prompt: str = ""
    title: str = ""
    seed: str = ""
    ratio: str = ""
    duration: str = ""
    task_id: str = ""
    batch: str = ""
    row: int | None = None
    index: int = 0
    count: int = 1
    """Number of results of the task; the index appears in a name only if there are several."""
    node: str = ""
    """Name of the node of a workflow that made the result; it stands in place of the index."""
    ext: str = ""
    """Without the dot."""


SAMPLE = NameValues(
    sent=datetime(2026, 3, 9, 14, 5, 59),
    project="Lighthouse",
    shot="S01",
    model="gen4.5",
    endpoint="image_to_video",
    prompt="A red fox in deep snow, looking back",
    seed="42",
    ratio="1280:720",
    duration="5",
    task_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    batch="Foxes",
    row=7,
    ext="mp4",
)
"""An invented task, for previews of a template."""


def render(template: str, values: NameValues) -> tuple[str, ...]:
    """The parts of a relative path: folders first, then the file name, whose ending is one of `RESULT_ENDINGS` or
    `OTHER_ENDING`. Never empty.

    Several results of one task get an index even if the template has no {index}, so that their names differ.
    """
    above, last, has_index = _parts(template.strip() or DEFAULT_TEMPLATE)
    folders = [name for part in above if (name := _part(part, values, ending=""))]
    if (values.count > 1 or values.node) and not has_index:
        last = (last if last.strip() else "{id}") + "_{index}"
    ending = f".{result_ending(values.ext)}"
    name = _part(last, values, ending=ending) or _part("{id}", values, ending=ending) or "untitled"
    return (*folders, name + ending)


@lru_cache(8)
def _parts(template: str) -> tuple[tuple[str, ...], str, bool]:
    """The template's folders, its last part without the ending, and whether it has an {index}."""
    names = {match.group(1).partition(":")[0].strip().lower() for match in TOKEN.finditer(template)}
    shown = [part for part in SPLIT.split(_protected(template)) if part.strip()]
    # {ext} is removed here and added at the end: a file manager only understands an ending at the end of the name.
    last = re.sub(r"[ ._\-]*\{\s*ext(?::\d+)?\s*\}", "", shown[-1] if shown else "", flags=re.IGNORECASE)
    return tuple(shown[:-1]), last, "index" in names


def preview(template: str, values: NameValues = SAMPLE) -> str:
    """The path that a template gives, with `/` between its parts, shown while the user types."""
    return "/".join(render(template, values))


def is_result_name(name: str) -> bool:
    """Whether a file name has an ending that results may have."""
    ending = name.rpartition(".")[2].lower()
    return "." in name and result_ending(ending) == ending


def numbered(name: str, number: int) -> str:
    """`name` for the second, third… file of the same name: "fox.mp4" gives "fox (2).mp4"."""
    if number < 2:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 8 or not ending.isalnum():
        stem, dot, ending = name, "", ""
    tail = f" ({number}){dot}{ending}"
    return _cut(stem, MAX_BYTES - len(tail.encode())).rstrip(" .") + tail


def shortened(name: str) -> str:
    """At most `SHORT_BYTES` of a name, without its middle."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 8:
        stem, dot, ending = name, "", ""
    end = stem[_boundary(stem, max(0, len(stem) - _KEPT_END)) :]
    space = SHORT_BYTES - len(f"{end}{dot}{ending}".encode("utf-8", "ignore"))
    return name if _cut(name, SHORT_BYTES) == name else _cut(stem, space).rstrip(" .") + end + dot + ending


def safe_name(text: str, *, max_bytes: int = MAX_BYTES) -> str:
    """A name that every system accepts, as close to `text` as possible; empty if nothing usable is left."""
    clean = _FORBIDDEN.sub("-", text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8"))
    if not clean.isascii():
        clean = unicodedata.normalize("NFC", _DIRECTION_MARKS.sub("", clean))
    clean = _cut(" ".join(clean.split()).lstrip(" .~"), max_bytes).rstrip(" .")
    if not clean or not clean.strip("-_ ."):
        return ""
    if _RESERVED.fullmatch(clean.partition(".")[0].rstrip(" ")):
        # Windows takes "con.txt" for the console whatever the extension.
        clean = _cut("_" + clean, max_bytes).rstrip(" .")
    return clean


def _protected(template: str) -> str:
    """The template without the slashes inside braces, so that only those between parts split it."""
    return TOKEN.sub(lambda match: "{" + SPLIT.sub("", match.group(1)) + "}", template)


def _part(template: str, values: NameValues, *, ending: str) -> str:
    """One part of the path. If it is too long, the prompt is shortened first: the id at the end tells files apart."""
    limit = MAX_BYTES - len(ending.encode())
    longest = 400
    while True:
        words = _filled(template, values, longest)
        size = len(unicodedata.normalize("NFC", words).encode("utf-8", "ignore"))
        if size <= limit or longest == 0 or not re.search(r"\{\s*(?:prompt|title)\b", template, re.IGNORECASE):
            return safe_name(words, max_bytes=limit)
        longest = max(0, min(longest, 400) - max(1, (size - limit) // 4))


def _filled(template: str, values: NameValues, longest: int) -> str:
    text = TOKEN.sub(lambda match: _value(match.group(1), values, longest) or _EMPTY, template)
    text = text.replace("{", "").replace("}", "")
    return _AROUND_EMPTY.sub(lambda match: _closed(match, text), text)


def _closed(match: re.Match[str], text: str) -> str:
    """Replacement of an empty field and its surroundings: one of the separators, or nothing at either end."""
    found = match.group(0)
    left, right = found[:1], found[-1:]
    opens, closes = left in "[({" and left != _EMPTY, right in "])}" and right != _EMPTY
    if opens != closes:
        # A bracket around more than the empty field stays.
        return left if opens else right
    if match.start() == 0 or match.end() == len(text) or opens:
        return ""
    return next((letter for letter in found if letter in " _.-"), "")


def _value(token: str, values: NameValues, longest: int) -> str:
    name, width = _field(token)
    if name in {"row", "index"}:
        return _number(name, values, width)
    words = _words(name, values)
    if name in {"prompt", "title"}:
        return _slug(words, min(width or _PROMPT_LENGTH, longest))
    flat = _FORBIDDEN.sub("-", words).strip()
    return flat if width is None else _cut_letters(flat, width)


@lru_cache(64)
def _field(token: str) -> tuple[str, int | None]:
    """The field's name and its width; the name is empty if the token is no field."""
    field = FIELD.fullmatch(token.strip())
    if field is None:
        return "", None
    return field.group(1).lower(), int(field.group(2)) if field.group(2) else None


def _number(name: str, values: NameValues, width: int | None) -> str:
    if name == "row":
        return "" if values.row is None else str(values.row).zfill(min(width or 0, 9))
    if named := _slug(values.node, _PROMPT_LENGTH):
        return named
    return "" if values.count <= 1 else str(values.index + 1).zfill(min(width or 0, 9))


_TIMES = {"date": "%Y-%m-%d", "time": "%H-%M-%S", "year": "%Y", "month": "%m", "day": "%d"}


def _words(name: str, values: NameValues) -> str:
    if name in _TIMES:
        return values.sent.strftime(_TIMES[name])
    match name:
        case "title":
            return values.title or values.prompt
        case "batch":
            return _TABLE_ENDING.sub("", values.batch)
        case "ratio":
            return values.ratio.replace(":", "x")
        case "id":
            return values.task_id.replace("-", "")[-8:]
        case "task":
            return values.task_id
        case _:
            return str(getattr(values, name)) if name in FIELDS else ""


_TABLE_ENDING = re.compile(r"(?<=.)\.(?:csv|tsv|tab|txt|md|jsonl?|ods|xlsx?)$", re.IGNORECASE)
"""A batch is named after the file that it was read from."""
_NO_PLAIN_WORD = re.compile("[^A-Za-z0-9]+")


def _slug(text: str, length: int) -> str:
    """The first words of a prompt, joined by hyphens; cut between words if that keeps at least half of the length."""
    text = unicodedata.normalize("NFC", text[:2000])
    if text.isascii():
        kept = _NO_PLAIN_WORD.sub(" ", text)
    else:
        kept = "".join(letter if _is_word(letter) else " " for letter in text)
    words = "-".join(kept.split())
    if len(words) <= length:
        return words
    cut = _cut_letters(words, length)
    shorter = cut.rpartition("-")[0] if words[len(cut) : len(cut) + 1] != "-" else cut
    return (shorter if len(shorter) * 2 > len(cut) else cut).strip("-")


def _is_word(letter: str) -> bool:
    """Letters, digits, combining marks, symbols such as emoji, and the joiner between emoji."""
    return unicodedata.category(letter)[0] in "LNM" or unicodedata.category(letter) == "So" or letter == "\u200d"


def result_ending(ext: str) -> str:
    """The ending that a result gets instead of `ext`, both without a dot."""
    wanted = ext.lstrip(".").lower()
    return wanted if wanted in RESULT_ENDINGS else OTHER_ENDING


def _cut(text: str, max_bytes: int) -> str:
    """At most `max_bytes` of UTF-8, never cut inside a grapheme."""
    if len(text.encode("utf-8", "ignore")) <= max_bytes:
        return text
    space, end = max_bytes, 0
    for letter in text:
        space -= len(letter.encode("utf-8", "ignore"))
        if space < 0:
            break
        end += 1
    return text[: _boundary(text, end)]


def _cut_letters(text: str, count: int) -> str:
    return text if len(text) <= count else text[: _boundary(text, count)]


def _boundary(text: str, end: int) -> int:
    """The nearest index at or before `end` that does not split a letter from its marks, joined emoji, or a flag."""
    while 0 < end < len(text) and _joins(text[end - 1], text[end]):
        end -= 1
    flags = 0
    while end - flags > 0 and _is_flag_half(text[end - flags - 1]):
        flags += 1
    if flags % 2 and end < len(text) and _is_flag_half(text[end]):
        end -= 1
    return end


def _joins(before: str, after: str) -> bool:
    extends = unicodedata.category(after)[0] == "M" or "\U0001f3fb" <= after <= "\U0001f3ff"
    return extends or after == "\u200d" or before == "\u200d"


def _is_flag_half(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"
