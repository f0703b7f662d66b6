"""Command records that write and send a request.

They take the main window as `Any`: its panes import these records, so naming its class would be an import cycle.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import MAKING, RecordsOf, Scope, Standard, Surface
from runway_desktop.usecases.requests.presets import KEYS
from runway_desktop.usecases.words.plain import caption


def _preset_words(number: int, window: Any) -> Text | str:
    named = next((preset.name for preset in window.models.composer.presets.all if preset.key == number), "")
    return caption(named) or Text("Apply preset {number} (none yet)").with_(number=number)


def _take_preset(number: int, window: Any) -> None:
    window.models.composer.presets.take_key(number)


def _hidden(window: Any) -> Text | str:
    return "" if window.composer_pane.isVisible() else Text("The request is not shown here.")


_making = RecordsOf[Any](MAKING, Scope.WINDOW)
# Left out of the palette, which lists each preset by name.
_preset = RecordsOf[Any](
    MAKING,
    Scope.WINDOW,
    submenu=Text("Presets"),
    left_out_of=frozenset({Surface.PALETTE, Surface.HELP}),
    why_not=_hidden,
)

SEND = _making(
    "request.send",
    Text("Send request"),
    lambda on: on.models.composer.send(),
    "Ctrl+Return",
    "Ctrl+Enter",
    pays=True,
)
PRESETS = {
    n: _preset(
        f"request.preset.{n}",
        Text("Apply preset {number}").with_(number=n),
        partial(_take_preset, n),
        f"Ctrl+{n}",
        label=partial(_preset_words, n),
    )
    for n in KEYS
}
"""By the preset's key number."""
COMMANDS = (
    _making(
        "request.new",
        Text("New request"),
        lambda window: window.begin_request(),
        Standard.NEW,
        synonyms=Text("create, generate"),
    ),
    SEND,
    _making(
        "request.model",
        Text("Choose a model"),
        lambda window: window.composer_pane.choose_model(),
        "Alt+M",
        synonyms=Text("model"),
    ),
    _making("request.recall", Text("Prompt history"), lambda window: window.recall_prompt(), "Ctrl+H"),
    *PRESETS.values(),
)
