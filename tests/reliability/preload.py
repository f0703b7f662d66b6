"""All that a life needs, imported once in the process that lives are split off. It starts no thread."""

from __future__ import annotations

from importlib import import_module

for _name in (
    "PySide6.QtWidgets",
    "runway_desktop.app.event_loop",
    "runway_desktop.api.client",
    "runway_desktop.api.fetcher",
    "runway_desktop.services.exchange.exchange",
    "runway_desktop.services.backup.restores",
    "keyring.backends",
    "PIL.Image",
    "tests.reliability.lives",
):
    import_module(_name)
