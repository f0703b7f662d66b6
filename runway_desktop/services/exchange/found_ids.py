"""Classifies an id found in a text by the words around it, and reads the facts about its task in the same line. Pure.

No text proves that a UUID is a task id: only Runway knows. Ids that are certainly something else are marked, so that
Runway is not asked for them.
"""

from __future__ import annotations

import json
import re
from enum import IntEnum
from itertools import islice

from runway_desktop.domain.task import RemoteId
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

HEX = "0-9a-fA-F"
UUID = re.compile(rf"[{HEX}]{{8}}-[{HEX}]{{4}}-[{HEX}]{{4}}-[{HEX}]{{4}}-[{HEX}]{{12}}")
MEDIA = r"(?:mp4|mov|m4v|webm|mkv|png|jpe?g|webp|svg|gif|mp3|wav|ogg|flac|zip)"

_TASK_BEFORE = re.compile(
    r"(?:\b|_)(?:runway[ _-]?)?(?:tasks?|generation|job|clip|remote)s?[ _-]?(?:ids?|uuid)?"
    r"[\"'`]?\s*(?:[:=#>(\[|]|->|is|was)*\s*[\"'`(\[{]*$",
    re.IGNORECASE,
)
_ID_BEFORE = re.compile(r"(?:^|[^A-Za-z])(?:uu)?ids?[\"'`]?\s*[:=#(\[]?\s*[\"'`(\[{]*$", re.IGNORECASE)
_OTHER_BEFORE = re.compile(
    r"(organi[sz]ation|org|user|account|team|workspace|asset|upload|request|req|trace|span|session|correlation|client|"
    r"message|event|project|document|voice|avatar|workflow|invocation|node|batch|run|device|api[ _-]?key)"
    r"s?(?:[ _-]?(?:ids?|uuid)?[\"'`]?\s*[:=#(\[]\s*|[ _-]?(?:ids?|uuid)[\"'`]?\s+)[\"'`(\[{]*$",
    re.IGNORECASE,
)
_TASK_PATH = re.compile(r"/tasks/$", re.IGNORECASE)
_QUERY = re.compile(r"[?&]task_?(?:id)?=$", re.IGNORECASE)
_FILE_AFTER = re.compile(rf"[\w.-]{{0,40}}\.{MEDIA}\b", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d")
_FILE = re.compile(rf"(?<![^\s\"'`<>|=,;()\[\]])[^\s\"'`<>|=,;()\[\]]+\.{MEDIA}\b", re.IGNORECASE)
_PROMPT = re.compile(r"prompt(?:_?text)?[\"'`]?\s?[:=]\s?", re.IGNORECASE)
_PROMPT_TEXT = re.compile(
    r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|([^|\"'{\[\n]{1,2000}?)\s?(?:\||$|,?\s\w{1,40}=)", re.IGNORECASE
)
_MOST_TRIED = 3
"""Positions of "prompt" in a line that are tried."""


class Weight(IntEnum):
    """How likely it is a task id. If an id occurs several times, the best evidence counts."""

    NO_ID = 0
    """No task id: not the UUID version that Runway uses."""
    ELSE = 1
    PLAIN = 2
    TASK = 3


class Known(Struct, frozen=True, kw_only=True):
    """What a text says about a task. Empty: nothing. `time`: unchanged from the text."""

    prompt: str = ""
    model: str = ""
    time: str = ""
    file: str = ""

    def completed(self, other: Known) -> Known:
        return Known(
            prompt=self.prompt or other.prompt,
            model=self.model or other.model,
            time=self.time or other.time,
            file=self.file or other.file,
        )


class FoundId(Struct, frozen=True):
    """`doubt`: a sentence why it is probably or certainly no task id; empty if there is no doubt. `line` counts from
    1."""

    remote_id: RemoteId
    line: int
    weight: Weight
    doubt: Text | str = ""
    known: Known = Known()

    def merged(self, other: FoundId) -> FoundId:
        """Merges a second occurrence of the id."""
        best = other if other.weight > self.weight else self
        rest = self if best is other else other
        return replace(best, line=min(self.line, other.line), known=best.known.completed(rest.known))


def weigh(before: str, word: str, after: str) -> tuple[Weight, Text | str]:
    """The weight of the UUID `word` between these texts of its line, and the doubt."""
    version = word[14]
    if version != "4" or word[19] not in "89abAB":
        return Weight.NO_ID, Text("It is a version {version} UUID; Runway's task IDs are version 4.").with_(
            version=version
        )
    if _TASK_PATH.search(before) or _QUERY.search(before):
        return Weight.TASK, ""
    address = re.split(r"[\s\"'`<>(){}\[\]]", before)[-1]
    if "://" in address:
        return Weight.ELSE, Text("It is part of a link.")
    if other := _OTHER_BEFORE.search(before):
        return Weight.ELSE, Text("It is labeled as another ID: {label}.").with_(label=other[1].lower())
    if _FILE_AFTER.match(after):
        return Weight.ELSE, Text("It is a file name.")
    if address.endswith(("/", "\\")) or after[:1] in ("/", "\\"):
        return Weight.ELSE, Text("It is part of a path.")
    if _TASK_BEFORE.search(before) or _ID_BEFORE.search(before):
        return Weight.TASK, ""
    return Weight.PLAIN, ""


class LineReader:
    """`models`: model names of the catalog."""

    def __init__(self, models: frozenset[str]) -> None:
        names = "|".join(re.escape(name) for name in sorted(models, key=len, reverse=True))
        self._model = re.compile(rf"(?<![\w.-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE) if names else None

    def known(self, line: str) -> Known:
        """What one line says about the task whose id is in it."""
        # Avoids quadratic backtracking on long runs of blanks.
        line = re.sub(r"\s{2,}", " ", line)
        starts = islice(_PROMPT.finditer(line), _MOST_TRIED)
        prompt = next((found for start in starts if (found := _PROMPT_TEXT.match(line, start.end()))), None)
        without_prompt = line.replace(prompt[0], " ") if prompt else line
        model = self._model.search(without_prompt) if self._model is not None else None
        time, file = _TIME.search(line), _FILE.search(without_prompt)
        name = re.split(r"[/\\]", file[0])[-1] if file is not None and "://" not in file[0] else ""
        return Known(
            prompt=_unescaped(next((part for part in prompt.groups() if part), "")) if prompt else "",
            model=model[0].lower() if model else "",
            time=time[0].replace("T", " ")[:19] if time else "",
            file="" if UUID.search(name) and len(name) < 42 else name,
        )


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text.strip()
    try:
        return str(json.loads(f'"{text}"')).strip()
    except ValueError:
        return text.strip()
