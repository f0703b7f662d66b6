"""Codes of failure reasons: stored, and never compared with text."""

from __future__ import annotations

import pytest

from runway_desktop.domain.failures import ReasonCode


@pytest.mark.parametrize("code", ReasonCode)
def test_reason_code_never_equals_a_text(code: ReasonCode):
    assert not isinstance(code, str)
    # The type check refuses the comparison, and an ignore that it does not need as well.
    assert code != code.value  # type: ignore[comparison-overlap]


def test_stored_reason_codes_never_change():
    assert {code.name: code.value for code in ReasonCode} == {
        "UNKNOWN": "unknown",
        "OUR_MISTAKE": "mistake of the program",
        "PROGRAM_ENDED": "program ended",
        "BACKED_UP": "being sent while backed up",
        "ROW_LOST": "row lost while being sent",
        "KNOWN_ID": "id of another task",
        "NOT_REACHED": "not reached",
        "NO_REPLY": "no reply",
        "BAD_REPLY": "bad reply",
        "KEY_REFUSED": "key refused",
        "NOT_THERE": "not there",
        "NOT_SEEN": "not seen",
        "REFUSED": "refused",
        "NO_CREDITS": "no credits",
        "SLOW_DOWN": "slow down",
        "SERVER_TROUBLE": "server trouble",
        "OTHER_ERROR": "other error",
        "DISK_ERROR": "disk error",
        "WAITS_FOR_KEY": "waits for a key",
        "WAITS_FOR_ITS_KEY": "waits for its own key",
        "NOT_FOUND_YET": "not found yet",
        "LINK_EXPIRED": "link expired",
        "KEPT_NO_LONGER": "kept no longer",
        "IMPORT_UNDONE": "import undone",
        "EMPTY_FILE": "empty file",
        "PAGE_OF_TEXT": "page of text",
        "OTHER_KIND": "other kind of file",
        "CUT_SHORT": "cut short",
        "DISK_FULL": "disk full",
        "FOLDER_MISSING": "folder missing",
        "FOLDER_DELETED": "folder deleted",
        "FOLDER_READ_ONLY": "folder read-only",
        "FOLDER_SILENT": "folder does not answer",
        "DISK_BROKEN": "disk broken",
        "FILE_TOO_LARGE": "file too large",
        "NAME_REFUSED": "name refused",
        "FILE_NOT_WRITTEN": "file not written",
    }
