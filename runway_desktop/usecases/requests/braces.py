"""What the braces of a prompt make of one request: how many tasks, which, and what is wrong with that. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runway_desktop.catalog import Finding, Pair
from runway_desktop.domain.task import Request
from runway_desktop.services.library import expansion


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
        said = f"The braces stand for {amount:,} tasks. One sending makes up to {expansion.MOST:,}."
        return (Finding((field.name,), said),)
    if field.required and not all(request.prompt.strip() for request in requests()):
        return (Finding((field.name,), "One of the prompts that the braces stand for is empty."),)
    return ()
