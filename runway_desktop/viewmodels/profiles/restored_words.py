"""What is told once at the first start after a restore. Pure."""

from __future__ import annotations

from runway_desktop.services.after_restore import Restored
from runway_desktop.viewmodels import wording


def restored_words(found: Restored) -> tuple[str, str]:
    """The sentence, and what has to be decided, in small print."""
    said = []
    if found.held:
        waits = "task waits here" if found.held == 1 else "tasks wait here"
        said.append(f"{found.held:,} {waits} until you send {'it' if found.held == 1 else 'them'}")
    if found.uncertain:
        said.append(f"{found.uncertain:,} {'is' if found.uncertain == 1 else 'are'} uncertain")
    if found.live:
        said.append(f"{found.live:,} at Runway {'is' if found.live == 1 else 'are'} asked for")
    when = f" of {wording.full_time(found.made_at)}" if found.made_at else ""
    message = f"Restored from the backup{when}. Sending is paused."
    if not said:
        return message, ""
    risk = " What was sent after the backup was made would be paid for twice." if found.held or found.uncertain else ""
    return message, f"{', '.join(said)}.{risk}"
