"""Why a held task waits, as a sentence. Pure."""

from __future__ import annotations

from runway_desktop.domain.task import Hold, HoldCode


def hold_words(hold: Hold) -> str:
    """What the list and the details say of a task that waits here; empty while it just waits for its turn."""
    match hold.code:
        case HoldCode.ITS_TURN:
            return ""
        case HoldCode.WAITS_FOR_PERSON:
            return "Waits until you send it."
        case HoldCode.RESTORED:
            return "Restored from a backup; it may have been sent after the backup was made."
        case HoldCode.COPIED:
            return "This profile's folder was copied or put back; this may have been sent already."
        case HoldCode.ASK_PERSON:
            why = hold.words or "The reason is not known to this version."
            return f"Waits until you send it; it may have been sent already. {why}"
        case HoldCode.FILE_MISSING:
            return f"{_file(hold)} is not there any more. Find it, put it back, or edit the task and choose another."
        case HoldCode.FILE_UNREADABLE:
            return hold.words or f"{_file(hold)} cannot be read. Check it, or edit the task and choose another."
        case HoldCode.FILE_EMPTY:
            return f"{_file(hold)} is empty. Edit the task and choose another file."
        case HoldCode.UPLOAD_FAILED:
            return f"The upload did not work. {hold.words}".strip()
        case HoldCode.NOT_SENT:
            return hold.words or "It could not be sent. It is tried again."
        case HoldCode.NOT_PREPARED:
            return (
                "The program made a mistake while preparing this. Choose “Send next” to try again; if that fails, copy "
                "the support details."
            )


def _file(hold: Hold) -> str:
    return f"“{hold.file}”" if hold.file else "A file"
