"""Named presets of endpoint, model and settings, on shortcuts. Stored in the settings, exported and imported as JSON.

Reading never raises for invalid settings; `from_text` raises `NotPossible` for a file without presets. Loop's thread
only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from runway_desktop.domain.errors import NotPossible
from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text
from runway_desktop.values import Struct, as_json, field, replace

PRESETS = "presets"
"""The setting that stores them."""
KEYS = range(1, 10)
"""Digits that can be combined with Ctrl as a preset's shortcut."""
MOST = 200
_FORM = 1


class Preset(Struct, frozen=True, kw_only=True):
    """`values` is wire JSON without inputs; `prompt` is None if it is stored without one. `key` 0: no shortcut."""

    name: str
    endpoint: str
    model: str
    values: Mapping[str, Any] = field(default_factory=dict)
    prompt: str | None = None
    key: int = 0


class Presets:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def all(self) -> tuple[Preset, ...]:
        """In order of creation."""
        stored = self._settings.get(PRESETS)
        found = [_preset(entry) for entry in stored] if isinstance(stored, list) else []
        return tuple(preset for preset in found if preset is not None)

    def on_key(self, key: int) -> Preset | None:
        return next((preset for preset in self.all() if preset.key == key), None)

    def free_key(self) -> int:
        """The first free key; 0 if none is free."""
        taken = {preset.key for preset in self.all()}
        return next((key for key in KEYS if key not in taken), 0)

    def save(self, preset: Preset) -> None:
        """Adds it, or replaces the one with its name. Another preset with the same key loses the key."""
        kept = [
            replace(other, key=0) if preset.key and other.key == preset.key else other
            for other in self.all()
            if other.name != preset.name
        ]
        before = [other.name for other in self.all()]
        position = before.index(preset.name) if preset.name in before else len(kept)
        kept.insert(position, preset)
        self._put(kept)

    def rename(self, name: str, new: str) -> None:
        if new and all(preset.name != new for preset in self.all()):
            self._put([replace(preset, name=new) if preset.name == name else preset for preset in self.all()])

    def remove(self, name: str) -> None:
        self._put([preset for preset in self.all() if preset.name != name])

    def as_text(self) -> str:
        return json.dumps({"form": _FORM, "presets": [as_json(preset) for preset in self.all()]}, indent=1) + "\n"

    def take(self, text: str) -> int:
        """Imports presets; existing ones with the same names are replaced. Returns how many. Raises NotPossible."""
        found = from_text(text)
        for preset in found:
            taken = preset.key and self.on_key(preset.key)
            self.save(replace(preset, key=0) if taken and taken.name != preset.name else preset)
        return len(found)

    def _put(self, presets: Sequence[Preset]) -> None:
        self._settings.set(PRESETS, [as_json(preset) for preset in presets[:MOST]])


def from_text(text: str) -> tuple[Preset, ...]:
    try:
        entries = json.loads(text)["presets"]
        found = tuple(preset for entry in entries if (preset := _preset(entry)) is not None)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotPossible(Text("This file contains no presets."), detail=str(error)) from error
    if not found:
        raise NotPossible(Text("This file contains no presets."))
    return found


def _preset(entry: Any) -> Preset | None:
    """A parsed preset; None if the entry is invalid."""
    if not isinstance(entry, Mapping):
        return None
    name, endpoint, model = entry.get("name"), entry.get("endpoint"), entry.get("model")
    values, prompt, key = entry.get("values"), entry.get("prompt"), entry.get("key")
    if not (isinstance(name, str) and name.strip() and isinstance(endpoint, str) and isinstance(model, str)):
        return None
    return Preset(
        name=name.strip(),
        endpoint=endpoint,
        model=model,
        values=dict(values) if isinstance(values, Mapping) else {},
        prompt=prompt if isinstance(prompt, str) else None,
        key=key if isinstance(key, int) and not isinstance(key, bool) and key in KEYS else 0,
    )
