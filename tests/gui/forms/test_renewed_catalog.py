"""A newer catalog dropped on the window: its models can be selected at once, and an unknown kind of setting is edited
as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from runway_desktop.catalog.resource_path import resource
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, until

from .hands import drop, paste

NEW = ("text_to_video", "brand_new_1")


@asynccontextmanager
async def renewed(folder: Path, theme: Theme) -> AsyncIterator[Desktop]:
    """The window after the drop. The catalog is shared by all tests: it is given back."""
    facts: dict[str, Any] = json.loads(resource("catalog.json").read_bytes())
    facts["sdk"] = "99.0.0"
    next(one for one in facts["endpoints"] if one["name"] == NEW[0])["models"].append(NEW[1])
    fields = [
        {"name": "promptText", "kind": "prompt", "required": True},
        {"name": "orbitPath", "kind": "gimbal", "required": False},
    ]
    facts["pairs"].append({"endpoint": NEW[0], "model": NEW[1], "fields": fields})
    path = folder / "catalog.json.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    async with Desktop(folder, theme) as desktop:
        assert desktop.composer.chooser.new() == frozenset()
        try:
            drop(desktop.window, [path.as_uri()])
            await until(lambda: desktop.engine.catalog.version == "99.0.0", "the catalog is renewed")
            yield desktop
        finally:
            assert desktop.engine.renewal is not None
            await desktop.engine.renewal.use_built_in()


async def test_new_models_are_there_at_once_and_marked_as_new(tmp_path, theme, qtbot):
    async with renewed(tmp_path, theme) as desktop:
        await until(lambda: desktop.told)
        assert "99.0.0. 1 model is new" in desktop.told[-1]
        assert desktop.composer.chooser.new() == {NEW}
        desktop.composer.chooser.choose(NEW)
        assert (desktop.composer.pair.endpoint, desktop.composer.pair.model) == NEW
    assert desktop.composer.pair.model != NEW[1], "what the built-in catalog has not is left again"


async def test_what_was_being_written_stays_when_the_catalog_is_renewed(tmp_path, theme, qtbot):
    async with renewed(tmp_path, theme) as desktop:
        desktop.composer.set_prompt("A lighthouse")
        desktop.composer.set_value("ratio", "720:1280")
        await desktop.engine.renewal.use_built_in()
        assert desktop.composer.prompt == "A lighthouse"
        assert desktop.composer.value("ratio") == "720:1280"


async def test_a_kind_that_nobody_knows_is_a_json_editor_with_a_check(tmp_path, theme, qtbot):
    async with renewed(tmp_path, theme) as desktop:
        desktop.composer.chooser.choose(NEW)
        pane = desktop.window.composer_pane
        pane.open_form(True)
        row = pane._form.rows["orbitPath"]
        editor = row.editor
        assert isinstance(editor, QPlainTextEdit)
        assert editor.accessibleName() == "Orbit path"
        paste(editor, '{"turns": 2, "axis": [0,')
        assert "isn't complete JSON: line 1" in row._note.text()
        assert desktop.composer.findings()
        paste(editor, '{"turns": 2, "axis": [0, 1]}')
        assert desktop.composer.request().values["orbitPath"] == {"turns": 2, "axis": [0, 1]}
        assert "JSON" not in row._note.text()
        paste(pane._prompt, "A lighthouse")
        assert not desktop.composer.findings()
