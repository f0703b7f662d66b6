"""Cells as spreadsheets read them. Pure."""

from __future__ import annotations

BOM = "utf-8-sig"
"""The encoding whose mark at the beginning tells spreadsheets that the file is UTF-8."""
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms, which spreadsheets in East Asia take for the same."""


def plain(text: str) -> str:
    """A text that a spreadsheet takes for a formula is somebody's prompt, and must stay one."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def number(value: float) -> str:
    """12.0 is "12", 2.5 is "2.5": without the marks between thousands that stand for something else elsewhere."""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")
