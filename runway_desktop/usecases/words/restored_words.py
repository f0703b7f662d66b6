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
        said.append(units.count(found.held, "task is queued until you send it", "tasks are queued until you send them"))
    if found.uncertain:
        said.append(units.count(found.uncertain, "is uncertain", "are uncertain"))
    if found.live:
        said.append(units.count(found.live, "at Runway is checked", "at Runway are checked"))
    when = f" of {units.full_time(found.made_at)}" if found.made_at else ""
    message = f"Restored from the backup{when}. Sending is paused."
    if not said:
        return message, ""
    risk = " What was sent after the backup was made would be paid for twice." if found.held or found.uncertain else ""
    return message, f"{', '.join(said)}.{risk}"


def _waiting_in_a_copy(found: Restored) -> str:
    waits = units.count(
        found.held,
        "queued task waits for you, because it may have been sent already",
        "queued tasks wait for you, because they may have been sent already",
    )
    copied = found.copied in (Verdict.COPIED, Verdict.OTHER_MACHINE)
    return f"{waits}, or may still be sent from the original." if copied else f"{waits}."
