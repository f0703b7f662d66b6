"""Widgets and the style sheet use the same property names."""

from __future__ import annotations

import re
from pathlib import Path

import runway_desktop

ROOT = Path(runway_desktop.__file__).parent
SHEETS = sorted((ROOT.parent / "resources").glob("*.qss"))
SET, READ = re.compile(r'setProperty\(\s*"(\w+)"'), re.compile(r'\.property\("(\w+)"\)')


def test_every_widget_property_is_read_by_the_style_sheet_or_the_program():
    code = "\n".join(file.read_text("utf-8") for room in ("ui", "rooms") for file in (ROOT / room).rglob("*.py"))
    marks, read = set(SET.findall(code)), set(READ.findall(code))
    styled = {name for sheet in SHEETS for name in re.findall(r'\[(\w+)="', sheet.read_text("utf-8"))}
    assert len(marks) > 10
    assert sorted(marks - styled - read) == []
    assert sorted(styled - set(re.findall(r'"(\w+)"', code)) - {"kind", "tone"}) == []
