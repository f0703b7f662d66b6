"""The part of the composer that its presets and its model chooser change: pair, values and prompt."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from runway_desktop.catalog import Pair
from runway_desktop.domain.task import Request


class Composing(Protocol):
    structure_changed: SignalInstance

    @property
    def pair(self) -> Pair: ...

    @property
    def prompt(self) -> str: ...

    def request(self) -> Request: ...

    def choose(self, endpoint: str, model: str) -> None: ...

    def choose_endpoint(self, endpoint: str) -> None: ...

    def set_value(self, name: str, value: Any) -> None: ...

    def set_prompt(self, text: str) -> None: ...
