"""The text of *Copy support details*: what Runway's support needs to find a task, without private data.

Pure. The caller removes the secrets in use. Links (which are signed) and inputs are left out, paths are replaced by
names of known folders. Prompt and other free text of the request are left out unless the user includes the prompt.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from types import MappingProxyType
from typing import Any

from runway_desktop import __version__
from runway_desktop.domain import kept_text
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.moments import known_moment, local_time
from runway_desktop.domain.task import State, Task
from runway_desktop.texts import english
from runway_desktop.usecases.words.failures import sending_words

_SECRET = re.compile(r"key_[0-9A-Za-z]{8,}|(?i:bearer)\s+\S+")
_LINK = re.compile(r"\b(?:https?|runway|file|data):\S+", re.IGNORECASE)
_CHOICE = re.compile(r"[\w.:\- ]{1,32}")
_PRIVATE_NAME = re.compile(
    r"prompt|text|title|tag|uri|url|path|file|image|video|audio|sha|body|key|secret", re.IGNORECASE
)
_PATH = re.compile(r"""(?:\b[A-Za-z]:[\\/]|\\\\|(?<![\w./:~>])/(?=[^\s/,;]+/))[^\s"'“”‘’]+""")
_INSIDE = r"""(?:[\\/][^\s"'“”‘’]*)?"""


@english()
def support_details(
    task: Task,
    ledger: Sequence[LedgerEntry],
    paths: Mapping[Path, str] = MappingProxyType({}),
    *,
    include_prompt: bool = False,
    version: str = __version__,
    system: str = "",
) -> str:
    """Plain text: one fact a line, then the history. Times are UTC. `paths` are folders of this computer with their
    names in the text."""
    scrub = _Scrub(task.request.prompt.strip() if not include_prompt else "", paths)
    facts = [
        ("Task at Runway", task.remote_id or "none"),
        ("Task here", task.id),
        ("State", _state(task)),
        ("Asked for", f"{task.request.endpoint}, {task.request.model}"),
        ("Settings", ", ".join(_told(task.request.values, "", scrub))),
        ("Made", _time(task.created_at)),
        ("Sent", _time(task.sent_at)),
        ("Created at Runway", _time(task.remote_created_at)),
        ("Running since", _time(task.running_since)),
        ("Ended", _time(task.ended_at)),
        ("Last asked", _time(task.asked_at)),
        ("Estimate", _credits(task.estimated_credits)),
        ("Cost", _credits(task.cost_credits)),
    ]
    if task.failure is not None:
        facts.append(("Failure code", task.failure.code or "none"))
        facts.append(("Runway's words", scrub.sentence(str(task.failure.words))))
    facts += [
        ("Refused", f"{'.'.join(map(str, issue.path)) or 'request'}: {issue.code}".rstrip(": "))
        for issue in task.refusals
    ]
    if task.evidence is not None:
        facts.append(("Sending", scrub.sentence(sending_words(task.evidence.cause))))
        facts.append(("Answer", scrub.sentence(task.evidence.answer)))
    if include_prompt and task.request.prompt:
        facts.append(("Prompt", scrub(task.request.prompt)))
    facts.append(("Program", f"Runway Desktop {version}, {system or _system()}"))
    lines = [f"{name}: {value}" for name, value in facts if value]
    if ledger:
        lines += ["", "What happened:"]
        lines += [f"{_time(entry.at)}  {entry.kind}{_detail(entry.detail, scrub)}" for entry in ledger]
    return "\n".join(lines) + "\n"


def _state(task: Task) -> str:
    words = str(task.state)
    if task.state is State.OTHER:
        words = f"{task.remote_status} (a status that this program does not know)"
    extras = [
        "adopted" if task.adopted else "",
        "cancel asked" if task.cancel_asked else "",
        "not seen by the key in use" if task.is_hidden else "",
        "deleted at Runway" if task.deleted_remotely else "",
    ]
    return ", ".join([words, *filter(None, extras)])


def _told(values: Mapping[str, Any], prefix: str, scrub: _Scrub) -> list[str]:
    """Settings that are numbers, switches or choices. Of lists, which are inputs or texts, only the length."""
    found: list[str] = []
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found += _told(value, f"{path}.", scrub)
        elif isinstance(value, bool | int | float):
            found.append(f"{path}={str(value).lower() if isinstance(value, bool) else value}")
        elif isinstance(value, list | tuple):
            found.append(f"{path}: {len(value)}")
        elif isinstance(value, str) and not _PRIVATE_NAME.search(name) and _CHOICE.fullmatch(value):
            found.append(f"{path}={scrub(value)}")
    return found


def _detail(detail: Mapping[str, Any], scrub: _Scrub) -> str:
    told = []
    for name, value in detail.items():
        if isinstance(value, bool | int | float):
            told.append(f"{name}={value}")
        elif isinstance(value, Mapping) and "text" in value:
            told.append(f"{name}={scrub.sentence(str(kept_text.read(value)))}")
        elif isinstance(value, str) and value and not _PRIVATE_NAME.search(name):
            told.append(f"{name}={scrub.sentence(value)}")
    return f"  ({', '.join(told)})" if told else ""


class _Scrub:
    """Removes links, paths and secrets from a text. `prompt` is also removed, since an error may quote it; empty: keep
    it."""

    def __init__(self, prompt: str, paths: Mapping[Path, str]) -> None:
        self._prompt = prompt
        deepest_first = sorted((path for path in paths if path.name), key=lambda folder: -len(folder.parts))
        self._patterns = [
            (_SECRET, "[secret]"),
            (re.compile(r"\bfile:\S+", re.IGNORECASE), "[link]"),
            *((re.compile(re.escape(str(path)) + _INSIDE), paths[path]) for path in deepest_first),
            (_LINK, "[link]"),
            (_PATH, "[path]"),
        ]

    def __call__(self, text: str) -> str:
        for pattern, word in self._patterns:
            text = pattern.sub(word, text)
        return text

    def sentence(self, text: str) -> str:
        text = text.replace(self._prompt, "[prompt]") if self._prompt else text
        return self(" ".join(text.split()))


def _time(at: float | None) -> str:
    if at is None:
        return ""
    return f"{local_time(at, UTC):%Y-%m-%d %H:%M:%S} UTC" if known_moment(at) is not None else str(at)


def _credits(amount: float | None) -> str:
    return "" if amount is None else f"{amount:g} credits"


def _system() -> str:
    return f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
