"""Cells as spreadsheets read them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms, which spreadsheets in East Asia take for the same."""


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a table is written as text. Where numbers have a comma, spreadsheets part cells by semicolons, and take 2.5
    for a day in May. `is_marked`: it begins with the mark by which they know UTF-8."""

    separator: str = ","
    decimal: str = "."
    is_marked: bool = True

    @property
    def encoding(self) -> str:
        return "utf-8-sig" if self.is_marked else "utf-8"


USUAL = CsvDialect()


def plain(text: str) -> str:
    """A text that a spreadsheet takes for a formula is somebody's prompt, and must stay one."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def number(value: float, decimal: str = ".") -> str:
    """12.0 is "12", 2.5 is "2.5": without the marks between thousands that stand for something else elsewhere."""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".").replace(".", decimal)
