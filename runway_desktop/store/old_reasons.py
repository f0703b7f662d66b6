"""What the sentences mean that versions before 3.1 of the list of tasks kept about why a result is not saved, and about
what happened to a sending without an answer.

Each sentence that such a version wrote is known here. Any other becomes `ReasonCode.UNKNOWN` and is shown as it was
written: nothing is decided by it. Pure.
"""

from __future__ import annotations

import re

from runway_desktop.domain.failures import Reason, ReasonCode

_WHOLE = {
    "The program ended while this was being sent.": ReasonCode.PROGRAM_ENDED,
    "It was being sent when the backup was made that was restored here.": ReasonCode.BACKED_UP,
    "The program made a mistake while sending this.": ReasonCode.OUR_MISTAKE,
    "The program made a mistake while saving this. Fetch it again; if that fails, copy the support details.": (
        ReasonCode.OUR_MISTAKE
    ),
    "Waiting for a key to ask Runway for a fresh link.": ReasonCode.WAITS_FOR_KEY,
    "This key can't see this task. Its result is saved when the key it was made with is back.": (
        ReasonCode.WAITS_FOR_ITS_KEY
    ),
    "Runway did not find this task. It is asked once more.": ReasonCode.NOT_FOUND_YET,
    "Runway's link does not work. Another is asked for soon.": ReasonCode.LINK_EXPIRED,
    "Runway does not keep this result any more, and it was not saved in time.": ReasonCode.KEPT_NO_LONGER,
    "Runway does not keep this result any more, so it cannot be fetched again.": ReasonCode.KEPT_NO_LONGER,
    "The import of this file was undone.": ReasonCode.IMPORT_UNDONE,
    "Runway sent an empty file. It is fetched again.": ReasonCode.EMPTY_FILE,
    "Runway sent a page of text instead of the result. It is fetched again.": ReasonCode.PAGE_OF_TEXT,
    "What Runway sent seems to be cut short. It is fetched again.": ReasonCode.CUT_SHORT,
}
_KIND = re.compile(r"What Runway sent is no (.*) file, though its name says so\. It is fetched again\.", re.DOTALL)

_FULL = re.compile(
    r"The disk is full\. (?:It is the disk of|(?P<amount>[\d.]+) (?P<unit>\w+) are needed in) (?P<folder>.*)\. "
    r"Make room; saving goes on by itself\.",
    re.DOTALL,
)
_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_DISK = tuple(
    (re.compile(pattern, re.DOTALL), code)
    for pattern, code in (
        (r"The folder (.*) is not there\. Connect its drive, .*", ReasonCode.FOLDER_MISSING),
        (r"Nothing may be written in (.*)\. Allow it, .*", ReasonCode.FOLDER_READ_ONLY),
        (r"The folder (.*) does not answer\. Check its drive or network, .*", ReasonCode.FOLDER_SILENT),
        (r"The disk of (.*) reports an error\. Check the disk, .*", ReasonCode.DISK_BROKEN),
        (r"The disk of (.*) takes no files of this size\. Choose a folder .*", ReasonCode.FILE_TOO_LARGE),
        (r"The disk of (.*) does not take this name\. Choose a shorter .*", ReasonCode.NAME_REFUSED),
        (r"The file could not be written in (.*)\. It is tried again in a few minutes\.", ReasonCode.FILE_NOT_WRITTEN),
    )
)

_GOES_ON = " Saving goes on by itself."
_ERRORS = tuple(
    (re.compile(pattern, re.DOTALL), code)
    for pattern, code in (
        (r".+ could not be reached(?: in time)?\.", ReasonCode.NOT_REACHED),
        (r"No trusted connection to .+ could be made\.", ReasonCode.NOT_REACHED),
        (r"\S+ was not found on the network\.", ReasonCode.NOT_REACHED),
        (r"Too much was asked of .+ at once, and this waited too long for its turn\.", ReasonCode.NOT_REACHED),
        (r"The program is closing, so nothing was sent\.", ReasonCode.NOT_REACHED),
        (r"What speaks with Runway could not be started\.", ReasonCode.NOT_REACHED),
        (r"The key was changed before anything was sent\.", ReasonCode.NOT_REACHED),
        (r".+ did not answer in time\.", ReasonCode.NO_REPLY),
        (r"The connection to .+ was cut before the whole answer came\.", ReasonCode.NO_REPLY),
        (r"The connection to .+ was too slow\.", ReasonCode.NO_REPLY),
        (r"Something went wrong in the program while it spoke with Runway\.", ReasonCode.NO_REPLY),
        (r"The download ended before (?:it|the file) was complete\.", ReasonCode.NO_REPLY),
        (r"An answer of .+ could not be understood\.", ReasonCode.BAD_REPLY),
        (r"Runway sent the rest of another file\.", ReasonCode.BAD_REPLY),
        (r".+ takes no more requests for now\.", ReasonCode.SLOW_DOWN),
        (r".+ has trouble at the moment\.", ReasonCode.SERVER_TROUBLE),
        (r"Runway is overloaded and did not take the request\.", ReasonCode.SERVER_TROUBLE),
        (r"Runway does not name this result at the moment\.", ReasonCode.SERVER_TROUBLE),
        (r"Runway names no results for this task at the moment\.", ReasonCode.SERVER_TROUBLE),
        (r"Runway does not have what was asked for\.", ReasonCode.NOT_THERE),
        (r"The result was not handed out\.", ReasonCode.REFUSED),
        (r"Runway did not accept the request(?:: .+|\.)", ReasonCode.REFUSED),
    )
)


def reason_of_sentence(sentence: str) -> Reason:
    """The code and the details of a stored sentence."""
    whole = _WHOLE.get(sentence)
    if whole is not None:
        return Reason(whole)
    if (found := _KIND.fullmatch(sentence)) is not None:
        return Reason(ReasonCode.OTHER_KIND, found[1])
    if (found := _FULL.fullmatch(sentence)) is not None:
        needed = float(found["amount"] or 0) * _UNITS.get(found["unit"], 0)
        return Reason(ReasonCode.DISK_FULL, found["folder"], round(needed))
    for pattern, code in _DISK:
        if (found := pattern.fullmatch(sentence)) is not None:
            return Reason(code, found[1])
    words = sentence.removesuffix(_GOES_ON)
    for pattern, code in _ERRORS:
        if pattern.fullmatch(words) is not None:
            return Reason(code, words=words)
    return Reason(ReasonCode.UNKNOWN, words=sentence)
