"""Small marks on widgets that the style sheet paints: what is wrong, and the tone of words."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Turns the red border on or off without a style pass when nothing changed."""
    if bool(widget.property("wrong")) is not wrong:
        widget.setProperty("wrong", wrong)
        _polish(widget)


def set_tone(label: QLabel, tone: str) -> None:
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        _polish(label)


def _polish(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)
