"""What is being sent, as text for a program that waits for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def under_way_words(sendings: Sequence[str]) -> str:
    """ "Sending Gen-4.5 for claude"."""
    return f"Sending {', '.join(sendings)}" if sendings else "Closing"
