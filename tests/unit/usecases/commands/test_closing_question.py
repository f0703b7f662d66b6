"""Closing asks only while work is in progress."""

from __future__ import annotations

from runway_desktop.usecases.commands.questions import closing_question, closing_words


def test_closing_without_pending_work_asks_nothing():
    assert closing_question(sending=0, saving=0, makes_backup=False) is None


def test_closing_tells_what_becomes_of_running_work():
    asked = closing_question(sending=1, saving=2, makes_backup=True)
    assert asked is not None
    assert asked.text.startswith("1 task is being sent. 2 results are being saved. Long transfers continue")
    assert "Closing waits for Runway's answer to what is being sent." in asked.text
    assert "A backup or restore is in progress. Closing cancels it" in asked.text
    assert (asked.yes, asked.no) == ("Close", "Stay")
    lone = closing_question(sending=0, saving=0, makes_backup=True)
    assert lone is not None
    assert lone.text.startswith("A backup")


def test_closing_question_says_how_queued_tasks_get_sent():
    asked = closing_question(sending=0, saving=0, makes_backup=False, queued=1, has_tray=True)
    assert asked is not None
    assert asked.title == "Close with 1 unsent task?"
    assert asked.text.startswith(
        "1 queued task is only sent while the program runs, in a window or the tray, and the computer is awake."
    )
    assert asked.instead == "Keep running in the tray"
    paused = closing_question(sending=0, saving=0, makes_backup=False, queued=3, kept=2, is_paused=True)
    assert paused is not None
    assert "Resume it and stay open to send 3 queued tasks. A cap or the balance holds 2 of them back." in paused.text
    assert not paused.instead


def test_closing_wait_says_what_is_pending_and_what_quitting_means():
    assert closing_words(sending=1, saving=0) == (
        "1 task is being sent. Closing waits for Runway's answer, because it may be charged. "
        "If you close now, the task is uncertain at the next start."
    )
    assert "2 results are being saved. Unfinished downloads continue" in closing_words(sending=2, saving=2)
    assert "the tasks are uncertain" in closing_words(sending=2, saving=2)
    assert closing_words(sending=0, saving=0) == "Saving your changes."
