"""Words in a prompt that steer what becomes of a task, for tests and for people who try the demo.

| in the prompt | what it does |
| --- | --- |
| `[fail:CODE]` | the task fails with this code, for example `[fail:SAFETY.INPUT.TEXT]`; `[fail:]`: without a code |
| `[outputs:N]` | N outputs, 1 to 10, whatever the request says |
| `[seconds:S]` | runs S seconds (before the speed knob) instead of its model's usual time |
| `[stuck]` | runs for ever |
| `[status:WORD]` | says WORD instead of RUNNING: a status that no client knows |

Several can stand in one prompt. They are not drawn on the outputs. Pure; raises nothing: what is malformed is prompt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\[(fail|outputs|seconds|stuck|status)(?::([^\[\]]*))?\]")
_MOST_OUTPUTS = 10


@dataclass(frozen=True, slots=True)
class Magic:
    """What the words asked for; None where they said nothing. An empty `failure` is a failure without a code."""

    failure: str | None = None
    outputs: int | None = None
    seconds: float | None = None
    status_word: str | None = None


def read_magic(prompt: str) -> tuple[Magic, str]:
    """The wishes in a prompt, and the prompt without them."""
    found: dict[str, Any] = {}
    for word, argument in _WORD.findall(prompt):
        if word == "fail":
            found["failure"] = argument.strip()
        elif word == "outputs" and argument.isdecimal():
            found["outputs"] = min(max(1, int(argument)), _MOST_OUTPUTS)
        elif word == "seconds" and re.fullmatch(r"\d+(\.\d+)?", argument):
            found["seconds"] = float(argument)
        elif word == "stuck":
            found["seconds"] = float("inf")
        elif word == "status" and argument:
            found["status_word"] = argument.strip()
    return Magic(**found), " ".join(_WORD.sub(" ", prompt).split())
