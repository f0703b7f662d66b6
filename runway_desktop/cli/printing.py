"""Output of commands: the answer on stdout, progress and problems on stderr. Untrusted text (prompts, names, server
messages) is escaped, so that it cannot control the terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.words.plain import shown

Answer = Mapping[str, Any]
_MOST_MODELS = 4


def say(words: str) -> None:
    """Prints on stderr. Raises nothing: a closed pipe must not end a command."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{shown(words)}\n")
        sys.stderr.flush()


def as_json(found: Answer) -> str:
    """One line. Unprintable characters are escaped, which does not change the JSON's meaning."""
    is_plain = (sys.stdout.encoding or "").replace("-", "").casefold() != "utf8"
    text = json.dumps(found, ensure_ascii=is_plain)
    return f"{shown(text, escape=lambda letter: json.dumps(letter)[1:-1])}\n"


def as_text(found: Answer) -> str:
    """For people: tasks and models as tables, anything else one line for each member."""
    tasks, models, endpoints = found.get("tasks"), found.get("models"), found.get("endpoints")
    if isinstance(tasks, list):
        lines = _table([_of_task(one) for one in tasks])
    elif isinstance(models, list):
        lines = _table([(one["endpoint"], field["name"], _in_line(field)) for one in models for field in one["fields"]])
    elif isinstance(endpoints, list):
        lines = _table([(one["endpoint"], model) for one in endpoints for model in one["models"]])
    elif isinstance(models, dict):
        lines = _balance(found["credits"], models)
    else:
        lines = _members(found)
    return "".join(f"{line}\n" for line in lines)


def write(text: str) -> str:
    """Writes all of it to stdout. Returns why it failed; empty on success, and if the reader has closed the pipe."""
    try:
        put(text)
    except BrokenPipeError:
        pass
    except CallRefused as error:
        return error.message
    return ""


def put(text: str, advice: str = "") -> None:
    """Writes all of it to stdout. Raises CallRefused; BrokenPipeError if the reader has closed the pipe."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        # Nothing more must be written, not even when the process ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise CallRefused(f"The answer could not be written: {error}.", advice, code=Code.FAILED) from error


def refused(error: CallRefused, *, in_json: bool) -> int:
    """Prints the reason; returns the exit code."""
    say(error.in_words())
    if in_json:
        write(as_json({"error": error.message, "hint": error.advice, "code": error.code.name.lower()}))
    return error.code.value


def _of_task(task: Answer) -> tuple[str, ...]:
    """Id, local time, state, model, price, first file, prompt. In a terminal a file is its name, elsewhere its path."""
    time, cost = "", ""
    if "createdAt" in task:
        time = f"{datetime.fromisoformat(task['createdAt']).astimezone():%Y-%m-%d %H:%M}"
    if "credits" in task:
        cost = f"{task['credits']:g}"
    path = next((file["path"] for file in task.get("files", ()) if "path" in file), "")
    file = os.path.basename(path) if sys.stdout.isatty() else path
    return task["id"], time, task["state"], task["model"], cost, file, task["prompt"]


def _balance(credits: float, models: Mapping[str, Answer]) -> Iterator[str]:
    """The credits, and the models that were used most today."""
    yield f"{round(credits, 2):,.12g} credits"
    used = sorted((name for name in models if models[name]["daily_used"]), key=lambda name: -models[name]["daily_used"])
    for name in used[:_MOST_MODELS]:
        most = models[name]["daily_limit"]
        yield f"{shown(name)}: {models[name]['daily_used']}{'' if most is None else f' of {most}'} today"
    if rest := used[_MOST_MODELS:]:
        yield f"{len(rest)} more models used today: --json names them"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Aligned columns. Lines are cut to the width of a terminal, but not in a file."""
    widest = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    cells = [[shown(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        line = "  ".join(padded).rstrip()
        yield line if widest is None else _cut(line, widest)


def _members(found: Answer) -> Iterator[str]:
    for name, value in found.items():
        match value:
            case list():
                yield from (f"{name}: {_in_line(one)}" for one in value)
            case dict():
                yield from (f"{name} {shown(key)}: {_in_line(one)}" for key, one in value.items())
            case _:
                yield f"{name}: {_in_line(value)}"


def _in_line(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {_in_line(one)}" for name, one in value.items())
        case list():
            return ", ".join(map(_in_line, value))
        case bool():
            return "yes" if value else "no"
        case None:
            return "unknown"
        case float():
            return f"{value:g}"
        case _:
            return shown(str(value))


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or letter in "\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _cut(text: str, widest: int) -> str:
    if _width(text) <= widest:
        return text
    kept = ""
    for letter in text:
        if _width(kept + letter) >= widest:
            break
        kept += letter
    return f"{kept}…"
