"""The text of *Report a problem*, for the makers of this program. The person reads it first; the program sends nothing.

Left out are keys, links, paths, and what the person wrote or named. Of the settings it has switches, numbers and
choices. Of a traceback it has files, lines and functions: an exception's message may quote anything. In a line of the
log, quoted text is left out too, and everything between two words with letters beyond ASCII.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.request import getproxies

from runway_desktop import __version__
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.preferences import Choice, Number, Switch
from runway_desktop.domain.profiles import OF_APPIMAGE
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.engine import Engine
from runway_desktop.services.settings import Settings
from runway_desktop.texts import english

SHOWN = 80
"""Messages of the log."""
EARLIER = 3
"""Earlier mistakes of the program that are shown too."""
_READ = 400_000
"""Bytes of the log's end."""
_LONGEST = 1000
"""Characters of a message that are told: the patterns take quadratic time."""
_PROMPTS = 1000
"""Latest prompts that are looked for in the log."""
_TOLD = (Switch, Number, Choice)
"""Editors of preferences whose values are told."""
_LEFT_OUT = "[…]"
_BLACK = "\0"
_RUN = 3
_WORD = re.compile(r"\w+")
_HEAD = re.compile(r"(?P<from>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?P<level>[A-Z]+) [\w.]+: ?)(?P<said>.*)", re.ASCII)
_FRAME = re.compile(r'\s*(?:File|Binary file) "([^"]*)", (line \d+|at \w+\+\w+)(?:,? in ([\w<>.]+))?', re.ASCII)
_RAISED = re.compile(r"((?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception))(?::|$)", re.ASCII)
_THREAD = re.compile(
    r"(?:(?:Current thread|Thread) 0x|Fatal Python error:|Windows fatal exception:)[\w :()\[\]-]*", re.ASCII
)
_SOURCE = re.compile(r"(?:.*[\\/])?((?:runway_desktop|site-packages)[\\/][\w.\\/-]+)", re.ASCII)
_QUOTED = re.compile(r"""“.*”|“.*|".*"|".*|(?<!\w)['‘].*['’](?!\w)|(?<!\w)['‘].*""")
_PATH_OR_LINK = re.compile(r"(?:\b[A-Za-z]:[\\/]|\b\w+:/|\bdata:|\\\\|~[\\/]|(?<![\w.])/(?=[^\s/])).*|\S+@\S+")
_BEYOND = re.compile(r"\S*[^ -~…–·×].*[^ -~…–·×]\S*|\S*[^ -~…–·×]\S*")


async def problem_report(engine: Engine, window: Mapping[str, str]) -> str:
    """`window` tells of the window system. Reads the log on a worker thread. Raises StoreError: without the list, its
    names could not be left out."""
    counts, prompts = await engine.library.counts(), await engine.library.recent_prompts(_PROMPTS)
    private = [engine.profile_name, *counts.projects, *counts.tags, *counts.shots, *counts.clients]
    private += [name for _, name, _ in counts.cast]
    private += [name for _, name, _ in counts.batches]
    facts = {
        **window,
        "Tasks": ", ".join(f"{state} {number}" for state, number in counts.states.items() if number),
        "Folder for results": str(engine.folder.health.state),
        "Key": str(engine.account.key.source),
        "Connection": str(engine.account.connection.link),
        "Settings": _settings(engine.settings),
    }
    scrub = partial(Scrub, engine.secrecy.struck_out, prompts, private)
    return await in_worker(None, _report, facts, engine.logs, engine.last_crash, scrub)


@english()
def report_text(facts: Mapping[str, str], crash: str, log: str, scrub: Scrub) -> str:
    """Pure. `crash` is what `faulthandler` left, `log` the end of the log."""
    messages = _messages(log)
    early, late = messages[:-SHOWN], messages[-SHOWN:]
    mistakes = [(head, rest) for head, rest in early if head["level"] == "ERROR"][-EARLIER:]
    parts = [
        "What I did, and what happened:\n",
        "\n".join(f"{name}: {value}" for name, value in facts.items() if value),
    ]
    if crash:
        parts.append("The last crash:\n" + "\n".join(scrub.trace(crash.splitlines())))
    for title, shown in (("Earlier mistakes of the program:", mistakes), ("The end of the log:", late)):
        told = (line for head, rest in shown for line in (head["from"] + scrub(head["said"]), *scrub.trace(rest)))
        parts += ["\n".join((title, *told))] if shown else []
    return "\n\n".join(parts) + "\n"


class Scrub:
    """Removes what is private: `strike_out` removes secrets; of prompts every run of `_RUN` words is removed, and names
    as whole words."""

    def __init__(self, strike_out: Callable[[str], str], prompts: Iterable[str], names: Iterable[str]) -> None:
        self._strike_out = strike_out
        texts = {prompt.strip(): _WORD.findall(prompt) for prompt in prompts}
        self._runs = {tuple(words[at : at + _RUN]) for words in texts.values() for at in range(len(words) - _RUN + 1)}
        short = [prompt for prompt, words in texts.items() if len(words) < _RUN]
        self._names = sorted({name for name in (*names, *short) if name.strip()}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        text = self._strike_out(text)[:_LONGEST]
        words = list(_WORD.finditer(text))
        for at in range(len(words) - _RUN + 1):
            run = words[at : at + _RUN]
            if tuple(word[0] for word in run) in self._runs:
                begin, end = run[0].start(), run[-1].end()
                text = f"{text[:begin]}{_BLACK * (end - begin)}{text[end:]}"
        text = re.sub(f"{_BLACK}+", _LEFT_OUT, text)
        for name in self._names:
            if name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _LEFT_OUT, text)
        for pattern in (_QUOTED, _PATH_OR_LINK, _BEYOND):
            text = pattern.sub(lambda found: found[0] if found[0] == _LEFT_OUT else _LEFT_OUT, text)
        return text

    def trace(self, lines: Iterable[str]) -> Iterator[str]:
        """Of a traceback: files, lines, functions, and the types of exceptions."""
        for line in lines:
            if frame := _FRAME.match(line):
                path, at, function = frame.groups()
                if path.startswith("<frozen") or path.endswith("threading.py"):
                    # Of Python's import and start of threads: much to read, and the same everywhere.
                    continue
                source = _SOURCE.fullmatch(path)
                file = source[1] if source else re.split(r"[\\/]", path)[-1] if path.isascii() else _LEFT_OUT
                yield f"  {file}, {at}" + (f", in {function}" if function else "")
            elif (raised := _RAISED.match(line)) or (raised := _THREAD.fullmatch(line)):
                yield f"  {raised[0].rstrip(':')}"


def _messages(log: str) -> list[tuple[re.Match[str], list[str]]]:
    """The first line of each message as `_HEAD` reads it, and its further lines."""
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in log.splitlines():
        if head := _HEAD.fullmatch(line):
            found.append((head, []))
        elif found:
            found[-1][1].append(line)
    return found


def _report(facts: Mapping[str, str], logs: Sequence[Path], crash: Path, scrub: Callable[[], Scrub]) -> str:
    with suppress(OSError):
        facts = {"System": platform.freedesktop_os_release().get("PRETTY_NAME", ""), **facts}
    with suppress(OSError):
        facts = {**facts, "Last crash": f"{local_time(crash.stat().st_mtime):%Y-%m-%d %H:%M:%S}"}
    place = "Flatpak" if "FLATPAK_ID" in os.environ else "AppImage" if f"{OF_APPIMAGE}APPIMAGE" in os.environ else ""
    place = place or ("a bundle" if getattr(sys, "frozen", False) else "Python's packages")
    program = {
        "Program": f"Runway Desktop {__version__}, from {place}",
        "Python": f"{platform.python_version()} on {platform.platform()}",
        "Proxies": ", ".join(sorted(getproxies())),
        "Desktop": " ".join(os.environ.get(name, "") for name in ("XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE")).strip(),
    }
    log = b"".join(map(_content, logs))[-_READ:].decode("utf-8", "replace")
    return report_text({**program, **facts}, _content(crash).decode("utf-8", "replace"), log, scrub())


def _content(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _settings(settings: Settings) -> str:
    """Those that are not at their default, without texts, names and amounts of money."""
    changed = {
        name: line.editor for name, line in settings.preferences().items() if getattr(settings, name) != line.default
    }
    told = {name: getattr(settings, name) for name, editor in changed.items() if isinstance(editor, _TOLD)}
    return ", ".join(f"{name}={told[name]}" if name in told else f"{name} is set" for name in changed)
