"""The engine's notices as translated text."""

from __future__ import annotations

from collections.abc import Iterable

from runway_desktop.domain.events import EngineNotice, Notice
from runway_desktop.usecases.words.notices import said


def notices(events: Iterable[object]) -> list[Notice]:
    return [
        said(event) if isinstance(event, EngineNotice) else event
        for event in events
        if isinstance(event, Notice | EngineNotice)
    ]
