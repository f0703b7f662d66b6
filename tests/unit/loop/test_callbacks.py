"""Callbacks, timers and sockets on the program's loop: in order, fairly, never too early, and also while a dialog has
Qt in a loop of its own."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.rigs.qt_loop import come_to_rest
from tests.unit.loop.loops import new_loop

number = contextvars.ContextVar("number", default=0)


def a_dialog(*, seconds: float = 0.0, until: Callable[[], bool] = lambda: True) -> None:
    """Stays in a loop of Qt's own, as `QDialog.exec` does."""
    inner = QEventLoop()

    def look() -> None:
        if until():
            inner.quit()
        else:
            QTimer.singleShot(5, look)

    QTimer.singleShot(round(seconds * 1000), look)
    inner.exec()


async def test_callbacks_run_in_order_of_arrival() -> None:
    loop, heard = asyncio.get_running_loop(), list[int]()
    for place in range(100):
        if place % 3:
            loop.call_soon(heard.append, place)
        else:
            loop.call_soon_threadsafe(heard.append, place)
    await come_to_rest()
    assert heard == list(range(100))


async def test_callback_added_by_another_runs_after_all_present_ones() -> None:
    loop, heard = asyncio.get_running_loop(), list[str]()

    def first() -> None:
        heard.append("first")
        loop.call_soon(heard.append, "added")

    loop.call_soon(first)
    loop.call_soon(heard.append, "second")
    await come_to_rest()
    assert heard == ["first", "second", "added"]


async def test_coroutine_that_never_waits_still_lets_the_window_update() -> None:
    heard = list[int]()
    QTimer.singleShot(0, lambda: heard.append(1))
    for turn in range(1_000):  # noqa: B007 - how many it took
        if heard:
            break
        await asyncio.sleep(0)
    assert heard, "Qt had no turn"
    assert turn < 100


async def test_canceled_callback_does_not_run() -> None:
    loop, heard = asyncio.get_running_loop(), list[str]()
    handle = loop.call_soon(heard.append, "canceled before its turn")
    handle.cancel()
    later = loop.call_soon(heard.append, "canceled in its turn")
    loop.call_soon(later.cancel)
    timer = loop.call_later(0.01, heard.append, "canceled timer")
    timer.cancel()
    late = loop.call_later(0.01, heard.append, "canceled when it was due")
    loop.call_at(late.when() - 0.001, late.cancel)
    await asyncio.sleep(0.03)
    assert heard == ["canceled in its turn"]


async def test_callback_runs_in_its_original_context() -> None:
    loop, heard = asyncio.get_running_loop(), list[int]()
    number.set(1)
    loop.call_soon(lambda: heard.append(number.get()))
    loop.call_later(0.005, lambda: heard.append(number.get()))
    other = contextvars.copy_context()
    other.run(number.set, 7)
    loop.call_soon_threadsafe(lambda: heard.append(number.get()), context=other)
    number.set(2)
    await asyncio.sleep(0.02)
    assert heard == [1, 7, 1]
    assert number.get() == 2


async def test_timers_fire_in_order_and_never_early() -> None:
    loop, heard = asyncio.get_running_loop(), list[tuple[float, float]]()
    dues = [loop.time() + wait / 1000 for wait in (31, 7, 0, 1, 19, 2, 3, 40, 7.4, 7.6)]
    for due in dues:
        loop.call_at(due, lambda due: heard.append((due, loop.time())), due)
    await asyncio.sleep(0.06)
    assert [due for due, _ in heard] == sorted(dues)
    assert all(came >= due for due, came in heard)


async def test_timer_due_during_the_timer_check_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, heard = asyncio.get_running_loop(), list[int]()
    looks = itertools.count()
    # Each look at the clock takes most of a millisecond.
    monkeypatch.setattr(loop, "time", lambda: time.monotonic() + next(looks) * 0.0007)
    began = loop.time()
    for place in range(30):
        loop.call_at(began + place * 0.002, heard.append, place)
    await asyncio.wait_for(asyncio.sleep(0.1), 60)
    assert heard == list(range(30))


async def test_earlier_timer_is_not_delayed_by_a_later_one() -> None:
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    far = loop.call_later(3_600, came.set)
    began = loop.time()
    loop.call_later(0.01, came.set)
    await came.wait()
    assert loop.time() - began < 60
    far.cancel()


async def test_canceled_timers_are_removed_before_their_time() -> None:
    loop = asyncio.get_running_loop()

    class Kept:
        left = 0

        def __init__(self) -> None:
            Kept.left += 1

        def __del__(self) -> None:
            Kept.left -= 1

        def come(self) -> None: ...

    for _ in range(1_000):
        loop.call_later(3_600, Kept().come).cancel()
    await come_to_rest()
    assert Kept.left <= 200


async def test_call_from_a_thread_wakes_the_loop() -> None:
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    with ThreadPoolExecutor(1) as threads:
        timer = threading.Timer(0.02, loop.call_soon_threadsafe, (came.set,))
        threads.submit(timer.start)
        await asyncio.wait_for(came.wait(), 60)


async def test_no_call_from_another_thread_is_lost() -> None:
    loop, heard = asyncio.get_running_loop(), list[tuple[int, int]]()

    def tell(thread: int) -> None:
        for place in range(500):
            loop.call_soon_threadsafe(heard.append, (thread, place))

    with ThreadPoolExecutor(4) as threads:
        await asyncio.gather(*(loop.run_in_executor(threads, tell, thread) for thread in range(4)))
    await come_to_rest()
    assert len(heard) == 2_000
    for thread in range(4):
        assert [place for who, place in heard if who == thread] == list(range(500))


def test_exception_in_a_callback_reaches_the_handler_and_other_callbacks_run(qapp: QApplication) -> None:
    told, heard = list[dict[str, object]](), list[str]()

    def fail() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(fail)
        loop.call_soon(heard.append, "the next")
        loop.call_later(0.001, fail)
        await asyncio.sleep(0.02)

    with new_loop(qapp) as loop:
        loop.set_exception_handler(lambda _, context: told.append(context))
        loop.run_until_complete(main())
    assert heard == ["the next"]
    assert [type(context["exception"]) for context in told] == [ZeroDivisionError, ZeroDivisionError]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_system_exit_in_a_callback_leaves_the_loop(qapp: QApplication, error: BaseException) -> None:
    def leave() -> None:
        raise error

    with new_loop(qapp) as loop:
        loop.call_soon(leave)
        with pytest.raises(type(error)):
            loop.run_forever()
        # It can be used again, to tidy up.
        assert loop.run_until_complete(asyncio.sleep(0, "tidied")) == "tidied"


def test_nothing_runs_while_the_loop_is_stopped(qapp: QApplication) -> None:
    heard = list[str]()
    with new_loop(qapp) as loop:
        loop.call_soon(heard.append, "soon")
        loop.call_later(0.001, heard.append, "later")
        loop.call_soon_threadsafe(heard.append, "from a thread")
        a_dialog(seconds=0.02)
        assert not heard
        loop.run_until_complete(asyncio.sleep(0.005))
        assert heard == ["soon", "from a thread", "later"]


def test_closed_loop_accepts_no_callbacks(qapp: QApplication) -> None:
    heard = list[str]()
    with new_loop(qapp) as loop:
        loop.call_soon(heard.append, "left")
    a_dialog()
    assert not heard
    for call in (loop.call_soon, loop.call_soon_threadsafe):
        with pytest.raises(RuntimeError):
            call(heard.append, "late")
    with pytest.raises(RuntimeError):
        loop.call_later(0, heard.append, "late")
    with pytest.raises(RuntimeError):
        loop.run_forever()


def test_debug_mode_refuses_other_threads_and_non_callables(qapp: QApplication) -> None:
    refused = list[BaseException]()

    def from_elsewhere(loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.call_soon(print)
        except RuntimeError as error:
            refused.append(error)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(from_elsewhere, loop)
        with pytest.raises(TypeError):
            loop.call_soon(asyncio.sleep, 1.0)

    with new_loop(qapp) as loop:
        loop.set_debug(True)
        loop.set_default_executor(ThreadPoolExecutor(1))
        loop.run_until_complete(main())
    assert refused


# Loops of Qt within this one.


async def test_other_callbacks_run_while_one_is_in_a_nested_dialog_loop() -> None:
    loop, heard = asyncio.get_running_loop(), list[str]()

    async def work() -> None:
        for _ in range(3):
            await asyncio.sleep(0.001)
        heard.append("a task")

    def done() -> bool:
        return {"behind it", "a timer", "a task"} <= set(heard)

    loop.call_soon(a_dialog_in, heard, done)
    loop.call_soon(heard.append, "behind it")
    loop.call_later(0.001, heard.append, "a timer")
    task = loop.create_task(work())
    await task
    assert "the dialog closed" not in heard
    while "the dialog closed" not in heard:
        await asyncio.sleep(0.001)


def a_dialog_in(heard: list[str], until: Callable[[], bool]) -> None:
    a_dialog(until=until)
    heard.append("the dialog closed")


def test_no_task_is_lost_while_another_is_in_a_nested_dialog_loop(qapp: QApplication) -> None:
    heard = list[str]()

    async def other(place: int) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        heard.append(f"other {place}")

    async def main() -> None:
        others = [asyncio.create_task(other(place)) for place in range(10)]
        me = asyncio.current_task()
        a_dialog(until=lambda: len(heard) == 10)
        assert asyncio.current_task() is me
        await asyncio.gather(*others)

    with new_loop(qapp) as loop:
        loop.run_until_complete(main())
    assert sorted(heard) == sorted(f"other {place}" for place in range(10))


def test_socket_is_read_while_another_callback_is_in_a_nested_dialog_loop(qapp: QApplication) -> None:
    heard = list[bytes]()
    ours, theirs = socket.socketpair()
    other, others_peer = socket.socketpair()

    def first() -> None:
        heard.append(ours.recv(10))
        others_peer.send(b"second")
        a_dialog(until=lambda: b"second" in heard)
        heard.append(b"the dialog closed")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, first)
        loop.add_reader(other, lambda: heard.append(other.recv(10)))
        theirs.send(b"first")
        while len(heard) < 3:
            await asyncio.sleep(0.001)
        assert loop.remove_reader(ours)
        assert loop.remove_reader(other)
        assert not loop.remove_reader(other)

    with new_loop(qapp) as loop, ours, theirs, other, others_peer:
        loop.run_until_complete(main())
    assert heard == [b"first", b"second", b"the dialog closed"]


def test_socket_whose_callback_opened_a_dialog_is_read_after_it_closes(qapp: QApplication) -> None:
    heard = list[bytes]()
    due = list[str]()
    ours, theirs = socket.socketpair()

    def read() -> None:
        heard.append(ours.recv(1))
        if len(heard) == 1:
            asyncio.get_running_loop().call_later(0.02, due.append, "time to close")
            a_dialog(until=lambda: bool(due))
            heard.append(b"the dialog closed")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, read)
        theirs.send(b"123")
        while len(heard) < 4:
            await asyncio.sleep(0.001)
        loop.remove_reader(ours)

    with new_loop(qapp) as loop, ours, theirs:
        loop.run_until_complete(main())
    assert heard == [b"1", b"the dialog closed", b"2", b"3"]


async def test_new_socket_with_a_reused_descriptor_is_read() -> None:
    loop = asyncio.get_running_loop()
    numbers = set()
    for _ in range(3):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            numbers.add(ours.fileno())
            came = asyncio.Event()
            loop.add_reader(ours, came.set)
            theirs.send(b"x")
            await asyncio.wait_for(came.wait(), 60)
            loop.remove_reader(ours)
            loop.add_writer(ours, came.set)
            came.clear()
            await asyncio.wait_for(came.wait(), 60)
            loop.remove_writer(ours)
    assert len(numbers) < 3


# Cancellation.


async def _work(heard: list[str]) -> None:
    """Waits in each way that there is."""
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        async with asyncio.timeout(30):
            await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.001)
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
            group.create_task(asyncio.sleep(0.001))
        await asyncio.wait_for(asyncio.sleep(0), 30)
        heard.append("whole")
    except asyncio.CancelledError:
        heard.append("canceled")
        raise
    finally:
        await asyncio.sleep(0)
        heard.append("tidied")


@pytest.mark.parametrize("turns", range(40))
async def test_task_canceled_at_any_step_ends_properly(turns: int) -> None:
    heard = list[str]()
    task = asyncio.create_task(_work(heard))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    # One that is canceled before its first step never begins.
    assert heard in ([], ["canceled", "tidied"], ["whole", "tidied"])


async def test_chain_of_small_callbacks_shares_qt_events() -> None:
    turns = list[int]()
    counting = QTimer(interval=0)
    counting.timeout.connect(lambda: turns.append(1))
    counting.start()
    for _ in range(100):
        await asyncio.sleep(0)
    counting.stop()
    assert 5 < len(turns) < 50


async def test_slow_callback_is_followed_by_a_qt_event_turn() -> None:
    turns = list[int]()
    counting = QTimer(interval=0)
    counting.timeout.connect(lambda: turns.append(1))
    counting.start()
    for _ in range(10):
        await asyncio.sleep(0)
        time.sleep(0.005)
    counting.stop()
    assert len(turns) >= 9


def test_callback_added_to_a_stopped_loop_runs_after_restart(qapp: QApplication) -> None:
    heard = list[int]()

    def again(place: int) -> None:
        heard.append(place)
        loop.call_soon(again, place + 1)

    with new_loop(qapp) as loop:
        loop.call_soon(loop.stop)
        loop.call_soon(again, 1)
        loop.run_forever()
        assert heard == [1]
        loop.call_soon(loop.stop)
        loop.run_forever()
        assert heard == [1, 2]


async def test_timer_already_due_when_set_is_not_lost() -> None:
    loop = asyncio.get_running_loop()
    for _ in range(20):
        came = loop.create_future()
        loop.call_at(loop.time(), came.set_result, None)
        await asyncio.wait_for(came, 5.0)
