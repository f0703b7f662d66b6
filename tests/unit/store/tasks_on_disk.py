"""A task for stores on disk."""

from __future__ import annotations

from runway_desktop.domain.task import Request, Task, TaskId


def a_task(name: str, prompt: str = "A lighthouse") -> Task:
    return Task(
        id=TaskId(name), request=Request(endpoint="text_to_image", model="gen4_image", prompt=prompt), created_at=1.0
    )
