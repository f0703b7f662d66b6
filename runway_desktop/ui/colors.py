"""High-contrast theme for desktops that request it: black or white backgrounds, and outlined buttons."""

from __future__ import annotations

COLORS: dict[str, tuple[str, str]] = {
    "window": ("#000000", "#ffffff"),
    "surface": ("#000000", "#ffffff"),
    "raised": ("#000000", "#ffffff"),
    "field": ("#000000", "#ffffff"),
    "hover": ("#262626", "#e6e6e6"),
    "selected": ("#0a2f5c", "#cfe4ff"),
    "border": ("#9a9a9a", "#5c5c5c"),
    "outline": ("#ffffff", "#000000"),
    "text": ("#ffffff", "#000000"),
    "muted": ("#ededed", "#141414"),
    "faint": ("#d6d6d6", "#2b2b2b"),
    "accent": ("#8fcaff", "#00378f"),
    "accent_hover": ("#b5dcff", "#002a6e"),
    "on_accent": ("#000000", "#ffffff"),
    "good": ("#6beaac", "#004a25"),
    "warn": ("#ffd866", "#523300"),
    "bad": ("#ffb3ab", "#7d0900"),
    "media": ("#000000", "#ffffff"),
}
"""By role: dark and light."""
LINES = """
QPushButton, QToolButton, QPushButton[kind="chip"], QToolButton[kind="chip"], QPushButton[kind="pill"],
QToolButton[kind="pill"] { border: 1px solid $outline; }
QPushButton:checked, QToolButton:checked, QPushButton[kind="pill"]:checked { border: 2px solid $accent; }
QPushButton:focus, QToolButton:focus, QPushButton[kind="chip"]:focus, QToolButton[kind="chip"]:focus,
QPushButton[kind="flat"]:focus, QToolButton[kind="flat"]:focus, QPushButton[kind="select"]:focus, QLineEdit:focus,
QPlainTextEdit:focus, QSpinBox:focus, QComboBox:focus { border: 2px solid $accent; }
QSlider::groove:horizontal { background: $hover; border: 1px solid $outline; }
"""
"""Additional style sheet: outlines of buttons."""
