"""What versions before 3.1 wrote about why a result is not saved and about a sending without an answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Evidence, TaskId
from runway_desktop.store import SqliteStore
from runway_desktop.store.migrations import MIGRATIONS, Version, bring_up_to_date

AGAIN = " It is fetched again."
GOES_ON = " Saving goes on by itself."
ELSEWHERE = "choose another folder in the preferences."

WHOLE = {
    "The program ended while this was being sent.": Reason(ReasonCode.PROGRAM_ENDED),
    "It was being sent when the backup was made that was restored here.": Reason(ReasonCode.BACKED_UP),
    "The program made a mistake while sending this.": Reason(ReasonCode.OUR_MISTAKE),
    "The program made a mistake while saving this. Fetch it again; if that fails, copy the support details.": Reason(
        ReasonCode.OUR_MISTAKE
    ),
    "Waiting for a key to ask Runway for a fresh link.": Reason(ReasonCode.WAITS_FOR_KEY),
    "This key can't see this task. Its result is saved when the key it was made with is back.": Reason(
        ReasonCode.WAITS_FOR_ITS_KEY
    ),
    "Runway did not find this task. It is asked once more.": Reason(ReasonCode.NOT_FOUND_YET),
    "Runway's link does not work. Another is asked for soon.": Reason(ReasonCode.LINK_EXPIRED),
    "Runway does not keep this result any more, and it was not saved in time.": Reason(ReasonCode.KEPT_NO_LONGER),
    "Runway does not keep this result any more, so it cannot be fetched again.": Reason(ReasonCode.KEPT_NO_LONGER),
    "The import of this file was undone.": Reason(ReasonCode.IMPORT_UNDONE),
    f"Runway sent an empty file.{AGAIN}": Reason(ReasonCode.EMPTY_FILE),
    f"Runway sent a page of text instead of the result.{AGAIN}": Reason(ReasonCode.PAGE_OF_TEXT),
    f"What Runway sent seems to be cut short.{AGAIN}": Reason(ReasonCode.CUT_SHORT),
    f"What Runway sent is no MP4 file, though its name says so.{AGAIN}": Reason(ReasonCode.OTHER_KIND, "MP4"),
    "The disk is full. It is the disk of /films/a. b. Make room; saving goes on by itself.": Reason(
        ReasonCode.DISK_FULL, "/films/a. b"
    ),
    "The disk is full. 5.0 MB are needed in /films. Make room; saving goes on by itself.": Reason(
        ReasonCode.DISK_FULL, "/films", 5_000_000
    ),
    f"The folder /映画 is not there. Connect its drive, or {ELSEWHERE}": Reason(ReasonCode.FOLDER_MISSING, "/映画"),
    f"Nothing may be written in /films. Allow it, or {ELSEWHERE}": Reason(ReasonCode.FOLDER_READ_ONLY, "/films"),
    f"The folder /films does not answer. Check its drive or network, or {ELSEWHERE}": Reason(
        ReasonCode.FOLDER_SILENT, "/films"
    ),
    f"The disk of /films reports an error. Check the disk, or {ELSEWHERE}": Reason(ReasonCode.DISK_BROKEN, "/films"),
    "The disk of /films takes no files of this size. Choose a folder on another disk in the preferences.": Reason(
        ReasonCode.FILE_TOO_LARGE, "/films"
    ),
    "The disk of /films does not take this name. Choose a shorter template for names in the preferences.": Reason(
        ReasonCode.NAME_REFUSED, "/films"
    ),
    "The file could not be written in /films. It is tried again in a few minutes.": Reason(
        ReasonCode.FILE_NOT_WRITTEN, "/films"
    ),
}
ERRORS = {
    "Runway could not be reached.": ReasonCode.NOT_REACHED,
    "Runway could not be reached in time.": ReasonCode.NOT_REACHED,
    "No trusted connection to the host of results could be made.": ReasonCode.NOT_REACHED,
    "out.example.com was not found on the network.": ReasonCode.NOT_REACHED,
    "Too much was asked of Runway at once, and this waited too long for its turn.": ReasonCode.NOT_REACHED,
    "The program is closing, so nothing was sent.": ReasonCode.NOT_REACHED,
    "What speaks with Runway could not be started.": ReasonCode.NOT_REACHED,
    "The key was changed before anything was sent.": ReasonCode.NOT_REACHED,
    "Runway did not answer in time.": ReasonCode.NO_REPLY,
    "The connection to Runway was cut before the whole answer came.": ReasonCode.NO_REPLY,
    "The connection to Runway was too slow.": ReasonCode.NO_REPLY,
    "Something went wrong in the program while it spoke with Runway.": ReasonCode.NO_REPLY,
    "The download ended before it was complete.": ReasonCode.NO_REPLY,
    "The download ended before the file was complete.": ReasonCode.NO_REPLY,
    "An answer of Runway could not be understood.": ReasonCode.BAD_REPLY,
    "Runway sent the rest of another file.": ReasonCode.BAD_REPLY,
    "Runway takes no more requests for now.": ReasonCode.SLOW_DOWN,
    "Runway has trouble at the moment.": ReasonCode.SERVER_TROUBLE,
    "Runway is overloaded and did not take the request.": ReasonCode.SERVER_TROUBLE,
    "Runway does not name this result at the moment.": ReasonCode.SERVER_TROUBLE,
    "Runway names no results for this task at the moment.": ReasonCode.SERVER_TROUBLE,
    "Runway does not have what was asked for.": ReasonCode.NOT_THERE,
    "The result was not handed out.": ReasonCode.REFUSED,
    "Runway did not accept the request.": ReasonCode.REFUSED,
    "Runway did not accept the request: No such task.": ReasonCode.REFUSED,
}
SENTENCES = {
    **WHOLE,
    **{said: Reason(code, words=said) for said, code in ERRORS.items()},
    **{said + GOES_ON: Reason(code, words=said) for said, code in ERRORS.items()},
}
UNKNOWN = (
    "The file was moved to the bin.",
    "runway could not be reached",
    "The folder /films went away.",
    "What Runway sent seems to be cut short.",
    "-",
)


async def written_by_3_0(path: Path, sentences: Sequence[str]) -> None:
    """A list with one task for each sentence, which is the problem of its result and the reason of its evidence."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [step for step in MIGRATIONS if step.to <= Version(3, 0)])
        connection.execute("CREATE TEMP TABLE one AS SELECT * FROM tasks LIMIT 1")
        connection.execute("CREATE TEMP TABLE its AS SELECT * FROM outputs LIMIT 1")
        for number, sentence in enumerate(sentences):
            evidence = json.dumps({"daily_before": 3, "reason": sentence})
            connection.execute(
                "UPDATE one SET number = ?, id = ?, evidence = ?", (100 + number, f"task {number}", evidence)
            )
            connection.execute("UPDATE its SET task_id = ?, problem = ?", (f"task {number}", sentence))
            connection.execute("INSERT INTO tasks SELECT * FROM one")
            connection.execute("INSERT INTO outputs SELECT * FROM its")


async def found_in(path: Path, amount: int) -> list[tuple[Evidence | None, Reason | None]]:
    store = await SqliteStore.open(path)
    found = []
    for number in range(amount):
        task = await store.get(TaskId(f"task {number}"))
        [output] = await store.outputs(TaskId(f"task {number}"))
        assert task is not None
        found.append((task.evidence, output.problem))
    await store.close()
    return found


async def test_every_sentence_that_was_ever_written_becomes_its_code(tmp_path: Path):
    path = tmp_path / "p.db"
    await written_by_3_0(path, list(SENTENCES))
    found = await found_in(path, len(SENTENCES))
    assert [problem for _, problem in found] == list(SENTENCES.values())
    assert [evidence for evidence, _ in found] == [
        Evidence(daily_before=3, cause=reason) for reason in SENTENCES.values()
    ]


async def test_an_unknown_sentence_is_kept_as_it_was_written(tmp_path: Path):
    path = tmp_path / "p.db"
    await written_by_3_0(path, UNKNOWN)
    for said, (evidence, problem) in zip(UNKNOWN, await found_in(path, len(UNKNOWN)), strict=True):
        assert problem == Reason(ReasonCode.UNKNOWN, words=said)
        assert evidence == Evidence(daily_before=3, cause=problem)


@pytest.mark.parametrize("code", ["a code of tomorrow", "DISK_FULL"])
async def test_a_code_of_a_newer_version_is_unknown_and_keeps_its_words(tmp_path: Path, code: str):
    path = tmp_path / "p.db"
    await written_by_3_0(path, [""])
    await (await SqliteStore.open(path)).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        newer = json.dumps({"code": code, "words": "It rained.", "weather": "wet"})
        connection.execute("UPDATE outputs SET problem = ? WHERE task_id = 'task 0'", (newer,))
    [(_, problem)] = await found_in(path, 1)
    assert problem == Reason(ReasonCode.UNKNOWN, words="It rained.")
