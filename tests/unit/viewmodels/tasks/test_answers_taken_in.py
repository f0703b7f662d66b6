"""A client's answer to a review, dropped or pasted anywhere in the window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.media import Media
from runway_desktop.domain.review import Round, SentClip
from runway_desktop.domain.task import Pick, State
from tests.rigs.desktop import Rig, until
from tests.rigs.rows import saved, task

HASH = "a" * 64


def told(**values: Any) -> str:
    said = {"number": 0, "sha256": HASH, "decision": "approve", "comments": [{"at": 2.1, "text": "Lovely"}]}
    known = {"schema": "runway-desktop.review", "format": 1, "round": "r1", "by": "Jonas Weber", "clips": [said]}
    return json.dumps(known | values)


async def sent(rig: Rig) -> None:
    made = task(1, State.SUCCEEDED, project="Aurora", shot="010")
    await rig.store.add([made], [], None, ())
    await rig.store.save_outputs([saved(made, media=Media.VIDEO, sha256=HASH)])
    clips = (SentClip(task_id=made.id, sha256=HASH, shot="010"),)
    await rig.cases.reviews.sending.save(Round(id="r1", project="Aurora", number=1, sent_at=1.0, clips=clips))


async def test_pasted_answer_is_read_and_undone_from_the_pill(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        await sent(rig)
        acts: list[tuple[str, Callable[[], None]]] = []
        rig.task_commands.acted.connect(lambda said, undo: acts.append((said, undo)))
        rig.task_commands.take(text=told())
        await until(lambda: len(acts) == 1)
        assert acts[0][0] == "Jonas Weber’s answer read"
        assert rig.store.tasks["t1"].pick is Pick.PICK
        rig.task_commands.take(text=told())
        await until(lambda: rig.told[-1:] == ["Jonas Weber’s answer was read before. Nothing was changed."])
        acts[0][1]()
        await until(lambda: rig.told[-1:] == ["Jonas Weber’s answer undone."])
        assert (rig.store.tasks["t1"].pick, rig.store.tasks["t1"].marks) == (Pick.NONE, ())


async def test_answer_that_an_editor_saved_as_utf16_is_read(tmp_path: Path) -> None:
    async with Rig(tmp_path) as rig:
        await sent(rig)
        path = tmp_path / "answer.json"
        path.write_text(told(), "utf-16")
        rig.task_commands.take(paths=[path])
        await until(lambda: rig.store.tasks["t1"].pick is Pick.PICK)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "“decisions.json” is damaged, or no answer to a review. Nothing was read."),
        ("{", "“decisions.json” is damaged, or no answer to a review. Nothing was read."),
        (told() + " " * 19_000_000, "“decisions.json” is too large for an answer to a review. Nothing was read."),
        (told(round="r2"), "This answer is to a review of another profile. Nothing was read."),
    ],
)
async def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    async with Rig(tmp_path) as rig:
        await sent(rig)
        path = tmp_path / "decisions.json"
        path.write_text(content, "utf-8")
        rig.task_commands.take(paths=[path])
        await until(lambda: rig.told[-1:] == [said])
        assert rig.store.tasks["t1"].pick is Pick.NONE
