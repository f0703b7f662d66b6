"""What a page of the guide says of the program, and what of it is not so.

A page is Markdown with a few agreements: a label of the window is in *italics*; keys, commands, searches and file names
are in `code`; a label with its keys is written *Label* (`Keys`).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import catalogs

from runway_desktop.app.commands import COMMANDS
from runway_desktop.cli import options
from runway_desktop.cli.options import COMMANDS as VERBS
from runway_desktop.domain.library import PageCounts
from runway_desktop.domain.task import MemberId
from runway_desktop.rooms.help.guide_window import anchor
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.usecases.clients.refusals import CallRefused
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.searching import language
from runway_desktop.usecases.words.files import template_problems

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_795_000_000.0
NAMES = PageCounts(
    models={"gen4.5": 1},
    projects={"Aurora spot": 1},
    tags={"drone": 1, "night": 1},
    clients=("claude",),
    shots={"040": 1},
    cast=((MemberId("maya"), "Maya", 1),),
)
"""What the examples of searches name."""
CODE = re.compile(r"`([^`]+)`")
LABEL = re.compile(r"(?<![\w*\\])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])")
WITH_KEYS = re.compile(r"\*([^*]+)\* \((`[^`]+`(?:, `[^`]+`| or `[^`]+`)*)\)")
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ALONE = "Space|Return|Enter|Esc|Tab|Del|Home|End|PgUp|PgDown|Left|Right|Up|Down|Backspace"
KEY = re.compile(rf"(?:(?:Ctrl|Alt|Shift|Meta)\+)+\S+|F\d+|[A-Z0-9,.+=?-]|{ALONE}")
OF_WIDGETS = {"Tab", "Shift+Return", "Alt+Down", "Alt+Left", "Alt+Right", "Ctrl+Return", "Ctrl+D", "F2", "Enter"}
"""Keys that fields and cells handle themselves, as their hints say."""
AT_TIMES = {
    "Edit and send": "task.edit",
    "Generate": "request.send",
    "Pause sending": "sending.pause",
    "Resume sending": "sending.pause",
}
"""Present names of commands."""
FLAGS = frozenset(re.findall("--[a-z-]+", (ROOT / "docs" / "commands-and-agents.md").read_text("utf-8")))
"""Of all commands: its table is made of them."""
PLACES = ("{prompt}", "{note}")
"""Of a step's template."""
VALUE = re.compile(r"\{\w+\}")


def _pattern(text: str) -> re.Pattern[str]:
    """A text with values in it stands for each number, price or quoted name in their places."""
    parts = (re.escape(part) for part in VALUE.split(text))
    return re.compile(r"(?:[\d.,:]+(?: credits?)?|“[^”]+”|[A-Z][\w ]*)".join(parts))


def plain(text: str) -> str:
    return text.replace("&", "").removesuffix("…").removesuffix("▾").strip()


class Program:
    """The texts, keys, commands and searches of the program as it is now."""

    def __init__(self) -> None:
        texts = [one for found in catalogs.all_texts()[0] for one in (found.one, found.many) if one]
        self.texts = {plain(text) for text in texts if not VALUE.search(text)}
        self.patterns = [_pattern(plain(text)) for text in texts if VALUE.search(text) and len(VALUE.sub("", text)) > 4]
        keys = Keys(commands=COMMANDS)
        self.keys: dict[str, set[str]] = {}
        for command in COMMANDS:
            said = {plain(str(command.words)), *(name for name, id_ in AT_TIMES.items() if id_ == command.id)}
            for name in said:
                self.keys.setdefault(name, set()).update(key for key in keys.words(command).split(", ") if key)
        self.known_keys = set().union(*self.keys.values())
        self.source = "\n".join(file.read_text("utf-8") for file in (ROOT / "runway_desktop").rglob("*.py"))

    def has_label(self, label: str) -> bool:
        wanted = plain(label)
        return wanted in self.texts or any(pattern.fullmatch(wanted) for pattern in self.patterns)


def wrong_in(page: Path, program: Program) -> Iterator[str]:
    """What is not so, in words."""
    text = page.read_text("utf-8")
    prose = " ".join(line.strip() for line in text.splitlines() if not line.startswith("    "))
    yield from wrong_links(page)
    without_code = CODE.sub("", prose)
    for label in LABEL.findall(LINK.sub("", without_code)):
        if not program.has_label(label):
            yield f"the window has no text “{label}”"
    for label, keys in WITH_KEYS.findall(prose):
        said = set(CODE.findall(keys))
        if said - program.keys.get(plain(label), set()):
            yield f"“{label}” has the keys {sorted(program.keys.get(plain(label), []))}, not {sorted(said)}"
    for code in CODE.findall(prose):
        yield from _wrong_code(code, program)
    for line in text.splitlines():
        if re.match(r" {4,}runway-desktop", line):
            yield from _wrong_command(line.partition("#")[0].strip())
    if re.search(r"</?[a-z]+[ />]", CODE.sub("", text)):
        yield "there is HTML in it"


def wrong_links(page: Path) -> Iterator[str]:
    for picture, target in LINK.findall(page.read_text("utf-8")):
        name, _, place = target.partition("#")
        if name.startswith("https://"):
            continue
        file = page.parent / name if name else page
        if not file.is_file():
            yield f"there is no file {name}"
        elif place and place not in {anchor(heading) for heading in HEADING.findall(file.read_text("utf-8"))}:
            yield f"{file.name} has no heading #{place}"
        elif picture and file.suffix != ".png":
            yield f"{name} is no picture"


def _wrong_code(code: str, program: Program) -> Iterator[str]:
    first, *rest = code.split() or [""]
    if code.startswith("runway-desktop "):
        yield from _wrong_command(code)
    elif first in VERBS and rest:
        yield from _wrong_command(f"runway-desktop {code}")
    elif first.startswith("--"):
        if first not in FLAGS and first not in program.source:
            yield f"no command takes {first}"
    elif KEY.fullmatch(code):
        if code not in program.known_keys | OF_WIDGETS:
            yield f"no command has the key {code}"
    elif re.fullmatch(r"-?[a-z]+:\S.*", code):
        yield from _wrong_search(code)
    elif re.search(r"\{\w+\}", code) and code not in PLACES:
        yield from template_problems(code)
    elif code not in program.source and not (ROOT / code).is_file():
        yield f"the program does not know “{code}”"


def _wrong_command(line: str) -> Iterator[str]:
    words = shlex.split(line)[1:]
    if words and words[0] in VERBS:
        try:
            options.read(words)
        except CallRefused as refused:
            yield f"“{line}” cannot be typed: {refused}"
        return
    file = "simulator/__main__.py" if "--simulator" in words else "app/options.py"
    known = (ROOT / "runway_desktop" / file).read_text("utf-8")
    if any(word.startswith("-") and f'"{word}"' not in known for word in words if word != "--simulator"):
        yield f"“{line}” cannot be typed"


def _wrong_search(line: str) -> Iterator[str]:
    meant = language.meaning(language.read(line), NAMES, NOW)
    yield from (f"“{line}” finds nothing: {said}" for said in meant.said)
    if not language.read(line).terms:
        yield f"“{line}” has no filter"


def table_of_keys() -> str:
    """The sections of the page on keys: every command that has one, in the order of the list of shortcuts."""
    keys, lines = Keys(commands=COMMANDS), list[str]()
    for section, those in groupby(keys.commands, lambda command: command.section):
        lines += ["", f"## {section.title}", "", "| command | keys |", "| --- | --- |"]
        for _, alike in groupby(filter(keys.words, those), lambda command: (command.words.source, command.scopes)):
            first, *more = alike
            lines.append(f"| {_row(first, keys)} |" if not more else f"| {_rows(first, more[-1], keys)} |")
    return "\n".join(lines[1:]) + "\n"


def _row(command: Command[Any], keys: Keys) -> str:
    return f"*{command.name}* | {', '.join(f'`{key}`' for key in keys.words(command).split(', '))}"


def _rows(first: Command[Any], last: Command[Any], keys: Keys) -> str:
    """Numbered commands, such as presets."""
    return f"*{first.name}* … *{last.name}* | `{keys.words(first)}` … `{keys.words(last)}`"
