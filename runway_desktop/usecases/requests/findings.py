"""The finding that is shown at a field of a request: Runway's refusal until the field changes, else what is invalid; a
missing value only after an attempt to send. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runway_desktop.catalog import Finding, Pair, is_left_out
from runway_desktop.domain.task import Request
from runway_desktop.services.library import expansion
from runway_desktop.values import replace


class FieldFindings:
    def __init__(self) -> None:
        self.attempted = False
        """Whether one tried to send this request."""
        self._refused: dict[str, str] = {}

    def refuse(self, refusals: Mapping[str, str]) -> None:
        """What Runway said, by field."""
        self._refused = dict(refusals)

    def forget(self, name: str) -> None:
        """The field has changed since Runway said something of it."""
        self._refused.pop(name, None)

    def begin_again(self) -> None:
        """Another request stands there."""
        self._refused, self.attempted = {}, False

    def at(self, name: str, findings: Sequence[Finding], value: Any) -> str:
        """The sentence for a field that has this value; empty for none."""
        if name in self._refused:
            return self._refused[name]
        if not self.attempted and is_left_out(value):
            return ""
        return next((found.message for found in findings if found.path[:1] == (name,)), "")


def inside(name: str, findings: Sequence[Finding]) -> dict[tuple[str | int, ...], str]:
    """What is wrong inside a nested field, by the path within its value."""
    return {found.path[1:]: found.message for found in findings if len(found.path) > 1 and found.path[0] == name}


def requests_of(pair: Pair, request: Request) -> list[Request]:
    """One for each text that the request's prompt stands for."""
    field = pair.prompt_field
    if field is None or not request.prompt:
        return [request]
    return [
        replace(request, values={**request.values, field.name: found.text}, prompt=found.text)
        for found in expansion.expansions(request.prompt)
    ]


def brace_findings(pair: Pair, amount: int, requests: Callable[[], list[Request]]) -> tuple[Finding, ...]:
    """Too many tasks, or one without the prompt that it needs. `requests` is only asked when it can be told apart."""
    field = pair.prompt_field
    if field is None or amount == 1:
        return ()
    if amount > expansion.MOST:
        said = f"The braces stand for {amount:,} tasks. At most can be sent at once: {expansion.MOST:,}."
        return (Finding((field.name,), said),)
    if field.required and not all(request.prompt.strip() for request in requests()):
        return (Finding((field.name,), "One of the prompts that the braces stand for is empty."),)
    return ()
