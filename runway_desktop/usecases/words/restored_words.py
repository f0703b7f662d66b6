"""What is told once at the first start after a restore, or with a folder that was copied. Pure."""

from __future__ import annotations

from runway_desktop.domain.copies import Verdict
from runway_desktop.services.tasks.after_restore import Restored

from . import units

_COPIED = {
    Verdict.PUT_BACK: "This profile's folder was put back to an earlier state.",
    Verdict.COPIED: "This profile's folder is a copy.",
    Verdict.OTHER_MACHINE: "This profile's folder comes from another computer.",
}
_COPIED_SOMEHOW = "This profile's folder was copied or put back."


def restored_words(found: Restored) -> tuple[str, str]:
    """The sentence, and what has to be decided, in small print."""
    if found.copied is not None:
        return f"{_COPIED.get(found.copied, _COPIED_SOMEHOW)} Sending is paused.", _waiting_in_a_copy(found)
    said = []
    if found.held:
        waits = "task waits here" if found.held == 1 else "tasks wait here"
        said.append(f"{found.held:,} {waits} until you send {'it' if found.held == 1 else 'them'}")
    if found.uncertain:
        said.append(f"{found.uncertain:,} {'is' if found.uncertain == 1 else 'are'} uncertain")
    if found.live:
        said.append(f"{found.live:,} at Runway {'is' if found.live == 1 else 'are'} asked for")
    when = f" of {units.full_time(found.made_at)}" if found.made_at else ""
    message = f"Restored from the backup{when}. Sending is paused."
    if not said:
        return message, ""
    risk = " What was sent after the backup was made would be paid for twice." if found.held or found.uncertain else ""
    return message, f"{', '.join(said)}.{risk}"


def _waiting_in_a_copy(found: Restored) -> str:
    waits, they = ("task waits", "it") if found.held == 1 else ("tasks wait", "they")
    why = f"{they} may have been sent already"
    if found.copied in (Verdict.COPIED, Verdict.OTHER_MACHINE):
        why += ", or may still be sent from the original"
    return f"{found.held:,} queued {waits} for you, because {why}."
