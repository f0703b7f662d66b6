"""What the sentences mean that versions before 3.0 of the list of tasks kept about why a held task waits.

Each sentence that such a version wrote is known here by its words or its beginning. Any other becomes
`HoldCode.ASK_PERSON`, because it may be a restored task's, which would be paid for twice. Pure.
"""

from __future__ import annotations

import re

from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode

_WHOLE = {
    "": ITS_TURN,
    "Waits until you send it.": Hold(HoldCode.WAITS_FOR_PERSON),
    "Restored from a backup; it may have been sent after the backup was made.": Hold(HoldCode.RESTORED),
    "This profile's folder was copied or put back; this may have been sent already.": Hold(HoldCode.COPIED),
}

_ADVICE = r"(?:(?:Find it, put|Put) it back, or edit|Check it, or edit|Edit) the task and choose another(?: file)?\."
_FILES = (
    (re.compile(rf"“(.*)” is not there any more\. {_ADVICE}", re.DOTALL), HoldCode.FILE_MISSING),
    (re.compile(rf"“(.*)” cannot be read\. {_ADVICE}", re.DOTALL), HoldCode.FILE_UNREADABLE),
    (re.compile(rf"“(.*)” is empty\. {_ADVICE}", re.DOTALL), HoldCode.FILE_EMPTY),
)

_NOT_PREPARED = "The program made a mistake while preparing this. Choose “Send next” to try "
_UPLOAD_FAILED = "The upload did not work. "

_UPLOADED_FILE = re.compile(
    r".+ (?:cannot be read\. Check that it is still there and may be read\.|"
    r"became shorter while it was sent\. Send it again\.)",
    re.DOTALL,
)
"""A file that could not be read while it was uploaded; its name is not in quotes."""

_NOT_SENT = (
    # No connection.
    "Runway could not be reached",
    "No trusted connection to Runway could be made.",
    "Too much was asked of Runway at once, and this waited too long for its turn.",
    "The program is closing, so nothing was sent.",
    # The key.
    "Runway did not accept the key.",
    "There is no key for Runway yet.",
    "The key for Runway holds characters that a key cannot have.",
    # Turned away unread.
    "Runway takes no more requests for now.",
    "Runway is overloaded and did not take the request.",
    # The sending could not be noted on this machine.
    "A copy of this profile's folder is in use.",
    "The list of tasks is in use by another program.",
    "The list of tasks cannot be opened for writing.",
    "The list of tasks is closed.",
    "The list of tasks in “",
    "The work with the list of tasks was called off.",
    "The disk is full, so the list of tasks could not be saved.",
    "The disk did not take what was to be saved.",
    "There is not enough memory for the list of tasks.",
    "Something went wrong in the program with the list of tasks.",
)
_NOT_FOUND = re.compile(r"\S+ was not found on the network\.")


def hold_of_sentence(sentence: str) -> Hold:
    """The code and the details of a stored sentence."""
    whole = _WHOLE.get(sentence)
    if whole is not None:
        return whole
    for pattern, code in _FILES:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return Hold(code, file=found[1])
    if sentence.startswith(_NOT_PREPARED):
        return Hold(HoldCode.NOT_PREPARED)
    if sentence.startswith(_UPLOAD_FAILED):
        return Hold(HoldCode.UPLOAD_FAILED, words=sentence.removeprefix(_UPLOAD_FAILED))
    if sentence.startswith(_NOT_SENT) or _NOT_FOUND.fullmatch(sentence):
        return Hold(HoldCode.NOT_SENT, words=sentence)
    if _UPLOADED_FILE.fullmatch(sentence):
        return Hold(HoldCode.FILE_UNREADABLE, words=sentence)
    return Hold(HoldCode.ASK_PERSON, words=sentence)
