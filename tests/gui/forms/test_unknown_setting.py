"""A setting of unknown kind is edited as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop
from tests.rigs.seen import prompt, rows, said

from .hands import paste

NEW = ("text_to_video", "brand_new_1")


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog with a new model."""
    facts: dict[str, Any] = json.loads(resource("catalog.json").read_bytes())
    next(one for one in facts["endpoints"] if one["name"] == NEW[0])["models"].append(NEW[1])
    fields = [
        {"name": "promptText", "kind": "prompt", "required": True},
        {"name": "orbitPath", "kind": "gimbal", "required": False},
    ]
    facts["pairs"].append({"endpoint": NEW[0], "model": NEW[1], "fields": fields})
    monkeypatch.setattr("tests.rigs.engines.CATALOG", Catalog(facts))


@pytest.mark.usefixtures("newer")
async def test_field_of_unknown_kind_is_edited_as_checked_json(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        desktop.composer.chooser.choose(NEW)
        pane = desktop.window.composer_pane
        pane.open_form(True)
        row = rows(pane)["orbitPath"]
        editor = row.editor
        assert isinstance(editor, QPlainTextEdit)
        assert editor.accessibleName() == "Orbit path"
        paste(editor, '{"turns": 2, "axis": [0,')
        assert "isn't complete JSON: line 1" in said(row)
        assert desktop.composer.findings()
        paste(editor, '{"turns": 2, "axis": [0, 1]}')
        assert desktop.composer.request().values["orbitPath"] == {"turns": 2, "axis": [0, 1]}
        assert "JSON" not in said(row)
        paste(prompt(pane), "A lighthouse")
        assert not desktop.composer.findings()
